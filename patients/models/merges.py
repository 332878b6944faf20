"""Two records of one person: proposed by whoever notices, decided by the clinic admin, undone without loss."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.models.people import Patient


class MergeQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(decided_at=None)

    def in_force(self):
        return self.filter(is_merged=True, undone_at=None)


class Merge(models.Model):
    """`absorbed` is thought to be the same person as `kept`. No row moves: `absorbed.merged_into` says it all."""

    kept = models.ForeignKey(Patient, models.PROTECT, related_name="merges_kept", verbose_name=_("record to keep"))
    absorbed = models.ForeignKey(
        Patient, models.PROTECT, related_name="merges_absorbed", verbose_name=_("record to join to it")
    )
    because = models.CharField(_("why they are one person"), max_length=300)
    proposed_at = models.DateTimeField(_("proposed at"), default=timezone.now)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    is_merged = models.BooleanField(_("merged"), default=False)
    decided_because = models.CharField(_("reason"), max_length=300, blank=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undone_because = models.CharField(_("reason"), max_length=300, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of two records")
        verbose_name_plural = _("merges of two records")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="merge_is_of_two_records", condition=~Q(kept=F("absorbed"))),
            models.CheckConstraint(name="merge_is_proposed_with_a_reason", condition=~Q(because="")),
            models.CheckConstraint(
                name="merge_is_decided_by_somebody",
                condition=Q(decided_at=None, decided_by=None, is_merged=False)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="merge_is_undone_with_a_reason",
                condition=Q(undone_at=None, undone_by=None)
                | (Q(undone_at__isnull=False, undone_by__isnull=False, is_merged=True) & ~Q(undone_because="")),
            ),
            models.UniqueConstraint(
                fields=["absorbed"], condition=Q(is_merged=True, undone_at=None), name="record_is_merged_once"
            ),
            models.UniqueConstraint(
                fields=["kept", "absorbed"], condition=Q(decided_at=None), name="merge_is_proposed_once"
            ),
        ]

    def __str__(self):
        return f"{self.absorbed.chart_number} -> {self.kept.chart_number}"
