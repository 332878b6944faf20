"""T096 and T097 at the desk: the clock is changed, or the clinic's zone is."""

from datetime import UTC, datetime, time, timedelta

import pytest

from clinic.scheduling.models import Appointment, WorkingHours
from tests import make
from tests.make import MONDAY

BOOK = "/desk/book/"
ZONES = {
    "Europe/Berlin": ("2027-03-28", "02:30", "2027-10-31", "02:30"),
    "America/New_York": ("2027-03-14", "02:30", "2027-11-07", "01:30"),
}


@pytest.fixture(params=ZONES)
def zone(request):
    return request.param


@pytest.fixture
def night(zone, desk, ana):
    """A clinic in that zone that works day and night; what the booking form sends, but for day and time."""
    place = make.location()
    place.time_zone = zone
    place.save()
    person = make.practitioner(location=place, hours=False)
    for day in range(7):
        WorkingHours.objects.create(practitioner=person, weekday=day, opens=time(0), closes=time(23, 59))
    return {"patient": ana.pk, "practitioner": person.pk, "kind": make.kind().pk}


def said(answer):
    return {name: [str(e) for e in errors] for name, errors in answer.context["form"].errors.items()}


def test_a_time_that_is_skipped_or_comes_twice_is_refused_in_words(desk, night, zone):
    spring, skipped, autumn, twice = ZONES[zone]
    for day, clock, word in ((spring, skipped, "does not exist"), (autumn, twice, "comes twice")):
        answer = desk.post(BOOK, {**night, "day": day, "time": clock})
        assert (answer.status_code, list(said(answer))) == (422, ["time"])
        assert word in said(answer)["time"][0]
        assert f'value="{clock}"' in answer.content.decode()
    assert Appointment.objects.count() == 0


def test_of_an_hour_that_comes_twice_the_button_means_one(desk, night, zone):
    """The free times carry their offset: 1:30 in summer time and 1:30 in winter time are two visits."""
    _spring, _skipped, autumn, twice = ZONES[zone]
    page = desk.get(BOOK, {**night, "day": autumn, "at": f"{autumn}T00:00"})
    same = [at for at in page.context["times"] if f"{at:%H:%M}" == twice]
    assert [at.fold for at in same] == [0, 1]
    for n, at in enumerate(same):
        patient = make.patient(f"P{n}")
        assert desk.post(BOOK, {**night, "patient": patient.pk, "at": at.isoformat()}).status_code == 302
    kept = list(Appointment.objects.order_by("starts_at").values_list("starts_at", flat=True))
    assert kept == [at.astimezone(UTC) for at in same]
    assert kept[1] - kept[0] == timedelta(hours=1)


def test_a_typed_nine_o_clock_is_nine_on_either_side_of_the_change(desk, night, zone):
    spring, _skipped, autumn, _twice = ZONES[zone]
    for change, hours in ((spring, 23), (autumn, 25)):
        Appointment.objects.all().delete()
        eve = datetime.fromisoformat(change).date() - timedelta(days=1)
        for day in (eve, change):
            assert desk.post(BOOK, {**night, "day": str(day), "time": "09:00"}).status_code == 302
        first, second = Appointment.objects.order_by("starts_at").values_list("starts_at", flat=True)
        assert second - first == timedelta(hours=hours)


def test_a_changed_zone_of_the_clinic_moves_no_visit(client, desk, olga, rita, carlos):
    """T097: the moment stays what it was in UTC; only the clock by which people read it is another."""
    visit = make.appointment(by=carlos.practitioner)
    assert "10:00" in desk.get("/desk/?day=2027-03-01").content.decode()
    place = make.location()
    fields = {"name": place.name, "street": place.street, "city": place.city, "state": place.state, "country": "US"}
    client.force_login(olga)
    answer = client.post(
        f"/admin/practice/location/{place.pk}/change/", {**fields, "time_zone": "Europe/Berlin", "is_active": "on"}
    )
    assert answer.status_code == 302
    client.force_login(rita)
    page = client.get("/desk/?day=2027-03-01")

    visit.refresh_from_db()
    assert (visit.starts_at, visit.busy_from) == (MONDAY, MONDAY)
    shown = page.context["sheet"].columns[0].cards[0]
    assert (
        page.context["sheet"].frame.minute_of(shown.appointment.starts_at)
        == (16 - page.context["sheet"].frame.first) * 60
    )
