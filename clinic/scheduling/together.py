"""Several visits in one deed: all of them or none."""

from clinic.scheduling import booking, placing
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import Status
from clinic.scheduling.refusals import InThePast, NotOpen, SlotTaken

REFUSALS = (SlotTaken, NotOpen, InThePast)


class SomeTaken(Exception):
    """Not all can be had: `numbers` says which; `planned` is the plan with fresh proposals, where there is one."""

    def __init__(self, numbers, planned=()):
        super().__init__(f"taken: {numbers}")
        self.numbers, self.planned = list(numbers), list(planned)


def all_or_none(wishes, do):
    """Call `do(number, wish)` for each of {number: wish} and return the results; one `SomeTaken` names all refused."""
    done, refused = [], []
    for number, wish in wishes.items():
        try:
            done.append(do(number, wish))
        except REFUSALS:
            refused.append(number)
    if refused:
        raise SomeTaken(refused)
    return done


def insert(wish, *, by, now, **fields):
    """Write one visit into the place of `wish`, booked at the desk, and return it. Locks are the caller's."""
    return Appointment.objects.create(
        **placing.find(wish).columns,
        patient=wish.patient,
        status=Status.BOOKED,
        booked_at=now,
        created_at=now,
        changed_at=now,
        created_by=by,
        source="desk",
        **fields,
    )


def park(rows, now):
    """Take visits out of the way for a moment, so that they may move onto each other's times and rooms."""
    keys = [row.pk for row in rows]
    Appointment.objects.filter(pk__in=keys).update(status=Status.EXPIRED, expired_at=now)


def bring_in(row, wish, *, by, now):
    """Write a parked visit into its new place and let it count again, before the next one looks for its own."""
    booking.relocate(row, wish, by=by, now=now, silent=True)
    Appointment.objects.filter(pk=row.pk).update(status=row.status, expired_at=None)
    return row
