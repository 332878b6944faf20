"""What is planned, what was examined, and what was decided about imaging: all before hands are laid on."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.charting.models.episodes import ChartQuerySet, Episode, VisitPartQuerySet
from clinic.charting.models.findings import Side
from clinic.charting.models.tables import Level, TreatmentKind
from clinic.charting.models.visits import Visit
from clinic.database.frozen import Frozen
from patients.models import Patient


class CarePlanQuerySet(ChartQuerySet):
    def current(self):
        return self.filter(ended_at=None)


class CarePlan(models.Model):
    """The conservative plan of one complaint: what is aimed at, and the treatments meant for it."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="care_plans", verbose_name=_("patient"))
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="care_plans", verbose_name=_("episode"))
    aim = models.CharField(_("what is aimed at"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(_("safety checked at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = CarePlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("care plan")
        verbose_name_plural = _("care plans")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["episode"], condition=Q(ended_at=None), name="episode_has_one_current_plan"
            ),
            models.CheckConstraint(
                name="care_plan_is_ended_by_somebody",
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.episode}, {timezone.localtime(self.made_at):%Y-%m-%d}"


class PlannedTreatmentQuerySet(ChartQuerySet):
    owner = "plan__patient"

    def current(self):
        return self.filter(ended_at=None, plan__ended_at=None)


class PlannedTreatment(models.Model):
    """One treatment of a plan with what the safety rules said when it was planned, and what they say since."""

    plan = models.ForeignKey(CarePlan, models.CASCADE, related_name="treatments")
    kind = models.ForeignKey(TreatmentKind, models.PROTECT, related_name="+", verbose_name=_("treatment"))
    regions = models.JSONField(_("regions"), default=list, blank=True)
    side = models.CharField(_("side"), max_length=1, choices=Side, blank=True)
    parameters = models.JSONField(_("settings"), default=dict, blank=True)
    strictest = models.CharField(max_length=1, choices=Level, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    rules_version = models.CharField(max_length=40, blank=True)
    override_reason = models.CharField(_("reason to plan it all the same"), max_length=300, blank=True)
    overridden_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    planned_at = models.DateTimeField(default=timezone.now)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    since_strictest = models.CharField(_("strictest since then"), max_length=1, choices=Level, blank=True)
    since_warnings = models.JSONField(_("new warnings"), default=list, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = PlannedTreatmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("planned treatment")
        verbose_name_plural = _("planned treatments")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="absolute_contraindication_is_never_planned", condition=~Q(strictest="A")),
            models.CheckConstraint(
                name="relative_contraindication_in_a_plan_has_a_reason",
                condition=~Q(strictest="R") | (~Q(override_reason="") & Q(overridden_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="warning_in_a_plan_names_its_rules", condition=Q(strictest="") | ~Q(rules_version="")
            ),
        ]

    def __str__(self):
        return f"{self.kind} {', '.join(self.regions)}".strip()


class Examination(models.Model):
    """One part of the examination at a visit and what it showed. Some parts are mandatory after trauma (facts S4-2)."""

    class Part(models.TextChoices):
        NEUROLOGICAL = "neuro", _("Neurological")
        MUSCULAR = "muscular", _("Muscles and joints")
        BLOOD_PRESSURE = "bp", _("Blood pressure")
        CRANIAL_NERVES = "cranial_nerves", _("Cranial nerves")
        ABDOMINAL = "abdomen", _("Abdominal palpation")
        OTHER = "other", _("Other")

    class Result(models.TextChoices):
        NORMAL = "normal", _("Nothing unusual")
        ABNORMAL = "abnormal", _("Something found")

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="examinations")
    part = models.CharField(_("part"), max_length=14, choices=Part)  # the words of the red-flag table
    result = models.CharField(_("result"), max_length=8, choices=Result)
    note = models.CharField(_("what was found"), max_length=300, blank=True)
    done_at = models.DateTimeField(default=timezone.now)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("examination")
        verbose_name_plural = _("examinations")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "part"], name="part_is_examined_once_a_visit"),
            models.CheckConstraint(
                name="abnormal_examination_says_what", condition=~Q(result="abnormal") | ~Q(note="")
            ),
            Frozen(name="examination_of_signed_visit", since="signed_at", parent="visit"),
        ]

    def __str__(self):
        return f"{self.get_part_display()}: {self.get_result_display()}"


class ImagingQuerySet(ChartQuerySet):
    owner = "episode__patient"


class ImagingDecision(models.Model):
    """What was decided about imaging for one complaint, why and by whom; a later decision is a new row."""

    class Decision(models.TextChoices):
        NOT_NEEDED = "not_needed", _("Not needed")
        SEEN = "seen", _("Images at hand and read")
        ORDERED = "ordered", _("Ordered, no thrust until read")
        REFERRED = "referred", _("Left to the physician referred to")

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="imaging_decisions")
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="imaging_decisions")
    decision = models.CharField(_("decision"), max_length=10, choices=Decision)
    because = models.CharField(_("reason"), max_length=300)
    decided_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ImagingQuerySet.as_manager()

    class Meta:
        verbose_name = _("imaging decision")
        verbose_name_plural = _("imaging decisions")
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="imaging_decision_has_a_reason", condition=~Q(because="")),
            Frozen(name="imaging_decision_is_append_only"),
        ]

    def __str__(self):
        return f"{self.episode}: {self.get_decision_display()}"
