"""Mails to a patient about visits: day, time, with whom, where, and the calendar file; never a complaint."""

from django.utils import timezone

from clinic.messaging import outbox
from clinic.practice import profile
from clinic.scheduling import calendars
from patients.languages import writing_to

FILE = "visit.ics"


def key_of(appointment, event):
    """Return the key of the mail about one visit as it stands: each move has its own."""
    return f"appointment-{appointment.pk}-{event}-{appointment.sequence}"


def attachment(rows):
    """Return the calendar file of a patient's visits as the outbox takes it: name and text."""
    return FILE, calendars.for_patient(rows, profile.name()).decode()


def tell(appointment, event):
    """Queue a mail about one visit (`event` is its template) with its calendar file."""
    patient = appointment.patient
    if not (patient and patient.email):
        return
    # the clock on the clinic's wall and the patient's language, whoever books from where
    with timezone.override(appointment.location.zone), writing_to(patient):
        outbox.queue(
            f"scheduling/{event}",
            to=patient.email,
            key=key_of(appointment, event),
            patient=patient,
            context={"appointment": appointment, "patient": patient},
            attachment=attachment([appointment]),
        )


def tell_of_undone_cancellation(appointment, cancelled_key):
    """Take the mail of a cancellation back while it waits; once it is out, confirm the visit anew."""
    if not outbox.withdraw(cancelled_key):
        tell(appointment, "confirmation")
