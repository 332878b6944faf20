"""A patient has died: the day is noted on every record of theirs, and nothing is sent to them any more.

What lies above the patients (visits, the waiting list, calendars) is ended by `clinic.scheduling.farewell`, the deed
the desk presses; this module is its part below. The chart stays readable, and a mistake can be taken back.
"""

from django.db import transaction
from django.utils import timezone

from clinic.accounts import links
from clinic.accounts.models import SignedLink, User
from clinic.accounts.roles import require
from clinic.audit.models import AuditEvent
from clinic.audit.recording import record
from clinic.messaging import outbox
from patients.models import Intake, Patient


class AlreadyNoted(Exception):
    """That this patient has died is on the record."""


class NotNoted(Exception):
    """Nothing says that this patient has died."""


class NotTheDay(Exception):
    """Nobody dies before they were born or on a day that has not come."""


def records_of(patient):
    """Lock every record of this person and return them: the kept one and those merged into it."""
    rows = Patient.objects.select_for_update(no_key=True, of=("self",)).records_of([patient])
    return list(rows.order_by("pk"))


@transaction.atomic
def note(patient, *, on, by, **counts):
    """Note the day somebody died on, end their sign-in and links, take back what was to be sent; return the row.

    Raises `AlreadyNoted`, `NotTheDay`.
    """
    require(by, "patient.change")
    rows = records_of(patient)
    if any(row.deceased_on for row in rows):
        raise AlreadyNoted
    if on > timezone.localdate() or any(on < row.birth_date for row in rows):
        raise NotTheDay
    _write(rows, on)
    accounts = _end_sign_in(rows)
    _end_links(rows)
    counts["messages"] = outbox.withdraw_all([row.pk for row in rows])
    record("patient.died", patient, by=by, patient=patient, accounts=accounts, **counts)
    return next(row for row in rows if row.pk == patient.pk)


@transaction.atomic
def correct(patient, *, by):
    """Take back that somebody died and return the row: it was entered by mistake. Raises `NotNoted`.

    They can sign in again by a code; old sessions and links stay dead, and cancelled visits are booked anew by hand.
    """
    require(by, "patient.change")
    rows = records_of(patient)
    if not any(row.deceased_on for row in rows):
        raise NotNoted
    _write(rows, None)
    _open_sign_in(rows)
    record("patient.died_by_mistake", patient, by=by, patient=patient)
    return next(row for row in rows if row.pk == patient.pk)


def _write(rows, day):
    for row in rows:
        row.deceased_on = day
        row.save(update_fields=["deceased_on"])


def _end_sign_in(rows):
    """Close the accounts of a person who only was a patient; return their keys. Staff accounts are the admin's to end.

    Otherwise the front desk could lock out a colleague. The new password hash ends every open session for good.
    """
    closed = []
    for user in User.objects.filter(patient__in=rows, is_active=True).order_by("pk"):
        if user.is_staff:
            continue
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        closed.append(user.pk)
    return closed


def _open_sign_in(rows):
    """Open again what the last note of the death had closed, and nothing that was closed for another reason."""
    noted = AuditEvent.objects.filter(action="patient.died", patient_id__in=[row.pk for row in rows])
    last = noted.order_by("-pk").first()
    closed = last.details.get("accounts", []) if last else []
    User.objects.filter(pk__in=closed, patient__in=rows).update(is_active=True)


def _end_links(rows):
    intakes = Intake.objects.of_all(rows).filter(submitted_at=None)
    links.revoke_all(SignedLink.Scope.INVITATION, [row.pk for row in rows])
    links.revoke_all(SignedLink.Scope.INTAKE, list(intakes.values_list("pk", flat=True)))
