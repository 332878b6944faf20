"""Noting an attempt to reach somebody."""

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from patients.models import CallLog


class NotAnOutcome(Exception):
    """No attempt ends like this, or nobody is called about this."""


@transaction.atomic
def log(*, about, outcome, by, patient=None, request=None, appointment=None, note="", now=None):
    """Note one attempt and return the row. Either `patient`, or `request`: the number of what a visitor asked for.

    `appointment` is the number of the visit it is about. Raises `NotAnOutcome` for words we do not know.
    """
    require(by, "call.log")
    if outcome not in CallLog.Outcome or about not in CallLog.About:
        raise NotAnOutcome(outcome)
    row = CallLog.objects.create(
        patient=patient,
        request_number=request,
        appointment_number=appointment,
        about=about,
        outcome=outcome,
        note=note,
        at=now or timezone.now(),
        by=by,
    )
    record("call.logged", row, by=by, patient=patient, about=about, outcome=outcome)
    return row
