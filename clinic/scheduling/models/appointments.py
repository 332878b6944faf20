"""The row of the day sheet. `booking` is the deed, `appointment` the row."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.database.no_overlap import NoOverlap
from clinic.practice.models import Location
from clinic.scheduling.models.planning import Series
from clinic.scheduling.models.resources import Practitioner, Room, VisitKind
from patients.models import Patient
from patients.models.owned import OwnedQuerySet


class Status(models.TextChoices):
    HELD = "held", _("Held")
    BOOKED = "booked", _("Booked")
    CONFIRMED = "confirmed", _("Confirmed")
    ARRIVED = "arrived", _("Arrived")
    IN_ROOM = "in_room", _("In room")
    WITH_PRACTITIONER = "with_practitioner", _("With practitioner")
    CHECKING_OUT = "checking_out", _("Checking out")
    DONE = "done", _("Done")
    NO_SHOW = "no_show", _("No-show")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


FREEING = (Status.NO_SHOW, Status.CANCELLED, Status.EXPIRED)  # the time is free again
A_DAY = timedelta(days=1)  # no visit is longer
HERE = (Status.ARRIVED, Status.IN_ROOM, Status.WITH_PRACTITIONER, Status.CHECKING_OUT)
# The column that keeps when a status was reached; `held` is dated by created_at.
STAMP = {
    Status.BOOKED: "booked_at",
    Status.CONFIRMED: "confirmed_at",
    Status.ARRIVED: "arrived_at",
    Status.IN_ROOM: "in_room_at",
    Status.WITH_PRACTITIONER: "started_at",
    Status.CHECKING_OUT: "finished_at",
    Status.DONE: "done_at",
    Status.NO_SHOW: "no_show_at",
    Status.CANCELLED: "cancelled_at",
    Status.EXPIRED: "expired_at",
}


class AppointmentQuerySet(OwnedQuerySet):
    staff_right, proxy_scope = "appointment.view", "booking"

    def blocking(self):
        """Those that keep others from the same time."""
        return self.exclude(status__in=FREEING)

    def touching(self, start, end):
        """Busy (buffers included) at some moment of [start, end); bounded below, so it does not grow with history."""
        return self.filter(busy_from__lt=end, busy_until__gt=start, busy_from__gt=start - A_DAY)

    def of_patient_during(self, patient, start, end):
        """The patient's visits at some moment of [start, end); bounded below like `touching`."""
        return self.of(patient).filter(starts_at__lt=end, ends_at__gt=start, starts_at__gt=start - A_DAY)

    def on_day(self, day, zone):
        """Those that start on `day` on the clock of `zone`."""
        return self.filter(starts_at__gte=day_start(day, zone), starts_at__lt=day_start(day + timedelta(days=1), zone))

    def here(self):
        return self.filter(status__in=HERE)

    def with_series_length(self):
        """Each with `series_length`, the last place of its series ("visit 5 of 12"), in the same query."""
        sisters = Appointment.objects.filter(series=OuterRef("series")).order_by("-series_place")
        return self.annotate(series_length=Subquery(sisters.values("series_place")[:1]))

    def stale_holds(self, now):
        return self.filter(status=Status.HELD, hold_until__lte=now)


def day_start(day, zone):
    """Return midnight of `day` in `zone` as an aware time."""
    return datetime.combine(day, time.min, tzinfo=zone)


def _stamped(status, column):
    return Q(status=status, **{f"{column}__isnull": False}) | ~Q(status=status)


class Appointment(models.Model):
    """A time kept for one patient with one practitioner. Cancelled ones stay; they no longer block the time."""

    practitioner = models.ForeignKey(
        Practitioner, models.PROTECT, related_name="appointments", verbose_name=_("practitioner")
    )
    patient = models.ForeignKey(
        Patient, models.PROTECT, null=True, blank=True, related_name="appointments", verbose_name=_("patient")
    )
    kind = models.ForeignKey(VisitKind, models.PROTECT, related_name="appointments", verbose_name=_("kind"))
    location = models.ForeignKey(Location, models.PROTECT, related_name="appointments", verbose_name=_("location"))
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, related_name="appointments", verbose_name=_("room")
    )
    lane = models.PositiveSmallIntegerField(default=0)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    busy_from = models.DateTimeField()
    busy_until = models.DateTimeField()
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.BOOKED)
    reason = models.CharField(_("reason for the visit"), max_length=200, blank=True)
    hold_until = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=10, default="desk")  # desk, site, portal, import, demo
    idempotency_key = models.CharField(max_length=64, null=True, blank=True, unique=True)
    overbooked_because = models.CharField(_("reason for overbooking"), max_length=200, blank=True)
    series = models.ForeignKey(
        Series, models.PROTECT, null=True, blank=True, related_name="appointments", verbose_name=_("series")
    )
    series_place = models.PositiveSmallIntegerField(null=True, blank=True)  # 1 for the first visit of the series
    sequence = models.PositiveIntegerField(default=0)  # how often it was moved: calendars and stale pages ask
    changed_at = models.DateTimeField(null=True, blank=True)
    fee_proposed = models.DecimalField(_("fee proposed"), max_digits=8, decimal_places=2, null=True, blank=True)
    fee_waived_because = models.CharField(_("fee waived because"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    booked_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    in_room_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    no_show_at = models.DateTimeField(null=True, blank=True)
    expired_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    cancelled_because = models.CharField(_("reason for cancelling"), max_length=200, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["practitioner", "busy_from"], name="appointment_by_practitioner"),
            models.Index(fields=["room", "busy_from"], name="appointment_by_room"),
            models.Index(fields=["patient", "starts_at"], name="appointment_by_patient"),
            models.Index(fields=["starts_at"], name="appointment_by_start"),
            models.Index(fields=["hold_until"], name="appointment_holds", condition=Q(status="held")),
            models.Index(fields=["status", "starts_at"], name="appointment_by_status"),
        ]
        constraints = [
            models.CheckConstraint(name="appointment_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="appointment_busy_time_covers_the_visit",
                condition=Q(busy_from__lte=F("starts_at"), busy_until__gte=F("ends_at")),
            ),
            models.CheckConstraint(
                name="appointment_is_shorter_than_a_day", condition=Q(busy_until__lt=F("busy_from") + timedelta(days=1))
            ),
            models.CheckConstraint(name="appointment_status_is_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(
                name="appointment_has_a_patient_unless_held",
                condition=Q(patient__isnull=False) | Q(status__in=["held", "expired", "cancelled"]),
            ),
            models.CheckConstraint(
                name="appointment_held_has_an_end", condition=~Q(status="held") | Q(hold_until__isnull=False)
            ),
            models.CheckConstraint(
                name="appointment_cancelled_has_a_reason", condition=~Q(status="cancelled") | ~Q(cancelled_because="")
            ),
            models.CheckConstraint(
                name="appointment_of_a_series_has_a_place",
                condition=Q(series=None, series_place=None) | Q(series__isnull=False, series_place__gte=1),
            ),
            models.UniqueConstraint(fields=["series", "series_place"], name="series_place_is_taken_once"),
            models.CheckConstraint(
                name="appointment_fee_is_waived_only_if_proposed",
                condition=Q(fee_waived_because="") | Q(fee_proposed__isnull=False),
            ),
            *[
                models.CheckConstraint(name=f"appointment_{status}_is_stamped", condition=_stamped(status, column))
                for status, column in STAMP.items()
            ],
            NoOverlap(
                name="practitioner_treats_one_per_lane",
                scope=("practitioner", "lane"),
                start="busy_from",
                end="busy_until",
                ignore=FREEING,
            ),
            NoOverlap(
                name="room_holds_one_visit", scope=("room",), start="busy_from", end="busy_until", ignore=FREEING
            ),
            NoOverlap(name="patient_is_in_one_place", scope=("patient",), ignore=FREEING),
        ]

    def __str__(self):
        return f"{self.starts_at:%Y-%m-%d %H:%M} {self.practitioner}"

    @property
    def is_held(self):
        return self.status == Status.HELD

    @property
    def is_promised(self):
        """Held until the visit is over: the clinic books requests at once, only who comes is still to be said."""
        return self.is_held and self.hold_until is not None and self.hold_until >= self.ends_at

    @property
    def minutes(self):
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def waiting_since(self):
        """When the patient began to wait: at arrival until the practitioner begins; otherwise None."""
        return self.arrived_at if self.status in (Status.ARRIVED, Status.IN_ROOM) else None

    @property
    def in_status_since(self):
        return getattr(self, STAMP.get(Status(self.status), "created_at"))


class AppointmentRequestQuerySet(models.QuerySet):
    def for_user(self, user):
        from clinic.accounts.roles import can

        return self.all() if getattr(user, "is_authenticated", False) and can(user, "request.view") else self.none()

    def unanswered(self):
        return self.filter(answered_at=None)


class AppointmentRequest(models.Model):
    """What a visitor of the site asks for: a time (held for them) or a call back. The desk links it to a patient."""

    class About(models.TextChoices):
        CARE = "care", _("Care")
        ACTING = "acting", _("Who may act for a patient")

    about = models.CharField(_("about"), max_length=6, choices=About, default=About.CARE)
    appointment = models.OneToOneField(Appointment, models.PROTECT, null=True, blank=True, related_name="request")
    name = models.CharField(_("your name"), max_length=120)
    phone = models.CharField(_("phone"), max_length=40)
    email = models.EmailField(_("e-mail"), blank=True)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    best_time = models.CharField(_("when is good?"), max_length=20, blank=True)
    question = models.CharField(_("what would you like to ask?"), max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=10, blank=True)  # booked, declined, called, expired

    objects = AppointmentRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["created_at"]
        indexes = [models.Index(fields=["created_at"], name="request_unanswered", condition=Q(answered_at=None))]
        constraints = [
            models.CheckConstraint(
                name="request_is_answered_with_an_outcome",
                condition=Q(answered_at=None, outcome="") | (Q(answered_at__isnull=False) & ~Q(outcome="")),
            ),
        ]

    def __str__(self):
        return f"{self.name}, {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def desk_words(self):
        """What the desk reads of the question: only what holds no word about health."""
        return self.question if self.about == self.About.ACTING else ""
