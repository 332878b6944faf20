"""Therapy timers beside the day: what the rows say, starting in a form, +5 and stop in a click."""

from datetime import timedelta
from html import unescape

import pytest
import time_machine

from clinic.reception import timers
from clinic.scheduling.models import TherapyTimer
from clinic.scheduling.models.appointments import Status
from tests import make
from tests.make import MONDAY

MINUTE = timedelta(minutes=1)
START = "/desk/timers/start/"


@pytest.fixture
def table(clinic):
    return make.room(name="Table 2")


@pytest.fixture
def visit(carlos, ana):
    return make.appointment(ana, carlos.practitioner, status=Status.IN_ROOM)


def page(response):
    return unescape(response.content.decode())


def row(timer, after):
    return timers.Row(timer, timer.started_at + after)


# --- the rows


@pytest.mark.parametrize(
    ("after", "state", "clock"),
    [
        (timedelta(0), "", "10:00"),
        (timedelta(minutes=3, seconds=12), "", "6:48"),
        (timedelta(minutes=9), "", "1:00"),
        (timedelta(minutes=9, seconds=1), "soon", "0:59"),
        (timedelta(minutes=10), "rung", "0:00"),
        (timedelta(minutes=10, seconds=20), "rung", "0:20"),
        (timedelta(minutes=75), "rung", "65:00"),
    ],
)
def test_a_row_counts_down_turns_red_in_the_last_minute_and_then_counts_on(visit, after, state, clock):
    shown = row(make.timer(visit), after)
    assert (shown.state, shown.clock, shown.seconds) == (state, clock, 600)


def test_a_row_says_aloud_what_has_ended_where(visit, table):
    assert row(make.timer(visit, room=table), MINUTE).told == "Heat on Table 2 has ended: Ana Sørensen"
    assert row(make.timer(visit, name="ice"), MINUTE).told == "Ice has ended: Ana Sørensen"


def test_the_panel_shows_who_what_and_where_the_next_to_ring_on_top(desk, visit, table, carlos, ben):
    make.timer(visit, room=table, minutes=15)
    other = make.appointment(ben, carlos.practitioner, MONDAY + 30 * MINUTE, status=Status.ARRIVED)
    make.timer(other, name="e-stim", minutes=7)
    response = desk.get("/desk/")
    assert [(r.name, r.clock, str(r.therapy.label)) for r in response.context["timers"]] == [
        ("Ben Whitcombe", "7:00", "E-stim"),
        ("Ana Sørensen", "15:00", "Heat"),
    ]
    assert page(response).count("Table 2 · Heat") == 1
    assert 'data-told="Heat on Table 2 has ended: Ana Sørensen"' in page(response)


def test_the_panel_leaves_out_what_was_stopped_and_what_rang_an_hour_ago(rita, visit):
    make.timer(visit, name="ice", ended_at=MONDAY)
    rung = make.timer(visit)
    ring = rung.ends_at
    assert [r.timer for r in timers.panel(rita, ring + 59 * MINUTE)["timers"]] == [rung]
    assert timers.panel(rita, ring + 60 * MINUTE)["timers"] == []


def test_the_panel_without_timers_says_so(desk):
    assert "No timer runs." in page(desk.get("/desk/"))


def test_the_panel_takes_one_query_for_one_and_for_three(rita, carlos, django_assert_num_queries):
    assert timers.panel(rita, MONDAY)["timers"] == []  # her roles are read once a request
    for number in range(3):
        visit = make.appointment(
            make.patient(f"P{number}"), carlos.practitioner, MONDAY + number * 30 * MINUTE, status=Status.ARRIVED
        )
        make.timer(visit, room=make.room())
        if number != 1:
            with django_assert_num_queries(1):
                shown = timers.panel(rita, MONDAY)["timers"]
                assert [(r.name, r.told) for r in shown] == [(r.name, r.told) for r in shown]
                assert len(shown) == number + 1


def test_the_drawing_changes_only_when_a_row_does(desk, visit):
    """The poll compares drawings: seconds that pass must not count as a change, the last minute must."""
    make.timer(visit)
    versions = []
    for after in (0, 30, 500, 545, 590, 601, 640):
        with time_machine.travel(MONDAY + timedelta(seconds=after), tick=False):
            versions.append(desk.get("/desk/").context["side"].version)
    assert [versions.index(v) for v in versions] == [0, 0, 0, 3, 3, 5, 5]


# --- starting


def test_start_offers_those_who_are_in_the_clinic_today(desk, visit, carlos, ben):
    yesterday = make.appointment(ben, carlos.practitioner, MONDAY - timedelta(days=1), status=Status.ARRIVED)
    later = make.appointment(make.patient("Cleo"), carlos.practitioner, MONDAY + 60 * MINUTE)
    offered = desk.get(START).context["form"].fields["appointment"].queryset
    assert list(offered) == [visit]
    for wrong in (yesterday, later):
        response = desk.post(START, {"appointment": wrong.pk, "therapy": "heat"})
        assert (response.status_code, "This patient is not in the clinic now." in page(response)) == (422, True)
    assert TherapyTimer.objects.count() == 0


def test_start_begins_now_and_returns_to_the_day(desk, rita, visit, table):
    back = "/desk/?day=2027-03-01"
    response = desk.post(START, {"appointment": visit.pk, "therapy": "heat", "room": table.pk, "back": back})
    timer = TherapyTimer.objects.get()
    assert response.url == back
    assert (timer.name, timer.minutes, timer.room, timer.started_by) == ("heat", 10, table, rita)
    assert timer.ends_at == MONDAY + 10 * MINUTE


def test_start_takes_other_minutes(desk, visit):
    desk.post(START, {"appointment": visit.pk, "therapy": "e-stim", "minutes": "8"})
    assert TherapyTimer.objects.get().minutes == 8


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("minutes", text) for text in ("0", "121", "-5", "ten", "9" * 30)],
        *[("therapy", text) for text in ("", "leeches")],
        *[("room", text) for text in ("999999", "x", "9" * 30)],
        *[("appointment", text) for text in ("", "999999", "x", "9" * 30)],
    ],
)
def test_start_says_at_the_field_what_is_wrong(desk, visit, field, value):
    response = desk.post(START, {"appointment": visit.pk, "therapy": "heat", field: value})
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert TherapyTimer.objects.count() == 0


def test_start_names_who_is_on_the_table_and_keeps_what_was_typed(desk, visit, table, carlos, ben):
    other = make.appointment(ben, carlos.practitioner, MONDAY + 30 * MINUTE, status=Status.ARRIVED)
    make.timer(other, room=table)
    response = desk.post(START, {"appointment": visit.pk, "therapy": "ice", "minutes": "7", "room": table.pk})
    assert response.status_code == 409
    assert response.context["form"].errors == {
        "room": ["Ben Whitcombe is on this table until 10:10. Choose another, or stop that timer."]
    }
    assert 'value="7"' in page(response)


def test_start_refuses_what_is_timed_already(desk, visit):
    make.timer(visit)
    response = desk.post(START, {"appointment": visit.pk, "therapy": "heat"})
    assert (response.status_code, list(response.context["form"].errors)) == (409, ["therapy"])


def test_start_without_anybody_in_the_clinic_says_so(desk):
    assert "Nobody is in the clinic now." in page(desk.get(START))


def test_start_is_a_fragment_for_the_dialog_and_a_page_without_script(desk, visit):
    assert "<html" in page(desk.get(START))
    fragment = page(desk.get(f"{START}?back=/desk/?p=1", headers={"HX-Request": "true"}))
    assert ("<html" in fragment, 'name="back" value="/desk/?p=1"' in fragment) == (False, True)


# --- one click


def test_five_minutes_more_and_stop_are_one_click_each(desk, rita, visit):
    timer, back = make.timer(visit), "/desk/?p=1"
    assert desk.post(f"/desk/timers/{timer.pk}/more/", {"back": back}).url == back
    timer.refresh_from_db()
    assert (timer.minutes, timer.ends_at) == (15, MONDAY + 15 * MINUTE)
    assert desk.post(f"/desk/timers/{timer.pk}/stop/", {"back": back}).url == back
    timer.refresh_from_db()
    assert (timer.ended_at, timer.ended_by) == (MONDAY, rita)


def test_more_minutes_say_why_not(desk, visit):
    stopped = make.timer(visit, ended_at=MONDAY)
    assert "was stopped meanwhile" in page(desk.post(f"/desk/timers/{stopped.pk}/more/", follow=True))
    longest = make.timer(visit, minutes=118)
    assert "two hours at most" in page(desk.post(f"/desk/timers/{longest.pk}/more/", follow=True))


def test_a_therapist_works_the_timers_too(client, tess, visit, ten_o_clock):
    client.force_login(tess)
    client.post(START, {"appointment": visit.pk, "therapy": "ultrasound"})
    assert [r.name for r in client.get("/desk/").context["timers"]] == ["Ana Sørensen"]
    client.post(f"/desk/timers/{TherapyTimer.objects.get().pk}/stop/")
    assert TherapyTimer.objects.running().count() == 0


@pytest.mark.parametrize("deed", ["more", "stop"])
def test_looking_touches_no_timer_and_an_unknown_one_is_not_found(desk, visit, deed):
    timer = make.timer(visit)
    assert desk.get(f"/desk/timers/{timer.pk}/{deed}/").status_code == 405
    assert desk.post(f"/desk/timers/{timer.pk + 1}/{deed}/").status_code == 404
    timer.refresh_from_db()
    assert (timer.minutes, timer.ended_at) == (10, None)
