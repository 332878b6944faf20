"""What the desk runs beside the day sheet: offers of freed times, therapy timers, calendar feeds."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.accounts.roles import can
from clinic.scheduling.models.appointments import Appointment
from clinic.scheduling.models.planning import WaitlistEntry
from clinic.scheduling.models.resources import Practitioner, Room
from patients.models import Patient
from patients.models.owned import OwnedQuerySet


class WaitlistOfferQuerySet(models.QuerySet):
    def open(self):
        """Offers nobody has answered yet."""
        return self.filter(answered_at=None)


class WaitlistOffer(models.Model):
    """A freed time offered to one waiting person: a held appointment keeps it until the answer or the end."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")
        RELEASED = "released", _("Released by the desk")

    entry = models.ForeignKey(WaitlistEntry, models.PROTECT, related_name="offers")
    appointment = models.OneToOneField(Appointment, models.PROTECT, related_name="waitlist_offer")
    offered_at = models.DateTimeField(default=timezone.now)
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)

    objects = WaitlistOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer of a freed time")
        verbose_name_plural = _("offers of freed times")
        ordering = ["-offered_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="waitlist_offer_is_answered_with_an_outcome",
                condition=Q(answered_at=None, outcome="") | (Q(answered_at__isnull=False) & ~Q(outcome="")),
            ),
            models.CheckConstraint(
                name="waitlist_offer_expires_after_it_is_made", condition=Q(expires_at__gt=F("offered_at"))
            ),
            models.UniqueConstraint(
                fields=["entry"], name="one_open_offer_for_each_who_waits", condition=Q(answered_at=None)
            ),
        ]

    def __str__(self):
        return f"{self.entry}, {self.offered_at:%Y-%m-%d %H:%M}"


class TherapyTimerQuerySet(OwnedQuerySet):
    owner, staff_right, proxy_scope = "appointment__patient", "appointment.view", "booking"

    def running(self):
        """Timers nobody has ended, the one that rings first on top."""
        return self.filter(ended_at=None).order_by("ends_at", "pk")


class TherapyTimer(models.Model):
    """Minutes of heat or e-stim on a table, counted down for everybody at the desk and in the rooms."""

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="timers")
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="timers")
    name = models.CharField(_("therapy"), max_length=40)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    started_at = models.DateTimeField(default=timezone.now)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = TherapyTimerQuerySet.as_manager()

    class Meta:
        verbose_name = _("therapy timer")
        verbose_name_plural = _("therapy timers")
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["ends_at"], name="timers_running", condition=Q(ended_at=None))]
        constraints = [
            models.CheckConstraint(
                name="timer_runs_one_minute_to_two_hours", condition=Q(minutes__gte=1, minutes__lte=120)
            ),
            models.CheckConstraint(name="timer_ends_after_it_starts", condition=Q(ends_at__gt=F("started_at"))),
            models.UniqueConstraint(
                fields=["room"], name="one_running_timer_for_each_table", condition=Q(ended_at=None)
            ),
            models.UniqueConstraint(
                fields=["appointment", "name"], name="one_running_timer_for_each_therapy", condition=Q(ended_at=None)
            ),
        ]

    def __str__(self):
        return f"{self.name}, {self.minutes} min"

    def left(self, now):
        """The time until it rings; negative once it has rung."""
        return self.ends_at - now if self.ended_at is None else timedelta(0)


class CalendarFeedQuerySet(models.QuerySet):
    def for_user(self, user):
        """Those this user may withdraw: made by them or of their own visits; of any practitioner for the settings."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        theirs = Q(created_by=user) | Q(practitioner__user=user) | Q(patient__user=user)
        return self.filter(theirs | Q(practitioner__isnull=False) if can(user, "setting.change") else theirs)

    def living(self):
        return self.filter(revoked_at=None)

    def of(self, patient):
        """Those of this person, also under a record that was joined to this one."""
        return self.filter(patient__in=Patient.objects.records_of([patient]).values("pk"))


class CalendarFeed(models.Model):
    """A calendar address for one practitioner or one patient. Only the token's hash is kept; it can be withdrawn."""

    token_hash = models.CharField(max_length=64, unique=True)
    practitioner = models.ForeignKey(Practitioner, models.CASCADE, null=True, blank=True, related_name="feeds")
    patient = models.ForeignKey(Patient, models.CASCADE, null=True, blank=True, related_name="feeds")
    shows_names = models.BooleanField(_("shows names"), default=False)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    last_read_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="calendar_feed_is_of_one_practitioner_or_one_patient",
                condition=Q(practitioner__isnull=False, patient=None) | Q(practitioner=None, patient__isnull=False),
            ),
            models.CheckConstraint(
                name="calendar_feed_shows_names_to_practitioners_only",
                condition=Q(shows_names=False) | Q(practitioner__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.practitioner or self.patient}"
