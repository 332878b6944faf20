"""Sending a patient a signed link: to the portal, or to the health history."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.messaging import outbox
from patients import intake as intakes
from patients.languages import writing_to
from patients.models import Intake


class NoAddress(Exception):
    """The patient has no e-mail address yet; the desk can add one."""


def send_link(event, patient, scope, subject_id, by=None):
    """Mail the patient a fresh link of this scope, in their language, and return its address. Raises `NoAddress`."""
    if not patient.email:
        raise NoAddress
    token = links.make(scope, subject_id, by=by)
    url = settings.SITE_URL + reverse(scope, args=[token])
    with writing_to(patient):
        outbox.queue(
            f"patients/{event}",
            to=patient.email,
            key=f"{scope}-{subject_id}-{token[:8]}",
            patient=patient,
            context={"patient": patient, "url": url},
            sensitive=True,
        )
    return url


@transaction.atomic
def invite(patient, *, by):
    """Mail the patient an invitation to the portal and return its address. Raises `NoAddress`."""
    require(by, "patient.invite")
    url = send_link("invitation", patient, SignedLink.Scope.INVITATION, patient.pk, by)
    record("patient.invited", patient, by=by, patient=patient)
    return url


@transaction.atomic
def send_intake(patient, *, by):
    """Mail the patient a link to their health history and return its address (also shown as a code at the desk).

    Without an e-mail address the link is still made, for a tablet at the desk or a text message.
    """
    require(by, "intake.send")
    intake = intakes.open_intake(patient, by=by)
    if patient.email:
        url = send_link("intake", patient, SignedLink.Scope.INTAKE, intake.pk, by)
    else:
        url = settings.SITE_URL + reverse("intake", args=[links.make(SignedLink.Scope.INTAKE, intake.pk, by=by)])
    record("intake.sent", intake, by=by, patient=patient)
    return url


@transaction.atomic
def own_link(intake, *, by):
    """Return the token of a fresh link to an open intake, for the patient or somebody who may fill in forms for them.

    Raises `PermissionDenied` for an intake that is not theirs or was handed in.
    """
    if not Intake.objects.for_own(by).filter(pk=intake.pk, submitted_at=None).exists():
        raise PermissionDenied("intake.own")
    record("intake.opened", intake, by=by, patient=intake.patient_id)
    return links.make(SignedLink.Scope.INTAKE, intake.pk, by=by)
