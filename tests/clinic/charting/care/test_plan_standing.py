"""Where a plan stands: kept visits only, by the wall of the place, in three queries for one person or for three."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone

from clinic.charting.care import plan_making, plan_standing
from clinic.charting.models import Episode, PlanEvent, Visit, VisitMark
from tests import make

START = date(2026, 11, 2)
TODAY = date(2026, 11, 20)
PHASES = [("relief", 6, 4), ("restore", 6, 2)]


@pytest.fixture
def episode(ana):
    return Episode.objects.create(patient=ana, complaint="Low back spasm")


@pytest.fixture
def plan(episode, carlos):
    made = plan_making.write(episode, by=carlos, started_on=START, planned_visits=12, phases=PHASES)
    make.answered(made, "check", by=carlos)
    return made


def noon(day):
    return datetime.combine(day, time(17), UTC)


def visit(episode, by, day, *, signed=True, at=None, **fields):
    at = at or noon(day)
    row = make.visit(episode.patient, by.practitioner, episode=episode, visited_at=at, **fields)
    if signed:
        make.signed(row, by=by, at=at)
    return row


def kept(episode, today=TODAY):
    return plan_standing.of_episode(episode, today).kept


def test_the_standing_is_that_of_the_picture(plan, episode, carlos):
    for day in (2, 5, 11, 16):
        visit(episode, carlos, date(2026, 11, day))
    visit(episode, carlos, TODAY, signed=False)
    told = plan_standing.of_episode(episode, TODAY)
    assert (told.kept, told.planned, told.number, told.phase, told.day) == (4, 12, 5, "relief", 19)
    assert (told.due_kind, told.due_on, told.days_left, told.is_late) == ("re_exam", date(2026, 11, 29), 9, False)
    assert "".join(state for _x, state in told.dots) == "ddddnttttttt"


def test_what_was_not_kept_does_not_count(plan, episode, carlos, ana):
    other = Episode.objects.create(patient=ana, complaint="Neck")
    wrong = visit(episode, carlos, START)
    VisitMark.objects.create(visit=wrong, kind="entered_in_error", by=carlos, reason="Other patient")
    visit(episode, carlos, START - timedelta(days=1))
    visit(episode, carlos, START, purpose="advice")
    visit(episode, carlos, START, signed=False)
    visit(other, carlos, START)
    assert kept(episode) == 0
    visit(episode, carlos, START)
    assert kept(episode) == 1


def test_visits_under_a_joined_record_count(plan, episode, carlos, ana):
    old = make.patient("Anna", merged_into=ana)
    row = visit(episode, carlos, START, signed=False)
    Visit.objects.filter(pk=row.pk).update(patient=old)
    make.signed(Visit.objects.get(pk=row.pk), by=carlos)
    assert kept(episode) == 1
    assert plan_standing.of_patient(old, TODAY).plan == plan.pk


@pytest.mark.parametrize(
    ("start", "at", "counted"),
    [
        # New York goes back to standard time on 1 November 2026 at 06:00 UTC and forward on 14 March 2027 at 07:00 UTC.
        (date(2026, 11, 1), datetime(2026, 11, 1, 3, 59, tzinfo=UTC), 0),  # 23:59 the evening before
        (date(2026, 11, 1), datetime(2026, 11, 1, 4, 0, tzinfo=UTC), 1),  # midnight, still summer time
        (date(2026, 11, 2), datetime(2026, 11, 2, 4, 59, tzinfo=UTC), 0),  # midnight is an hour later by now
        (date(2026, 11, 2), datetime(2026, 11, 2, 5, 0, tzinfo=UTC), 1),
        (date(2027, 3, 15), datetime(2027, 3, 15, 3, 59, tzinfo=UTC), 0),
        (date(2027, 3, 15), datetime(2027, 3, 15, 4, 0, tzinfo=UTC), 1),
    ],
)
def test_the_first_day_begins_at_midnight_of_the_place_on_clock_change_nights_too(episode, carlos, start, at, counted):
    plan_making.write(episode, by=carlos, started_on=start)
    visit(episode, carlos, start, at=at)
    assert kept(episode, start) == counted


def test_late_is_late_and_a_plan_on_hold_waits(plan, episode):
    told = plan_standing.of_episode(episode, date(2026, 12, 14))
    assert (told.due_kind, told.is_late, told.decision_due, told.phase) == ("decision", True, True, "restore")
    type(plan).objects.filter(pk=plan.pk).update(is_held=True)
    told = plan_standing.of_episode(episode, date(2026, 12, 14))
    assert (told.due_kind, told.is_late, told.decision_due) == ("", False, False)


def test_a_plan_without_days_stands_from_when_it_was_made(plan, episode):
    type(plan).objects.filter(pk=plan.pk).update(started_on=None, first_check_on=None, planned_visits=None)
    PlanEvent.objects.all().delete()
    today = timezone.localdate(plan.made_at) + timedelta(days=3)
    told = plan_standing.of_episode(episode, today)
    assert (told.day, told.planned, told.due_kind, told.dots) == (4, None, "", [])


@pytest.mark.parametrize(("planned", "dots"), [(1, 1), (24, 24), (25, 0), (60, 0)])
def test_never_more_than_24_dots(plan, episode, planned, dots):
    type(plan).objects.filter(pk=plan.pk).update(planned_visits=planned)
    assert len(plan_standing.of_episode(episode, TODAY).dots) == dots


def test_more_visits_than_planned_are_told_as_they_are(plan, episode, carlos):
    type(plan).objects.filter(pk=plan.pk).update(planned_visits=1)
    for day in (2, 5):
        visit(episode, carlos, date(2026, 11, day))
    told = plan_standing.of_episode(episode, TODAY)
    assert (told.kept, told.planned, "".join(state for _x, state in told.dots)) == (2, 1, "dd")


def test_without_a_plan_there_is_nothing_to_tell(episode, ana, plan, carlos):
    type(plan).objects.filter(pk=plan.pk).update(ended_at=timezone.now(), ended_by=carlos)
    assert (plan_standing.of_episode(episode, TODAY), plan_standing.standings([ana], TODAY)) == (None, {})


def test_of_two_plans_the_newest_stands_for_the_person(plan, ana, carlos):
    other = Episode.objects.create(patient=ana, complaint="Neck")
    newest = plan_making.write(other, by=carlos, started_on=TODAY)
    assert plan_standing.standings([ana], TODAY)[ana.pk].plan == newest.pk


@pytest.mark.parametrize("people", [1, 3])
def test_three_queries_tell_one_person_and_three(clinic, carlos, people, django_assert_num_queries):
    patients = [make.patient(f"P{n}") for n in range(people)]
    for patient in patients:
        episode = Episode.objects.create(patient=patient, complaint="Back")
        plan_making.write(episode, by=carlos, started_on=START, planned_visits=12, phases=PHASES)
        for day in (2, 5):
            visit(episode, carlos, date(2026, 11, day))
    with django_assert_num_queries(3):
        told = plan_standing.standings(patients, TODAY)
    assert {pk: standing.kept for pk, standing in told.items()} == {patient.pk: 2 for patient in patients}
