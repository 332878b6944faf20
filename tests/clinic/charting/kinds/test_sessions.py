"""What a visit knows that ranges ask for: first or later session, the weight, the sessions without gain."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.charting.care import collars
from clinic.charting.kinds import sessions, treating
from clinic.charting.kinds.treatment_forms import TreatmentForm
from clinic.charting.models import TreatmentApplied, VisitMark
from patients.models import Task
from tests import make

PULL = {"region": "lumbar", "force": 60, "mode": "static", "minutes": 8, "position": "supine"}
DAY = timedelta(days=1)


@pytest.fixture
def visit(carlos, ana):
    return make.visit(ana, carlos.practitioner)


def before(visit, days, slug="traction", **fields):
    """A treatment at a visit of the same complaint some days earlier, straight into the table."""
    earlier = make.visit(
        visit.patient, visit.practitioner, episode=visit.episode, visited_at=visit.visited_at - days * DAY
    )
    row = {"kind": make.treatment_kind(slug), "performed_by": visit.opened_by}
    return TreatmentApplied.objects.create(visit=earlier, **{**row, **fields})


def known(visit, slug="traction"):
    return sessions.known_at(visit, make.treatment_kind(slug))


def course(visit, slug="traction"):
    told = known(visit, slug)
    return {name: told[name] for name in ("first_session", "later_session") if name in told}


def test_the_first_session_of_a_complaint_is_the_first_with_this_kind(visit):
    before(visit, 3, "heat")
    assert course(visit) == {"first_session": True}
    before(visit, 2)
    assert course(visit) == {"later_session": True}


def test_another_complaint_a_later_visit_and_a_carried_row_are_no_session(visit, carlos, ana):
    row = {"kind": make.treatment_kind("traction"), "performed_by": carlos}
    other = make.visit(ana, carlos.practitioner, visited_at=visit.visited_at - DAY)
    TreatmentApplied.objects.create(visit=other, **row)
    before(visit, -1)
    before(visit, 4, is_carried=True)
    assert course(visit) == {"first_session": True}


def test_a_note_entered_in_error_is_no_session(visit, carlos):
    wrong = before(visit, 2).visit
    VisitMark.objects.create(visit=wrong, kind=VisitMark.Kind.ENTERED_IN_ERROR, by=carlos, reason="Other patient")
    assert course(visit) == {"first_session": True}


@pytest.mark.parametrize(
    ("responses", "count"),
    [
        ((), 0),
        (("same",) * 6, 6),
        (("better", "same", "worse"), 2),
        (("same", "same", "much_better"), 0),
        (("same", "", "same"), 1),
    ],
)
def test_sessions_without_gain_are_counted_since_the_last_gain(visit, responses, count):
    for place, response in enumerate(responses):
        before(visit, len(responses) - place, "ultrasound", response=response)
    assert known(visit, "ultrasound")["not_improved_after_sessions"] == count


def test_a_kind_that_asks_for_nothing_costs_no_query(visit, django_assert_num_queries):
    massage = make.treatment_kind("massage")
    with django_assert_num_queries(0):
        told = sessions.known_at(visit, massage)
    assert told == {"visit_date": sessions.day_of(visit).isoformat()}


# --- the weight by which the pull on the low back is measured


def test_the_weight_is_that_of_the_newest_treatment_it_was_noted_with(visit):
    assert "body_weight_lb" not in known(visit)
    before(visit, 40, parameters={"body_weight_lb": 150})
    before(visit, 9, parameters={"body_weight_lb": 160})
    assert known(visit)["body_weight_lb"] == 160


def test_a_weight_of_more_than_a_year_ago_is_asked_again(visit):
    before(visit, 366, parameters={"body_weight_lb": 150})
    assert "body_weight_lb" not in known(visit)


@pytest.mark.parametrize(("force", "is_unusual"), [(39, True), (40, False), (80, False), (81, True)])
def test_the_usual_pull_is_a_quarter_to_a_half_of_the_weight_typed(visit, force, is_unusual):
    kind = make.treatment_kind("traction")
    data = {f"t-{name}": str(value) for name, value in {**PULL, "force": force, "body_weight_lb": 160}.items()}
    form = TreatmentForm(kind, data, context={"first_session": True})
    assert ("force" in form.errors) is is_unusual
    assert form.values["body_weight_lb"] == 160


# --- the deed asks the same


def test_an_unusual_value_without_a_reason_is_refused_by_the_deed_too(visit, carlos):
    kind, long = make.treatment_kind("traction"), {**PULL, "minutes": 25}
    with pytest.raises(treating.BadParameters) as refused:
        treating.apply(visit, kind=kind, by=carlos, values=long)
    assert refused.value.errors == {
        "minutes": "Minutes 25 min: usual is 5 to 10 min.",
        "deviation_reason": "Give the reason for the unusual value.",
    }
    before(visit, 3)
    assert treating.apply(visit, kind=kind, by=carlos, values=long).parameters == long


def test_what_the_practitioner_gives_is_supervised_by_nobody_and_a_therapists_by_the_practitioner(visit, carlos, tess):
    heat = make.treatment_kind("heat")
    rows = [treating.apply(visit, kind=heat, by=user) for user in (carlos, tess)]
    assert [(row.performed_by, row.supervised_by) for row in rows] == [(carlos, None), (tess, carlos)]


# --- the collar


def collar(visit, by, days):
    day = (timezone.localdate() + timedelta(days=days)).isoformat()
    values = {"wear_hours": 4, "review_date": day, "wear_advice": "Off at night"}
    return treating.apply(visit, kind=make.treatment_kind("soft_collar"), by=by, values=values, reason="Severe pain")


def test_a_collar_makes_a_task_on_its_day_and_an_earlier_day_brings_it_forward(visit, carlos):
    for days in (10, 14, 7):
        collar(visit, carlos, days)
    task = Task.objects.get()
    assert (task.title, task.due_on) == ("Soft collar: stop or renew it", timezone.localdate() + timedelta(days=7))
    assert (task.patient, task.opened_by, task.done_at) == (visit.patient, carlos, None)


def test_a_collar_taken_out_of_the_note_leaves_no_task(visit, carlos):
    treating.withdraw(collar(visit, carlos, 10), by=carlos)
    assert Task.objects.get().outcome == "Taken out of the note."


@pytest.mark.parametrize("day", ["", None, "soon", "2030-13-45"])
def test_a_day_that_is_none_opens_nothing(day, clinic):
    assert collars.review_day(make.treatment_kind("soft_collar"), {"review_date": day}) is None


def test_a_kind_that_asks_for_no_day_opens_nothing(clinic):
    assert collars.review_day(make.treatment_kind("heat"), {"review_date": "2030-01-01"}) is None
