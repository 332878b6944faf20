"""Therapy timers: one on a table, one of a therapy, and what has rung gives way."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from clinic.audit.models import AuditEvent
from clinic.scheduling import timers
from clinic.scheduling.models import TherapyTimer
from clinic.scheduling.models.appointments import HERE, Status
from clinic.scheduling.therapies import THERAPIES, therapy
from tests import make
from tests.make import MONDAY

MINUTE = timedelta(minutes=1)


@pytest.fixture
def table(clinic):
    return make.room(name="Table 2")


@pytest.fixture
def visit(carlos, ana):
    return make.appointment(ana, carlos.practitioner, status=Status.IN_ROOM)


@pytest.fixture
def other_visit(carlos, ben):
    return make.appointment(ben, carlos.practitioner, MONDAY + 30 * MINUTE, status=Status.ARRIVED)


def events():
    return list(AuditEvent.objects.filter(action__startswith="timer.").order_by("pk").values_list("action", "details"))


# --- starting


def test_start_counts_the_usual_minutes_down_from_now(visit, table, rita):
    timer = timers.start(visit, name="heat", room=table, by=rita, now=MONDAY)
    assert (timer.minutes, timer.ends_at, timer.started_by) == (10, MONDAY + 10 * MINUTE, rita)
    assert timer.left(MONDAY + 3 * MINUTE) == 7 * MINUTE
    assert events() == [("timer.started", {"minutes": 10})]
    assert AuditEvent.objects.get(action="timer.started").patient_id == visit.patient_id


def test_start_takes_other_minutes_and_needs_no_table(visit, tess):
    timer = timers.start(visit, name="e-stim", minutes=8, by=tess, now=MONDAY)
    assert (timer.minutes, timer.room) == (8, None)


@pytest.mark.parametrize("who", ["ana", "ivan"])
def test_start_is_for_the_people_of_the_clinic(visit, table, who, request):
    person = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        timers.start(visit, name="heat", room=table, by=getattr(person, "user", person), now=MONDAY)
    assert TherapyTimer.objects.count() == 0


def test_start_refuses_a_second_timer_on_one_table(visit, other_visit, table, rita):
    running = timers.start(visit, name="heat", room=table, by=rita, now=MONDAY)
    with pytest.raises(timers.TableIsTaken) as refused:
        timers.start(other_visit, name="ice", room=table, by=rita, now=MONDAY + 9 * MINUTE)
    assert refused.value.timer == running
    assert list(TherapyTimer.objects.all()) == [running]


def test_two_tables_run_side_by_side_and_so_do_two_without_a_table(visit, other_visit, table, rita):
    timers.start(visit, name="heat", room=table, by=rita, now=MONDAY)
    timers.start(other_visit, name="heat", room=make.room(), by=rita, now=MONDAY)
    timers.start(visit, name="ice", by=rita, now=MONDAY)
    timers.start(other_visit, name="ice", by=rita, now=MONDAY)
    assert TherapyTimer.objects.running().count() == 4


def test_start_refuses_the_same_therapy_twice(visit, table, rita):
    timers.start(visit, name="heat", room=table, by=rita, now=MONDAY)
    with pytest.raises(timers.AlreadyRunning):
        timers.start(visit, name="heat", by=rita, now=MONDAY + MINUTE)
    assert TherapyTimer.objects.count() == 1


def test_a_timer_that_has_rung_gives_way_to_the_next_on_its_table(visit, other_visit, table, rita, tess):
    rung = timers.start(visit, name="heat", room=table, by=rita, now=MONDAY)
    later = MONDAY + 10 * MINUTE
    timer = timers.start(other_visit, name="ice", room=table, by=tess, now=later)
    rung.refresh_from_db()
    assert (rung.ended_at, rung.ended_by) == (later, tess)
    assert list(TherapyTimer.objects.running()) == [timer]
    assert [action for action, _details in events()] == ["timer.started", "timer.stopped", "timer.started"]


def test_a_rung_timer_of_the_same_therapy_on_the_same_table_is_ended_once(visit, table, rita):
    timers.start(visit, name="heat", room=table, by=rita, now=MONDAY)
    timers.start(visit, name="heat", room=table, by=rita, now=MONDAY + 11 * MINUTE)
    assert [action for action, _details in events()] == ["timer.started", "timer.stopped", "timer.started"]


@pytest.mark.parametrize("status", [status for status in Status if status not in (*HERE, Status.HELD)])
def test_start_is_for_those_who_are_in_the_clinic(carlos, ana, table, rita, status):
    visit = make.appointment(ana, carlos.practitioner, status=status)
    with pytest.raises(timers.NotInTheClinic):
        timers.start(visit, name="heat", room=table, by=rita, now=MONDAY)


def test_start_is_rolled_back_with_its_log(visit, other_visit, table, rita, monkeypatch):
    rung = timers.start(visit, name="heat", room=table, by=rita, now=MONDAY)

    def broken(*args, **kwargs):
        raise OSError("no room for the log")

    monkeypatch.setattr(timers, "record", broken)
    with pytest.raises(OSError, match="no room"):
        timers.start(other_visit, name="ice", room=table, by=rita, now=MONDAY + 20 * MINUTE)
    assert list(TherapyTimer.objects.running()) == [rung]


def test_who_begins_in_the_same_moment_is_told_that_the_table_is_taken(visit, other_visit, table, rita, monkeypatch):
    """The look before the insert sees nothing yet: the table has the last word."""
    monkeypatch.setattr(timers, "_make_room", lambda *args: [])
    timers.start(visit, name="heat", room=table, by=rita, now=MONDAY)
    with pytest.raises(timers.TableIsTaken):
        timers.start(other_visit, name="ice", room=table, by=rita, now=MONDAY)
    assert TherapyTimer.objects.count() == 1


# --- more minutes, and the end


def test_five_minutes_more_are_added_to_the_end(visit, rita):
    timer = timers.start(visit, name="heat", by=rita, now=MONDAY)
    longer = timers.add_minutes(timer, by=rita, now=MONDAY + 2 * MINUTE)
    assert (longer.minutes, longer.ends_at) == (15, MONDAY + 15 * MINUTE)
    assert events()[-1] == ("timer.lengthened", {"minutes": 5})


def test_five_minutes_more_after_it_has_rung_run_from_now(visit, rita):
    timer = timers.start(visit, name="heat", by=rita, now=MONDAY)
    longer = timers.add_minutes(timer, by=rita, now=MONDAY + 12 * MINUTE)
    assert (longer.minutes, longer.ends_at) == (15, MONDAY + 17 * MINUTE)


def test_a_timer_ends_within_two_hours(visit, rita):
    timer = timers.start(visit, name="heat", minutes=118, by=rita, now=MONDAY)
    with pytest.raises(timers.TooLong):
        timers.add_minutes(timer, by=rita, now=MONDAY)
    timer.refresh_from_db()
    assert timer.minutes == 118


def test_stop_takes_it_off_the_board_and_a_second_click_changes_nothing(visit, rita, tess):
    timer = timers.start(visit, name="heat", by=rita, now=MONDAY)
    stopped = timers.stop(timer, by=tess, now=MONDAY + 4 * MINUTE)
    timers.stop(timer, by=rita, now=MONDAY + 5 * MINUTE)
    timer.refresh_from_db()
    assert (timer.ended_at, timer.ended_by) == (stopped.ended_at, tess) == (MONDAY + 4 * MINUTE, tess)
    assert [action for action, _details in events()] == ["timer.started", "timer.stopped"]
    assert timer.left(MONDAY + 5 * MINUTE) == timedelta(0)


def test_a_stopped_timer_does_not_run_longer(visit, rita):
    timer = timers.stop(timers.start(visit, name="heat", by=rita, now=MONDAY), by=rita, now=MONDAY + MINUTE)
    with pytest.raises(timers.AlreadyStopped):
        timers.add_minutes(timer, by=rita, now=MONDAY + 2 * MINUTE)


@pytest.mark.parametrize("deed", [timers.add_minutes, timers.stop])
def test_only_the_people_of_the_clinic_touch_a_timer(visit, rita, ivan, deed):
    timer = timers.start(visit, name="heat", by=rita, now=MONDAY)
    with pytest.raises(PermissionDenied):
        deed(timer, by=ivan, now=MONDAY)
    timer.refresh_from_db()
    assert (timer.minutes, timer.ended_at) == (10, None)


# --- rules of the table


def refused_by_the_table(constraint, make_row):
    """Does the database itself refuse the row, for this rule (SQLite tells the columns of a unique one)?"""
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make_row()
    return any(words in str(refused.value) for words in constraint)


def test_the_table_holds_one_running_timer_a_room(visit, other_visit, table):
    make.timer(visit, room=table)
    rule = ("one_running_timer_for_each_table", "scheduling_therapytimer.room_id")
    assert refused_by_the_table(rule, lambda: make.timer(other_visit, room=table))
    make.timer(other_visit, room=table, ended_at=MONDAY)  # one that has ended is no second


def test_the_table_holds_one_running_timer_a_therapy(visit):
    make.timer(visit)
    rule = ("one_running_timer_for_each_therapy", "scheduling_therapytimer.appointment_id")
    assert refused_by_the_table(rule, lambda: make.timer(visit))


@pytest.mark.parametrize("minutes", [0, 121])
def test_the_table_keeps_one_minute_to_two_hours(visit, minutes):
    assert refused_by_the_table(
        ("timer_runs_one_minute_to_two_hours",), lambda: make.timer(visit, minutes=minutes, ends_at=MONDAY + MINUTE)
    )


def test_the_table_keeps_the_end_after_the_start(visit):
    assert refused_by_the_table(("timer_ends_after_it_starts",), lambda: make.timer(visit, ends_at=MONDAY))


# --- the therapies


def test_every_therapy_can_be_kept_and_timed():
    longest = TherapyTimer._meta.get_field("name").max_length
    wrong = {n for n, t in THERAPIES.items() if len(n) > longest or not 1 <= t.minutes <= timers.LONGEST}
    assert wrong == set()
    assert (therapy("heat").minutes, therapy("leeches").label, therapy("leeches").minutes) == (10, "leeches", 0)
