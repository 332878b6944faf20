"""A link to the health history that ran out, or that reached somebody else."""

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.audit.recording import record
from patients import tasks
from patients.invitations import NoAddress, send_link
from patients.models import Intake, Task

PAUSE = 10 * 60  # seconds between two new links to one history: our own rule, so that nobody's mail is flooded


@transaction.atomic
def renew(token):
    """Mail a new link in place of one that ran out, to the address on file and nowhere else.

    Says nothing: whoever holds an old link learns neither whose it was nor whether anything was sent. A history that
    was handed in and a link that was closed on purpose stay closed.
    """
    try:
        newest = links.latest(SignedLink.Scope.INTAKE, token)
    except links.LinkNotValid:
        return
    intake = Intake.objects.filter(pk=newest.subject_id, submitted_at=None, patient__deceased_on=None).first()
    living = newest.expires_at > timezone.now()  # the patient has one that works: another mail would end it
    if intake is None or living or newest.used_at or newest.revoked_at:
        return
    if not cache.add(f"renewed-{intake.pk}", "yes", PAUSE):
        return
    try:
        send_link("intake", intake.patient, SignedLink.Scope.INTAKE, intake.pk)
    except NoAddress:
        return
    record("intake.sent_again", intake, patient=intake.patient)


@transaction.atomic
def not_theirs(intake):
    """Close the links to this history because one reached somebody else, and have the clinic check the address."""
    tasks.hold(intake.patient_id)
    links.withdraw(SignedLink.Scope.INTAKE, intake.pk)
    with translation.override(settings.LANGUAGE_CODE):
        tasks.open_task(
            intake.patient,
            kind=Task.Kind.CONTACT,
            title=_("The link to the health history reached somebody else"),
            detail=_("Check the e-mail address and the phone number with the patient, then send a new link."),
            key=f"wrong-person-{intake.pk}",
        )
    record("intake.not_theirs", intake, patient=intake.patient)
