"""The tab of outcomes: literal numbers in its tables, verdicts, one price for any history, and who may see it."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting.course import outcome_series, outcome_visits, outcome_words, outcomes_tab
from clinic.charting.models import CarePlan, PlanGoal, TreatmentApplied, Visit
from clinic.outcomes import recording
from clinic.outcomes.models import Response
from clinic.scheduling.models.appointments import Status
from tests import make

START = timezone.localdate() - timedelta(days=18)
STORY = ((0, 8), (3, 7), (9, 6), (14, 4), (18, 6))  # day after the start, pain


def at(day, hour=10):
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))


def score(patient, value, days=0, measure="nrs_pain", hour=10, **fields):
    taken = at(START + timedelta(days=days), hour)
    wanted = {"mode": "visit", "answers": {}, **fields}
    return Response.objects.create(patient=patient, measure_id=measure, score=value, taken_at=taken, **wanted)


def plan_for(visit, **fields):
    return CarePlan.objects.create(
        patient=visit.patient, episode=visit.episode, made_by=visit.opened_by, **{"started_on": START, **fields}
    )


def tab(patient, **asked):
    query = "&".join(f"{name}={value}" for name, value in {"tab": "outcomes", **asked}.items())
    return f"/admin/patients/patient/{patient.pk}/change/?{query}"


@pytest.fixture
def doctor(client, carlos):
    client.force_login(carlos)
    return client


@pytest.fixture
def story(ana, carlos):
    """Five visits of a plan with pain at each; returns the plan."""
    first = make.visit(ana, carlos.practitioner, visited_at=at(START))
    for days, pain in STORY:
        day = START + timedelta(days=days)
        visit = first if not days else make.visit(
            ana, carlos.practitioner, episode=first.episode, visited_at=at(day))  # fmt: skip
        for slug in ("heat", "adjustment") if days < 9 else ("ultrasound", "adjustment"):
            TreatmentApplied.objects.create(visit=visit, kind=make.treatment_kind(slug), performed_by=carlos)
        score(ana, pain, days)
    plan = plan_for(first)
    PlanGoal.objects.create(plan=plan, what="Less pain", measure="nrs_pain", start=8, target=3)
    return plan


def chart_of(page, slug):
    return next(chart for chart in page.context["charts"] if chart.kind.slug == slug)


def told(chart):
    """The table under a plot: (number of the visit, value, from the start, treatments) of each day."""
    return [(column.number, column.value, column.step, column.letters) for column in chart.columns]


def test_the_table_holds_the_numbers_of_the_story(doctor, ana, story):
    chart = chart_of(doctor.get(tab(ana)), "nrs_pain")
    assert told(chart) == [
        (1, "8", "", "A, H"),
        (2, "7", "−1", "A, H"),
        (3, "6", "−2", "A, U"),
        (4, "4", "−4", "A, U"),
        (5, "6", "−2", "A, U"),
    ]
    assert (chart.headline, chart.tag.words, chart.goal) == ("6, down 2", "at threshold, 2 points", "3")


def test_the_plot_holds_the_days_of_the_plan_and_its_goal(doctor, ana, story):
    plot = chart_of(doctor.get(tab(ana)), "nrs_pain").wide
    assert [clock.word.text for clock in plot.clocks] == ["re-exam, day 28", "decision, day 42"]
    assert (plot.goal.word.text, [word.text for _path, word in plot.visits]) == (
        "goal 3",
        ["AH", "AH", "AU", "AU", "AU"],
    )


def test_a_missed_visit_is_a_cross(doctor, ana, story, carlos):
    make.appointment(ana, carlos.practitioner, at(START + timedelta(days=7)), status=Status.NO_SHOW)
    assert len(chart_of(doctor.get(tab(ana)), "nrs_pain").wide.missed) == 1


@pytest.mark.parametrize(
    ("measure", "scores", "headline", "words", "css"),
    [
        ("spasms", (12, 7), "7, down 42 %", "over 30 %", "good"),
        ("rmdq", (14, 10), "10, down 4", "below 5 points", "arrived"),
        ("psfs", ("2.33", "4.67"), "4.7, up 2.3", "over 2 points", "good"),
        ("nrs_pain", (4, 7), "7, up 3", "worse, over 30 %", "urgent"),
        ("nrs_pain", (5, 5), "5, as at the start", "below 2 points", "arrived"),
        ("nrs_pain", (5,), "5", "first score", "plain"),
        ("odi", (50, 40), "40, down 10", "at threshold, 10 points", "arrived"),
        ("ndi", (20, 25), "25, up 5", "worse by 5 points", "urgent"),
    ],
)
def test_the_verdict_is_a_word_with_the_threshold(doctor, ana, measure, scores, headline, words, css):
    for days, value in enumerate(scores):
        score(ana, Decimal(value), days, measure)
    chart = chart_of(doctor.get(tab(ana, range="all")), measure)
    assert (chart.headline, chart.tag.words, chart.tag.css) == (headline, words, css)


def test_own_activities_that_were_chosen_anew_are_not_held_against_the_old_ones(doctor, ana):
    for days, names in enumerate((("Dig", "Sit", "Lift"), ("Dig", "Sit", "Walk"))):
        score(ana, 3 + days, days, "psfs", answers={"activities": [{"what": name, "score": 3} for name in names]})
    assert chart_of(doctor.get(tab(ana, range="all")), "psfs").tag.words == "other activities than at the start"


def test_the_start_of_a_plan_is_the_last_score_before_it(doctor, ana, story):
    Response.objects.all().delete()
    for days, value in ((-40, 2), (-20, 3), (-6, 9), (2, 7)):
        score(ana, value, days)
    assert told(chart_of(doctor.get(tab(ana)), "nrs_pain")) == [(None, "9", "", ""), (None, "7", "−2", "")]


def test_the_last_score_of_a_day_counts(doctor, ana):
    score(ana, 7, 0, hour=8)
    score(ana, 5, 0, hour=9)
    score(ana, 4, 1)
    assert [row[1:3] for row in told(chart_of(doctor.get(tab(ana, range="all")), "nrs_pain"))] == [
        ("5", ""),
        ("4", "−1"),
    ]


def test_a_score_of_a_visit_entered_in_error_does_not_count(doctor, ana, story):
    wrong = Visit.objects.latest("visited_at")
    recording.strike_pain_of_visit(ana.pk, wrong.visited_at)
    assert [row[1] for row in told(chart_of(doctor.get(tab(ana)), "nrs_pain"))] == ["8", "7", "6", "4"]


def test_the_range_is_chosen_by_a_link_and_without_a_plan_there_is_none_of_it(doctor, ana, ben, story):
    score(ana, 9, -800)
    names = [(name, is_here) for name, _label, is_here in doctor.get(tab(ana)).context["page"].ranges]
    assert names == [("plan", True), ("year", False), ("all", False)]
    every = chart_of(doctor.get(tab(ana, range="all")), "nrs_pain")
    assert (every.series.total, every.series.first.score) == (6, 9)
    assert [name for name, *_rest in doctor.get(tab(ben)).context["page"].ranges] == ["year", "all"]


def test_a_long_history_is_thinned_evenly_with_its_first_and_newest(doctor, ana):
    for days in range(100):
        score(ana, days % 10, -days)
    series = chart_of(doctor.get(tab(ana, range="all")), "nrs_pain").series
    newest = [START - timedelta(days=days) for days in range(100)]
    assert [reading.day for reading in series.drawn] == [newest[99], *newest[95::-5]]
    assert [reading.day for reading in series.recent] == newest[7::-1]
    assert (series.total, series.is_thinned) == (100, True)


def test_every_score_stands_on_pages_of_forty(doctor, ana):
    for days in range(45):
        score(ana, days % 10, -days)
    first, second = (doctor.get(tab(ana, of="nrs_pain", page=n)).context["every"] for n in (1, 2))
    assert (len(first["rows"]), len(second["rows"])) == (40, 5)
    assert [value for _row, value, _step in second["rows"]] == ["0", "1", "2", "3", "4"]


COST = 8  # plan, its goals, scores, kinds, visits, what was given at them, missed visits, the right to enter


def test_the_tab_costs_the_same_for_1_3_and_30_scores(rf, carlos):
    costs = []
    for rows in (1, 3, 30):
        patient = make.patient("Nora", f"Number{rows}")
        plan_for(make.visit(patient, carlos.practitioner, visited_at=at(START)))
        for days in range(rows):
            score(patient, 5, days % 15, hour=1 + days // 15)
            score(patient, 12, days % 15, "rmdq")
        request = rf.get(tab(patient))
        request.user = type(carlos).objects.get(pk=carlos.pk)
        with CaptureQueriesContext(connection) as asked:
            outcomes_tab.context(request, patient)
        costs.append(len(asked))
    assert costs == [COST] * 3


def test_who_was_joined_has_one_line_of_both_records(doctor, ana):
    twin = make.patient("Anna", "Sorensen")
    score(ana, 8, 0)
    score(twin, 5, 1)
    type(twin).objects.filter(pk=twin.pk).update(merged_into=ana)
    assert [row[1] for row in told(chart_of(doctor.get(tab(ana, range="all")), "nrs_pain"))] == ["8", "5"]


def test_only_those_who_treat_see_scores(client, rita, olga, tess, ana, ben):
    score(ana, 8, 0, "odi")
    client.force_login(rita)
    assert client.get(tab(ana)).status_code == 403
    client.force_login(olga)
    page = client.get(tab(ana)).content.decode()
    assert [word for word in ("Oswestry", "Roland-Morris", "plotcard") if word in page] == []
    client.force_login(tess)
    assert chart_of(client.get(tab(ana)), "odi").headline == "8"
    assert [chart.headline for chart in client.get(tab(ben)).context["charts"]] == [""] * 4


@pytest.mark.parametrize("odd", [{"range": "x"}, {"of": "x"}, {"of": "rmdq", "page": "x"}, {"enter": "x"}])
def test_an_odd_address_shows_the_tab(doctor, ana, odd):
    assert doctor.get(tab(ana, **odd)).status_code == 200


# --- entering


def typed(measure, **fields):
    sent = {"on": date.today().isoformat(), "mode": "visit", "language": "en", **fields}
    return {"do": f"score:{measure}", **{f"{measure}-{name}": value for name, value in sent.items()}}


@pytest.mark.parametrize("measure", ["nrs_pain", "spasms", "rmdq", "psfs", "global_change", "odi", "ndi"])
def test_each_measure_has_its_form(doctor, ana, measure):
    page = doctor.get(tab(ana, enter=measure))
    assert (page.context["entering"], page.context["score_form"].measure) == (measure, measure)
    assert page.content.decode().count(f'value="score:{measure}"') == 1


def test_a_score_is_entered_on_the_tab_and_stands_in_its_table(doctor, ana):
    answer = doctor.post(tab(ana), typed("rmdq", ticked="1 4 9"), follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Kept: Roland-Morris, 3."]
    assert [row[1] for row in told(chart_of(answer, "rmdq"))] == ["3"]
    assert AuditEvent.objects.filter(action="outcome.entered", patient_id=ana.pk).count() == 1


def test_what_cannot_be_scored_comes_back_with_the_reason_and_what_was_typed(doctor, ana):
    answer = doctor.post(tab(ana), typed("odi", points="60", answered="9"))
    assert (answer.status_code, answer.content.decode().count('value="60"')) == (422, 1)
    assert answer.context["score_form"].errors == {"points": ["Ensure this value is less than or equal to 50."]}
    assert Response.objects.count() == 0


def test_the_form_of_own_activities_offers_those_of_last_time(doctor, ana):
    score(ana, 3, 0, "psfs", answers={"activities": [{"what": name, "score": 3} for name in ("Dig", "Sit", "Lift")]})
    form = doctor.get(tab(ana, enter="psfs", range="all")).context["score_form"]
    assert [form[f"what{n}"].value() for n in range(1, 6)] == ["Dig", "Sit", "Lift", "", ""]


def test_reception_and_the_clinic_admin_enter_nothing(client, rita, olga, ana):
    for person in (rita, olga):
        client.force_login(person)
        assert client.post(tab(ana), typed("nrs_pain", now="5")).status_code == 403
    assert Response.objects.count() == 0


# --- letters


def test_each_kind_has_letters_of_its_own_and_the_common_ones_their_first():
    names = ["adjustment", "ultrasound", "estim", "massage", "heat", "acupuncture", "ac", "ac", "traction", "tape"]
    assert outcome_visits.letters_of(names) == ["A", "U", "E", "M", "H", "Ac", "A2", "A3", "T", "Ta"]


@pytest.mark.django_db
def test_no_two_kinds_of_the_clinic_share_their_letters():
    words = [word for word, _label in outcome_visits.kinds().values()]
    assert (words[:5], len(words)) == (["A", "U", "E", "M", "H"], len(set(words)))


@pytest.mark.parametrize(
    ("value", "words"), [("6.00", "6"), ("2.33", "2.3"), ("-2", "−2"), ("0.04", "0"), ("4.95", "5")]
)
def test_a_number_is_whole_or_has_one_decimal(value, words):
    assert outcome_words.number(Decimal(value)) == words


def test_the_mean_of_the_targets_is_the_goal_of_own_activities(story):
    for target in (7, 8):
        PlanGoal.objects.create(plan=story, what="Lift", measure="psfs", start=2, target=target)
    plan = CarePlan.objects.prefetch_related("goals").get()
    assert (outcome_series.goal_of(plan, "psfs"), outcome_series.goal_of(plan, "rmdq")) == (Decimal("7.5"), None)
