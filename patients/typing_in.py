"""A clinician types the health history in for somebody on the telephone or with a paper in hand.

Only who may read health histories may: the pages show what was answered before. The desk prints the paper instead.
"""

from django.db import transaction

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.accounts.roles import can, require
from clinic.audit.recording import record
from patients import intake as intakes


@transaction.atomic
def type_in(patient, *, by):
    """Open the patient's health history for a clinician and return the token of a fresh link to it.

    Links that the patient has open nothing any more: two hands on one history would confuse.
    """
    require(by, "intake.view")
    intake = intakes.open_intake(patient, by=by)
    token = links.make(SignedLink.Scope.INTAKE, intake.pk, by=by)
    record("intake.typed_in", intake, by=by, patient=patient)
    return token


def is_typing(user, patient):
    """Is it somebody of the clinic who sits at this history, and not the patient?"""
    return user.is_authenticated and can(user, "intake.view") and getattr(patient, "user_id", None) != user.pk
