"""One complaint from its onset to its end."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
from patients.models.owned import OwnedQuerySet

ACUTE_DAYS, SUBACUTE_DAYS = 28, 84  # acute < 4 weeks, subacute 4-12, chronic > 12: ACP guideline 2017 definitions


class ChartQuerySet(OwnedQuerySet):
    """Rows of the chart that stand at the patient."""

    staff_right = "visit.view"


class VisitPartQuerySet(ChartQuerySet):
    """Rows of the chart that stand at a visit."""

    owner = "visit__patient"


class Episode(models.Model):
    """What brings the patient, since when and through what."""

    class Mechanism(models.TextChoices):
        CRASH = "crash", _("Vehicle crash")
        FALL = "fall", _("Fall")
        HARD_FALL = "hard_fall", _("Hard fall, or from a height")
        LIFT = "lift", _("Lifting")
        SPORT = "sport", _("Sport")
        POSTURE = "posture", _("Long-held posture")
        OVERUSE = "overuse", _("Overuse")
        HEAT = "heat", _("Hard work in heat")
        GRADUAL = "gradual", _("Came on by itself")
        UNKNOWN = "unknown", _("Not known")

    class Driver(models.TextChoices):
        NERVE = "nerve_root", _("Nerve root")
        DISC = "disc", _("Disc")
        JOINT = "joint", _("Joint")
        MUSCLE = "muscle", _("Muscle or ligament")
        FLUID = "fluid", _("Fluids and electrolytes")
        SENSORY = "sensory_motor", _("Sensory and motor control")
        SYSTEMIC = "systemic", _("Illness of the body")
        UNKNOWN = "unknown", _("Not known")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="episodes", verbose_name=_("patient"))
    complaint = models.CharField(_("complaint"), max_length=200)
    region = models.CharField(_("region"), max_length=12, blank=True)
    is_radiating = models.BooleanField(_("radiates"), default=False)
    onset_on = models.DateField(_("onset"), null=True, blank=True)
    mechanism = models.CharField(_("mechanism"), max_length=10, choices=Mechanism, default=Mechanism.UNKNOWN)
    driver = models.CharField(_("suspected driver"), max_length=14, choices=Driver, default=Driver.UNKNOWN)
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ChartQuerySet.as_manager()

    class Meta:
        verbose_name = _("episode")
        verbose_name_plural = _("episodes")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="episode_closes_after_it_opens", condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at"))
            ),
        ]

    def __str__(self):
        return self.complaint

    def phase_on(self, day):
        """Return "acute", "subacute", "chronic" or "" (no onset known), by the days since onset."""
        if self.onset_on is None:
            return ""
        days = (day - self.onset_on).days
        return "acute" if days < ACUTE_DAYS else "subacute" if days <= SUBACUTE_DAYS else "chronic"
