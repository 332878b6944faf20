"""The overview of a chart: what stands on it, what it says when there is nothing, and who sees what."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.charting.contraindications import safety_overview
from clinic.charting.course import overview_tab
from clinic.charting.models import CarePlan, Contraindication
from clinic.outcomes.models import CheckIn, Response
from patients import chart_tabs, intake
from patients.models import Allergy
from tests import make


def chart(patient):
    return f"/admin/patients/patient/{patient.pk}/change/"


@pytest.fixture
def doctor(client, carlos):
    client.force_login(carlos)
    return client


def handed_in(patient, **answers):
    given = intake.open_intake(patient)
    intake.save_page(given, page="p", answers=answers)
    intake.submit(given)
    return given


def test_the_overview_keeps_its_place_and_its_right():
    tabs = chart_tabs.placed([("overview", "Overview"), ("history", "History")])
    assert [name for name, _label in tabs].count("overview") == 1
    assert (tabs[0][0], chart_tabs.REGISTERED["overview"].right) == ("overview", "patient.view")


def test_a_tab_with_a_name_of_its_own_stands_where_it_asks_to(monkeypatch):
    monkeypatch.setattr(chart_tabs, "REGISTERED", {})
    chart_tabs.register(chart_tabs.Tab("new", "New", dict, after="one"))
    chart_tabs.register(chart_tabs.Tab("one", "First", dict))
    assert chart_tabs.placed([("one", "1"), ("two", "2")]) == [("one", "First"), ("new", "New"), ("two", "2")]


def test_an_empty_chart_says_what_to_do_next(doctor, ana):
    page = doctor.get(chart(ana)).content.decode()
    assert [page.count(words) for words in (
        "No health history yet. The front desk can send its link, or print it.",
        "No plan yet.",
        "Not asked yet: send the health history, or ask at the first visit.",
    )] == [1, 1, 1]  # fmt: skip


def test_where_it_hurts_is_drawn_from_the_newest_history_with_the_words_of_the_check_in(doctor, ana):
    handed_in(ana, pain_sites=[{"site": "low_back", "side": "right"}])
    visit = make.appointment(ana)
    CheckIn.objects.create(patient=ana, appointment=visit, pain=6, words="worse after shovelling")
    answer = doctor.get(chart(ana))
    marked = [
        part["place"] for one in answer.context["hurts"].drawing["figures"] for part in one["parts"] if part["on"]
    ]
    assert marked == ["low_back.right"]
    assert (answer.context["said"].pain, answer.context["said"].words) == (6, "worse after shovelling")


def test_what_changed_in_the_history_is_shown_with_what_stayed(doctor, ana):
    handed_in(ana, pain_now=6, chief_complaint="Back")
    handed_in(ana, pain_now=4, chief_complaint="Back")
    found = doctor.get(chart(ana)).context["changed"]
    assert ([row.key for row in found.rows], found.more, found.same, found.is_reviewed) == (["pain_now"], 0, 1, False)


def test_the_plan_stands_with_its_line_and_its_day(doctor, ana, carlos):
    visit = make.visit(ana, carlos.practitioner)
    began = timezone.localdate() - timedelta(days=18)
    CarePlan.objects.create(patient=ana, episode=visit.episode, made_by=carlos, started_on=began, stop_rule="no gain")
    found = doctor.get(chart(ana)).context["plan_line"]
    assert (found.standing.day, found.plan.stop_rule, len(found.line.visits)) == (19, "no gain", 1)


def test_four_small_plots_say_where_each_measure_stands(doctor, ana):
    for days, score in ((9, 8), (2, 6)):
        at = timezone.now() - timedelta(days=days)
        Response.objects.create(patient=ana, measure_id="nrs_pain", score=score, mode="visit", taken_at=at)
    smalls = doctor.get(chart(ana), {"range": "all"}).context["smalls"]
    assert [(one.kind.slug, one.now, one.start) for one in smalls] == [
        ("nrs_pain", "6", "8"), ("spasms", "", ""), ("rmdq", "", ""), ("psfs", "", "")]  # fmt: skip


def test_each_fact_names_the_treatments_of_each_level_strictest_first(ana):
    make.condition(ana, "osteoporosis")
    Allergy.objects.create(patient=ana, label="Adhesive pads", code="adhesive_allergy")
    lines = safety_overview.of(ana).lines
    assert [(line.label, line.level) for line in lines] == [
        ("Osteoporosis", "A"), ("Osteoporosis", "R"), ("Osteoporosis", "P"), ("Adhesive pads", "R")]  # fmt: skip
    rules = Contraindication.objects.filter(trigger="condition", subject="osteoporosis", is_enabled=True)
    told = {line.level: len(line.treatments) + line.more for line in lines if line.label == "Osteoporosis"}
    strictest = {}
    for treatment, level in rules.values_list("treatment", "level"):
        strictest[treatment] = min(level, strictest.get(treatment, level), key="ARP".index)
    assert told == {level: list(strictest.values()).count(level) for level in set(strictest.values())}


def test_a_rule_that_is_switched_off_and_a_fact_that_is_over_act_on_nothing(ana):
    make.condition(ana, "osteoporosis", resolved_on=timezone.localdate())
    make.condition(ana, "pregnancy")
    Contraindication.objects.filter(subject="pregnancy").update(is_enabled=False)
    assert safety_overview.of(ana).lines == []


def test_the_clinic_admin_sees_the_person_and_no_clinical_card(client, olga, ana, carlos):
    make.condition(ana)
    make.visit(ana, carlos.practitioner)
    handed_in(ana, pain_sites=[{"site": "low_back", "side": "right"}])
    client.force_login(olga)
    page = client.get(chart(ana)).content.decode()
    cards = ("timeline", "hurts", "history", "plan", "outcomes", "safety", "conditions", "alerts")
    assert [card for card in cards if f'id="{card}"' in page] == []
    assert (page.count('id="person"'), "steoporosis" in page, "Low back" in page) == (1, False, False)


def test_the_overview_costs_the_same_for_1_3_and_30_of_everything(rf, carlos):
    costs = []
    for rows in (1, 3, 30):
        patient = make.patient("Nora", f"Number{rows}")
        for number in range(rows):
            visit = make.visit(patient, carlos.practitioner)
            make.condition(patient, f"osteoporosis{number}")
            Response.objects.create(patient=patient, measure_id="nrs_pain", score=5, mode="visit")
        CarePlan.objects.create(patient=patient, episode=visit.episode, made_by=carlos)
        request = rf.get(chart(patient))
        request.user = type(carlos).objects.get(pk=carlos.pk)
        with CaptureQueriesContext(connection) as asked:
            overview_tab.context(request, patient)
        costs.append(len(asked))
    assert costs == [costs[0]] * 3
    assert costs[0] == COST


COST = 38
