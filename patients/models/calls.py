"""What was tried to reach somebody: each attempt a row, so that nobody is called twice and nobody is forgotten."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.models.owned import OwnedQuerySet
from patients.models.people import Patient


class CallLogQuerySet(OwnedQuerySet):
    staff_right = "patient.view"

    def for_own(self, user):
        """Nobody's own: how often we tried is a note among colleagues."""
        return self.none()

    def since(self, moment):
        return self.filter(at__gte=moment)


class CallLog(models.Model):
    """One attempt to reach a patient, or a visitor of the site who asked for something. Nothing about health."""

    class About(models.TextChoices):
        MISSED = "missed", _("Missed visit")
        NO_NEXT = "no_next", _("No next visit")
        BEHIND = "behind", _("Behind plan")
        RE_EXAM = "re_exam", _("Re-examination due")
        REQUEST = "request", _("Unanswered request")
        OTHER = "other", _("Something else")

    class Outcome(models.TextChoices):
        REACHED = "reached", _("Reached")
        MESSAGE = "message", _("Left a message")
        NO_ANSWER = "no_answer", _("No answer")
        WROTE = "wrote", _("Wrote")

    patient = models.ForeignKey(
        Patient, models.PROTECT, null=True, blank=True, related_name="calls", verbose_name=_("patient")
    )
    # Numbers, not keys: requests and appointments lie above the people.
    request_number = models.PositiveBigIntegerField(_("request"), null=True, blank=True)
    appointment_number = models.PositiveBigIntegerField(_("appointment"), null=True, blank=True)
    about = models.CharField(_("about"), max_length=10, choices=About)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    note = models.CharField(
        _("note"), max_length=200, blank=True, help_text=_("For the front desk. Nothing about health.")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = CallLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt to reach somebody")
        verbose_name_plural = _("attempts to reach somebody")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["patient", "-at"], name="call_by_patient"),
            models.Index(
                fields=["request_number", "-at"], name="call_by_request", condition=Q(request_number__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="call_has_a_known_outcome",
                condition=Q(outcome__in=["reached", "message", "no_answer", "wrote"]),
            ),
            models.CheckConstraint(
                name="call_is_about_something_known",
                condition=Q(about__in=["missed", "no_next", "behind", "re_exam", "request", "other"]),
            ),
            models.CheckConstraint(
                name="call_is_to_a_patient_or_about_a_request",
                condition=Q(patient__isnull=False, request_number=None)
                | Q(patient=None, request_number__isnull=False, about="request"),
            ),
        ]

    def __str__(self):
        return f"{self.get_about_display()}: {self.get_outcome_display()}"
