"""What is known about a patient's health, each with where it comes from and since when."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from patients.models.owned import HealthQuerySet
from patients.models.people import Patient


class Source(models.TextChoices):
    INTAKE = "intake", _("Intake")
    CLINICIAN = "clinician", _("Clinician")
    IMPORT = "import", _("Import")


class ConditionQuerySet(HealthQuerySet):
    def counted(self):
        """Those that rules may speak of: not entered in error, of a living patient, with a word of the vocabulary."""
        return self.stands().filter(patient__deceased_on=None).exclude(code="")

    def active(self):
        return self.stands().filter(resolved_on=None)

    def stands(self):
        """Neither entered in error nor ruled out by a clinician."""
        return self.filter(entered_in_error_at=None).exclude(certainty=Condition.Certainty.RULED_OUT)

    def to_confirm(self):
        """What the patient (or an import) said and no clinician has accepted or corrected yet."""
        waiting = (Condition.Certainty.STATED, Condition.Certainty.OPEN)
        return self.active().filter(certainty__in=waiting)


class HealthFact(models.Model):
    """Common to conditions, medicines, allergies and procedures."""

    label = models.CharField(_("what"), max_length=250)
    coded_system = models.CharField(_("code system"), max_length=120, blank=True)
    coded_value = models.CharField(_("code"), max_length=60, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.CLINICIAN)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    entered_in_error_at = models.DateTimeField(_("entered in error at"), null=True, blank=True)
    external_id = models.CharField(max_length=200, blank=True, editable=False)  # the record's id where it came from

    class Meta:
        abstract = True

    def __str__(self):
        return self.label


def _once_per_import(name):
    return models.UniqueConstraint(fields=["patient", "external_id"], name=name, condition=~Q(external_id=""))


class Condition(HealthFact):
    """A disease, state, device or history; `code` is a slug of the safety vocabulary, or empty if no rule knows it."""

    class Certainty(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        STATED = "stated", _("As stated, not yet confirmed")
        OPEN = "open", _("Open question, counts until it is answered")
        RULED_OUT = "ruled_out", _("Ruled out by a clinician")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="conditions", verbose_name=_("patient"))
    code = models.SlugField(_("safety term"), max_length=60, blank=True)
    certainty = models.CharField(_("certainty"), max_length=10, choices=Certainty, default=Certainty.CONFIRMED)
    onset_on = models.DateField(_("since"), null=True, blank=True)
    resolved_on = models.DateField(_("resolved on"), null=True, blank=True)
    site = models.CharField(_("site"), max_length=40, blank=True)
    side = models.CharField(_("side"), max_length=5, blank=True)
    judged_at = models.DateTimeField(_("accepted or corrected at"), null=True, blank=True)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.JSONField(_("state"), default=dict, blank=True)  # {"severity": "severe"}: see the vocabulary's note

    objects = ConditionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ["resolved_on", "-recorded_at", "pk"]
        indexes = [models.Index(fields=["patient", "code"], name="condition_by_code")]
        constraints = [
            models.CheckConstraint(
                name="condition_resolves_after_onset",
                condition=Q(onset_on=None) | Q(resolved_on=None) | Q(resolved_on__gte=models.F("onset_on")),
            ),
            models.CheckConstraint(
                name="condition_is_judged_by_somebody",
                condition=Q(judged_at=None, judged_by=None) | Q(judged_at__isnull=False, judged_by__isnull=False),
            ),
            models.CheckConstraint(
                name="condition_is_ruled_out_by_a_clinician",
                condition=~Q(certainty="ruled_out") | Q(judged_by__isnull=False),
            ),
            _once_per_import("condition_is_imported_once"),
        ]

    @property
    def is_active(self):
        ruled_out = self.certainty == self.Certainty.RULED_OUT
        return self.resolved_on is None and self.entered_in_error_at is None and not ruled_out


class Medication(HealthFact):
    """A medicine the patient takes or took."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="medications", verbose_name=_("patient"))
    dose = models.CharField(_("dose"), max_length=120, blank=True)
    started_on = models.DateField(_("since"), null=True, blank=True)
    stopped_on = models.DateField(_("stopped on"), null=True, blank=True)

    objects = HealthQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("medicine")
        verbose_name_plural = _("medicines")
        ordering = ["stopped_on", "label"]
        constraints = [_once_per_import("medication_is_imported_once")]


class Allergy(HealthFact):
    """What the patient does not tolerate."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="allergies", verbose_name=_("patient"))
    code = models.SlugField(_("safety term"), max_length=60, blank=True)
    criticality = models.CharField(_("criticality"), max_length=10, blank=True)
    reaction = models.CharField(_("reaction"), max_length=200, blank=True)
    ended_on = models.DateField(_("no longer since"), null=True, blank=True)

    objects = HealthQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("allergy")
        verbose_name_plural = _("allergies")
        ordering = ["ended_on", "label"]
        constraints = [_once_per_import("allergy_is_imported_once")]


class Procedure(HealthFact):
    """An operation or other procedure in the past."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="procedures", verbose_name=_("patient"))
    performed_on = models.DateField(_("on"), null=True, blank=True)

    objects = HealthQuerySet.as_manager()

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["-performed_on", "pk"]
        constraints = [_once_per_import("procedure_is_imported_once")]
