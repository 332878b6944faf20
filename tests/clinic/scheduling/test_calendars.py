"""Visits as calendar files, read back by the library and, for the clocks, by the rules of RFC 5545 themselves."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from clinic.practice.models import Location
from clinic.scheduling import calendars
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import Status
from patients.models import Patient
from tests.make import MONDAY

CLINIC = "Harbour Street Chiropractic"
PLACE = {"name": "Harbour Street", "street": "12 Harbour Street", "city": "Ashbrook", "state": "VT"}


def row(pk=7, at=MONDAY, *, zone="America/New_York", minutes=20, phone="", **fields):
    """An appointment that is in no table."""
    place = Location(**PLACE, time_zone=zone, phone=phone)
    stamps = {"created_at": MONDAY - timedelta(days=9), "booked_at": MONDAY - timedelta(days=9)}
    ends = at + timedelta(minutes=minutes)
    return Appointment(pk=pk, location=place, starts_at=at, ends_at=ends, **{"status": "booked", **stamps, **fields})


def events(file):
    return Calendar.from_ical(file).walk("VEVENT")


def only(*rows, clinic=CLINIC):
    (event,) = events(calendars.for_patient(rows, clinic))
    return event


def test_an_event_says_what_when_where_and_whom_to_call():
    event = only(row(phone="(503) 555-0100"))
    assert {name: str(event[name]) for name in ("UID", "SUMMARY", "LOCATION", "DESCRIPTION", "STATUS", "CLASS")} == {
        "UID": "appointment-7@localhost",
        "SUMMARY": "Visit at Harbour Street Chiropractic",
        "LOCATION": "Harbour Street, 12 Harbour Street, Ashbrook, VT",
        "DESCRIPTION": "To move or cancel, call (503) 555-0100.",
        "STATUS": "CONFIRMED",
        "CLASS": "PRIVATE",
    }
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (MONDAY, MONDAY + timedelta(minutes=20))
    assert event["dtstart"].params["TZID"] == "America/New_York"


def test_the_name_of_a_visit_carries_the_host_of_the_clinic(settings):
    settings.SITE_URL = "https://clinic.example.org:8443"
    assert calendars.uid(row()) == "appointment-7@clinic.example.org"


def test_a_calendar_is_published_and_read_again_every_hour():
    file = Calendar.from_ical(calendars.for_patient([], CLINIC))
    assert {name: str(file[name]) for name in ("METHOD", "VERSION", "PRODID", "X-WR-CALNAME")} == {
        "METHOD": "PUBLISH", "VERSION": "2.0", "PRODID": "-//Vertebra//Visits//EN",
        "X-WR-CALNAME": "Visit at Harbour Street Chiropractic",
    }  # fmt: skip
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in calendars.for_patient([], CLINIC)


EXPECTED = {Status.HELD: "TENTATIVE", Status.CANCELLED: "CANCELLED"}


@pytest.mark.parametrize("status", [s for s in Status if s != Status.EXPIRED])
def test_a_held_time_is_tentative_a_cancelled_one_cancelled_and_the_others_confirmed(status):
    event = only(row(status=status))
    assert str(event["status"]) == EXPECTED.get(status, "CONFIRMED")
    assert str(event["transp"]) == ("TRANSPARENT" if status == Status.CANCELLED else "OPAQUE")


@pytest.mark.parametrize(("status", "expected"), [("booked", 3), ("cancelled", 4)])
def test_the_number_rises_with_each_move_and_once_more_when_cancelled(status, expected):
    assert int(only(row(sequence=3, status=status))["sequence"]) == expected


@pytest.mark.parametrize("column", ["booked_at", "changed_at", "cancelled_at"])
def test_the_last_change_is_when_it_was_last_booked_moved_or_cancelled(column):
    event = only(row(**{column: MONDAY - timedelta(hours=1)}))
    assert event.decoded("last-modified") == event.decoded("dtstamp") == MONDAY - timedelta(hours=1)


def test_the_same_visits_give_the_same_bytes():
    assert calendars.for_patient([row(), row(8)], CLINIC) == calendars.for_patient([row(), row(8)], CLINIC)


# --- whose name


def named(given="Ana", family="Sørensen"):
    return row(patient=Patient(given_name=given, family_name=family), reason="Low back spasm")


def test_a_practitioners_calendar_names_nobody_unless_asked_to():
    """T104: and never why they come."""
    plain = calendars.for_practitioner([named()], CLINIC, shows_names=False)
    assert [word for word in ("Ana", "rensen", "spasm") if word in plain.decode()] == []
    assert [str(e["summary"]) for e in events(plain)] == ["Visit"]
    shown = calendars.for_practitioner([named(), row(8, patient=None)], CLINIC, shows_names=True)
    assert [str(e["summary"]) for e in events(shown)] == ["Ana Sørensen", "Visit"]
    assert "spasm" not in shown.decode()


def lines_of(file):
    """The names of the lines, folded ones left out."""
    lines = file.decode().split("\r\n")
    assert [line for line in lines if "\n" in line or "\r" in line] == []
    return [line.split(":")[0].split(";")[0] for line in lines if line and not line.startswith(" ")]


HOSTILE = ["A\r\nATTENDEE:eve@example.org", "A\nEND:VEVENT\nBEGIN:VALARM", "A;B,C\\n:X", "A\u2028B\x0bC\x85D", "A\rB:C"]


@pytest.mark.parametrize("family", HOSTILE)
def test_a_name_cannot_write_lines_of_the_file(family):
    """T050."""
    hostile, harmless = (
        calendars.for_practitioner([named(family=name)], CLINIC, shows_names=True) for name in (family, "Sørensen")
    )
    assert lines_of(hostile) == lines_of(harmless)
    assert [str(event["uid"]) for event in events(hostile)] == ["appointment-7@localhost"]


# --- clocks


def read_on_clock(component, file):
    """Read a time by the VTIMEZONE alone, as RFC 5545 (3.6.5) tells: onsets are on the clock as it ran before."""
    text = component.to_ical().decode()
    if text.endswith("Z"):
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    local = datetime.strptime(text, "%Y%m%dT%H%M%S")
    (zone,) = [z for z in file.walk("VTIMEZONE") if str(z["tzid"]) == component.params["TZID"]]
    begun = [part for part in zone.subcomponents if part.decoded("dtstart") <= local]
    offset = max(begun, key=lambda part: part.decoded("dtstart")).decoded("tzoffsetto")
    return (local - offset).replace(tzinfo=UTC)


ZONES = [
    "America/New_York", "Europe/Lisbon", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Tokyo", "UTC",
    "Africa/Casablanca",
]  # fmt: skip
minutes = st.integers(0, 3 * 365 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


@given(at=minutes, zone=st.sampled_from(ZONES))
def test_every_minute_of_three_years_is_read_back_in_every_zone(at, zone):
    """T096, T097."""
    file = Calendar.from_ical(calendars.for_patient([row(at=at, zone=zone)], CLINIC))
    (event,) = file.walk("VEVENT")
    assert event.decoded("dtstart").astimezone(UTC) == at
    assert read_on_clock(event["dtstart"], file) == at
    assert read_on_clock(event["dtend"], file) == at + timedelta(minutes=20)


@pytest.mark.parametrize("day", [datetime(2027, 3, 14, tzinfo=UTC), datetime(2027, 11, 7, tzinfo=UTC)])
def test_the_night_of_the_change_is_right_to_the_minute(day):
    """T096: every minute from before the jump till after it, by the rules alone."""
    rows = [row(n, day + timedelta(minutes=n), minutes=1) for n in range(4 * 60, 9 * 60)]
    file = Calendar.from_ical(calendars.for_patient(rows, CLINIC))
    found = [read_on_clock(event["dtstart"], file) for event in file.walk("VEVENT")]
    assert found == [one.starts_at for one in rows]


def test_a_nine_o_clock_visit_stays_at_nine_through_both_changes():
    days = [
        datetime(2027, month, day, 9, tzinfo=ZoneInfo("America/New_York")) for month in (3, 11) for day in range(1, 29)
    ]
    file = calendars.for_patient([row(n, at.astimezone(UTC)) for n, at in enumerate(days)], CLINIC)
    assert {e["dtstart"].to_ical()[-6:] for e in events(file)} == {b"090000"}


def test_the_changes_of_the_clock_are_those_of_the_zone():
    found = calendars.changes(ZoneInfo("America/New_York"), 2027, 2027)
    assert found == [
        (datetime(2027, 1, 1, tzinfo=UTC), timedelta(hours=-5)),
        (datetime(2027, 3, 14, 7, tzinfo=UTC), timedelta(hours=-5)),
        (datetime(2027, 11, 7, 6, tzinfo=UTC), timedelta(hours=-4)),
    ]
    assert all(one < other for one, other in pairwise(at for at, _offset in found))


def test_two_places_bring_two_zones():
    file = Calendar.from_ical(calendars.for_patient([row(), row(8, zone="America/Los_Angeles")], CLINIC))
    assert [str(z["tzid"]) for z in file.walk("VTIMEZONE")] == ["America/Los_Angeles", "America/New_York"]
    assert [e.decoded("dtstart").astimezone(UTC) for e in file.walk("VEVENT")] == [MONDAY, MONDAY]
