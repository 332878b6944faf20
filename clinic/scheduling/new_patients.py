"""A new person and their first visit, in one transaction: both or neither."""

from django.db import transaction

from clinic.scheduling import booking, series
from clinic.scheduling.models import Appointment
from patients import registering


class _BookedBefore(Exception):
    """The same form, sent twice at the same moment, has booked already: `made` is the visit or the series."""

    def __init__(self, made):
        super().__init__("booked before")
        self.made = made


def book(*, person, by, key=None, **visit):
    """Register a person and book their visit; return the appointment. Raises as `booking.book` does.

    `person` holds the fields of `registering.register`. A form sent twice makes one patient and one visit.
    """
    try:
        with transaction.atomic():
            if key and (known := Appointment.objects.filter(idempotency_key=key).first()):
                return known
            booking.lock(
                visit["practitioner"], visit.get("room"), kind=visit["kind"]
            )  # before `register` writes the log
            patient = registering.register(by=by, **person)
            made = booking.book(patient=patient, by=by, key=key, **visit)
            if made.patient_id != patient.pk:  # the other sending won the race: roll this patient back
                raise _BookedBefore(made)
            return made
    except _BookedBefore as before:
        return before.made


def book_series(*, person, by, chosen, key=None, **asked):
    """Register a person and book their series; return it. Raises as `series.book` does."""
    try:
        with transaction.atomic():
            if made := series.known(key):
                return made
            series.lock_times(chosen=chosen, **asked)  # before `register` writes the log
            patient = registering.register(by=by, **person)
            made = series.book(patient=patient, by=by, key=key, chosen=chosen, **asked)
            if made.patient_id != patient.pk:
                raise _BookedBefore(made)
            return made
    except _BookedBefore as before:
        return before.made


@transaction.atomic
def accept(request, *, person, by, now=None):
    """Register the visitor and accept their request for them. Raises as `booking.accept` does."""
    booking.lock(request.appointment.practitioner)  # before `register` writes the log
    booking.lock_held(request)
    return booking.accept(request, patient=registering.register(by=by, **person), by=by, now=now)
