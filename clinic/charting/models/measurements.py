"""What was measured at a visit beside segments and muscles: range of motion, nerves, and what provokes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.charting.models.episodes import VisitPartQuerySet
from clinic.charting.models.findings import Side
from clinic.charting.models.visits import Visit
from clinic.database.frozen import Frozen


class Movement(models.TextChoices):
    FLEXION = "flexion", _("Flexion")
    EXTENSION = "extension", _("Extension")
    SIDE_BEND_LEFT = "side_bend_left", _("Side-bend left")
    SIDE_BEND_RIGHT = "side_bend_right", _("Side-bend right")
    ROTATION_LEFT = "rotation_left", _("Rotation left")
    ROTATION_RIGHT = "rotation_right", _("Rotation right")


class RangeOfMotion(models.Model):
    """How far one region moves in one direction, in degrees, and whether it hurts."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="ranges_of_motion")
    region = models.CharField(_("region"), max_length=12)  # cervical, thoracic, lumbar
    movement = models.CharField(_("movement"), max_length=16, choices=Movement)
    degrees = models.PositiveSmallIntegerField(_("degrees"), null=True, blank=True)
    is_painful = models.BooleanField(_("painful"), default=False)
    is_carried = models.BooleanField(default=False)

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("range of motion")
        verbose_name_plural = _("ranges of motion")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "region", "movement"], name="movement_is_measured_once_a_visit"),
            models.CheckConstraint(
                name="range_of_motion_is_0_to_180_degrees", condition=Q(degrees=None) | Q(degrees__lte=180)
            ),
            Frozen(name="range_of_motion_of_signed_visit", since="signed_at", parent="visit"),
        ]

    def __str__(self):
        return f"{self.region} {self.get_movement_display()} {self.degrees or ''}".strip()


class NerveTest(models.Model):
    """One test of the neurological screen: a reflex, the strength or feeling of a level, or a tension test."""

    class Kind(models.TextChoices):
        REFLEX = "reflex", _("Reflex")
        STRENGTH = "strength", _("Strength (myotome)")
        FEELING = "feeling", _("Feeling (dermatome)")
        TENSION = "tension", _("Nerve tension")

    class Result(models.TextChoices):
        NORMAL = "normal", _("Normal")
        REDUCED = "reduced", _("Reduced")
        ABSENT = "absent", _("Absent")
        INCREASED = "increased", _("Increased")
        POSITIVE = "positive", _("Positive")

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="nerve_tests")
    kind = models.CharField(_("test"), max_length=8, choices=Kind)
    level = models.CharField(_("level or name"), max_length=24)  # C5-S1, or "slump", "straight leg raise"
    side = models.CharField(_("side"), max_length=1, choices=Side, blank=True)
    result = models.CharField(_("result"), max_length=9, choices=Result)
    note = models.CharField(_("note"), max_length=120, blank=True)
    is_carried = models.BooleanField(default=False)

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("nerve test")
        verbose_name_plural = _("nerve tests")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "kind", "level", "side"], name="nerve_is_tested_once_a_side"),
            Frozen(name="nerve_test_of_signed_visit", since="signed_at", parent="visit"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.level} {self.side}: {self.get_result_display()}"


class ProvokingMovement(models.Model):
    """What one movement or load does to the complaint on this day: the grid of the intake, asked again."""

    class Effect(models.TextChoices):
        WORSE = "worse", _("Worse")
        BETTER = "better", _("Better")
        SAME = "same", _("Same")
        NOT_TRIED = "not_tried", _("Not tried")

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="provoking_movements")
    movement = models.CharField(_("movement"), max_length=30)  # a key of the intake's movement grid
    effect = models.CharField(_("effect"), max_length=9, choices=Effect)
    is_carried = models.BooleanField(default=False)

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("provoking movement")
        verbose_name_plural = _("provoking movements")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "movement"], name="movement_is_tried_once_a_visit"),
            Frozen(name="provoking_movement_of_signed_visit", since="signed_at", parent="visit"),
        ]

    def __str__(self):
        return f"{self.movement}: {self.get_effect_display()}"
