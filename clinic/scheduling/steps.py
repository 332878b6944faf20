"""A visit's way through the clinic: confirm, arrive, to the room, start, finish, check out; cancel, no-show, undo."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import FREEING, STAMP, Status

FLOW = (
    Status.BOOKED,
    Status.CONFIRMED,
    Status.ARRIVED,
    Status.IN_ROOM,
    Status.WITH_PRACTITIONER,
    Status.CHECKING_OUT,
    Status.DONE,
)
NEXT = {  # what may follow what; skipping the room or the confirmation is everyday life
    Status.BOOKED: {Status.CONFIRMED, Status.ARRIVED, Status.NO_SHOW},
    Status.CONFIRMED: {Status.ARRIVED, Status.NO_SHOW},
    Status.ARRIVED: {Status.IN_ROOM, Status.WITH_PRACTITIONER, Status.NO_SHOW},
    Status.IN_ROOM: {Status.WITH_PRACTITIONER},
    Status.WITH_PRACTITIONER: {Status.CHECKING_OUT, Status.DONE},
    Status.CHECKING_OUT: {Status.DONE},
}
# The one button a row shows: always the next step.
USUAL_NEXT = {
    Status.BOOKED: Status.ARRIVED,
    Status.CONFIRMED: Status.ARRIVED,
    Status.ARRIVED: Status.IN_ROOM,
    Status.IN_ROOM: Status.WITH_PRACTITIONER,
    Status.WITH_PRACTITIONER: Status.CHECKING_OUT,
    Status.CHECKING_OUT: Status.DONE,
}

EARLIEST, LATEST = timedelta(hours=2), timedelta(hours=1)  # before and after the start: when a device takes an arrival


class NotNow(Exception):
    """Too early or too late to check in without the desk."""


class StepNotPossible(Exception):
    """The visit is somewhere else by now; `status` says where."""

    def __init__(self, status):
        super().__init__(status)
        self.status = Status(status)


def _lock(appointment):
    return Appointment.objects.select_for_update(no_key=True, of=("self",)).get(pk=appointment.pk)


@transaction.atomic
def step(appointment, *, to, by, now=None):
    """Move a visit to status `to` and return it. Doing the same step twice changes nothing.

    Raises `StepNotPossible` when the visit is not where the step begins.
    """
    require(by, "appointment.change")
    row = _lock(appointment)
    if row.status == to:
        return row
    if to not in NEXT.get(row.status, ()):
        raise StepNotPossible(row.status)
    setattr(row, STAMP[to], now or timezone.now())
    row.status = to
    row.save(update_fields=["status", STAMP[to]])
    record(f"appointment.{to}", row, by=by, patient=row.patient_id)
    return row


@transaction.atomic
def arrive_by_device(appointment, *, device, now=None):
    """Note that the patient has checked in at a paired device, where nobody of the staff acts; return the visit.

    A second time changes nothing. Raises `NotNow` and, when the visit is past arriving, `StepNotPossible`.
    """
    row, now = _lock(appointment), now or timezone.now()
    if row.status == Status.ARRIVED:
        return row
    if Status.ARRIVED not in NEXT.get(row.status, ()):
        raise StepNotPossible(row.status)
    if not row.starts_at - EARLIEST <= now <= row.starts_at + LATEST:
        raise NotNow
    row.status, row.arrived_at = Status.ARRIVED, now
    row.save(update_fields=["status", "arrived_at"])
    record("appointment.arrived", row, patient=row.patient_id, via="kiosk", device=device.pk)
    return row


@transaction.atomic
def cancel(appointment, *, because, by, now=None):
    """Cancel with a reason; the row stays, its time is free again. Raises `StepNotPossible` once a visit has begun."""
    require(by, "appointment.change")
    row = _lock(appointment)
    if row.status not in {Status.HELD, Status.BOOKED, Status.CONFIRMED, Status.ARRIVED}:
        raise StepNotPossible(row.status)
    row.status, row.cancelled_at, row.cancelled_by = Status.CANCELLED, now or timezone.now(), by
    row.cancelled_because = because
    row.save(update_fields=["status", "cancelled_at", "cancelled_by", "cancelled_because"])
    record("appointment.cancelled", row, by=by, patient=row.patient_id)
    return row


def _before(row):
    """Return the status before the present one: the furthest stamped step of the flow that lies behind."""
    behind = FLOW[: FLOW.index(row.status)] if row.status in FLOW else FLOW
    stamped = [status for status in behind if getattr(row, STAMP[status])]
    return stamped[-1] if stamped else None


@transaction.atomic
def undo(appointment, *, by):
    """Take back the last step and return the row.

    Raises `StepNotPossible` when there is none to take back, and `IntegrityError` when a cancelled time was given away.
    """
    require(by, "appointment.change")
    row = _lock(appointment)
    before = _before(row)
    if before is None or row.status == Status.HELD:
        raise StepNotPossible(row.status)
    undone, was_free = row.status, row.status in FREEING
    setattr(row, STAMP[undone], None)
    row.status = before
    if was_free:
        row.cancelled_by, row.cancelled_because = None, ""
    row.save(update_fields=["status", STAMP[undone], "cancelled_by", "cancelled_because"])
    record("appointment.undone", row, by=by, patient=row.patient_id, undone=undone)
    return row
