"""Who saw and changed what of a patient: readable, scoped, paged, itself in the log, and without what was written."""

import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection

from clinic.audit.models import AuditEvent
from clinic.audit.recording import record
from clinic.charting import notes
from clinic.charting.course import deed_words, readers_tab, row_changes
from patients import health_records
from patients.models import Condition
from tests import make


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


def tab(patient, more=""):
    return f"{patient.get_absolute_url()}?tab=audit{more}"


def told(page):
    return [(line.who, line.what) for line in page.context["lines"]]


ROOT = Path(__file__).parents[4]
READ = ("Dr Carlos Vega", "Looked at who saw and changed what")
OPENED = ("Dr Carlos Vega", "Opened the chart")


# --- the words


def test_a_deed_is_told_in_a_sentence_and_only_columns_are_named():
    assert (
        deed_words.sentence("visit.saved", {"fields": ["plan", "spare_until"]}) == "Changed a note (plan, spare until)"
    )
    assert deed_words.sentence("plan.treatment_planned") == "Plan: treatment planned"
    assert deed_words.sentence("merged", {"because": "one face"}) == "merged"


@pytest.mark.parametrize(
    ("route", "words"),
    [
        ("GET admin:patients_patient_change", "the chart"),
        ("POST desk:book", "the front desk"),
        ("GET portal:record", "the portal"),
        ("POST intake_page", "a personal link"),
        ("", "the clinic's own machine"),
        ("GET else", "else"),
    ],
)
def test_the_door_is_told(route, words):
    assert deed_words.door(route) == words


def test_the_roles_are_those_of_that_time():
    assert deed_words.roles("chiropractor,clinic_admin,gone") == "Chiropractor, Clinic admin"


def recorded(folder):
    """The actions that the modules of a folder write with a name of their own."""
    for path in (ROOT / folder).rglob("*.py"):
        yield from re.findall(r'record\(\s*"([a-z_.]+)"', path.read_text(encoding="utf-8"))


def groups_of(action):
    """The groups that the log's filter finds this action in, by what the filter asks."""
    if action.endswith(deed_words.LOOKS):
        return ["read"]
    return [name for name, (_label, beginnings) in deed_words.GROUPS.items() if action.startswith(beginnings or "\0")]


# Deeds about the clinic's own tables, not about a patient.
OF_THE_CLINIC = ("contraindication.", "equipment.", "preset.", "service_code.", "treatment_kind.")


@pytest.mark.parametrize("folder", ["clinic/charting", "clinic/outcomes"])
def test_every_deed_of_the_chart_is_found_by_one_filter(folder):
    actions = {action for action in recorded(folder) if not action.startswith(OF_THE_CLINIC)}
    assert len(actions) > 0
    assert {action: groups_of(action) for action in actions if len(groups_of(action)) != 1} == {}


def test_a_deed_that_no_filter_finds_would_be_noticed():
    assert (groups_of("gait.filmed"), groups_of("visit.signed"), groups_of("document.printed")) == (
        [],
        ["note"],
        ["read"],
    )


def test_what_was_printed_was_looked_at(ana, tess):
    for action in ("document.printed", "document.added", "chart.readers_read"):
        record(action, by=tess, patient=ana)
    found = {name: AuditEvent.objects.filter(deed_words.in_group(name)).order_by("pk") for name in ("read", "document")}
    assert [row.action for row in found["read"]] == ["document.printed", "chart.readers_read"]
    assert [row.action for row in found["document"]] == ["document.added"]


# --- the tab


def test_reading_the_tab_is_itself_in_the_log_and_shown(chart, ana):
    page = chart.get(tab(ana))
    assert told(page) == [READ, OPENED]
    assert AuditEvent.objects.first().action == "chart.readers_read"
    assert (page.context["lines"][0].roles, page.context["lines"][0].door) == ("Chiropractor", "the chart")


def test_a_note_is_named_by_its_day_and_never_by_its_words(chart, carlos, ana):
    visit = make.visit(ana, carlos.practitioner)
    notes.save(visit, version=1, by=carlos, plan="Walk daily")
    page = chart.get(tab(ana))
    line = page.context["lines"][-1]
    assert (line.what, line.visit) == ("Changed a note (plan)", visit)
    assert page.content.decode().count("Walk daily") == 0


def test_it_is_one_person_whole_and_nobody_elses(chart, tess, ana, ben):
    record("chart.read", by=tess, patient=make.patient("Anna", merged_into=ana))
    record("visit.signed", by=tess, patient=ben)
    assert told(chart.get(tab(ana)))[2:] == [("Tess", "Opened the chart")]


def test_it_is_filtered_by_person_and_by_deed(chart, carlos, tess, ana):
    record("chart.read", by=tess, patient=ana)
    record("visit.signed", by=tess, patient=ana)
    record("intake.submitted", patient=ana)
    assert told(chart.get(tab(ana, f"&who={tess.pk}"))) == [("Tess", "Signed a note"), ("Tess", "Opened the chart")]
    assert told(chart.get(tab(ana, "&who=0"))) == [("Without an account", "Handed in the health history")]
    assert told(chart.get(tab(ana, "&deed=note"))) == [("Tess", "Signed a note")]
    assert ("Tess", "Opened the chart") in told(chart.get(tab(ana, "&deed=read")))
    assert told(chart.get(tab(ana, f"&deed=read&who={tess.pk}"))) == [("Tess", "Opened the chart")]


@pytest.mark.parametrize("odd", ["&who=x", "&who=99", "&deed=none", "&before=x", "&before=9999999999999999999"])
def test_an_odd_filter_filters_nothing(chart, ana, odd):
    assert told(chart.get(tab(ana, odd))) == [READ, OPENED]


def test_pages_follow_each_other(chart, tess, ana, monkeypatch):
    for _number in range(4):
        record("chart.read", by=tess, patient=ana)
    monkeypatch.setattr(readers_tab, "PAGE", 3)
    first = chart.get(tab(ana, f"&who={tess.pk}"))
    older = chart.get(f"{ana.get_absolute_url()}{first.context['older']}")
    assert (len(told(first)), len(told(older)), older.context["older"]) == (3, 1, "")


def test_no_deed_is_lost_between_two_pages_whatever_the_clock_said(chart, tess, ana, monkeypatch):
    """The log is a chain: its order is that of its numbers, also where a clock went back."""
    monkeypatch.setattr(readers_tab, "PAGE", 2)
    for days in (3, 1, 2, 0):
        with time_machine.travel(make.MONDAY - timedelta(days=days), tick=False):
            record("visit.signed", by=tess, patient=ana)
    numbers = list(AuditEvent.objects.filter(action="visit.signed").order_by("-pk").values_list("at", flat=True))
    first = chart.get(tab(ana, f"&who={tess.pk}"))
    older = chart.get(f"{ana.get_absolute_url()}{first.context['older']}")
    assert [line.at for page in (first, older) for line in page.context["lines"]] == numbers


def test_everybody_on_the_page_has_a_name_also_past_the_end_of_the_choice(chart, tess, ana, monkeypatch):
    monkeypatch.setattr(readers_tab, "MOST_PEOPLE", 1)
    record("visit.signed", by=tess, patient=ana)
    record("intake.submitted", patient=ana)
    page = chart.get(tab(ana))
    assert len(page.context["people"]) == 1
    assert [who for who, _what in told(page)] == ["Dr Carlos Vega", "Dr Carlos Vega", "Without an account", "Tess"]


@pytest.mark.parametrize(("who", "sees"), [("olga", True), ("tess", False), ("rita", False)])
def test_the_clinic_admin_reads_it_and_the_therapist_does_not(client, request, who, sees, ana):
    user = request.getfixturevalue(who)
    record("visit.signed", by=user, patient=ana)
    client.force_login(user)
    answer = client.get(tab(ana))
    assert (answer.content.decode().count("Signed a note") == 1) == sees
    assert AuditEvent.objects.filter(action="chart.readers_read").exists() == sees


@pytest.mark.parametrize("rows", [1, 3])
def test_the_tab_asks_the_same_number_of_questions_for_one_row_and_three(
    carlos, tess, ana, rows, django_assert_num_queries
):
    for _row in range(rows):
        visit = make.visit(ana, carlos.practitioner)
        record("visit.signed", visit, by=tess, patient=ana)
        fact = health_records.add_condition(ana, by=carlos, label="Gout")
        health_records.end(fact, by=carlos)
    request = SimpleNamespace(GET={}, user=carlos)
    locking = connection.vendor == "postgresql"  # that it was read is logged under a lock
    with django_assert_num_queries(QUERIES + locking):
        shown = readers_tab.context(request, ana)
    assert len(shown["changes"]) == rows


QUERIES = 13


# --- before and after


def test_a_change_is_shown_column_by_column_before_and_after(carlos, ana):
    fact = Condition.objects.create(patient=ana, label="Gout")
    fact.label, fact.certainty = "Gout, left foot", "stated"
    fact._history_user = carlos
    fact.save()
    change = row_changes.changes(ana, carlos)[0]
    assert (change.of, change.by) == ("Condition: Gout, left foot", "Dr Carlos Vega")
    assert change.lines == (
        ("What", "Gout", "Gout, left foot"),
        ("Certainty", str(Condition.Certainty("confirmed").label), str(Condition.Certainty("stated").label)),
    )


def test_health_is_shown_to_those_who_treat_and_personal_data_to_the_admin_too(carlos, olga, ana):
    fact = Condition.objects.create(patient=ana, label="Gout")
    fact.label = "Gout, left foot"
    fact.save()
    ana.city = "Ashbrook"
    ana.save()
    assert [one.of for one in row_changes.changes(ana, carlos)] == ["Patient", "Condition: Gout, left foot"]
    assert [one.lines for one in row_changes.changes(ana, olga)] == [(("City", "–", "Ashbrook"),)]


def test_a_row_that_was_only_added_has_nothing_before_it(carlos, ana):
    Condition.objects.create(patient=ana, label="Gout")
    assert row_changes.changes(ana, carlos) == []
