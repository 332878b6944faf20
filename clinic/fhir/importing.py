"""The import itself: all sources are read first, then everything is written in one transaction, or nothing.

A second run finds every row by its external id and changes nothing. An import ends what has ended at the source; it
never reopens, never overwrites and never deletes.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db import models, transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from clinic.audit.recording import record
from clinic.fhir.collecting import collect
from clinic.fhir.elements import Unfit
from clinic.fhir.readers import medication
from clinic.fhir.recognising import CHUNK, save_people
from clinic.fhir.report import CHANGED, CREATED, MATCHED, REPEATED
from patients.models import Allergy, Condition, Medication, Procedure
from patients.models.health import Source

BATCH = 500
FROM_MEDICINES = "Condition (from medicines)"


@dataclass(frozen=True)
class Table:
    """Where the facts of one resource go, and which column says that it is over ('' when nothing ends)."""

    model: type[models.Model]
    ends: str = ""


TABLES = {
    "Condition": Table(Condition, "resolved_on"),
    FROM_MEDICINES: Table(Condition, "resolved_on"),
    "AllergyIntolerance": Table(Allergy, "ended_on"),
    "MedicationRequest": Table(Medication, "stopped_on"),
    "Procedure": Table(Procedure),
}


def run(sources, *, by=None, dry_run=False, on_progress=lambda: None):
    """Take over what `sources` hold and return the `Report`; `dry_run` does it all and takes it back.

    For the command line, so nobody's rights are asked; `by` is who stands in the audit log (None: the clinic itself).
    """
    found = collect(sources, on_progress)
    with transaction.atomic():
        people = save_people(found)
        for kind, facts in _facts_by_kind(found, people).items():
            _save(kind, facts, found.report)
        report = found.report
        record("import.run", by=by, files=report.files, broken=len(report.broken), counts=report.as_counts())
        transaction.set_rollback(dry_run)
    return report


def _facts_by_kind(found, people):
    """Return {kind: [(patient, where, fact)]}, each fact with its patient."""
    sorted_in = {kind: [] for kind in TABLES}
    for kind, about, facts in found.waiting:
        if row := _patient_of(found, kind, about, people):
            sorted_in[kind] += [(row, about.where, fact) for fact in facts]
    for row, (places, kinds, taken) in _medicines_of(found, people).items():
        facts = medication.collapse(taken)
        sorted_in["MedicationRequest"] += [(row, places[0], fact) for fact in facts]
        sorted_in[FROM_MEDICINES] += [(row, places[0], fact) for fact in medication.conditions(taken)]
        _count_folded(found.report, kinds, len(facts))
    return sorted_in


def _patient_of(found, kind, about, people):
    """The patient a resource speaks of, or None with the reason in the report."""
    try:
        targets = found.people.find(about.names, about.bundle, unknown=_("its patient is not in this import"))
        rows = {people[index].pk: people[index] for index in targets if index in people}
        if len(rows) > 1:
            raise Unfit(_("two patients of this import go by the same id: import one folder at a time"))
        if not rows:
            raise Unfit(_("its patient was skipped"))
    except Unfit as reason:
        found.report.skip(kind, reason)
        return None
    return next(iter(rows.values()))


def _medicines_of(found, people):
    """Return {patient: (places, kinds, requests)}."""
    gathered = defaultdict(lambda: ([], [], []))
    for kind, about, request in found.requests:
        if row := _patient_of(found, kind, about, people):
            for held, value in zip(gathered[row], (about.where, kind, request), strict=True):
                held.append(value)
    return gathered


def _count_folded(report, kinds, rows):
    """Requests beyond one a medicine are repeats; statements are counted with the requests they stand beside."""
    for kind, times in Counter(kinds).items():
        kept = min(rows, times)
        rows -= kept
        report.count(kind, REPEATED, times - kept)


def _save(kind, facts, report):
    table, fresh = TABLES[kind], {}
    known = _known_rows(table.model, {row.pk for row, _where, _fact in facts})
    for row, where, fact in facts:
        place = (row.pk, fact.external_id)
        if place in fresh:
            report.count(kind, REPEATED)
        elif place in known:
            report.count(kind, _end(known[place], table.ends, fact, where, report))
        elif not fact.only_ends:
            fresh[place] = table.model(patient=row, external_id=fact.external_id, source=Source.IMPORT, **fact.fields)
            report.count(kind, CREATED)
            for note in fact.notes:
                report.note(where, note)
    _insert(table.model, list(fresh.values()))


def _insert(model, rows):
    if hasattr(model, "history"):
        bulk_create_with_history(rows, model, batch_size=BATCH)
    else:
        model.objects.bulk_create(rows, batch_size=BATCH)


def _known_rows(model, patients):
    patients, found = sorted(patients), {}
    for start in range(0, len(patients), CHUNK):
        rows = model.objects.of_all(patients[start : start + CHUNK]).exclude(external_id="").with_person()
        found.update({(row.person, row.external_id): row for row in rows})
    return found


def _end(row, ends, fact, where, report):
    """End a row that is over at the source. What stands ended here and open there is left for a person."""
    over = fact.fields.get(ends) if ends else None
    if not ends or row.entered_in_error_at or over == getattr(row, ends):
        return MATCHED
    if getattr(row, ends):
        if over is None and not fact.only_ends:
            report.note(where, _("has ended here but not at the source: left as it is"))
        return MATCHED
    begins = getattr(row, "onset_on", None)
    setattr(row, ends, max(over, begins) if begins else over)
    row.save(update_fields=[ends])
    return CHANGED
