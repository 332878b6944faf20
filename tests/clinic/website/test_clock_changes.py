"""T096 on the public site: in the nights of the clock change a visitor gets the time that was on the button."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache

from clinic.scheduling.models import Appointment, WorkingHours
from tests import make

ASKED = {"name": "Ana Sørensen", "phone": "(802) 555-0199"}
# Zone, the day of the change (a Sunday), hours of that day from midnight to five, the readings of its clock.
NIGHTS = [
    ("Europe/Berlin", "2027-03-28", 4, ["00:00", "01:00", "03:00", "04:00"]),
    ("Europe/Berlin", "2027-10-31", 6, ["00:00", "01:00", "02:00", "02:00", "03:00", "04:00"]),
    ("America/New_York", "2027-03-14", 4, ["00:00", "01:00", "03:00", "04:00"]),
    ("America/New_York", "2027-11-07", 6, ["00:00", "01:00", "01:00", "02:00", "03:00", "04:00"]),
]


@pytest.fixture(autouse=True)
def _empty_cache(db):
    cache.clear()


def clinic_in(zone):
    """A clinic in that zone that takes any number of requests, and somebody without hours."""
    place = make.location(time_zone=zone)
    make.clinic(requests_a_day=99, minimum_notice_minutes=0)
    make.kind(is_public=True, minutes=60)
    return make.practitioner(location=place, hours=False)


def offers(client, day):
    """Return the times that the page of `day` offers, hour by hour."""
    shown = next(shown for shown in client.get("/request/", {"from": day}).context["days"] if str(shown.on) == day)
    return [offer for offer in shown.offers if offer.starts_at.minute == 0]


@pytest.mark.parametrize(("zone", "day", "hours", "readings"), NIGHTS)
def test_every_hour_of_the_night_is_offered_once_and_kept_as_it_was_offered(client, zone, day, hours, readings):
    """Somebody works from midnight to five: four real hours in spring, six in autumn; each can be had."""
    person = clinic_in(zone)
    WorkingHours.objects.create(practitioner=person, weekday=6, opens=time(0), closes=time(5))
    with time_machine.travel(datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(days=3), tick=False):
        found = offers(client, day)
        for n, offer in enumerate(found):
            form = {**ASKED, "slot": offer.value, "phone": f"802 555 {n:04}"}
            page = client.get("/request/details/", {"slot": offer.value}).content.decode()
            assert f"{offer.starts_at:%-I} " in page
            answer = client.post("/request/details/", form, REMOTE_ADDR=f"192.0.2.{n}")
            assert answer.status_code == 302

    assert [f"{offer.starts_at:%H:%M}" for offer in found] == readings
    kept = list(Appointment.objects.order_by("starts_at").values_list("starts_at", flat=True))
    assert kept == [offer.starts_at.astimezone(UTC) for offer in found]
    assert {later - earlier for earlier, later in pairwise(kept)} == {timedelta(hours=1)}
    assert len(kept) == hours


@pytest.mark.parametrize(
    ("zone", "days", "apart"),
    [
        ("Europe/Berlin", ("2027-03-27", "2027-03-28"), 23),
        ("Europe/Berlin", ("2027-10-30", "2027-10-31"), 25),
        ("America/New_York", ("2027-03-13", "2027-03-14"), 23),
        ("America/New_York", ("2027-11-06", "2027-11-07"), 25),
    ],
)
def test_nine_o_clock_is_nine_o_clock_before_and_after_the_change(client, zone, days, apart):
    person = clinic_in(zone)
    for weekday in (5, 6):
        WorkingHours.objects.create(practitioner=person, weekday=weekday, opens=time(9), closes=time(10))
    with time_machine.travel(datetime.fromisoformat(days[0]).replace(tzinfo=UTC) - timedelta(days=3), tick=False):
        for n, day in enumerate(days):
            offer = offers(client, day)[0]
            assert offer.starts_at.astimezone(ZoneInfo(zone)).hour == 9
            form = {**ASKED, "slot": offer.value, "phone": f"802 555 {n:04}"}
            page = client.get(client.post("/request/details/", form)["Location"]).content.decode()
            assert "9 a.m." in page

    first, second = Appointment.objects.order_by("starts_at").values_list("starts_at", flat=True)
    assert second - first == timedelta(hours=apart)
