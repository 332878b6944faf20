"""Who treats, in which room, what kinds of visit there are, and when the doors are open."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.practice.models import Location


class PractitionerQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True).order_by("order", "pk")

    def with_hours(self):
        """With what the search for free times reads of each: place, weekly hours, hours of single dates."""
        weekly = models.Prefetch("hours", WorkingHours.objects.select_related("location"))
        dated = models.Prefetch("special_hours", SpecialHours.objects.select_related("location"))
        return self.select_related("location").prefetch_related(weekly, dated)


class Practitioner(models.Model):
    """Somebody who treats. Licence and credentials are shown on the site and stand under every signed note."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="practitioner"
    )
    name = models.CharField(_("name"), max_length=120)
    credentials = models.CharField(_("credentials"), max_length=40, blank=True)
    title = models.CharField(_("profession"), max_length=60, blank=True)
    about = models.TextField(_("about"), blank=True)
    languages = models.CharField(_("speaks"), max_length=120, blank=True)
    licence_number = models.CharField(_("licence number"), max_length=40, blank=True)
    licence_state = models.CharField(_("licence state"), max_length=40, blank=True)
    licence_expires_on = models.DateField(_("licence valid to"), null=True, blank=True)
    location = models.ForeignKey(Location, models.PROTECT, related_name="practitioners", verbose_name=_("location"))
    room = models.ForeignKey(
        "Room", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("usual room")
    )
    capacity = models.PositiveSmallIntegerField(_("patients at a time"), default=1)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("is active"), default=True)

    objects = PractitionerQuerySet.as_manager()

    class Meta:
        verbose_name = _("practitioner")
        verbose_name_plural = _("practitioners")
        ordering = ["order", "pk"]
        constraints = [models.CheckConstraint(name="practitioner_treats_at_least_one", condition=Q(capacity__gte=1))]

    def __str__(self):
        return self.name

    @property
    def signature(self):
        """Name and credentials as they stand under a note."""
        return ", ".join(part for part in (self.name, self.credentials) if part)

    def licence_is_valid(self, day=None):
        """Is the licence valid on `day` (today in the clinic's zone)? One without a date counts as valid."""
        return self.licence_expires_on is None or self.licence_expires_on >= (day or timezone.localdate())


class Room(models.Model):
    """A treatment room or a single therapy table: one patient at a time."""

    location = models.ForeignKey(Location, models.PROTECT, related_name="rooms", verbose_name=_("location"))
    name = models.CharField(_("name"), max_length=60)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("is active"), default=True)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["location", "name"], name="room_name_is_unique")]

    def __str__(self):
        return self.name


class VisitKind(models.Model):
    """A kind of visit: how long it lasts and how much time it needs around it."""

    class Purpose(models.TextChoices):
        INITIAL = "initial", _("First visit")
        SUBSEQUENT = "subsequent", _("Return visit")
        RE_EXAM = "re_exam", _("Re-examination")
        MAINTENANCE = "maintenance", _("Maintenance")
        ADVICE = "advice", _("Advice by phone")

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose, default=Purpose.SUBSEQUENT)
    description = models.CharField(_("description for patients"), max_length=200, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    buffer_before = models.PositiveSmallIntegerField(_("minutes kept free before"), default=0)
    buffer_after = models.PositiveSmallIntegerField(_("minutes kept free after"), default=0)
    fee = models.DecimalField(_("fee"), max_digits=8, decimal_places=2, null=True, blank=True)
    late_cancel_hours = models.PositiveSmallIntegerField(
        _("late when cancelled fewer hours before"), default=0, help_text=_("0: a cancellation is never late.")
    )
    late_cancel_fee = models.DecimalField(
        _("fee proposed for a late cancellation"), max_digits=8, decimal_places=2, default=0
    )
    no_show_fee = models.DecimalField(_("fee proposed for a no-show"), max_digits=8, decimal_places=2, default=0)
    is_public = models.BooleanField(_("can be requested on the site"), default=False)
    is_active = models.BooleanField(_("is active"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    practitioners = models.ManyToManyField(
        Practitioner, blank=True, related_name="kinds", verbose_name=_("practitioners")
    )
    rooms = models.ManyToManyField(
        Room,
        blank=True,
        related_name="kinds",
        verbose_name=_("rooms or tables"),
        help_text=_("Takes one of these. None: this kind needs no room of its own."),
    )

    class Meta:
        verbose_name = _("kind of visit")
        verbose_name_plural = _("kinds of visit")
        ordering = ["order", "name"]
        constraints = [
            models.CheckConstraint(
                name="visit_kind_lasts_5_minutes_to_8_hours", condition=Q(minutes__gte=5, minutes__lte=480)
            ),
            models.CheckConstraint(
                name="visit_kind_fees_are_not_negative", condition=Q(late_cancel_fee__gte=0, no_show_fee__gte=0)
            ),
        ]

    def __str__(self):
        return self.name

    def is_done_by(self, practitioner):
        """Does this practitioner do this kind of visit? A kind that names nobody is done by all."""
        named = {row.pk for row in self.practitioners.all()}
        return not named or practitioner.pk in named


class WorkingHours(models.Model):
    """One block of a practitioner's week, on the clock of the location."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="hours", verbose_name=_("practitioner"))
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("to"))
    location = models.ForeignKey(
        Location,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("location"),
        help_text=_("Empty: the practitioner's own."),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        ordering = ["practitioner", "weekday", "opens"]
        constraints = [
            models.CheckConstraint(name="working_hours_close_after_they_open", condition=Q(closes__gt=F("opens"))),
            models.CheckConstraint(
                name="working_hours_end_after_they_begin",
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
            ),
        ]

    def __str__(self):
        return f"{self.practitioner}, {self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


class SpecialHours(models.Model):
    """Other hours on one date: they stand in the place of that day's working hours (none at all is time off)."""

    practitioner = models.ForeignKey(
        Practitioner, models.CASCADE, related_name="special_hours", verbose_name=_("practitioner")
    )
    on = models.DateField(_("on"))
    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("to"))
    location = models.ForeignKey(
        Location, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("location")
    )

    class Meta:
        verbose_name = _("hours of one date")
        verbose_name_plural = _("hours of single dates")
        ordering = ["practitioner", "on", "opens"]
        constraints = [
            models.CheckConstraint(name="special_hours_close_after_they_open", condition=Q(closes__gt=F("opens"))),
            models.UniqueConstraint(fields=["practitioner", "on", "opens"], name="special_hours_open_once"),
        ]

    def __str__(self):
        return f"{self.practitioner}, {self.on:%Y-%m-%d} {self.opens:%H:%M}-{self.closes:%H:%M}"


class TimeOffQuerySet(models.QuerySet):
    def touching(self, start, end):
        return self.filter(starts_at__lt=end, ends_at__gt=start)


class TimeOff(models.Model):
    """Time without visits: of one practitioner, of one location, or of the whole clinic when neither is named."""

    practitioner = models.ForeignKey(
        Practitioner, models.CASCADE, null=True, blank=True, related_name="time_off", verbose_name=_("practitioner")
    )
    location = models.ForeignKey(
        Location, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("location")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    objects = TimeOffQuerySet.as_manager()

    class Meta:
        verbose_name = _("time off")
        verbose_name_plural = _("time off")
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["starts_at"], name="time_off_by_start")]
        constraints = [
            models.CheckConstraint(name="time_off_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="time_off_is_of_one_person_or_one_place", condition=Q(practitioner=None) | Q(location=None)
            ),
        ]

    def __str__(self):
        return f"{self.practitioner or self.location or _('Clinic')}: {self.reason}"

    def holds_for(self, practitioner_id, location_id):
        """Does it keep this practitioner from treating at this location?"""
        if self.practitioner_id:
            return self.practitioner_id == practitioner_id
        return self.location_id in (None, location_id)
