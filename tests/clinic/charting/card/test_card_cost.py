"""What opening the travel card costs: a fixed number of queries and bytes, however long the history is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.charting import notes
from clinic.charting.care import planning
from clinic.charting.coded import diagnosing
from clinic.charting.findings import examining, physical_tests
from clinic.charting.kinds import treating
from clinic.charting.models import DiagnosisCode
from clinic.outcomes.recording import record_pain
from patients.models import Alert, Allergy, Intake
from tests import make

# Nine of them are spent before the card begins: the clinic and its place, the session, the user and the roles, and
# the audit record of reading a chart (four). Then the note with its segments and treatments (three), what the chart
# holds of this patient at all (one), the last visits (three), and what is offered to tap: kinds, articles, phrases,
# diagnoses, services (five). On PostgreSQL an audit record costs one query more.
QUERIES = 21


def visits(of, by, count):
    """The open visit of a patient who has come `count` times before, each time alike, a week apart."""
    now = timezone.now()
    opened = make.visit(of, by.practitioner, visited_at=now)
    for week in range(1, count + 1):
        before = make.visit(of, by.practitioner, episode=opened.episode, visited_at=now - timedelta(weeks=week))
        filled(before, by)
        before.refresh_from_db()
        before = notes.save(
            before, version=before.version, by=by, subjective=f"Sore after day {week:02}", change="same"
        )
        notes.sign(before, version=before.version, by=by)
    filled(opened, by)
    return opened


def filled(visit, by):
    notes.note_segment(visit, segment="L4", side="R", by=by, pain=3)
    treating.apply(visit, kind=make.treatment_kind("massage"), by=by, minutes=10, response="same")


def full(visit, by, rows):
    """`rows` of each thing that a chart may hold beside findings and treatments, and a plan."""
    patient, today = visit.patient, timezone.localdate()
    planning.aim_at(visit.episode, aim="To lift the child", by=by)
    terms = ("osteoporosis", "hypertension", "pacemaker")
    muscles = ("quadratus_lumborum", "piriformis", "gastrocnemius")
    codes, moves = ("M54.50", "M99.03", "M62.830"), ("flexion", "extension", "rotation_left")
    for n in range(rows):
        make.condition(patient, terms[n])
        make.coverage(patient, name=f"Payer {n}", since=today - timedelta(days=n))
        make.adverse_event(patient, by, what=f"Sore {n}")
        Allergy.objects.create(patient=patient, label=f"Latex {n}", code="")
        Alert.objects.create(patient=patient, flag=f"RF0{n + 1}", level="U", points_to=f"Sign {n}", staff_action="Ask")
        Intake.objects.create(patient=patient, version=n + 1, submitted_at=timezone.now(), answers={})
        record_pain(patient, 4, mode="visit", at=timezone.now() - timedelta(days=n))
        make.appointment(patient, by.practitioner, at=timezone.now() + timedelta(days=n + 1))
        make.preset(by.practitioner)
        notes.note_muscle(visit, muscle=muscles[n], side="R", by=by, spasm_before=2)
        physical_tests.note_range(visit, region="lumbar", movement=moves[n], degrees=40, by=by)
        examining.examine(visit, part=("neuro", "bp", "abdomen")[n], result="normal", by=by)
        diagnosing.add(visit, code=DiagnosisCode.objects.get(code=codes[n]), by=by, because="Both stand")


def cost(client, visit):
    """(queries, bytes) of the card, without what differs by name or number."""
    client.get(visit.get_absolute_url())
    with CaptureQueriesContext(connection) as spent:
        page = client.get(visit.get_absolute_url())
    assert page.status_code == 200
    return len(spent.captured_queries), len(page.content)


@pytest.mark.parametrize("count", [3, 30])
def test_the_card_costs_the_same_however_often_the_patient_has_come(client, carlos, count):
    client.force_login(carlos)
    few = cost(client, visits(make.patient("Ana"), carlos, 3))
    many = cost(client, visits(make.patient("Ben"), carlos, count))
    assert (few[0], many[0]) == (QUERIES + (connection.vendor == "postgresql"),) * 2
    assert abs(many[1] - few[1]) <= few[1] / 100


@pytest.mark.parametrize("rows", [1, 3])
def test_a_chart_that_holds_something_of_everything_costs_one_question_for_each(client, carlos, rows):
    """Muscles, ranges, examinations twice (of the note and of the complaint), diagnoses, alerts, events, conditions
    with their rules, allergies, history, scores, next time, cover, presets, and the plan with its treatments and where
    it stands: 20.
    """
    client.force_login(carlos)
    visit = visits(make.patient("Ana"), carlos, 1)
    full(visit, carlos, rows)
    assert cost(client, visit)[0] == QUERIES + 20 + (connection.vendor == "postgresql")


def test_the_card_of_a_second_visit_costs_no_more(client, carlos):
    client.force_login(carlos)
    one = cost(client, visits(make.patient("Ana"), carlos, 1))
    assert one[0] == QUERIES + (connection.vendor == "postgresql")
