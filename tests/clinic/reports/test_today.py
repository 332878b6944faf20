"""Today's list as rows: the line of pain, who waits longest, and what a plain reader gets."""

from datetime import UTC, date, datetime, timedelta

import time_machine

from clinic.charting.care import plan_making
from clinic.charting.models import Episode
from clinic.outcomes.models import CheckIn
from clinic.reports import today
from clinic.scheduling.models.appointments import Status
from patients import intake
from tests import make


def row(scores=(), **fields):
    return today.Row(appointment=fields.get("appointment"), visit=fields.get("visit"), scores=list(scores))


def test_the_pain_line_runs_from_left_to_right_with_ten_at_the_top():
    assert row([10, 0]).spark == "M4.0 3.0L64.0 19.0"
    assert (row([10, 0]).spark_end, row([10, 0]).pain) == ("19.0", 0)


def test_one_score_is_a_point_and_none_is_nothing():
    assert (row([5]).spark, row([5]).spark_end, row().spark_end, row().pain) == ("", "11.0", "", None)


def test_the_longest_wait_counts_from_arrival_until_the_practitioner_begins(carlos, ana, ben):
    now = datetime(2027, 3, 1, 15, 30, tzinfo=UTC)
    waiting = make.appointment(ana, carlos.practitioner, status=Status.ARRIVED, arrived_at=now - timedelta(minutes=9))
    begun = make.appointment(
        ben,
        carlos.practitioner,
        make.MONDAY + timedelta(minutes=20),
        status=Status.WITH_PRACTITIONER,
        arrived_at=now - timedelta(minutes=40),
    )
    assert today.longest_wait([row(appointment=waiting), row(appointment=begun)], now) == 9


def test_cancelled_and_held_times_are_not_on_the_list(carlos, ana):
    for number, status in enumerate((Status.CANCELLED, Status.BOOKED, Status.NO_SHOW)):
        make.appointment(ana, carlos.practitioner, make.MONDAY + timedelta(hours=number), status=status)
    zone = make.location().zone
    listed = today.rows(carlos, make.MONDAY.astimezone(zone).date(), zone, carlos.practitioner)
    assert [r.appointment.status for r in listed] == ["booked", "no_show"]


def test_the_figures_of_a_day_hold_counts_only(carlos, ana):
    make.appointment(ana, carlos.practitioner, status=Status.DONE)
    zone = make.location().zone
    figures = today.figures(make.MONDAY.astimezone(zone).date(), zone)
    assert figures == today.Figures(booked=1, seen=1, waiting=0, unsigned=0)


def test_rows_are_empty_for_who_may_not_see_visits(olga, carlos, ana):
    make.appointment(ana, carlos.practitioner)
    zone = make.location().zone
    assert today.rows(olga, make.MONDAY.astimezone(zone).date(), zone) == []


def test_a_reviewed_history_leaves_the_list(carlos, ana):
    given = intake.open_intake(ana, by=carlos)
    intake.submit(given)
    assert [row.pk for row in today.intakes_to_review(carlos)] == [given.pk]
    intake.review(given, by=carlos)
    assert today.intakes_to_review(carlos) == []


def test_the_list_shows_what_the_patient_said_on_arriving(carlos, ana, client):
    with time_machine.travel(make.MONDAY, tick=False):
        here = make.appointment(ana, carlos.practitioner, status=Status.ARRIVED)
        said = CheckIn.objects.create(
            patient=ana, appointment=here, pain=6, change="worse", words="after <b>shovelling"
        )
        client.force_login(carlos)
        page = client.get("/admin/").content.decode()
    assert "pain 6, worse, <q>after &lt;b&gt;shovelling</q>" in page
    zone = make.location().zone
    listed = today.rows(carlos, make.MONDAY.astimezone(zone).date(), zone, carlos.practitioner)
    assert [r.appointment.check_in for r in listed] == [said]


def test_what_is_late_for_weeks_comes_after_what_is_to_do_now(carlos, ana, ben):
    day = date(2027, 3, 1)
    for after in (-60, -22, -21, -3, 0, 5):
        make.task(ana if after % 2 else ben, due_on=day + timedelta(days=after))
    assert [one.days for one in today.due(carlos, day, carlos.practitioner)] == [-21, -3, 0, 5, -60, -22]


def test_the_list_says_of_a_plan_with_more_visits_than_planned_how_many_there_were(carlos, ana, client):
    episode = Episode.objects.create(patient=ana, complaint="Low back spasm")
    plan_making.write(episode, by=carlos, started_on=make.MONDAY.date() - timedelta(days=3), planned_visits=1)
    with time_machine.travel(make.MONDAY, tick=False):
        make.appointment(ana, carlos.practitioner, make.MONDAY + timedelta(hours=1))
        client.force_login(carlos)
        said = []
        for before in (2, 1):
            at = make.MONDAY - timedelta(days=before)
            make.signed(make.visit(ana, carlos.practitioner, episode=episode, visited_at=at), by=carlos, at=at)
            page = client.get("/admin/").content.decode()
            said.append([page.count(words) for words in ("1 of 1<svg", "2, planned 1<svg", "2 of 1<svg")])
    assert said == [[1, 0, 0], [0, 1, 0]]
