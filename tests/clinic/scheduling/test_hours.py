"""When somebody works: weeks, single dates, several places and zones, closures; and what is free then."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from clinic.scheduling import availability, booking, slots
from clinic.scheduling.models import Practitioner, SpecialHours, TimeOff, WorkingHours
from tests import make
from tests.make import MONDAY

DAY = date(2027, 3, 1)
BERLIN, NEW_YORK = slots.ZoneInfo("Europe/Berlin"), slots.ZoneInfo("America/New_York")


@pytest.fixture
def one(db):
    made = make.practitioner(hours=False)
    WorkingHours.objects.create(practitioner=made, weekday=0, opens=time(9), closes=time(11))
    WorkingHours.objects.create(practitioner=made, weekday=0, opens=time(13), closes=time(14))
    return made


def free(who, day=DAY, **how):
    found = availability.free_times([Practitioner.objects.with_hours().get(pk=who.pk)], make.kind(), [day],
                                    now=MONDAY - timedelta(days=9), step=timedelta(minutes=30), **how)  # fmt: skip
    return [f"{t:%H:%M}" for t in found[who.pk]]


def test_a_day_of_two_blocks_has_a_break(one):
    assert free(one) == ["09:00", "09:30", "10:00", "10:30", "13:00", "13:30"]


def test_hours_count_from_and_until_their_dates(one):
    WorkingHours.objects.filter(opens=time(9)).update(valid_until=DAY - timedelta(days=1))
    WorkingHours.objects.filter(opens=time(13)).update(valid_from=DAY)
    assert free(one) == ["13:00", "13:30"]
    assert free(one, DAY - timedelta(days=7)) == ["09:00", "09:30", "10:00", "10:30"]


def test_the_hours_of_one_date_stand_in_the_place_of_the_week(one):
    SpecialHours.objects.create(practitioner=one, on=DAY, opens=time(16), closes=time(17))
    assert free(one) == ["16:00", "16:30"]
    assert free(one, DAY + timedelta(days=7))[0] == "09:00"


def test_a_closure_of_one_place_leaves_the_others_open(one, rita):
    far = make.location(name="Harbour", time_zone="America/New_York")
    WorkingHours.objects.filter(opens=time(13)).update(location=far)
    TimeOff.objects.create(
        location=far, starts_at=MONDAY - timedelta(hours=9), ends_at=MONDAY + timedelta(hours=9), reason="Painters"
    )
    assert free(one) == ["09:00", "09:30", "10:00", "10:30"]
    with pytest.raises(booking.NotOpen):
        booking.book(practitioner=one, patient=make.patient(), kind=make.kind(), by=rita,
                     starts_at=MONDAY + timedelta(hours=3))  # fmt: skip


def test_a_visit_is_at_the_place_whose_hours_hold_it(one, rita):
    far = make.location(name="Harbour")
    WorkingHours.objects.filter(opens=time(13)).update(location=far)
    visits = [
        booking.book(practitioner=one, patient=make.patient(name), kind=make.kind(), by=rita, starts_at=at)
        for name, at in (("Ana", MONDAY), ("Ben", MONDAY + timedelta(hours=3)))
    ]
    assert [row.location for row in visits] == [one.location, far]


def test_another_place_keeps_its_own_clock(one):
    """Nine o'clock in Chicago is ten in New York; the visitor reads the clock of the place."""
    far = make.location(name="Lakeside", time_zone="America/Chicago")
    WorkingHours.objects.update(location=far)
    found = availability.free_times(
        [Practitioner.objects.with_hours().get(pk=one.pk)], make.kind(), [DAY], now=MONDAY - timedelta(days=9)
    )[one.pk]
    assert (f"{found[0]:%H:%M}", found[0].astimezone(UTC).hour, one.location.zone) == ("09:00", 15, NEW_YORK)


def test_hours_that_close_before_they_open_are_refused_by_the_database(one):
    with pytest.raises(IntegrityError), transaction.atomic():
        SpecialHours.objects.create(practitioner=one, on=DAY, opens=time(12), closes=time(11))


def test_time_off_is_of_a_person_or_of_a_place_not_of_both(one):
    with pytest.raises(IntegrityError), transaction.atomic():
        TimeOff.objects.create(
            practitioner=one, location=one.location, starts_at=MONDAY, ends_at=MONDAY + timedelta(hours=1)
        )


def test_free_times_need_a_free_table_too(one):
    table, kind = make.room(location=one.location), make.kind()
    kind.rooms.add(table)
    make.appointment(make.patient("Ben"), make.practitioner(), MONDAY, room=table, minutes=30)
    assert free(one) == ["09:00", "09:30", "10:30", "13:00", "13:30"]


def test_a_longer_visit_and_a_minimum_notice_leave_fewer_times(one):
    assert free(one, minutes=60) == ["09:00", "09:30", "10:00", "13:00"]
    assert free(one, not_before=MONDAY + timedelta(hours=1)) == ["13:00", "13:30"]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [(BERLIN, date(2027, 3, 28), 23), (BERLIN, date(2027, 10, 31), 25),
     (NEW_YORK, date(2027, 3, 14), 23), (NEW_YORK, date(2027, 11, 7), 25)],
)  # fmt: skip
def test_in_a_night_of_the_clock_change_nothing_is_offered_twice_or_at_a_time_that_is_not(zone, day, hours):
    """T096: a clinic open all night offers each real hour once; the day has 23 or 25 of them."""
    block = slots.Block(day.weekday(), time(0), time(23, 59))
    found = slots.free_times(day, blocks=[block], busy=[], need=slots.Need(59), zone=zone, step=timedelta(hours=1))
    assert len({t.astimezone(UTC) for t in found}) == len(found) == hours
    assert all(t.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == t.replace(tzinfo=None) for t in found)


@pytest.mark.parametrize(
    ("zone", "days", "hours"),
    [(BERLIN, ("2027-03-26", "2027-03-29"), 71), (NEW_YORK, ("2027-11-05", "2027-11-08"), 73)],
)
def test_nine_stays_nine_across_the_clock_change(zone, days, hours):
    blocks = [slots.Block(n, time(9), time(10)) for n in range(7)]
    found = [
        slots.free_times(date.fromisoformat(day), blocks=blocks, busy=[], need=slots.Need(60), zone=zone)[0]
        for day in days
    ]
    assert [t.hour for t in found] == [9, 9]
    assert found[1].astimezone(UTC) - found[0].astimezone(UTC) == timedelta(hours=hours)


def test_the_month_of_one_practitioner_takes_five_queries(one, django_assert_num_queries):
    days = [DAY + timedelta(days=n) for n in range(31)]
    kind, patient = make.kind(), make.patient()
    kind.rooms.add(make.room(location=one.location))
    who = Practitioner.objects.select_related("location").get(pk=one.pk)
    with django_assert_num_queries(5):
        found = availability.free_times([who], kind, days, patient=patient, now=datetime(2027, 1, 1, tzinfo=UTC))
    assert len(found[one.pk]) == 5 * (7 + 3)


def test_the_patients_other_visit_is_in_the_way_of_the_visit_not_of_the_time_kept_free_around_it(one, rita):
    """A table is made ready before the visit and cleaned after it; the patient may be elsewhere in the house then."""
    ana, kind = make.patient(), make.kind(slug="table", minutes=30, buffer_before=15, buffer_after=15)
    make.appointment(ana, make.practitioner(), MONDAY, minutes=30)  # ten to half past ten
    who = Practitioner.objects.with_hours().get(pk=one.pk)
    found = availability.free_times([who], kind, [DAY], patient=ana, now=MONDAY - timedelta(days=9))[one.pk]
    assert [f"{t:%H:%M}" for t in found] == ["09:15", "09:30", "10:30", "13:15", "13:30"]
    visit = booking.book(practitioner=one, patient=ana, kind=kind, starts_at=found[1], by=rita)
    assert booking.move(visit, starts_at=found[2], by=rita).starts_at == found[2]
