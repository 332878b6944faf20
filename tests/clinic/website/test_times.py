"""Which times the site offers, and what comes back from a form."""

from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from clinic.scheduling.limits import Limits
from clinic.scheduling.models import TimeOff
from clinic.scheduling.models.appointments import Status
from clinic.website import times
from tests import make

NOW = make.MONDAY - timedelta(hours=2)  # 8:00 in New York
MONDAY = date(2027, 3, 1)
LIMITS = Limits(timedelta(hours=2), 60)


@pytest.fixture
def kind(clinic):
    return make.kind(is_public=True, minutes=60)


def offered(person, kind, **options):
    return times.days_from(MONDAY, kind, [person], now=NOW, limits=LIMITS, **options)


def test_only_days_with_hours_are_shown_and_a_full_day_says_so(carlos, kind):
    person = carlos.practitioner
    TimeOff.objects.create(practitioner=person, starts_at=make.MONDAY, ends_at=make.MONDAY + timedelta(hours=24))
    TimeOff.objects.create(starts_at=make.MONDAY - timedelta(hours=5), ends_at=make.MONDAY)

    days = offered(person, kind)

    assert [day.on.isoformat()[-2:] for day in days] == ["01", "02", "03", "04", "05"]
    assert [bool(day.offers) for day in days] == [False, True, True, True, True]
    assert times.days_from(date(2027, 3, 5), kind, [person], now=NOW, limits=LIMITS)[1].on == date(2027, 3, 8)


def test_nothing_is_offered_sooner_than_the_desk_can_see_it(carlos, kind):
    first = offered(carlos.practitioner, kind)[0].offers[0]

    assert first.starts_at.astimezone(UTC) == NOW + LIMITS.notice


def test_taken_times_are_not_offered(carlos, kind):
    make.appointment(by=carlos.practitioner, at=make.MONDAY, minutes=240)
    make.appointment(by=carlos.practitioner, at=make.MONDAY + timedelta(hours=5), minutes=240, status=Status.CANCELLED)

    assert offered(carlos.practitioner, kind)[0].offers[0].starts_at.hour == 14


def test_anyone_free_offers_each_start_once_with_somebody_who_is_free(carlos, kind):
    second = make.practitioner()
    make.appointment(by=carlos.practitioner, at=make.MONDAY, minutes=60)

    offers = times.days_from(MONDAY, kind, [carlos.practitioner, second], now=NOW, limits=LIMITS)[0].offers

    assert len({offer.starts_at for offer in offers}) == len(offers)
    assert (offers[0].practitioner, offers[4].practitioner) == (second, carlos.practitioner)


def test_a_day_shows_five_times_over_its_whole_length_and_the_rest_behind(carlos, kind):
    day = offered(carlos.practitioner, kind)[1]

    assert (len(day.offers), len(day.spread), len(day.rest)) == (37, 5, 32)
    assert (day.spread[0], day.spread[-1]) == (day.offers[0], day.offers[-1])
    few = times.OfferedDay(MONDAY, day.offers[:3])
    assert (few.spread, few.rest) == (day.offers[:3], [])


def test_a_lapsed_licence_is_not_offered(carlos, kind):
    assert times.practitioners() == [carlos.practitioner]

    person = carlos.practitioner
    person.licence_expires_on = date(2020, 1, 1)
    person.save()
    assert times.practitioners() == []


def test_a_kind_that_names_people_is_done_by_them_only(carlos, kind):
    second = make.practitioner()
    people = [carlos.practitioner, second]

    assert times.doing(kind, people) == people
    kind.practitioners.add(second)
    assert times.doing(times.kinds()[0], people) == [second]


def test_an_offer_travels_through_a_form_and_comes_back(carlos, kind):
    offer = offered(carlos.practitioner, kind)[0].offers[0]

    assert offer.value == f"adjustment.{carlos.practitioner.pk}.20270301T1500Z"
    back = times.find(offer.value, NOW, LIMITS)
    assert (back.kind, back.practitioner, back.starts_at) == (offer.kind, offer.practitioner, offer.starts_at)
    assert back.starts_at.tzinfo == ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "adjustment",
        "adjustment.{pk}",
        "adjustment.{pk}.tomorrow",
        "adjustment.{pk}.20270230T1500Z",
        "adjustment.{pk}.20280301T1500Z",
        "adjustment.{pk}.20270501T0500Z",
        "adjustment.{pk}.99991231T2359Z",
        "adjustment.{pk}.00010101T0000Z",
        "adjustment.{pk}.20270301T1500Z.x",
        "adjustment.-1.20270301T1500Z",
        "adjustment.9999999999999999999999.20270301T1500Z",
        "other.{pk}.20270301T1500Z",
        "hidden.{pk}.20270301T1500Z",
        "adju\0stment.{pk}.20270301T1500Z",
    ],
)
def test_what_is_not_offered_is_refused(carlos, kind, value):
    make.kind(slug="hidden", is_public=False)

    with pytest.raises(times.NotOffered):
        times.find(value.format(pk=carlos.practitioner.pk), NOW, LIMITS)


@pytest.mark.django_db
def test_the_last_day_that_is_open_is_open_to_its_end(carlos, kind):
    """60 days after Monday 1 March is Friday 30 April, on the clinic's clock; 23:59 there is 3:59 in Greenwich."""
    with timezone.override("America/New_York"):
        assert times.find(f"adjustment.{carlos.practitioner.pk}.20270501T0359Z", NOW, LIMITS).starts_at.day == 30
        days = times.days_from(date(2027, 4, 29), kind, [carlos.practitioner], now=NOW, limits=LIMITS)
        with pytest.raises(times.NotOffered):
            times.find(f"adjustment.{carlos.practitioner.pk}.20270501T0400Z", NOW, LIMITS)
    assert [day.on.isoformat() for day in days] == ["2027-04-29", "2027-04-30"]


def test_the_first_free_time_of_each(carlos, kind):
    away = make.practitioner()
    TimeOff.objects.create(practitioner=away, starts_at=NOW, ends_at=NOW + timedelta(days=30))

    assert times.first_free(kind, [carlos.practitioner, away], now=NOW, limits=LIMITS) == {
        carlos.practitioner.pk: NOW + LIMITS.notice,
    }
    assert times.first_free(kind, [], now=NOW, limits=LIMITS) == {}
