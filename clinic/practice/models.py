"""The clinic itself: its name, its voice and its places."""

import re
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


def check_zone(name):
    """Raise `ValidationError` unless `name` is a time zone of the IANA list."""
    if name not in available_timezones():
        raise ValidationError(_("%(name)s is not a time zone. Example: America/New_York."), params={"name": name})


class ClinicProfile(models.Model):
    """The one row that says who we are; texts of the public site stand here, not in templates."""

    name = models.CharField(_("name of the clinic"), max_length=120)
    tagline = models.CharField(_("line under the name"), max_length=120, blank=True)
    headline = models.CharField(_("headline of the home page"), max_length=120, blank=True)
    introduction = models.TextField(_("introduction on the home page"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    emergency_number = models.CharField(_("emergency number"), max_length=20, default="911")
    disclaimer = models.TextField(_("disclaimer and scope of practice"), blank=True)
    hold_minutes = models.PositiveSmallIntegerField(_("minutes a requested time is held"), default=24 * 60)
    requests_are_booked = models.BooleanField(
        _("a requested time is booked at once"),
        default=False,
        help_text=_("Off: the desk answers each request. On: the visitor has the time, the desk only says who it is."),
    )
    requests_a_day = models.PositiveSmallIntegerField(_("requests per visitor and day"), default=3)
    minimum_notice_minutes = models.PositiveIntegerField(
        _("minutes of notice"),
        default=120,
        help_text=_("Patients and visitors book no sooner than this before a visit."),
    )
    booking_horizon_days = models.PositiveSmallIntegerField(
        _("days ahead"), default=60, help_text=_("Patients and visitors book no further ahead than this.")
    )
    waitlist_hold_minutes = models.PositiveSmallIntegerField(
        _("minutes a freed time is held for one who waits"), default=60
    )
    long_wait_minutes = models.PositiveSmallIntegerField(_("minutes that are a long wait"), default=12)
    set_up_at = models.DateTimeField(_("set up at"), null=True, blank=True)

    location: "Location | None" = None  # set by practice.profile: the first active place

    class Meta:
        verbose_name = _("clinic")
        verbose_name_plural = _("clinic")
        constraints = [models.CheckConstraint(name="there_is_one_clinic", condition=models.Q(pk=1))]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.pk = 1
        super().save(*args, **kwargs)

    @property
    def phone_href(self):
        """The phone number as a `tel:` address."""
        return "tel:" + re.sub(r"[^\d+]", "", self.phone)


class LocationQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)


class Location(models.Model):
    """A place where the clinic treats; its zone decides what "nine o'clock" means there."""

    name = models.CharField(_("name"), max_length=80)
    street = models.CharField(_("street"), max_length=120, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=40, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=2, default="US")
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    directions = models.TextField(_("how to find us"), blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, validators=[check_zone])
    is_active = models.BooleanField(_("is in use"), default=True)

    objects = LocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["name"], name="location_name_is_unique")]

    def __str__(self):
        return self.name

    @property
    def zone(self):
        """The `ZoneInfo` in which this place reads its clock."""
        return ZoneInfo(self.time_zone)

    @property
    def address_lines(self):
        town = " ".join(
            part
            for part in (f"{self.city}," if self.city and self.state else self.city, self.state, self.postal_code)
            if part
        )
        return [line for line in (self.street, town) if line]
