"""What somebody must look at before hands are laid on."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.accounts.roles import can
from patients.models.intake import Intake
from patients.models.owned import HealthQuerySet
from patients.models.people import Patient


class AlertQuerySet(HealthQuerySet):
    def open(self):
        return self.filter(ended_at=None, patient__deceased_on=None)

    def unacknowledged(self):
        return self.open().filter(acknowledged_at=None)

    def to_acknowledge(self, user):
        """Those that wait for somebody to say "seen", for whoever may say it.

        The front desk is among them: it learns that there is an alert, never what it says (columns stay unread).
        """
        if not can(user, "alert.acknowledge"):
            return self.none()
        rows = self.unacknowledged()
        return rows if can(user, "alert.view_content") else rows.only("pk", "patient", "raised_at", "acknowledged_at")


class Alert(models.Model):
    """A red flag that fired. Stays until a clinician ends it with a reason; acknowledged by name and time."""

    class Level(models.TextChoices):
        EMERGENCY = "E", _("Emergency")
        URGENT = "U", _("Urgent")
        REFER = "R", _("Refer")
        CAUTION = "C", _("Caution")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="alerts", verbose_name=_("patient"))
    intake = models.ForeignKey(Intake, models.PROTECT, null=True, blank=True, related_name="alerts")
    flag = models.CharField(_("red flag"), max_length=10)
    level = models.CharField(_("level"), max_length=1, choices=Level)
    points_to = models.CharField(_("points to"), max_length=120)
    staff_action = models.TextField(_("what to do"))
    blocks_treatments = models.JSONField(default=list, blank=True)
    raised_at = models.DateTimeField(_("raised at"), default=timezone.now)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ended_because = models.CharField(_("reason"), max_length=300, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("clinical alert")
        verbose_name_plural = _("clinical alerts")
        ordering = ["-raised_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="alert_is_acknowledged_by_somebody",
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
            models.CheckConstraint(
                name="alert_ends_with_a_reason",
                condition=Q(ended_at=None) | (Q(ended_by__isnull=False) & ~Q(ended_because="")),
            ),
            models.UniqueConstraint(
                fields=["patient", "flag"], condition=Q(ended_at=None), name="one_open_alert_a_flag"
            ),
        ]

    def __str__(self):
        return f"{self.get_level_display()}: {self.points_to}"
