"""What a clinic bills for: its own words, and the code number that it entered itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.charting.models.tables import TreatmentKind


class ServiceCode(models.Model):
    """One service by its key (facts 4.4), with the clinic's own label. No code description is shipped: the number
    is typed or imported by the clinic, which holds the licence for its code set."""

    class Attendance(models.TextChoices):
        NONE = "none", _("not timed")
        SUPERVISED = "supervised", _("supervised")
        CONSTANT = "constant", _("constant attendance")
        ONE_TO_ONE = "one_to_one", _("one to one")

    key = models.SlugField(_("short name"), max_length=30, unique=True)
    label = models.CharField(_("label"), max_length=120)
    code = models.CharField(_("code number"), max_length=12, blank=True)
    is_timed = models.BooleanField(_("billed by time"), default=False)
    attendance = models.CharField(_("attendance"), max_length=10, choices=Attendance, default=Attendance.NONE)
    kind = models.ForeignKey(
        TreatmentKind, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("treatment")
    )
    is_active = models.BooleanField(_("is in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("service and its code")
        verbose_name_plural = _("services and their codes")
        ordering = ["order", "key"]

    def __str__(self):
        return self.label
