"""The line of time: newest first, page by page without a gap, one person's whole, and nothing a viewer may not see."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.charting.course import timeline, timeline_tab
from clinic.charting.course.timeline_entries import Cursor
from clinic.charting.course.timeline_sources import KINDS, SOURCES
from clinic.charting.models import (
    Addendum,
    AdverseEvent,
    CarePlan,
    Episode,
    ImagingDecision,
    PlanDecision,
    Referral,
    VisitMark,
)
from clinic.outcomes.models import CheckIn, Response
from patients.models import Alert, Intake
from tests import make

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def plant(patient, carlos, start=NOON):
    """One row of every source, an hour apart, in the order of the sources; returns the visit."""
    at = [start + n * HOUR for n in range(len(SOURCES))]
    episode = Episode.objects.create(patient=patient, complaint="Low back spasm", opened_at=at[17])
    visit = make.visit(patient, carlos.practitioner, episode=episode, visited_at=at[0], pain=6)
    Addendum.objects.create(
        visit=visit, kind="addition", text="Report came", written_by=carlos, signature="Dr C", written_at=at[1]
    )
    make.appointment(patient, carlos.practitioner, at[2], status="no_show")
    make.call(patient, carlos, at=at[3], note="Rebooked")
    version = Intake.objects.filter(patient=patient).count() + 1
    Intake.objects.create(patient=patient, version=version, questionnaire_version="1", submitted_at=at[4])
    make.consent(patient, signed_at=at[5])
    Response.objects.create(
        patient=patient, measure_id="nrs_pain", score=Decimal("10.00"), mode="intake", taken_at=at[6]
    )
    came = make.appointment(patient, carlos.practitioner, start + 100 * HOUR)
    CheckIn.objects.create(patient=patient, appointment=came, pain=4, given_at=at[7])
    given = make.assignment(patient, make.article(f"a-{visit.pk}"), carlos, assigned_at=at[8])
    type(given).objects.filter(pk=given.pk).update(first_read_at=at[9])
    make.document(patient, carlos, uploaded_at=at[10])
    Referral.objects.create(
        patient=patient, episode=episode, addressee="Dr Lee", question="An image?", written_by=carlos, written_at=at[11]
    )
    Alert.objects.create(
        patient=patient, flag=f"RF{visit.pk}", level="U", points_to="Fracture", staff_action="X", raised_at=at[12]
    )
    plan = CarePlan.objects.create(patient=patient, episode=episode, made_by=carlos, made_at=at[15])
    PlanDecision.objects.create(
        plan=plan, decision="modify", because="Stiff", progress="plateau", day=28, decided_by=carlos, decided_at=at[13]
    )
    ImagingDecision.objects.create(
        episode=episode, decision="not_needed", because="No sign", decided_by=carlos, decided_at=at[14]
    )
    AdverseEvent.objects.create(
        patient=patient, visit=visit, severity="mild", what="Sore", began_on=at[16].date(), reported_by=carlos,
        reported_at=at[16],
    )  # fmt: skip
    return visit


def names(found):
    return [entry.source.name for entry in found]


ALL = [source.name for source in SOURCES]


def test_every_source_stands_on_the_line_newest_first(carlos, ana):
    plant(ana, carlos)
    assert names(timeline.entries(ana, carlos)) == ["appointment", *reversed(ALL)]


def test_the_words_are_short_and_say_what_happened(carlos, ana):
    plant(ana, carlos)
    told = {entry.source.name: entry for entry in timeline.entries(ana, carlos)[1:]}
    assert (told["visit"].title, told["visit"].detail, told["visit"].shape) == (
        "Return visit, draft", "pain 6", "open")  # fmt: skip
    assert (told["appointment"].title, told["appointment"].shape) == ("Missed", "missed")
    assert (told["response"].title, told["read"].title) == ("Pain 0 to 10: 10", "Article read")
    assert (told["decision"].title, told["event"].detail) == ("Decision on the plan: modify", "Sore; open")


def test_days_in_words_are_those_of_the_clinic_s_wall(carlos, ana):
    """Half past six in the evening in Chicago is the next day in UTC, which is what the rows are kept in."""
    evening = datetime(2026, 3, 3, 0, 30, tzinfo=UTC)
    visit = make.visit(ana, carlos.practitioner, visited_at=evening)
    Addendum.objects.create(visit=visit, kind="addition", text="x", written_by=carlos, signature="Dr C")
    make.letter(ana, carlos, sent_at=evening, answered_at=evening + HOUR, answer="Well")
    with timezone.override("America/Chicago"):
        told = {entry.source.name: entry for entry in timeline.entries(ana, carlos)}
    assert told["addendum"].title == "Addition to the visit of 2 Mar"
    assert told["referral"].detail.endswith("; sent 2 Mar; answered 2 Mar")


def test_a_letter_leads_to_its_own_page(carlos, ana):
    letter = make.letter(ana, carlos)
    assert timeline.entries(ana, carlos)[0].href == reverse("admin:charting_referral_change", args=[letter.pk])


def test_a_visit_entered_in_error_stays_readable_and_struck(carlos, ana):
    visit = plant(ana, carlos)
    VisitMark.objects.create(visit=visit, kind="entered_in_error", by=carlos, reason="Wrong patient")
    entry = timeline.entries(ana, carlos, {"visit"})[-1]
    assert (entry.title, entry.is_struck) == ("Return visit, entered in error", True)


def test_a_decision_on_imaging_of_a_visit_entered_in_error_is_struck_and_another_is_not(carlos, ana):
    visit = plant(ana, carlos)
    made = {"episode": visit.episode, "decision": "ordered", "decided_by": carlos, "decided_at": NOON + 50 * HOUR}
    ImagingDecision.objects.create(visit=visit, because="Wrong film", **made)
    VisitMark.objects.create(visit=visit, kind="entered_in_error", by=carlos, reason="Wrong patient")
    found = [one for one in timeline.entries(ana, carlos, {"plan"}) if one.source.name == "imaging"]
    told = [(one.detail, one.is_struck) for one in found]
    assert told == [("Wrong film; entered in error", True), ("No sign", False)]


def test_a_kind_is_shown_alone_and_a_complaint_with_what_belongs_to_it(carlos, ana):
    visit = plant(ana, carlos)
    Episode.objects.create(patient=ana, complaint="Neck", opened_at=NOON)
    assert names(timeline.entries(ana, carlos, {"alert", "event"})) == ["event", "alert"]
    assert names(timeline.entries(ana, carlos, complaint=visit.episode_id)) == [
        "complaint", "event", "plan", "imaging", "decision", "referral", "addendum", "visit"]  # fmt: skip


def test_pages_follow_each_other_without_a_gap_also_at_one_moment(carlos, ana):
    """Three of a kind, all of two kinds at the very same moment, page by page of two."""
    for _row in range(3):
        make.call(ana, carlos, at=NOON)
        make.visit(ana, carlos.practitioner, visited_at=NOON, episode=None)
    whole = timeline.entries(ana, carlos)
    paged, before = [], None
    while page := timeline.entries(ana, carlos, before=before, limit=2):
        paged += page
        before = Cursor.read(str(Cursor.behind(page[-1])))
    assert [(e.source.name, e.pk) for e in paged] == [(e.source.name, e.pk) for e in whole]
    assert len(whole) == 9


def test_a_merged_record_is_part_of_the_line_and_another_patients_is_not(carlos, ana, ben):
    old = make.patient("Anna", merged_into=ana)
    make.visit(old, carlos.practitioner, visited_at=NOON)
    make.visit(ben, carlos.practitioner, visited_at=NOON)
    assert names(timeline.entries(ana, carlos, {"visit"})) == ["visit"]


def test_who_may_not_read_the_chart_finds_only_appointments_and_calls(carlos, rita, ana):
    plant(ana, carlos)
    assert names(timeline.entries(ana, rita)) == ["appointment", "call", "appointment"]


@pytest.mark.parametrize(
    "text", ["", "x", "1.visit", "1.visit.x", "99999999999999999.visit.1", "1.visit.1\n", "²3.a.1"]
)
def test_an_odd_cursor_is_the_first_page(text):
    assert Cursor.read(text) is None


def test_a_cursor_of_a_source_that_is_gone_still_goes_on(carlos, ana):
    plant(ana, carlos)
    before = Cursor(NOON + HOUR, "no_such", 1)
    assert names(timeline.entries(ana, carlos, before=before)) == ["visit"]


# --- the tab


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


def tab(patient, more=""):
    return f"{patient.get_absolute_url()}?tab=timeline{more}"


def test_the_tab_shows_a_page_and_leads_to_what_is_older(chart, carlos, ana, monkeypatch):
    plant(ana, carlos)
    monkeypatch.setattr(timeline, "PAGE", 5)
    first = chart.get(tab(ana))
    older = chart.get(f"{ana.get_absolute_url()}{first.context['older']}")
    assert names(first.context["entries"]) == ["appointment", "complaint", "event", "plan", "imaging"]
    assert names(older.context["entries"]) == ["decision", "alert", "referral", "document", "read"]
    assert older.content.decode().count(">Newest</a>") == 1


def test_the_filters_keep_each_other_and_an_unknown_one_is_none(chart, carlos, ana):
    visit = plant(ana, carlos)
    page = chart.get(tab(ana, f"&kind=plan&complaint={visit.episode_id}&before=nonsense"))
    assert names(page.context["entries"]) == ["complaint", "plan", "imaging", "decision"]
    assert page.context["every_complaint"] == "?tab=timeline&kind=plan"
    for odd in ("&kind=none", "&complaint=9999999999999999999", "&complaint=%C2%B2", "&before=99999999999999999.a.1"):
        assert len(chart.get(tab(ana, odd)).context["entries"]) == 19


def test_the_complaint_of_another_patient_filters_nothing(chart, carlos, ana, ben):
    theirs = Episode.objects.create(patient=ben, complaint="Neck")
    plant(ana, carlos)
    assert len(chart.get(tab(ana, f"&complaint={theirs.pk}")).context["entries"]) == 19


def test_every_kind_has_a_source_and_every_source_a_kind():
    assert {source.kind for source in SOURCES} == set(KINDS)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_tab_asks_the_same_number_of_questions_for_one_row_and_three(carlos, ana, rows, django_assert_num_queries):
    for number in range(rows):
        plant(ana, carlos, NOON + number * timedelta(days=30))
    request = SimpleNamespace(GET={}, user=carlos)
    with django_assert_num_queries(QUERIES):
        found = timeline_tab.context(request, ana)["entries"]
    assert len(found) == min(19 * rows, timeline.PAGE)


QUERIES = len(SOURCES) + 3  # one a table, the treatments of the visits with their kinds, the complaints
