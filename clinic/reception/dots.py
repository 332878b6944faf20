"""Three dots per visit: attendance, note, money. The shape says it: done, not yet, needs you, does not apply."""

from clinic.charting.models import Visit, VisitMark
from clinic.scheduling.models.appointments import FREEING, HERE, Status

DONE, OPEN, DUE, NONE = "ok", "open", "due", "none"


def notes_of(appointments):
    """Return {appointment id: is its note signed?} in one query; a note entered in error counts as none."""
    rows = Visit.objects.filter(appointment__in=[a.pk for a in appointments])
    rows = rows.exclude(marks__kind=VisitMark.Kind.ENTERED_IN_ERROR)
    return {pk: signed_at is not None for pk, signed_at in rows.values_list("appointment_id", "signed_at")}


def attendance(card):
    """Did the patient come? A late one is due: somebody should call."""
    if card.status in (*FREEING, Status.HELD):
        return NONE
    if card.status == Status.DONE or card.status in HERE:
        return DONE
    return DUE if card.late else OPEN


def note(card, notes):
    """Is the note signed? Once the visit is done, one that is not needs somebody."""
    if card.status in (*FREEING, Status.HELD):
        return NONE
    if notes.get(card.appointment.pk):
        return DONE
    return DUE if card.status == Status.DONE else OPEN


def of(card, notes):
    """Return the three shapes; money does not apply as long as nothing is charged here."""
    return attendance(card), note(card, notes), NONE
