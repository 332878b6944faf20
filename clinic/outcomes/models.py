"""How it goes: measures, and the answers patients gave to them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
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
