"""Who of the imported people is in our care already: by their numbers, never by name alone."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clinic.fhir.elements import Unfit
from clinic.fhir.report import CHANGED, CREATED, MATCHED, REPEATED
from patients import indexing, registering, searching
from patients.models import ExternalId
from patients.models.people import check_birth_date

CHUNK = 200
# Filled together, and only where all of them are empty: an import never overwrites what the clinic has written.
GAPS = (("phone",), ("email",), ("street", "city", "state", "postal_code"), ("language",), ("deceased_on",))


def save_people(found):
    """Create or recognise every collected patient; return {index of the fact: patient} of those who were taken."""
    known = _known_numbers(fact for _where, fact in found.patients)
    rows, seen = {}, set()
    for index, (where, fact) in enumerate(found.patients):
        try:
            row, what = _save(fact, known)
        except Unfit as reason:
            found.report.skip("Patient", reason)
            continue
        found.report.count("Patient", REPEATED if what == MATCHED and row.pk in seen else what)
        seen.add(row.pk)
        rows[index] = row
        for note in fact.notes if what == CREATED else ():
            found.report.note(where, note)
    return rows


def _known_numbers(facts):
    wanted = {number for fact in facts for number in fact.kept}
    values = sorted({value for _system, value in wanted})
    found = {}
    for start in range(0, len(values), CHUNK):
        hits = ExternalId.objects.filter(value__in=values[start : start + CHUNK]).select_related("patient")
        found.update({(hit.system, hit.value): hit.patient for hit in hits if (hit.system, hit.value) in wanted})
    one_each = {}
    return {number: one_each.setdefault(kept.pk, kept) for number, kept in _kept_rows(found)}


def _kept_rows(found):
    return [(number, _the_one_kept(patient)) for number, patient in found.items()]


def _the_one_kept(patient):
    """The row that a double record was merged into."""
    while patient.merged_into is not None:
        patient = patient.merged_into
    return patient


def _save(fact, known):
    try:
        check_birth_date(fact.fields["birth_date"])
    except ValidationError as error:
        raise Unfit(" ".join(error.messages)) from None
    row = _recognise(fact, known)
    if row is None:
        row, what = registering.create(**fact.fields), CREATED
    else:
        what = CHANGED if _fill_gaps(row, fact.fields) else MATCHED
    fresh = [number for number in fact.kept if number not in known]
    ExternalId.objects.bulk_create(ExternalId(patient=row, system=s, value=v) for s, v in fresh)
    known.update(dict.fromkeys(fresh, row))
    return row, CHANGED if fresh and what == MATCHED else what


def _recognise(fact, known):
    """The patient with one of these numbers. Raises `Unfit` when they are not one person's."""
    rows = {known[number].pk: known[number] for number in fact.kept if number in known}
    if len(rows) > 1:
        raise Unfit(_("its numbers belong to two of our patients"))
    row = next(iter(rows.values()), None)
    if row is not None and not _may_be_same(row, fact.fields):
        raise Unfit(_("another of our patients has its number: neither name nor birth date agree"))
    return row


def _may_be_same(row, fields):
    same_name = searching.fold(row.family_name) == searching.fold(fields["family_name"])
    return row.birth_date == fields["birth_date"] or bool(row.family_name and same_name)


def _fill_gaps(row, fields):
    filled = []
    for group in GAPS:
        if not any(getattr(row, name) for name in group) and any(fields[name] for name in group):
            filled += group
    if "deceased_on" in filled and fields["deceased_on"] < row.birth_date:
        filled.remove("deceased_on")
    for name in filled:
        setattr(row, name, fields[name])
    if filled:
        row.save(update_fields=filled)
        indexing.index(row)
    return bool(filled)
