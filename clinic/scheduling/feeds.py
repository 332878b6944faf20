"""Calendar addresses: made for one practitioner or one patient, told once, withdrawn at any time.

The address is the key: whoever has it reads the calendar, without signing in. It lives as long as the account that
made it could make it again; only its hash is kept.
"""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation

from clinic.accounts.language import STAFF_LANGUAGE
from clinic.accounts.roles import can, require
from clinic.audit.recording import record
from clinic.practice import profile
from clinic.scheduling import calendars
from clinic.scheduling.models import Appointment, CalendarFeed, Practitioner
from clinic.scheduling.models.appointments import A_DAY, Status
from patients.languages import writing_to
from patients.models import Patient

RIGHT = "calendar.share"
BACK, AHEAD = timedelta(days=30), timedelta(days=180)  # what a calendar shows; cancelled visits as long as BACK
NOTED_EVERY = timedelta(hours=1)
MOST_LIVING = 10


class NoSuchFeed(LookupError):
    """No living calendar has this address: unknown, withdrawn, or its maker may no longer see it; not told which."""


class TooManyFeeds(Exception):
    """This account has as many calendar addresses for this person as anybody needs."""


def shareable(user):
    """Return the practitioners whose calendar this user may hand out: their own, or all for who keeps the settings."""
    rows = Practitioner.objects.active()
    if not can(user, RIGHT):
        return rows.none()
    return rows if can(user, "setting.change") else rows.filter(user=user)


def may_make(of, user):
    """May this user hand out the calendar of this practitioner or patient? Patients: their own and granted ones."""
    if isinstance(of, Practitioner):
        left = of.user is not None and not of.user.is_active
        return not left and shareable(user).filter(pk=of.pk).exists()
    return user.is_active and Patient.objects.in_care_of(user, "booking").filter(pk=of.pk).exists()


@transaction.atomic
def make(of, *, by, shows_names=False, now=None):
    """Make a calendar address for a practitioner or a patient and return (feed, token); the token is told only now.

    Raises `PermissionDenied` and `TooManyFeeds`. Only a practitioner's calendar can show names.
    """
    if not may_make(of, by):
        raise PermissionDenied(RIGHT)
    whose = "practitioner" if isinstance(of, Practitioner) else "patient"
    if CalendarFeed.objects.living().filter(**{whose: of}, created_by=by).count() >= MOST_LIVING:
        raise TooManyFeeds
    token = secrets.token_urlsafe(24)
    feed = CalendarFeed.objects.create(
        **{whose: of},
        token_hash=_hash(token),
        shows_names=shows_names and whose == "practitioner",
        created_at=now or timezone.now(),
        created_by=by,
    )
    record("calendar.made", feed, by=by, patient=feed.patient_id, names=feed.shows_names)
    return feed, token


@transaction.atomic
def revoke(feed, *, by, now=None):
    """Withdraw an address: it opens nothing any more. A second time changes nothing. Raises `PermissionDenied`."""
    if not CalendarFeed.objects.for_user(by).filter(pk=feed.pk).exists():
        raise PermissionDenied(RIGHT)
    row = CalendarFeed.objects.select_for_update(no_key=True, of=("self",)).get(pk=feed.pk)
    if row.revoked_at is None:
        _withdraw(row, by, now or timezone.now())
    return row


@transaction.atomic
def revoke_all(user, *, by, now=None):
    """Withdraw every address that this account made or that shows its calendar (somebody leaves); return how many."""
    require(by, "account.change")
    of_theirs = Q(created_by=user) | Q(practitioner__user=user) | Q(patient__user=user)
    rows = list(CalendarFeed.objects.living().filter(of_theirs).order_by("pk").select_for_update(of=("self",)))
    for row in rows:
        _withdraw(row, by, now or timezone.now())
    return len(rows)


@transaction.atomic
def end_of(practitioner, *, by, now=None):
    """Withdraw the addresses of a practitioner who leaves; return how many."""
    require(by, "setting.change")
    rows = list(practitioner.feeds.living().order_by("pk").select_for_update(of=("self",)))
    for row in rows:
        _withdraw(row, by, now or timezone.now())
    return len(rows)


def _withdraw(row, by, now):
    row.revoked_at, row.revoked_by = now, by
    row.save(update_fields=["revoked_at", "revoked_by"])
    record("calendar.revoked", row, by=by, patient=row.patient_id)


def _hash(token):
    return hashlib.sha256(token.encode()).hexdigest()


# --- reading ---


def address(token):
    """Return the address a calendar subscribes to."""
    return settings.SITE_URL + reverse("calendar", args=[token])


def find(token):
    """Return the living calendar behind this address; raise `NoSuchFeed` in every other case."""
    rows = CalendarFeed.objects.living().select_related("practitioner__user", "patient", "created_by")
    feed = rows.filter(token_hash=_hash(token)).first()
    if feed is None or feed.created_by is None or not may_make(feed.practitioner or feed.patient, feed.created_by):
        raise NoSuchFeed
    return feed


def note_read(feed, *, now=None):
    """Note that a calendar has asked, at most once an hour."""
    now = now or timezone.now()
    if feed.last_read_at is None or feed.last_read_at <= now - NOTED_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_read_at=now)


def visits(feed, now):
    """Return the appointments of this calendar, bounded on both sides: it does not grow with the years."""
    since, until = now - BACK, now + AHEAD
    rows = Appointment.objects.filter(starts_at__gte=since, starts_at__lt=until)
    if feed.practitioner_id:
        span = {"busy_from__gte": since - A_DAY, "busy_from__lt": until}  # what the index knows
        rows = rows.filter(practitioner=feed.practitioner_id, **span)
    else:
        rows = rows.of(feed.patient)
    over = Q(status=Status.EXPIRED) | Q(status=Status.HELD, hold_until__lte=now)
    long_gone = Q(status=Status.CANCELLED, cancelled_at__lt=since)
    return rows.exclude(over | long_gone).select_related("location", "patient").order_by("starts_at", "pk")


def file_of(feed, *, now=None):
    """Return the bytes of this calendar as it stands."""
    rows = list(visits(feed, now or timezone.now()))
    if feed.practitioner_id:
        with translation.override(STAFF_LANGUAGE):
            return calendars.for_practitioner(rows, profile.name(), shows_names=feed.shows_names)
    with writing_to(feed.patient):
        return calendars.for_patient(rows, profile.name())
