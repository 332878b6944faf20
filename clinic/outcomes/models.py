"""How it goes: measures, and the answers patients gave to them."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.scheduling.models import Appointment
from patients.models import Alert, Patient
from patients.models.owned import OwnedQuerySet

PAIN = "nrs_pain"


class Measure(models.Model):
    """A way to measure, with the change that counts; loaded by a migration, with its source."""

    slug = models.SlugField(max_length=30, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    lowest = models.DecimalField(_("lowest"), max_digits=6, decimal_places=2)
    highest = models.DecimalField(_("highest"), max_digits=6, decimal_places=2)
    lower_is_better = models.BooleanField(_("lower is better"), default=True)
    change_points = models.DecimalField(_("change that counts, in points"), max_digits=6, decimal_places=2)
    change_percent = models.PositiveSmallIntegerField(_("change that counts, in % of the start"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ["name"]

    def __str__(self):
        return self.name


class ResponseQuerySet(OwnedQuerySet):
    staff_right = "outcome.view"


class Response(models.Model):
    """One score of one patient at one time, with the single answers and how they were given."""

    class Mode(models.TextChoices):
        INTAKE = "intake", _("Intake")
        VISIT = "visit", _("At the visit")
        CHECK_IN = "check_in", _("Check-in")
        PAPER = "paper", _("On paper")
        PHONE = "phone", _("By phone")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="responses", verbose_name=_("patient"))
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="responses", verbose_name=_("measure"))
    score = models.DecimalField(_("score"), max_digits=6, decimal_places=2)
    answers = models.JSONField(default=dict)
    form_version = models.CharField(max_length=20, default="1")
    language = models.CharField(max_length=8, default="en")
    mode = models.CharField(_("given"), max_length=10, choices=Mode)
    taken_at = models.DateTimeField(_("taken at"), default=timezone.now)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ["taken_at", "pk"]
        indexes = [models.Index(fields=["patient", "measure", "taken_at"], name="response_by_patient")]

    def __str__(self):
        return f"{self.measure} {self.score}"


class CheckIn(models.Model):
    """What a patient says about today on arriving: pain from 0 to 10, better or worse, and what has changed."""

    class Change(models.TextChoices):
        BETTER = "better", _("Better")
        SAME = "same", _("About the same")
        WORSE = "worse", _("Worse")

    class Source(models.TextChoices):
        KIOSK = "kiosk", _("Check-in screen")
        DESK = "desk", _("Front desk")
        PORTAL = "portal", _("Portal")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="check_ins", verbose_name=_("patient"))
    appointment = models.OneToOneField(
        Appointment, models.PROTECT, related_name="check_in", verbose_name=_("appointment")
    )
    pain = models.PositiveSmallIntegerField(_("pain now"))
    change = models.CharField(_("since the last visit"), max_length=6, choices=Change, blank=True)
    words = models.CharField(_("what has changed"), max_length=200, blank=True)
    urgency = models.CharField(_("urgency of the red flags"), max_length=1, choices=Alert.Level, blank=True)
    source = models.CharField(_("given"), max_length=6, choices=Source, default=Source.KIOSK)
    given_at = models.DateTimeField(_("given at"), default=timezone.now)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        ordering = ["-given_at", "pk"]
        constraints = [
            models.CheckConstraint(name="check_in_pain_is_0_to_10", condition=Q(pain__gte=0, pain__lte=10)),
            models.CheckConstraint(
                name="check_in_change_is_known", condition=Q(change__in=["", "better", "same", "worse"])
            ),
            models.CheckConstraint(
                name="check_in_source_is_known", condition=Q(source__in=["kiosk", "desk", "portal"])
            ),
            models.CheckConstraint(name="check_in_urgency_is_known", condition=Q(urgency__in=["", "C", "R", "U", "E"])),
        ]

    def __str__(self):
        return f"{self.pain}/10 {self.get_change_display()}".strip()
