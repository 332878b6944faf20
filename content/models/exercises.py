"""Positions and exercises a practitioner can give home."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Exercise(models.Model):
    """A relief position, stretch or exercise: own words, own drawing, a dose, and whom it does not suit."""

    class Kind(models.TextChoices):
        POSITION = "position", _("Relief position")
        STRETCH = "stretch", _("Stretch")
        STRENGTH = "strength", _("Strength")
        MOBILITY = "mobility", _("Easy movement")
        AEROBIC = "aerobic", _("Walking and such")

    slug = models.SlugField(_("address"), max_length=100, unique=True)
    title = models.CharField(_("title"), max_length=140)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    summary = models.CharField(_("summary"), max_length=300)
    body = models.TextField(_("steps"))
    dose = models.CharField(_("how much"), max_length=200)
    cautions = models.JSONField(_("take care"), default=list, blank=True)
    avoid_with = models.JSONField(_("not with"), default=list, blank=True)  # slugs of the safety vocabulary
    regions = models.JSONField(_("regions of the body"), default=list, blank=True)
    drawing = models.CharField(_("drawing"), max_length=120, blank=True)
    shipped_as = models.CharField(max_length=100, blank=True, editable=False)
    shipped_fingerprint = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("exercise")
        verbose_name_plural = _("exercises")
        ordering = ["title"]

    def __str__(self):
        return self.title
