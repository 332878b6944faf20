"""The devices that treat: which machine, when it was checked, when it must be checked again."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.charting.models.tables import TreatmentKind


class Equipment(models.Model):
    """One machine for one kind of treatment (an ultrasound, an e-stim unit), with its safety checks."""

    kind = models.ForeignKey(TreatmentKind, models.PROTECT, related_name="equipment", verbose_name=_("treatment"))
    name = models.CharField(_("name"), max_length=80)
    maker = models.CharField(_("maker and model"), max_length=120, blank=True)
    serial_number = models.CharField(_("serial number"), max_length=60, blank=True)
    checked_on = models.DateField(_("last checked"), null=True, blank=True)
    next_check_on = models.DateField(_("next check due"), null=True, blank=True)
    retired_on = models.DateField(_("out of use since"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("device for treatments")
        verbose_name_plural = _("devices for treatments")
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["name"], name="equipment_has_its_own_name"),
            models.CheckConstraint(
                name="equipment_check_comes_after_the_last",
                condition=Q(checked_on=None) | Q(next_check_on=None) | Q(next_check_on__gte=models.F("checked_on")),
            ),
        ]

    def __str__(self):
        return self.name
