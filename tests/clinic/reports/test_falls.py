"""Nothing falls through: who stands on which list, who does not, and that no list reads the whole history."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.charting.models import Episode, VisitMark
from clinic.reports import falls
from clinic.scheduling.models import AppointmentRequest, Series
from clinic.scheduling.models.appointments import Status
from patients.models import CallLog
from tests import make
from tests.make import MONDAY

DAY = timedelta(days=1)


@pytest.fixture
def came(ana, carlos):
    """Ana's visit so many days ago (negative: ahead), done unless said otherwise."""

    def made(days, status=Status.DONE, *, of=ana, kind=None, **fields):
        kind = kind or make.kind()
        return make.appointment(of, carlos.practitioner, MONDAY - days * DAY, status=status, kind=kind, **fields)

    return made


@pytest.fixture
def kinds(clinic):
    """One kind of visit for each purpose."""
    purposes = ("initial", "subsequent", "re_exam", "maintenance", "advice")
    return {purpose: make.kind(slug=purpose, purpose=purpose) for purpose in purposes}


def listed(name, user):
    return list(falls.LISTS[name].rows(user, MONDAY))


# --- missed


def test_missed_is_the_last_visit_somebody_did_not_come_to(rita, came):
    came(9, Status.NO_SHOW)
    last = came(2, Status.NO_SHOW)
    assert listed("missed", rita) == [last]


@pytest.mark.parametrize("status", [Status.BOOKED, Status.CONFIRMED, Status.DONE, Status.ARRIVED])
@pytest.mark.parametrize("days", [1, -5])
def test_missed_is_settled_by_any_later_visit(rita, came, status, days):
    came(2, Status.NO_SHOW)
    came(days, status)
    assert listed("missed", rita) == []


def test_missed_is_not_settled_by_a_cancelled_visit_nor_by_an_earlier_one(rita, came):
    missed = came(2, Status.NO_SHOW)
    came(1, Status.CANCELLED)
    came(-1, Status.EXPIRED)
    came(5)
    assert listed("missed", rita) == [missed]


@pytest.mark.parametrize(("days", "count"), [(14, 1), (14.01, 0)])
def test_missed_looks_back_fourteen_days(rita, came, days, count):
    came(days, Status.NO_SHOW)
    assert len(listed("missed", rita)) == count


@pytest.mark.parametrize("name", ["missed", "no_next", "re_exam"])
def test_nobody_calls_after_the_dead(rita, ben, came, name):
    came(5, Status.NO_SHOW if name == "missed" else Status.DONE, of=ben)
    came(40, of=ben)
    assert len(listed(name, rita)) == 1
    ben.deceased_on = MONDAY.date()
    ben.save()
    assert listed(name, rita) == []


@pytest.mark.parametrize("name", ["missed", "no_next", "re_exam"])
def test_what_stands_at_a_joined_record_is_the_kept_persons(rita, ana, ben, came, name):
    """The last visit lists the person once, as the record that is kept; a later one at either record settles it."""
    last = came(5, Status.NO_SHOW if name == "missed" else Status.DONE, of=ben)
    came(40, of=ana)
    ben.merged_into = ana
    ben.save()
    make.call(ben, rita, about=name)
    one = falls.LISTS[name]
    rows = falls.with_calls(one, falls.ordered(one, rita, MONDAY), MONDAY)
    assert [(row.source, row.patient, row.last_call is not None) for row in rows] == [(last, ana, True)]
    came(-3, Status.BOOKED, of=ana, kind=make.kind(slug="re-exam", purpose="re_exam"))
    assert listed(name, rita) == []


# --- no next visit


def test_no_next_is_the_last_visit_of_who_has_nothing_booked(rita, came):
    came(9)
    last = came(3)
    came(1, Status.CANCELLED)
    assert listed("no_next", rita) == [last]


@pytest.mark.parametrize("status", [Status.BOOKED, Status.CONFIRMED, Status.ARRIVED])
def test_no_next_is_settled_by_a_visit_to_come(rita, came, status):
    came(3)
    came(-4, status)
    assert listed("no_next", rita) == []


@pytest.mark.parametrize("purpose", ["maintenance", "advice"])
def test_no_next_expects_nobody_after_maintenance_or_advice(rita, came, kinds, purpose):
    came(3, kind=kinds[purpose])
    assert listed("no_next", rita) == []


def test_no_next_is_not_settled_by_advice_on_the_phone(rita, came, kinds):
    last = came(6)
    came(3, kind=kinds["advice"])
    came(-3, Status.BOOKED, kind=kinds["advice"])
    assert listed("no_next", rita) == [last]


@pytest.mark.parametrize(("days", "count"), [(30, 1), (30.01, 0)])
def test_no_next_looks_back_thirty_days(rita, came, days, count):
    came(days)
    assert len(listed("no_next", rita)) == count


def test_who_missed_a_visit_stands_on_that_list_and_comes_back_when_it_forgets(rita, came):
    last = came(25)
    missed = came(13, Status.NO_SHOW)
    assert (listed("missed", rita), listed("no_next", rita)) == ([missed], [])
    later = MONDAY + 2 * DAY
    names = {name: list(falls.LISTS[name].rows(rita, later)) for name in ("missed", "no_next")}
    assert names == {"missed": [], "no_next": [last]}


def test_no_next_leaves_out_whose_episodes_are_all_closed(rita, came, ana):
    last = came(3)
    Episode.objects.create(patient=ana, complaint="neck", opened_at=MONDAY - 40 * DAY, closed_at=MONDAY - 3 * DAY)
    assert listed("no_next", rita) == []
    Episode.objects.create(patient=ana, complaint="low back", opened_at=MONDAY - 9 * DAY)
    assert listed("no_next", rita) == [last]


# --- behind plan


@pytest.fixture
def plan(ana, carlos, kind):
    """A series of Ana's: one visit for each status, two days apart, the first so many days ago."""

    def made(*statuses, days=6):
        series = Series.objects.create(
            patient=ana, practitioner=carlos.practitioner, kind=kind, created_at=MONDAY - 50 * DAY
        )
        for place, status in enumerate(statuses, start=1):
            at = MONDAY + (2 * (place - 1) - days) * DAY
            make.appointment(
                ana, carlos.practitioner, at, status=status, series=series, series_place=place,
                created_at=series.created_at,
            )  # fmt: skip
        return series

    return made


def test_behind_counts_what_was_missed_or_cancelled_and_not_made_up(rita, plan):
    series = plan(Status.DONE, Status.NO_SHOW, Status.CANCELLED, Status.BOOKED)
    row = listed("behind", rita)[0]
    assert (row, row.planned, row.kept, row.lost_at) == (series, 4, 2, MONDAY - 2 * DAY)


def test_behind_leaves_out_who_is_on_plan(rita, plan):
    plan(Status.DONE, Status.BOOKED, Status.CONFIRMED)
    assert listed("behind", rita) == []


def test_behind_is_made_up_by_a_single_visit_since_the_first(rita, plan, came):
    plan(Status.DONE, Status.NO_SHOW, Status.BOOKED)
    before = came(20)
    assert len(listed("behind", rita)) == 1
    before.delete()
    came(-9, Status.BOOKED)
    assert listed("behind", rita) == []


def test_behind_is_not_made_up_by_a_call_nor_by_a_cancelled_visit(rita, plan, came, kinds):
    plan(Status.DONE, Status.NO_SHOW)
    came(-1, Status.CANCELLED)
    came(-3, Status.BOOKED, kind=kinds["advice"])
    assert len(listed("behind", rita)) == 1


def test_behind_is_made_up_by_a_visit_added_to_the_series(rita, ana, carlos, plan):
    series = plan(Status.DONE, Status.NO_SHOW)
    make.appointment(ana, carlos.practitioner, MONDAY + 9 * DAY, series=series, series_place=3, created_at=MONDAY - DAY)
    assert listed("behind", rita) == []


@pytest.mark.parametrize(("days", "count"), [(42, 1), (42.01, 0)])
def test_behind_looks_back_six_weeks(rita, plan, days, count):
    plan(Status.NO_SHOW, days=days)
    assert len(listed("behind", rita)) == count


# --- re-examination


@pytest.mark.parametrize(("days", "count"), [(30, 1), (29.99, 0)])
@pytest.mark.parametrize("purpose", ["initial", "re_exam"])
def test_re_exam_is_due_thirty_days_after_the_last_one(rita, came, kinds, purpose, days, count):
    came(60, kind=kinds["initial"])
    came(days, kind=kinds[purpose])
    last = came(1)
    assert listed("re_exam", rita) == [last][:count]


@pytest.mark.parametrize(("visits", "count"), [(12, 1), (11, 0)])
def test_re_exam_is_due_after_twelve_visits(rita, came, kinds, visits, count):
    came(20, kind=kinds["initial"])
    came(0.5, kind=kinds["advice"])  # a call is no visit
    for n in range(visits):
        came(19 - n)
    rows = listed("re_exam", rita)
    assert [row.visits_since for row in rows] == [12][:count]


@pytest.mark.parametrize(("status", "count"), [(Status.BOOKED, 0), (Status.ARRIVED, 0), (Status.CANCELLED, 1)])
def test_re_exam_is_settled_by_one_that_is_booked(rita, came, kinds, status, count):
    came(40, kind=kinds["initial"])
    came(3)
    came(-2, status, kind=kinds["re_exam"])
    assert len(listed("re_exam", rita)) == count


def test_re_exam_is_for_those_in_active_care(rita, came, kinds, ben):
    came(60, kind=kinds["initial"])
    came(3, kind=kinds["maintenance"])
    came(61, of=ben)
    came(31, of=ben)
    assert listed("re_exam", rita) == []


def test_re_exam_counts_from_the_first_visit_we_know_when_there_was_no_examination(rita, came):
    came(35)
    last = came(2)
    assert [(row, row.examined_at) for row in listed("re_exam", rita)] == [(last, MONDAY - 35 * DAY)]


# --- unsigned, unanswered


def test_unsigned_are_the_open_notes_of_earlier_days(rita, carlos, ana):
    old = make.visit(ana, carlos.practitioner, visited_at=MONDAY - DAY)
    make.visit(ana, carlos.practitioner, visited_at=MONDAY)
    struck = make.visit(ana, carlos.practitioner, visited_at=MONDAY - 2 * DAY)
    VisitMark.objects.create(visit=struck, kind="entered_in_error", reason="wrong chart", by=carlos)
    assert listed("unsigned", rita) == [old]


def test_unsigned_reads_no_word_of_the_note(rita, carlos, ana):
    make.visit(ana, carlos.practitioner, visited_at=MONDAY - DAY, subjective="stabbingly", plan="twice")
    note = falls.ordered(falls.LISTS["unsigned"], rita, MONDAY).get()
    assert {"subjective", "objective", "assessment", "plan", "document", "pain"} <= note.get_deferred_fields()


def test_unanswered_are_the_open_requests(rita, tess):
    asked = AppointmentRequest.objects.create(name="Cora Vale", phone="1")
    AppointmentRequest.objects.create(name="Dora Vale", phone="2", answered_at=MONDAY, outcome="called")
    assert (listed("request", rita), listed("request", tess)) == ([asked], [])


# --- who reads them


def test_every_list_is_for_those_at_the_desk(rita, tess, olga, ivan, ana):
    names = list(falls.LISTS)
    assert names == ["missed", "no_next", "behind", "re_exam", "unsigned", "request"]
    seen = {user.pk: [one.name for one in falls.lists_of(user)] for user in (rita, olga, tess, ivan, ana.user)}
    assert seen == {rita.pk: names, olga.pk: names, tess.pk: names[:-1], ivan.pk: [], ana.user.pk: []}


@pytest.mark.parametrize("name", list(falls.LISTS))
def test_the_keeper_of_the_machine_reads_no_row(name, rita, ivan, came, carlos, ana, plan):
    came(40)
    came(12)
    if name in ("missed", "behind"):
        plan(Status.NO_SHOW)
    make.visit(ana, carlos.practitioner, visited_at=MONDAY - DAY)
    AppointmentRequest.objects.create(name="Cora Vale", phone="1")
    assert len(listed(name, rita)) == 1
    assert listed(name, ivan) == []


# --- order, attempts


def rows(name, user, now=MONDAY):
    one = falls.LISTS[name]
    return falls.with_calls(one, falls.ordered(one, user, now), now)


def test_who_was_tried_within_two_days_comes_last(rita, came):
    people = [make.patient(name) for name in ("Cleo", "Dora", "Emil", "Finn")]
    for days, of in enumerate(people, start=1):
        came(days, Status.NO_SHOW, of=of)
    make.call(people[0], rita, at=MONDAY - timedelta(hours=47))
    make.call(people[1], rita, at=MONDAY - timedelta(hours=49))
    shown = rows("missed", rita)
    assert [(row.patient.given_name, row.was_tried) for row in shown] == [
        ("Dora", False),
        ("Emil", False),
        ("Finn", False),
        ("Cleo", True),
    ]


def test_a_row_tells_the_last_attempt(rita, tess, came, ana):
    came(3, Status.NO_SHOW)
    make.call(ana, rita, at=MONDAY - 3 * DAY, outcome="no_answer")
    last = make.call(ana, tess, at=MONDAY - DAY, about="other")
    make.call(make.patient("Ben"), rita, at=MONDAY)
    assert [row.last_call for row in rows("missed", rita)] == [last]


@pytest.mark.parametrize(
    ("hours", "said"), [(0, "today"), (9.9, "today"), (10.1, "yesterday"), (33.9, "yesterday"), (34.1, "Sat, Feb 27")]
)
def test_a_row_says_the_day_of_the_attempt_on_the_clock_of_the_clinic(rita, came, ana, hours, said):
    came(3, Status.NO_SHOW)
    make.call(ana, rita, at=MONDAY - timedelta(hours=hours))
    with timezone.override(make.location().zone):
        assert [str(row.tried_on) for row in rows("missed", rita)] == [said]


def test_an_attempt_on_a_request_stands_on_its_row(rita, ana):
    first, second = (
        AppointmentRequest.objects.create(name=name, phone=name, created_at=MONDAY - days * DAY)
        for days, name in ((2, "Cora"), (1, "Dora"))
    )
    make.call(ana, rita, at=MONDAY)
    tried = CallLog.objects.create(request_number=first.pk, about="request", outcome="no_answer", by=rita, at=MONDAY)
    shown = rows("request", rita)
    assert [(row.name, row.phone, row.number, row.last_call) for row in shown] == [
        ("Dora", "Dora", second.pk, None),
        ("Cora", "Cora", first.pk, tried),
    ]


def test_rows_say_why_in_words(rita, came, plan, carlos, ana, ben):
    plan(Status.DONE, Status.NO_SHOW, Status.BOOKED, days=4)
    came(40, of=ben)
    came(3, of=ben)
    behind, due = rows("behind", rita)[0], rows("re_exam", rita)[0]
    assert (behind.why, behind.at, behind.practitioner) == (
        "1 of 3 visits is missing",
        MONDAY - 2 * DAY,
        carlos.practitioner,
    )
    assert (due.why, due.at, due.name, due.appointment.kind_id) == (
        "1 visit since",
        MONDAY - 40 * DAY,
        "Ben Whitcombe",
        make.kind().pk,
    )


@pytest.mark.parametrize("name", list(falls.LISTS))
def test_a_list_takes_two_queries_for_one_row_and_for_three(name, rita, carlos, kind, came, django_assert_num_queries):
    assert falls.lists_of(rita)  # her roles are read once a request
    for number in range(3):
        of = make.patient(f"P{number}")
        came(40 - number, of=of)
        came(9 - number, of=of)
        if name == "missed":
            came(2 - number / 2, Status.NO_SHOW, of=of)
        series = Series.objects.create(patient=of, practitioner=carlos.practitioner, kind=kind)
        if name == "behind":
            came(7.5 - number, Status.NO_SHOW, of=of, series=series, series_place=1, created_at=series.created_at)
        make.visit(of, carlos.practitioner, visited_at=MONDAY - DAY)
        asked = AppointmentRequest.objects.create(name="Cora", phone="1")
        make.call(of, rita, at=MONDAY)
        CallLog.objects.create(request_number=asked.pk, about="request", outcome="reached", by=rita)
        if number != 1:
            with django_assert_num_queries(2):
                shown = rows(name, rita)
                told = [(r.name, r.phone, r.practitioner, r.at, r.why, r.last_call.by) for r in shown]
            assert len(told) == number + 1


def test_counting_takes_one_query_a_list(rita, django_assert_num_queries):
    assert falls.lists_of(rita)
    with django_assert_num_queries(6):
        assert [(one.name, count) for one, count in falls.counts(rita, MONDAY)] == [(n, 0) for n in falls.LISTS]


@pytest.mark.parametrize(("name", "times"), [("missed", 1), ("no_next", 1), ("behind", 1), ("re_exam", 1)])
def test_only_the_window_is_asked_for_a_status(name, times, rita):
    """What is looked up patient by patient goes by stamps: by status SQLite takes the index over everybody's visits.

    At 100,000 visits the re-examinations took 3.1 seconds to count that way, and 0.05 this way.
    """
    sql = str(falls.LISTS[name].rows(rita, MONDAY).query)
    assert len(re.findall(r'"status" (?:=|IN) ', sql)) - len(re.findall(r'NOT \([^()]*"status" IN', sql)) == times
