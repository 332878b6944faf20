"""What was applied: each kind with its own parameters, checked against its schema."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.charting.models.episodes import VisitPartQuerySet
from clinic.charting.models.equipment import Equipment
from clinic.charting.models.findings import Side
from clinic.charting.models.tables import Level, TreatmentKind
from clinic.charting.models.visits import Visit
from clinic.database.frozen import Frozen


class TreatmentApplied(models.Model):
    """One treatment given at a visit.

    `parameters` hold the kind's own values (W/cm2, Hz, % ...) as its definition names them. `warnings` keep what the
    safety rules said, with the rules' version; a relative contraindication without a stored reason cannot be saved,
    an absolute one not at all.
    """

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="treatments")
    kind = models.ForeignKey(TreatmentKind, models.PROTECT, related_name="+", verbose_name=_("treatment"))
    segments = models.JSONField(_("segments"), default=list, blank=True)  # ["L4 R", "SI R"]
    regions = models.JSONField(_("regions"), default=list, blank=True)  # ["lumbar"]
    side = models.CharField(_("side"), max_length=1, choices=Side, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    parameters = models.JSONField(_("settings"), default=dict, blank=True)
    response = models.CharField(_("response"), max_length=12, blank=True)
    strictest = models.CharField(max_length=1, choices=Level, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    rules_version = models.CharField(max_length=40, blank=True)
    override_reason = models.CharField(_("reason to go on"), max_length=300, blank=True)
    overridden_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    is_carried = models.BooleanField(default=False)
    device = models.ForeignKey(
        Equipment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("device")
    )
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    supervised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    performed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("treatment applied")
        verbose_name_plural = _("treatments applied")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="absolute_contraindication_is_never_stored", condition=~Q(strictest="A")),
            models.CheckConstraint(
                name="relative_contraindication_has_a_reason",
                condition=~Q(strictest="R") | (~Q(override_reason="") & Q(overridden_by__isnull=False)),
            ),
            models.CheckConstraint(name="warning_names_its_rules", condition=Q(strictest="") | ~Q(rules_version="")),
            models.CheckConstraint(
                name="treatment_minutes_are_1_to_180", condition=Q(minutes=None) | Q(minutes__gte=1, minutes__lte=180)
            ),
            models.CheckConstraint(
                name="treatment_ends_after_it_starts",
                condition=Q(ended_at=None) | Q(started_at__isnull=False, ended_at__gte=models.F("started_at")),
            ),
            Frozen(name="treatment_of_signed_visit", since="signed_at", parent="visit"),
        ]

    def __str__(self):
        return f"{self.kind} {', '.join(self.segments or self.regions)}".strip()
