"""A visit's way through the clinic: confirm, arrive, to the room, start, finish, check out; cancel, no-show, undo."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.scheduling import fees, mails
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

# What a cancellation writes beside status and stamp, and taking it back wipes.
CANCELLING = ("cancelled_by", "cancelled_because", "fee_proposed", "fee_waived_because", "sequence", "changed_at")
EARLIEST, LATEST = timedelta(hours=2), timedelta(hours=1)  # before and after the start: when a device takes an arrival


class NotNow(Exception):
    """Too early or too late to check in without the desk."""


class StepNotPossible(Exception):
    """The visit is somewhere else by now; `status` says where."""

    def __init__(self, status):
        super().__init__(status)
        self.status = Status(status)


def _lock(appointment):
    rows = Appointment.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("kind", "patient", "practitioner", "location").get(pk=appointment.pk)


@transaction.atomic
def step(appointment, *, to, by, now=None):
    """Move a visit to status `to` and return it. Doing the same step twice changes nothing.

    A no-show keeps the fee that the rule of its kind proposes; nothing is charged. Raises `StepNotPossible` when the
    visit is not where the step begins.
    """
    require(by, "appointment.change")
    row = _lock(appointment)
    if row.status == to:
        return row
    if to not in NEXT.get(row.status, ()):
        raise StepNotPossible(row.status)
    now = now or timezone.now()
    setattr(row, STAMP[to], now)
    row.status, row.fee_proposed = to, fees.proposed(row.kind, row.starts_at, now, to)
    row.save(update_fields=["status", STAMP[to], "fee_proposed"])
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
def cancel(appointment, *, because, by, on_whose_side=fees.PATIENT, waived_because="", silent=False, now=None):
    """Cancel with a reason; the row stays, its time is free again. Raises `StepNotPossible` once a visit has begun.

    The fee that the rule proposes is kept with the visit, or the reason why it is waived; nothing is charged. The
    patient gets a mail, unless the time was only held or `silent`: then the caller writes one for many.
    """
    require(by, "appointment.change")
    row, now = _lock(appointment), now or timezone.now()
    if row.status not in {Status.HELD, Status.BOOKED, Status.CONFIRMED, Status.ARRIVED}:
        raise StepNotPossible(row.status)
    was_held = row.status == Status.HELD
    row.status, row.cancelled_at, row.cancelled_by, row.changed_at = Status.CANCELLED, now, by, now
    row.cancelled_because = because
    if not was_held:
        row.fee_proposed = fees.proposed(row.kind, row.starts_at, now, row.status, on_whose_side=on_whose_side)
        row.fee_waived_because = waived_because if row.fee_proposed else ""
    row.save(update_fields=[*CANCELLING, "cancelled_at", "status"])
    if not (was_held or silent):
        mails.tell(row, "cancelled")
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
        row.fee_proposed, row.fee_waived_because = None, ""
    told = mails.key_of(row, "cancelled")
    if undone == Status.CANCELLED:
        row.sequence, row.changed_at = row.sequence + 2, timezone.now()  # calendars were told one more than the row
    row.save(update_fields=["status", STAMP[undone], *CANCELLING])
    if undone == Status.CANCELLED:
        mails.tell_of_undone_cancellation(row, told)
    record("appointment.undone", row, by=by, patient=row.patient_id, undone=undone)
    return row
