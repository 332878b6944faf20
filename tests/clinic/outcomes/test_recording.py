"""Scores that are typed in, and those that a health history brings."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.outcomes import recording
from clinic.outcomes.forms import FORMS
from clinic.outcomes.models import Measure, Response
from clinic.outcomes.scoring import MOST_SPASMS
from patients import intake as intakes

TODAY = {"mode": "paper", "language": "es"}


def enter(patient, by, **fields):
    wanted = {"measure": "rmdq", "score": 10, "answers": {"total": 10}, "mode": "paper", **fields}
    return recording.enter_score(patient, wanted.pop("measure"), wanted.pop("score"), by=by, **wanted)


def form_of(measure, **typed):
    sent = {"on": timezone.localdate().isoformat(), **TODAY, **typed}
    return FORMS[measure]({f"{measure}-{name}": value for name, value in sent.items()})


def kept(measure, **typed):
    """(score, answers) of what was typed, or the errors of the form."""
    form = form_of(measure, **typed)
    if not form.is_valid():
        return {name: list(told) for name, told in form.errors.items()}
    return str(form.entered()["score"]), form.entered()["answers"]


def test_a_score_is_kept_with_its_answers_version_language_and_mode(ana, carlos):
    made = enter(ana, carlos, answers={"ticked": [1, 4]}, score=2, form_version="1983", language="es")
    row = Response.objects.get()
    assert (row, row.score, row.answers, row.form_version, row.language, row.mode) == (
        made, Decimal(2), {"ticked": [1, 4]}, "1983", "es", "paper")  # fmt: skip
    event = AuditEvent.objects.get(action="outcome.entered")
    assert (event.actor_id, event.patient_id, event.details) == (
        carlos.pk, ana.pk, {"measure": "rmdq", "mode": "paper"})  # fmt: skip


@pytest.mark.parametrize("score", [-1, 25])
def test_a_score_outside_its_scale_is_refused(ana, carlos, score):
    with pytest.raises(recording.OutsideScale):
        enter(ana, carlos, score=score)
    assert (Response.objects.count(), AuditEvent.objects.filter(action="outcome.entered").count()) == (0, 0)


def test_a_score_of_tomorrow_is_refused(ana, carlos):
    with pytest.raises(recording.NotYet):
        enter(ana, carlos, at=timezone.now() + timedelta(days=1))
    assert Response.objects.count() == 0


def test_only_those_who_treat_enter_scores(ana, rita, olga, tess):
    for person in (rita, olga):
        with pytest.raises(PermissionDenied):
            enter(ana, person)
    enter(ana, tess)
    assert Response.objects.count() == 1


def test_what_cannot_be_logged_is_not_kept(ana, carlos, monkeypatch):
    monkeypatch.setattr(recording, "record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        enter(ana, carlos)
    assert Response.objects.count() == 0


@pytest.mark.parametrize(
    ("measure", "typed", "expected"),
    [
        ("nrs_pain", {"now": "6", "worst": "8"}, ("6", {"now": 6, "worst": 8})),
        ("nrs_pain", {"now": "11"}, {"now": ["Ensure this value is less than or equal to 10."]}),
        ("spasms", {"count": "7", "minutes": "10"}, ("7", {"count": 7, "minutes": 10})),
        ("rmdq", {"ticked": "8, 1 3"}, ("3", {"ticked": [1, 3, 8]})),
        ("rmdq", {"total": "0"}, ("0", {"total": 0})),
        ("rmdq", {"ticked": "1 3", "total": "3"}, {"total": ["2 numbers stand above."]}),
        ("rmdq", {"ticked": "1 25"}, {"ticked": ["The statements have the numbers 1 to 24."]}),
        ("rmdq", {"ticked": "4 4"}, {"ticked": ["One number stands here twice."]}),
        ("rmdq", {}, {"ticked": ["Type the numbers that were ticked, or how many: 0 when there is none."]}),
        ("global_change", {"step": "-2"}, ("-2", {"step": -2})),
        ("odi", {"points": "18", "answered": "9"}, ("40.00", {"points": 18, "answered": 9, "percent": 40.0})),
        ("odi", {"points": "46", "answered": "9"}, {"points": ["This lies outside the scale."]}),
        ("ndi", {"points": "18", "answered": "10"}, ("18.00", {"points": 18, "answered": 10, "percent": 36.0})),
        ("ndi", {"points": "18", "answered": "9"}, ("20.00", {"points": 18, "answered": 9, "percent": 40.0})),
    ],
)
def test_what_was_typed_becomes_a_score_or_a_reason(clinic, measure, typed, expected):
    assert kept(measure, **typed) == expected


def test_three_to_five_own_activities_make_the_mean(clinic):
    typed = {"what1": "Lift my grandchild", "what2": "Sit", "what3": "Dig", "score1": "4", "score2": "7", "score3": "3"}
    rows = [{"what": typed[f"what{n}"], "score": int(typed[f"score{n}"])} for n in (1, 2, 3)]
    assert kept("psfs", **typed) == ("4.67", {"activities": rows})
    told = kept("psfs", **typed, what4="Walk")
    assert told == {"what1": ["Three to five activities with a number each are needed."]}


def test_a_score_of_an_earlier_day_stands_at_noon_and_one_of_tomorrow_is_refused(clinic):
    yesterday = timezone.localdate() - timedelta(days=1)
    form = form_of("nrs_pain", now="5", on=yesterday.isoformat())
    assert form.is_valid()
    assert timezone.localtime(form.entered()["at"]).strftime("%Y-%m-%d %H:%M") == f"{yesterday} 12:00"
    tomorrow = form_of("nrs_pain", now="5", on=(yesterday + timedelta(days=2)).isoformat())
    assert tomorrow.errors == {"on": ["This day is in the future."]}
    assert form_of("nrs_pain", now="5", on="0001-01-01").errors == {"on": ["This day lies too far back."]}


def test_each_form_has_its_measure_and_the_spasms_reach_as_far_as_the_table(clinic):
    assert set(FORMS) == set(Measure.objects.values_list("pk", flat=True))
    assert Measure.objects.get(pk="spasms").highest == MOST_SPASMS


def handed_in(patient, **answers):
    given = intakes.open_intake(patient)
    intakes.save_page(given, page="p", answers=answers)
    intakes.submit(given)
    given.refresh_from_db()
    return {r.measure_id: (r.score, r.answers) for r in recording.scores_from_intake(given)}


def test_a_health_history_brings_pain_spasms_and_own_activities(ana):
    rows = [{"activity": name, "score_0_10": score} for name, score in (("Dig", 2), ("Sit", 3), ("Lift", 2))]
    found = handed_in(ana, pain_now=6, spasm_per_week=12, spasm_strength=7, goal_activities=rows)
    activities = [{"what": row["activity"], "score": row["score_0_10"]} for row in rows]
    assert found == {
        "nrs_pain": (6, {"pain_now": 6}),
        "spasms": (12, {"count": 12, "strength": 7}),
        "psfs": (Decimal("2.33"), {"activities": activities}),
    }


def test_what_a_health_history_left_open_is_no_score(ana):
    assert handed_in(ana, goal_activities=[{"activity": "Dig", "score_0_10": 2}]) == {}
