"""The diagnoses of an unsigned note, in order."""

from django.db import transaction
from django.db.models import Max

from clinic.accounts.roles import require
from clinic.charting import notes
from clinic.charting.models import DiagnosisCode, VisitDiagnosis


class UnknownCode(ValueError):
    """No code of the pick list begins the typed text."""


def code_from(typed):
    """Return the `DiagnosisCode` meant by "M54.50" or "M54.50 Low back pain ...". Raises `UnknownCode`."""
    word = typed.strip().split(" ")[0].upper() if typed.strip() else ""
    found = DiagnosisCode.objects.filter(code=word).first()
    if found is None:
        raise UnknownCode(typed)
    return found


@transaction.atomic
def add(visit, *, code, by):
    """Put a code at the end of the note's diagnoses and return the row; the same code twice stays one row."""
    require(by, "visit.change")
    row = notes.locked(visit)
    last = row.diagnoses.aggregate(last=Max("position"))["last"] or 0
    diagnosis, created = VisitDiagnosis.objects.get_or_create(visit=row, code=code, defaults={"position": last + 1})
    if created:
        notes.touched(row, by)
    return diagnosis


@transaction.atomic
def remove(diagnosis, *, by):
    """Take a diagnosis out of an unsigned note. Raises `notes.AlreadySigned`."""
    require(by, "visit.change")
    row = notes.locked(diagnosis.visit)
    diagnosis.delete()
    notes.touched(row, by)
