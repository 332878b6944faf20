"""Plans over several visits, and people who wait for a time."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.scheduling.models.resources import Practitioner, VisitKind
from patients.models import Patient
from patients.models.owned import OwnedQuerySet


class SeriesQuerySet(OwnedQuerySet):
    staff_right, proxy_scope = "appointment.view", "booking"


class Series(models.Model):
    """Visits that were planned together: "twice a week for 3 weeks about 9:00, then a re-examination"."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="series", verbose_name=_("patient"))
    practitioner = models.ForeignKey(
        Practitioner, models.PROTECT, related_name="series", verbose_name=_("practitioner")
    )
    kind = models.ForeignKey(VisitKind, models.PROTECT, related_name="+", verbose_name=_("kind"))
    # What was asked for, for the screens and for a later change: weekdays, weeks, wished time, last kind.
    rule = models.JSONField(default=dict)
    idempotency_key = models.CharField(max_length=64, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return f"{self.patient}: {self.kind}"


class WaitlistQuerySet(OwnedQuerySet):
    staff_right, proxy_scope = "appointment.view", "booking"

    def waiting(self):
        """Those who still wait, the longest wait first."""
        return self.filter(closed_at=None).order_by("created_at", "pk")


class WaitlistEntry(models.Model):
    """Somebody who would come sooner or at a better time, with their wishes. Empty wishes mean "any"."""

    class Outcome(models.TextChoices):
        BOOKED = "booked", _("Booked")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        LAPSED = "lapsed", _("No longer in time")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="waitlist_entries", verbose_name=_("patient"))
    kind = models.ForeignKey(VisitKind, models.PROTECT, related_name="+", verbose_name=_("kind"))
    practitioner = models.ForeignKey(
        Practitioner, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("practitioner")
    )
    weekdays = models.JSONField(_("days"), default=list, blank=True)  # Monday is 0
    earliest = models.TimeField(_("not before"), null=True, blank=True)
    latest = models.TimeField(_("not after"), null=True, blank=True)
    from_on = models.DateField(_("from"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)
    # The later visit they hold already: taking an earlier time frees it.
    instead_of = models.ForeignKey(
        "Appointment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("instead of")
    )
    note = models.CharField(_("note for the desk"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)

    objects = WaitlistQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiting list entry")
        verbose_name_plural = _("waiting list")
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["created_at"], name="waitlist_open", condition=Q(closed_at=None))]
        constraints = [
            models.CheckConstraint(
                name="waitlist_entry_is_closed_with_an_outcome",
                condition=Q(closed_at=None, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
            ),
            models.CheckConstraint(
                name="waitlist_wish_ends_after_it_begins",
                condition=Q(earliest=None) | Q(latest=None) | Q(latest__gt=F("earliest")),
            ),
            models.CheckConstraint(
                name="waitlist_entry_ends_after_it_begins",
                condition=Q(from_on=None) | Q(until_on=None) | Q(until_on__gte=F("from_on")),
            ),
        ]

    def __str__(self):
        return f"{self.patient}: {self.kind}"
