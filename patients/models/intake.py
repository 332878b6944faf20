"""The health history as the patient gave it; every version is kept."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.database.frozen import Frozen
from patients.models.owned import OwnedQuerySet
from patients.models.people import Patient


class IntakeQuerySet(OwnedQuerySet):
    staff_right, proxy_scope = "intake.view", "forms"

    def submitted(self):
        return self.exclude(submitted_at=None)


class Intake(models.Model):
    """One filled-in health history. Answers are kept as given; once handed in they never change."""

    class FilledBy(models.TextChoices):
        PATIENT = "patient", _("the patient")
        GUARDIAN = "guardian", _("a parent or guardian")
        STAFF = "staff", _("the clinic, by phone")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="intakes", verbose_name=_("patient"))
    version = models.PositiveIntegerField(_("version"))
    questionnaire_version = models.CharField(max_length=20)
    answers = models.JSONField(default=dict)
    pages_done = models.JSONField(default=list)
    filled_by = models.CharField(_("filled in by"), max_length=10, choices=FilledBy, default=FilledBy.PATIENT)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(_("handed in at"), null=True, blank=True)

    objects = IntakeQuerySet.as_manager()

    class Meta:
        verbose_name = _("intake")
        verbose_name_plural = _("intakes")
        ordering = ["patient", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "version"], name="intake_version_is_unique"),
            models.UniqueConstraint(fields=["patient"], condition=Q(submitted_at=None), name="one_open_intake"),
            Frozen(name="intake_is_kept_as_given", since="submitted_at"),
        ]

    def __str__(self):
        return f"{self.patient}, v{self.version}"

    @property
    def status(self):
        return "submitted" if self.submitted_at else "started" if self.saved_at else "sent"


class IntakeReviewQuerySet(OwnedQuerySet):
    owner, staff_right = "intake__patient", "intake.view"


class IntakeReview(models.Model):
    """A clinician has read a handed-in intake."""

    intake = models.ForeignKey(Intake, models.PROTECT, related_name="reviews")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = IntakeReviewQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        constraints = [Frozen(name="intake_review_is_append_only")]

    def __str__(self):
        return f"{self.intake}, {self.at:%Y-%m-%d}"
