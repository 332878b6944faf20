"""Who pays: a patient's cover, as far as it changes how a note is written and how time is counted."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.models.owned import OwnedQuerySet
from patients.models.people import Patient


class CoverageQuerySet(OwnedQuerySet):
    staff_right = "coverage.view"

    def on(self, day):
        """Those in force on this day, the newest first."""
        lasting = Q(until=None) | Q(until__gte=day)
        return self.filter(lasting, since__lte=day).order_by("-since", "-pk")


class Coverage(models.Model):
    """One payer of one patient from one day on."""

    class Payer(models.TextChoices):
        MEDICARE = "medicare", _("Medicare")
        PRIVATE = "private", _("Private insurance")
        AUTO = "auto", _("Motor accident insurance")
        WORK = "work", _("Work injury insurance")
        SELF = "self", _("Pays alone")

    class UnitRule(models.TextChoices):
        POOLED = "pooled", _("8-minute rule: minutes of all timed services together")
        EACH = "each", _("Substantial portion: each timed service alone")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="coverages", verbose_name=_("patient"))
    payer = models.CharField(_("payer"), max_length=8, choices=Payer)
    name = models.CharField(_("name of the payer"), max_length=120, blank=True)
    member_number = models.CharField(_("member number"), max_length=40, blank=True)
    unit_rule = models.CharField(_("how time is counted"), max_length=6, choices=UnitRule, default=UnitRule.POOLED)
    notice_signed_on = models.DateField(_("notice of non-cover signed on"), null=True, blank=True)  # ABN: modifier GA
    since = models.DateField(_("since"), default=timezone.localdate)
    until = models.DateField(_("until"), null=True, blank=True)
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = CoverageQuerySet.as_manager()

    class Meta:
        verbose_name = _("cover")
        verbose_name_plural = _("covers")
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="cover_ends_after_it_begins", condition=Q(until=None) | Q(until__gte=F("since"))
            ),
        ]

    def __str__(self):
        return f"{self.get_payer_display()} {self.name}".strip()
