"""What a practitioner keeps to hand: phrases, sets of treatments and favourite codes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.charting.models.tables import DiagnosisCode
from clinic.scheduling.models import Practitioner


class OwnQuerySet(models.QuerySet):
    def for_practitioner(self, practitioner):
        """The clinic's own and those of this practitioner (None: only the clinic's)."""
        mine = Q(practitioner=practitioner) if practitioner else Q()
        return self.filter(Q(practitioner=None) | mine) if practitioner else self.filter(practitioner=None)


class Phrase(models.Model):
    """A text put in by "/" and its short name, in one part of the note."""

    class Part(models.TextChoices):
        SUBJECTIVE = "subjective", _("S")
        OBJECTIVE = "objective", _("O")
        ASSESSMENT = "assessment", _("A")
        PLAN = "plan", _("P")

    practitioner = models.ForeignKey(
        Practitioner, models.CASCADE, null=True, blank=True, related_name="phrases", verbose_name=_("practitioner")
    )
    part = models.CharField(_("part of the note"), max_length=10, choices=Part)
    short = models.SlugField(_("short name"), max_length=20)
    text = models.CharField(_("text"), max_length=300)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("phrase")
        verbose_name_plural = _("phrases")
        ordering = ["part", "order", "short"]
        constraints = [
            models.UniqueConstraint(
                fields=["practitioner", "part", "short"], name="phrase_has_one_short_name", nulls_distinct=False
            )
        ]

    def __str__(self):
        return f"/{self.short}"


class Preset(models.Model):
    """A named set of treatments with their settings, put on the note in one tap: each row is checked like any other."""

    practitioner = models.ForeignKey(
        Practitioner, models.CASCADE, null=True, blank=True, related_name="presets", verbose_name=_("practitioner")
    )
    name = models.CharField(_("name"), max_length=40)
    items = models.JSONField(_("treatments"), default=list)  # [{kind, segments, regions, side, minutes, values}]
    is_active = models.BooleanField(_("is offered"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("preset")
        verbose_name_plural = _("presets")
        ordering = ["order", "name"]
        constraints = [
            models.UniqueConstraint(fields=["practitioner", "name"], name="preset_has_one_name", nulls_distinct=False)
        ]

    def __str__(self):
        return self.name


class FavouriteCode(models.Model):
    """A diagnosis code that this practitioner wants at hand."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="favourite_codes")
    code = models.ForeignKey(DiagnosisCode, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("favourite code")
        verbose_name_plural = _("favourite codes")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["practitioner", "code"], name="code_is_a_favourite_once"),
        ]

    def __str__(self):
        return self.code_id
