"""Same as last: what was found and done at the last visit is carried over, dashed until somebody says that it holds.

Never carried: the patient's words, the response, spasm after treatment, skin checks, reasons (facts 4.1, 4.6). What
stands on today's note is never overwritten, and pressing twice adds nothing.
"""

from django.db import transaction

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting import notes
from clinic.charting.card import one_tap
from clinic.charting.coded import diagnosing
from clinic.charting.models import (
    MuscleFinding,
    NerveTest,
    ProvokingMovement,
    RangeOfMotion,
    SegmentFinding,
    Visit,
    VisitDiagnosis,
)

# (rows, what names one of them, what else is copied)
FOUND = (
    (SegmentFinding, ("segment", "side"), ("pain", "asymmetry", "range_of_motion", "tone")),
    (MuscleFinding, ("muscle", "side"), ("spasm_before", "tenderness", "has_trigger_point")),
    (RangeOfMotion, ("region", "movement"), ("degrees", "is_painful")),
    (NerveTest, ("kind", "level", "side"), ("result", "note")),
    (ProvokingMovement, ("movement",), ("effect",)),
)
PLANNED = ("plan", "home_care")


class NoVisitBefore(Exception):
    """There is no earlier visit to take over from."""


def last_visit(visit):
    """Return the last signed visit of the same complaint, else the patient's last visit. Raises `NoVisitBefore`."""
    before = Visit.objects.of(visit.patient).valid().filter(visited_at__lt=visit.visited_at).exclude(pk=visit.pk)
    before = before.defer("document").order_by("-visited_at", "-pk")
    found = before.signed().filter(episode=visit.episode_id).first() or before.first()
    if found is None:
        raise NoVisitBefore
    return found


def uses_of(source):
    """Return the treatments of an earlier visit as `one_tap.Use`; a reason written then is offered, never filled in."""
    rows = source.treatments.select_related("kind").filter(kind__is_active=True)
    return [one_tap.use_of(row, reason=row.override_reason) for row in rows]


@transaction.atomic
def same_as_last(visit, *, by):
    """Carry over findings, diagnoses, treatments and plan of the last visit and return that visit.

    A treatment that some rule speaks against is left out: `one_tap.held` says which and why. Raises `NoVisitBefore`,
    `notes.AlreadySigned`.
    """
    require(by, "visit.change")
    row = notes.locked(visit)
    source = last_visit(row)
    for model, named, copied in FOUND:
        _carry_rows(model, row, source, named, copied)
    _carry_diagnoses(row, source)
    one_tap.put_on(row, uses_of(source), by=by, is_carried=True)
    _carry_plan(row, source)
    row.refresh_from_db(fields=["version"])  # each treatment has raised it
    notes.touched(row, by)
    record("visit.carried", row, by=by, patient=row.patient_id, source=source.pk)
    return source


def _carry_rows(model, row, source, named, copied):
    known = set(model.objects.filter(visit=row).values_list(*named))
    rows = [old for old in model.objects.filter(visit=source) if tuple(getattr(old, n) for n in named) not in known]
    model.objects.bulk_create(
        model(visit=row, is_carried=True, **{name: getattr(old, name) for name in (*named, *copied)}) for old in rows
    )


def _carry_diagnoses(row, source):
    """Those that may stand beside what is on the note already: a code that one of today's excludes stays behind."""
    standing = list(row.diagnoses.select_related("code"))
    last = max((each.position for each in standing), default=0)
    carried = diagnosing.that_fit(source.diagnoses.select_related("code"), standing)
    VisitDiagnosis.objects.bulk_create(
        VisitDiagnosis(visit=row, code=code, position=place, is_carried=True)
        for place, code in enumerate(carried, start=last + 1)
    )


def _carry_plan(row, source):
    """The plan's words and home care where today's are blank; a movement to spare unless its time is over."""
    changed = [name for name in PLANNED if not getattr(row, name).strip() and getattr(source, name).strip()]
    is_over = source.spare_until is not None and source.spare_until < notes.day_of(row)
    if source.spare_movement and not row.spare_movement and not is_over:
        changed += ["spare_movement", "spare_until"]
    for name in changed:
        setattr(row, name, getattr(source, name))
    row.save(update_fields=changed)
