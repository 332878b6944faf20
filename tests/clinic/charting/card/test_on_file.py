"""What is read once for the card: only what the chart holds, and the same as each part would read for itself."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from clinic.charting.card.on_file import OnFile, PatientOnFile
from clinic.charting.contraindications import before_thrust
from clinic.charting.findings import examining
from clinic.charting.models import Episode
from patients import sticking
from patients.models import Alert, Allergy, Intake
from tests import make


@pytest.fixture
def visit(ana, carlos):
    crash = Episode.objects.create(patient=ana, complaint="Neck after a crash", mechanism="crash")
    return make.visit(ana, carlos.practitioner, episode=crash)


def alert(of, flag="RF01"):
    words = {"level": "U", "points_to": "Fracture", "staff_action": "Ask"}
    return Alert.objects.create(patient=of, flag=flag, **words)


def test_a_chart_that_holds_nothing_costs_one_question(visit, django_assert_num_queries):
    on_file = OnFile(visit)
    with django_assert_num_queries(1):
        found = {name: on_file.rows(name) for name in on_file._tables}
    assert not any(found.values())


def test_what_is_held_is_read_once(visit, ana, django_assert_num_queries):
    raised, allergy = alert(ana), Allergy.objects.create(patient=ana, label="Latex", code="latex")
    on_file = OnFile(visit)
    with django_assert_num_queries(3):
        assert (on_file.rows("alerts"), on_file.rows("allergies")) == ([raised], [allergy])
        assert (on_file.first("alerts"), on_file.first("plans")) == (raised, None)


def test_nothing_of_somebody_else_is_on_file(visit, ben):
    alert(ben)
    make.condition(ben)
    make.visit(ben, visit.practitioner, visited_at=timezone.now() - timedelta(days=3))
    on_file = OnFile(visit)
    assert {name: on_file.rows(name) for name in on_file._tables if on_file.rows(name)} == {}


def test_what_to_be_careful_about_is_the_same_with_and_without_a_visit(visit, ana):
    alert(ana)
    make.condition(ana)
    told, of_visit = PatientOnFile(ana), OnFile(visit)
    names = ("alerts", "events", "conditions", "allergies")
    assert [of_visit.rows(name) for name in names] == [told.rows(name) for name in names]


def test_the_standing_before_a_thrust_is_the_one_that_giving_it_reads(visit, ana, carlos):
    Intake.objects.create(patient=ana, version=1, submitted_at=timezone.now(), answers={"mechanism": "mva"})
    alert(ana, "RF08")
    examining.examine(visit, part="neuro", result="normal", by=carlos)
    examining.decide_imaging(visit, decision="not_needed", because="No sign", by=carlos)
    read = OnFile(visit).standing
    assert read == before_thrust.standing(visit)
    assert (sorted(read.examinations), read.imaging.because) == (["neuro"], "No sign")


def test_the_newest_history_is_the_one_that_was_handed_in_last(visit, ana):
    day = timezone.now()
    Intake.objects.create(patient=ana, version=1, submitted_at=day - timedelta(days=9), answers={"mechanism": "lift"})
    newest = Intake.objects.create(patient=ana, version=2, submitted_at=day, answers={"mechanism": "mva"})
    Intake.objects.create(patient=ana, version=3, answers={"mechanism": "sport"})
    found = OnFile(visit).first("intakes")
    assert (found, found.mechanism) == (newest, "mva")


def test_the_cover_is_that_of_the_day_of_the_visit(visit, ana):
    make.coverage(ana, since=date(2020, 1, 1), until=date(2020, 12, 31))
    now = make.coverage(ana, since=date(2021, 1, 1))
    assert OnFile(visit).rows("coverages") == [now]


def test_the_notes_that_are_up_are_read_with_the_rest(client, carlos, rita, visit, ana):
    sticking.put_up(ana, text="Reads large print", by=rita)
    client.force_login(carlos)
    page = client.get(visit.get_absolute_url())
    assert page.context["pinned"] == ["Reads large print"]
    assert page.content.decode().count("Reads large print") == 1
