"""Calendar addresses: who may make one, what it shows, and what ends it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from icalendar import Calendar

from clinic.audit.models import AuditEvent
from clinic.scheduling import feeds
from clinic.scheduling.models import CalendarFeed
from patients.models import ProxyGrant
from tests import make
from tests.make import MONDAY

DAY = timedelta(days=1)


@pytest.fixture
def doctor(carlos):
    return carlos.practitioner


@pytest.fixture
def paul(ana, rita):
    """Ana's husband, who may book for her."""
    user = make.user("paul@example.org", "patient")
    grant = {"relation": "husband", "starts_on": date(2020, 1, 1), "granted_by": rita, "may_booking": True}
    user.grant = ProxyGrant.objects.create(patient=ana, user=user, **grant)
    return user


def shown(feed, now=MONDAY):
    """(number of the visit, status) of each event, in the calendar's order."""
    events = Calendar.from_ical(feeds.file_of(feed, now=now)).walk("VEVENT")
    return [(int(str(e["uid"]).split("@")[0].removeprefix("appointment-")), str(e["status"])) for e in events]


def opens(token):
    try:
        return feeds.find(token)
    except feeds.NoSuchFeed:
        return None


# --- making


def test_the_token_is_told_once_and_only_its_hash_is_kept(doctor, carlos):
    feed, token = feeds.make(doctor, by=carlos, now=MONDAY)
    assert opens(token) == feed
    assert (len(token), token in str(CalendarFeed.objects.values().get())) == (32, False)
    assert (feed.created_by, feed.created_at, feed.shows_names) == (carlos, MONDAY, False)
    event = AuditEvent.objects.get(action="calendar.made")
    assert (event.actor_id, event.details) == (carlos.pk, {"names": False})


def test_who_keeps_the_settings_makes_one_for_everybody_who_treats(doctor, olga):
    feed, token = feeds.make(doctor, by=olga, shows_names=True)
    assert (opens(token), feed.shows_names) == (feed, True)


@pytest.mark.parametrize("who", ["rita", "tess", "ivan", "ana"])
def test_nobody_else_hands_out_a_practitioners_calendar(doctor, request, who):
    user = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        feeds.make(doctor, by=getattr(user, "user", user))
    assert CalendarFeed.objects.count() == 0


def test_a_chiropractor_hands_out_no_colleagues_calendar(carlos):
    with pytest.raises(PermissionDenied):
        feeds.make(make.practitioner(make.user("", "chiropractor")), by=carlos)


@pytest.mark.parametrize("who", ["rita", "carlos", "olga", "ben"])
def test_a_patients_calendar_is_made_by_themselves_or_who_books_for_them(ana, paul, request, who):
    user = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        feeds.make(ana, by=getattr(user, "user", user))
    assert [opens(feeds.make(ana, by=by)[1]).patient for by in (ana.user, paul)] == [ana, ana]


def test_a_patients_calendar_never_shows_names(ana):
    assert feeds.make(ana, by=ana.user, shows_names=True)[0].shows_names is False


def test_nobody_needs_more_than_ten(ana, paul):
    made = [feeds.make(ana, by=ana.user)[0] for _ in range(feeds.MOST_LIVING)]
    with pytest.raises(feeds.TooManyFeeds):
        feeds.make(ana, by=ana.user)
    assert feeds.make(ana, by=paul)[0].patient == ana
    feeds.revoke(made[0], by=ana.user)
    assert feeds.make(ana, by=ana.user)[0].patient == ana


def test_an_address_that_cannot_be_logged_is_not_made(ana, monkeypatch):
    """F17."""
    monkeypatch.setattr(feeds, "record", lambda *args, **details: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        feeds.make(ana, by=ana.user)
    assert CalendarFeed.objects.count() == 0


def test_a_calendar_is_of_one_practitioner_or_one_patient(doctor, ana):
    for number, owners in enumerate([{}, {"practitioner": doctor, "patient": ana}]):
        with pytest.raises(IntegrityError, match="calendar_feed_is_of_one"), transaction.atomic():
            CalendarFeed.objects.create(token_hash=str(number), **owners)
    with pytest.raises(IntegrityError, match="calendar_feed_shows_names_to_practitioners_only"), transaction.atomic():
        CalendarFeed.objects.create(token_hash="x", patient=ana, shows_names=True)


# --- what ends it


def test_a_withdrawn_address_opens_nothing_and_is_withdrawn_once(ana):
    feed, token = feeds.make(ana, by=ana.user)
    assert feeds.revoke(feed, by=ana.user, now=MONDAY).revoked_at == MONDAY
    assert feeds.revoke(feed, by=ana.user, now=MONDAY + DAY).revoked_at == MONDAY
    assert (opens(token), opens(""), opens("x" * 32)) == (None, None, None)
    assert AuditEvent.objects.filter(action="calendar.revoked", patient_id=ana.pk).count() == 1


@pytest.mark.parametrize("who", ["rita", "carlos", "olga", "ben"])
def test_nobody_else_withdraws_a_patients_address(ana, request, who):
    feed, token = feeds.make(ana, by=ana.user)
    user = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        feeds.revoke(feed, by=getattr(user, "user", user))
    assert opens(token) == feed


def test_who_keeps_the_settings_and_the_owner_withdraw_what_the_other_made(doctor, carlos, olga, ana, paul):
    for feed, by in [
        (feeds.make(doctor, by=carlos)[0], olga), (feeds.make(doctor, by=olga)[0], carlos),
        (feeds.make(ana, by=paul)[0], ana.user),
    ]:  # fmt: skip
        assert feeds.revoke(feed, by=by).revoked_by == by


def test_an_address_ends_with_the_grant_that_made_it(ana, paul):
    """T027."""
    (_own, own), (_his, his) = feeds.make(ana, by=ana.user), feeds.make(ana, by=paul)
    assert (opens(own) is None, opens(his) is None) == (False, False)
    ProxyGrant.objects.filter(pk=paul.grant.pk).update(may_booking=False)
    assert (opens(own) is None, opens(his) is None) == (False, True)


@pytest.mark.parametrize("maker", ["carlos", "olga"])
def test_an_address_opens_nothing_while_its_maker_or_owner_may_not_sign_in(doctor, carlos, request, maker):
    """T048."""
    user = request.getfixturevalue(maker)
    _feed, token = feeds.make(doctor, by=user)
    assert opens(token) is not None
    type(user).objects.filter(pk=carlos.pk).update(is_active=False)
    assert opens(token) is None


def test_an_address_ends_with_the_role_that_made_it(doctor, carlos):
    _feed, token = feeds.make(doctor, by=carlos)
    carlos.role_grants.all().delete()
    assert opens(token) is None


def test_an_address_ends_when_the_practitioner_no_longer_works_here(doctor, olga):
    _feed, token = feeds.make(doctor, by=olga)
    type(doctor).objects.filter(pk=doctor.pk).update(is_active=False)
    assert opens(token) is None


def test_who_leaves_loses_every_address_for_good(doctor, carlos, olga, ana):
    """T048, T049."""
    tokens = [feeds.make(doctor, by=carlos)[1], feeds.make(doctor, by=olga)[1]]
    _feed, of_ana = feeds.make(ana, by=ana.user)
    with pytest.raises(PermissionDenied):
        feeds.revoke_all(carlos, by=carlos)
    assert feeds.revoke_all(carlos, by=olga) == 2
    assert [opens(token) for token in tokens] == [None, None]
    assert opens(of_ana) is not None


# --- what it shows


def test_a_practitioner_sees_their_own_visits_and_a_patient_theirs(doctor, carlos, ana, ben):
    other = make.practitioner()
    mine = make.appointment(ana, doctor)
    with_other = make.appointment(ana, other, MONDAY + DAY)
    of_ben = make.appointment(ben, doctor, MONDAY + 2 * DAY)
    make.appointment(ben, other, MONDAY + 3 * DAY)
    assert shown(feeds.make(doctor, by=carlos)[0]) == [(mine.pk, "CONFIRMED"), (of_ben.pk, "CONFIRMED")]
    assert shown(feeds.make(ana, by=ana.user)[0]) == [(mine.pk, "CONFIRMED"), (with_other.pk, "CONFIRMED")]


@pytest.mark.parametrize("whose", ["doctor", "ana"])
def test_a_calendar_reaches_thirty_days_back_and_a_hundred_and_eighty_ahead(doctor, carlos, ana, whose):
    days = (-31, -30, 0, 179, 180)
    rows = {n: make.appointment(ana, doctor, MONDAY + n * DAY) for n in days}
    of, by = (doctor, carlos) if whose == "doctor" else (ana, ana.user)
    assert shown(feeds.make(of, by=by)[0]) == [(rows[n].pk, "CONFIRMED") for n in (-30, 0, 179)]


def test_a_cancelled_visit_stays_thirty_days_as_cancelled(doctor, ana):
    at = MONDAY + 20 * DAY
    rows = [
        make.appointment(ana, doctor, at + n * DAY, status="cancelled", cancelled_at=MONDAY - gone)
        for n, gone in enumerate([30 * DAY, 30 * DAY + timedelta(seconds=1)])
    ]
    assert shown(feeds.make(ana, by=ana.user)[0]) == [(rows[0].pk, "CANCELLED")]


def test_a_held_time_is_shown_as_such_while_it_is_held(doctor, carlos):
    held = {"status": "held", "patient": None, "booked_at": None}
    living = make.appointment(None, doctor, MONDAY + DAY, hold_until=MONDAY + timedelta(minutes=1), **held)
    make.appointment(None, doctor, MONDAY + 2 * DAY, hold_until=MONDAY, **held)
    make.appointment(None, doctor, MONDAY + 3 * DAY, **{**held, "status": "expired"})
    assert shown(feeds.make(doctor, by=carlos)[0]) == [(living.pk, "TENTATIVE")]


def test_names_are_in_the_calendar_only_where_it_was_asked_for(doctor, carlos, ana):
    """T104: and never the reason."""
    make.appointment(ana, doctor, reason="Low back spasm")
    plain, named = (
        feeds.file_of(feeds.make(doctor, by=carlos, shows_names=yes)[0], now=MONDAY) for yes in (False, True)
    )
    assert [("Sørensen".encode() in file, b"spasm" in file) for file in (plain, named)] == [
        (False, False),
        (True, False),
    ]


def test_reading_is_noted_at_most_once_an_hour(ana):
    feed, token = feeds.make(ana, by=ana.user)

    def read(minutes):
        feeds.note_read(feeds.find(token), now=MONDAY + timedelta(minutes=minutes))
        feed.refresh_from_db()
        return (feed.last_read_at - MONDAY) // timedelta(minutes=1)

    assert [read(minutes) for minutes in (0, 1, 59, 60, 61)] == [0, 0, 0, 60, 60]
