"""What the hands found: by segment, by muscle, and the diagnoses."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.charting.models.episodes import VisitPartQuerySet
from clinic.charting.models.tables import DiagnosisCode
from clinic.charting.models.visits import Visit
from clinic.database.frozen import Frozen


class Side(models.TextChoices):
    LEFT = "L", _("Left")
    RIGHT = "R", _("Right")
    BOTH = "B", _("Both")
    NONE = "", _("Midline")


def _grade(name, *fields):
    condition = Q()
    for field in fields:
        condition &= Q(**{field: None}) | Q(**{f"{field}__lte": 4})
    return models.CheckConstraint(name=name, condition=condition)


class SegmentFinding(models.Model):
    """One spinal segment: P.A.R.T. (pain, asymmetry, range, tissue tone), two of four with A or R being the
    Medicare rule for the initial note (Benefit Policy Manual ch. 15, 240.1.2)."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="segment_findings")
    segment = models.CharField(_("segment"), max_length=4)  # a code of anatomy.segments
    side = models.CharField(_("side"), max_length=1, choices=Side, blank=True)
    pain = models.PositiveSmallIntegerField(_("pain 0 to 4"), null=True, blank=True)
    asymmetry = models.CharField(_("asymmetry or listing"), max_length=40, blank=True)
    range_of_motion = models.CharField(_("range"), max_length=40, blank=True)
    tone = models.PositiveSmallIntegerField(_("tone 0 to 4"), null=True, blank=True)
    is_carried = models.BooleanField(default=False)  # copied from the last visit and not touched today

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment finding")
        verbose_name_plural = _("segment findings")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "segment", "side"], name="segment_is_noted_once_a_side"),
            _grade("segment_grades_are_0_to_4", "pain", "tone"),
            Frozen(name="segment_finding_of_signed_visit", since="signed_at", parent="visit"),
        ]

    def __str__(self):
        return f"{self.segment} {self.side}".strip()

    @property
    def part_count(self):
        """How many of P, A, R, T were found."""
        return sum((bool(self.pain), bool(self.asymmetry), bool(self.range_of_motion), bool(self.tone)))


class MuscleFinding(models.Model):
    """One muscle on one side: spasm 0-4 before and after treatment."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="muscle_findings")
    muscle = models.CharField(_("muscle"), max_length=40)  # a slug of anatomy.muscles
    side = models.CharField(_("side"), max_length=1, choices=Side, blank=True)
    spasm_before = models.PositiveSmallIntegerField(_("spasm before, 0 to 4"), null=True, blank=True)
    spasm_after = models.PositiveSmallIntegerField(_("after"), null=True, blank=True)
    tenderness = models.PositiveSmallIntegerField(_("tenderness 0 to 4"), null=True, blank=True)
    has_trigger_point = models.BooleanField(_("trigger point"), default=False)
    is_carried = models.BooleanField(default=False)

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("muscle finding")
        verbose_name_plural = _("muscle findings")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "muscle", "side"], name="muscle_is_noted_once_a_side"),
            _grade("muscle_grades_are_0_to_4", "spasm_before", "spasm_after", "tenderness"),
            Frozen(name="muscle_finding_of_signed_visit", since="signed_at", parent="visit"),
        ]

    def __str__(self):
        return f"{self.muscle} {self.side}".strip()


class VisitDiagnosis(models.Model):
    """A diagnosis of this visit, in order."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="diagnoses")
    code = models.ForeignKey(DiagnosisCode, models.PROTECT, related_name="+", verbose_name=_("code"))
    position = models.PositiveSmallIntegerField(default=1)
    because = models.CharField(_("why it stands beside a code that excludes it"), max_length=200, blank=True)
    is_carried = models.BooleanField(default=False)

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("diagnosis")
        verbose_name_plural = _("diagnoses")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "code"], name="diagnosis_stands_once_in_a_visit"),
            Frozen(name="diagnosis_of_signed_visit", since="signed_at", parent="visit"),
        ]

    def __str__(self):
        return self.code_id
