"""What happens to a note after it was written: entered in error, co-signed. A mark is only added, never taken back.

A note entered in error stays readable and struck; nothing counts it, carries it on or shows it to the patient.
"""

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import can, require
from clinic.audit.recording import record
from clinic.charting import notes
from clinic.charting.models import Visit, VisitMark
from clinic.outcomes import recording

Kind = VisitMark.Kind


class ReasonMissing(Exception):
    """Why a note is an error is said in words and stays with it."""


class AlreadyMarked(Exception):
    """The note carries this mark; the first one stands."""


class NothingToCoSign(Exception):
    """No words of somebody who does not sign alone wait in this note."""


def _held(visit):
    """Lock the visit, signed or not, and return it afresh."""
    rows = Visit.objects.select_for_update(no_key=True, of=("self",)).select_related("practitioner__location")
    return rows.get(pk=visit.pk)


def _mark(row, kind, by, **more):
    if row.marks.filter(kind=kind).exists():
        raise AlreadyMarked
    return VisitMark.objects.create(visit=row, kind=kind, by=by, **more)


@transaction.atomic
def enter_in_error(visit, *, because, by):
    """Mark a note, signed or open, as an error for good and return the mark; its pain score counts no more.

    Raises `ReasonMissing`, `AlreadyMarked`.
    """
    require(by, "visit.enter_in_error")
    if not because.strip():
        raise ReasonMissing
    row = _held(visit)
    mark = _mark(row, Kind.ENTERED_IN_ERROR, by, reason=because.strip()[:300])
    if row.signed_at:
        recording.strike_pain_of_visit(row.patient_id, row.visited_at)
    record("visit.entered_in_error", row, by=by, patient=row.patient_id)
    return mark


def to_co_sign(visit):
    """The addenda of people who do not sign alone (students, therapists); empty once they are co-signed.

    Whoever may co-sign signs alone, and so never finds own words here.
    """
    if visit.marks.filter(kind__in=(Kind.CO_SIGNED, Kind.ENTERED_IN_ERROR)).exists():
        return []
    rows = visit.addenda.select_related("written_by")
    return [row for row in rows if not can(row.written_by, "visit.sign")]


@transaction.atomic
def co_sign(visit, *, by):
    """Put a chiropractor's name under what a student or therapist added to a signed note, and return the mark.

    A note takes one such mark. Raises `notes.NotSigned`, `NothingToCoSign`, `AlreadyMarked`, `notes.LicenceExpired`.
    """
    require(by, "visit.co_sign")
    row = _held(visit)
    if not row.signed_at:
        raise notes.NotSigned
    if row.marks.filter(kind=Kind.CO_SIGNED).exists():
        raise AlreadyMarked
    waiting = to_co_sign(row)
    if not waiting:
        raise NothingToCoSign
    practitioner = getattr(by, "practitioner", None)
    if practitioner is None or not practitioner.licence_is_valid(notes.day_of(row, timezone.now())):
        raise notes.LicenceExpired
    mark = _mark(row, Kind.CO_SIGNED, by, reason=practitioner.signature[:300])
    record("visit.co_signed", row, by=by, patient=row.patient_id, addenda=[one.pk for one in waiting])
    return mark
