"""Adverse events: reported, followed up, closed; what each of them asks for, and who may do it."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting.card import card_view
from clinic.charting.events import adverse_events, events_tab
from clinic.charting.models import AdverseEvent, TreatmentApplied, VisitMark
from patients.models import Task
from tests import make

TODAY = date(2026, 3, 10)


def report(patient, by, **fields):
    told = {"what": "Dizzy for an hour", "severity": "mild", "began_on": TODAY, "today": TODAY}
    return adverse_events.report(patient, by=by, **{**told, **fields})


def tasks():
    return list(Task.objects.order_by("pk").values_list("title", "due_on", "done_at"))


@pytest.fixture
def no_log(monkeypatch):
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)


# --- reporting


def test_a_mild_event_is_written_down_and_asks_for_nothing_more(tess, ana):
    event = report(ana, tess, kind=make.treatment_kind("heat"))
    assert (event.reported_by, event.what, tasks()) == (tess, "Dizzy for an hour", [])
    assert AuditEvent.objects.get().details == {"severity": "mild"}


def test_a_severe_event_is_a_task_of_today_with_a_day_to_ask_again_and_asks_for_consent_anew(carlos, ana):
    report(
        ana, carlos, severity="severe", action="Sent to the hospital", follow_up_on=TODAY + timedelta(days=2),
        kind=make.treatment_kind("adjustment"),
    )  # fmt: skip
    assert tasks() == [
        ("Severe event: reach the patient today", TODAY, None),
        ("Ask how it is after the adverse event", date(2026, 3, 12), None),
        ("Ask again for consent to adjustment", TODAY, None),
    ]


@pytest.mark.parametrize(("slug", "asked"), [("adjustment", 1), (None, 1), ("heat", 0)])
def test_consent_is_asked_again_after_what_may_have_been_a_thrust(carlos, ana, slug, asked):
    report(ana, carlos, severity="moderate", kind=make.treatment_kind(slug) if slug else None)
    assert Task.objects.filter(key="consent:manipulation").count() == asked


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"what": "  "}, adverse_events.NothingSaid),
        ({"severity": "severe"}, adverse_events.NothingSaid),
        ({"began_on": TODAY + timedelta(days=1)}, adverse_events.BadDay),
        ({"follow_up_on": TODAY - timedelta(days=1)}, adverse_events.BadDay),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(carlos, ana, fields, error):
    with pytest.raises(error):
        report(ana, carlos, **fields)
    assert (AdverseEvent.objects.count(), Task.objects.count()) == (0, 0)


def test_the_visit_of_somebody_else_is_refused_and_that_of_a_joined_record_is_not(carlos, ana, ben):
    old = make.patient("Anna", merged_into=ana)
    with pytest.raises(adverse_events.NotOfThisPatient):
        report(ana, carlos, visit=make.visit(ben, carlos.practitioner))
    mine = make.visit(old, carlos.practitioner)
    assert report(ana, carlos, visit=mine).visit == mine


def test_only_those_who_treat_report_and_only_a_chiropractor_closes(rita, olga, tess, carlos, ana):
    for nobody in (rita, olga):
        with pytest.raises(PermissionDenied):
            report(ana, nobody)
    event = report(ana, tess)
    with pytest.raises(PermissionDenied):
        adverse_events.close(event, outcome="gone", by=tess)
    with pytest.raises(PermissionDenied):
        adverse_events.follow_up(event, on=TODAY, by=tess)
    assert AdverseEvent.objects.get().closed_at is None


def test_an_event_that_is_not_in_the_log_was_not_reported(carlos, ana, no_log):
    with pytest.raises(ZeroDivisionError):
        report(ana, carlos, severity="moderate")
    assert (AdverseEvent.objects.count(), Task.objects.count()) == (0, 0)


# --- asking again and closing


def test_closing_keeps_how_it_ended_and_closes_the_tasks_about_it_not_the_consent(carlos, ana):
    event = report(ana, carlos, severity="severe", action="Called", follow_up_on=TODAY)
    adverse_events.close(event, outcome="gone", note="After two days", by=carlos)
    row = AdverseEvent.objects.get()
    assert (row.outcome, row.outcome_note, row.closed_by) == ("gone", "After two days", carlos)
    assert list(Task.objects.filter(done_at=None).values_list("key", flat=True)) == ["consent:manipulation"]


def test_an_event_is_closed_once_and_with_an_outcome(carlos, ana):
    event = report(ana, carlos)
    for empty in ("", "better_than_ever"):
        with pytest.raises(adverse_events.OutcomeNeeded):
            adverse_events.close(event, outcome=empty, by=carlos)
    adverse_events.close(event, outcome="gone", by=carlos)
    with pytest.raises(adverse_events.AlreadyClosed):
        adverse_events.close(event, outcome="lasting", by=carlos)
    assert AdverseEvent.objects.get().outcome == "gone"


def test_a_closing_that_is_not_in_the_log_did_not_happen(carlos, ana, monkeypatch):
    event = report(ana, carlos)
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        adverse_events.close(event, outcome="gone", by=carlos)
    with pytest.raises(ZeroDivisionError):
        adverse_events.follow_up(event, on=TODAY, by=carlos)
    row = AdverseEvent.objects.get()
    assert (row.closed_at, row.follow_up_on) == (None, None)


def test_another_day_to_ask_again_takes_the_place_of_the_first(carlos, ana):
    event = report(ana, carlos, follow_up_on=TODAY)
    adverse_events.follow_up(event, on=TODAY + timedelta(days=7), by=carlos)
    assert list(Task.objects.filter(done_at=None).values_list("due_on", flat=True)) == [date(2026, 3, 17)]
    with pytest.raises(adverse_events.BadDay):
        adverse_events.follow_up(event, on=TODAY - timedelta(days=1), by=carlos)


# --- beside the name


def test_open_events_stand_beside_the_name_the_worst_first_and_closed_ones_do_not(carlos, ana):
    old = make.patient("Anna", merged_into=ana)
    report(ana, carlos, what="Sore")
    report(old, carlos, what="Fainted", severity="severe", action="Lay down")
    adverse_events.close(report(ana, carlos, what="Bruise"), outcome="gone", by=carlos)
    assert [(css, text) for css, word, text in card_view.cautions_of(ana) if word == "Adverse event"] == [
        ("urgent", "Fainted"),
        ("caution", "Sore"),
    ]


# --- the tab


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


def tab(patient, more=""):
    return f"{patient.get_absolute_url()}?tab=events{more}"


SAID = {"event-what": "Burnt by the pack", "event-severity": "moderate", "event-began_on": "2026-03-01"}


def post(client, patient, do, **fields):
    return client.post(patient.get_absolute_url(), {"do": do, **fields})


def test_an_event_is_reported_on_the_tab_with_its_visit_and_treatment(chart, carlos, ana):
    visit, heat = make.visit(ana, carlos.practitioner), make.treatment_kind("heat")
    page = chart.get(tab(ana, f"&visit={visit.pk}&kind={heat.pk}")).content.decode()
    assert (page.count(f'<option value="{visit.pk}" selected'), page.count(f'<option value="{heat.pk}" selected')) == (
        1, 1)  # fmt: skip
    answer = post(chart, ana, "report_event", **SAID, **{"event-visit": visit.pk, "event-kind": heat.pk})
    row = AdverseEvent.objects.get()
    assert (answer.url, row.visit, row.kind, row.severity) == (tab(ana), visit, heat, "moderate")


def test_the_visits_to_choose_from_are_named_by_the_clinic_s_day(carlos, ana):
    """Half past six in the evening in Chicago is the next day in UTC, which is what the rows are kept in."""
    visit = make.visit(ana, carlos.practitioner, visited_at=datetime(2026, 3, 3, 0, 30, tzinfo=UTC))
    request = SimpleNamespace(GET={}, user=carlos)
    with timezone.override("America/Chicago"):
        form = events_tab.context(request, ana)["event_form"]
    assert form.fields["visit"].choices == [("", "None"), (visit.pk, "Mon 2 Mar 2026")]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("what", "", "This field is required."),
        ("began_on", "2999-01-01", "This day has not come yet."),
        ("follow_up_on", "2026-02-28", "This is before it began."),
        ("severity", "severe", "Say what was done; a severe event needs it."),
        ("kind", "no", "Select a valid choice. no is not one of the available choices."),
        ("visit", "999999", "Select a valid choice. 999999 is not one of the available choices."),
    ],
)
def test_what_cannot_be_kept_comes_back_with_its_reason_at_the_field(chart, ana, field, value, told):
    answer = post(chart, ana, "report_event", **{**SAID, f"event-{field}": value})
    page = answer.content.decode()
    assert (answer.status_code, page.count(told), page.count('aria-invalid="true"') > 0) == (422, 1, True)
    kept = [shown for name, shown in SAID.items() if name not in (f"event-{field}", "event-severity")]
    assert (AdverseEvent.objects.count(), [f'value="{one}"' in page for one in kept]) == (0, [True] * len(kept))


def test_an_event_is_closed_and_asked_after_on_the_tab(chart, carlos, ana):
    event = report(ana, carlos)
    assert post(chart, ana, f"close_event:{event.pk}").status_code == 422
    assert post(chart, ana, f"event_again:{event.pk}", **{"again-on": "2026-03-01"}).status_code == 422
    assert post(chart, ana, f"event_again:{event.pk}", **{"again-on": "2026-03-20"}).url == tab(ana)
    assert post(chart, ana, f"close_event:{event.pk}", **{"close-outcome": "gone"}).url == tab(ana)
    assert post(chart, ana, f"close_event:{event.pk}", **{"close-outcome": "lasting"}).url == tab(ana)
    row = AdverseEvent.objects.get()
    assert (row.follow_up_on, row.outcome) == (date(2026, 3, 20), "gone")


def test_the_event_of_another_patient_is_not_found(chart, carlos, ana, ben):
    theirs = report(ben, carlos)
    for do in (f"close_event:{theirs.pk}", f"event_again:{theirs.pk}", "close_event:x"):
        assert post(chart, ana, do, **{"close-outcome": "gone", "again-on": "2026-03-20"}).status_code == 404
    assert AdverseEvent.objects.get().closed_at is None


@pytest.mark.parametrize("who", ["olga", "rita"])
def test_who_does_not_treat_neither_reads_nor_reports(client, request, who, carlos, ana):
    report(ana, carlos)
    client.force_login(request.getfixturevalue(who))
    assert client.get(tab(ana)).content.decode().count("Dizzy") == 0
    assert post(client, ana, "report_event", **SAID).status_code == 403
    assert AdverseEvent.objects.count() == 1


# --- on the travel card


def card(client, visit, **fields):
    return client.post(visit.get_absolute_url(), {"do": "event", "version": visit.version, **fields})


def test_an_event_is_reported_from_the_travel_card_in_the_same_note(chart, carlos, ana):
    visit = make.visit(ana, carlos.practitioner)
    assert card(chart, visit, **SAID).url == visit.get_absolute_url()
    row = AdverseEvent.objects.get()
    assert (row.visit, row.patient, row.what) == (visit, ana, "Burnt by the pack")
    assert chart.get(visit.get_absolute_url()).content.decode().count("Burnt by the pack") == 1


def test_what_was_typed_is_reported_whichever_button_is_pressed_and_once(chart, carlos, ana):
    visit = make.visit(ana, carlos.practitioner)
    assert card(chart, visit, **{**SAID, "do": "save"}).status_code == 302
    assert card(chart, visit, **{"event-what": "", "do": "save"}).status_code == 302
    assert AdverseEvent.objects.count() == 1


def test_an_event_without_its_severity_comes_back_with_the_rest_of_the_note(chart, carlos, ana):
    visit = make.visit(ana, carlos.practitioner)
    answer = card(chart, visit, **{"event-what": "Dizzy", "subjective": "Sore"})
    assert (answer.status_code, AdverseEvent.objects.count()) == (422, 0)
    assert answer.content.decode().count('value="Dizzy"') == 1


def test_a_therapist_reports_from_the_card_and_the_front_desk_does_not(client, tess, rita, carlos, ana):
    visit = make.visit(ana, carlos.practitioner)
    client.force_login(tess)
    assert card(client, visit, **SAID).status_code == 302
    client.force_login(rita)
    assert card(client, visit, **SAID).status_code == 403
    assert AdverseEvent.objects.get().reported_by == tess


@pytest.mark.parametrize(("told", "is_open"), [("dizziness", 1), ("soreness", 0)])
def test_a_reaction_beyond_soreness_opens_the_form_with_its_words(chart, carlos, ana, told, is_open):
    visit = make.visit(ana, carlos.practitioner)
    TreatmentApplied.objects.create(
        visit=visit, kind=make.treatment_kind("adjustment"), parameters={"reaction": told}, performed_by=carlos
    )
    page = chart.get(visit.get_absolute_url()).content.decode()
    assert page.count(f'value="{told}" maxlength="400"') == is_open
    assert page.count('id="event"><details open>') == is_open
    assert AdverseEvent.objects.count() == 0


# --- the register


def register(client, more=""):
    return client.get(reverse("admin:charting_adverseevent_changelist") + more)


def test_the_register_says_how_often_an_event_follows_a_treatment(chart, carlos, ana):
    heat, visit = make.treatment_kind("heat"), make.visit(ana, carlos.practitioner)
    wrong = make.visit(ana, carlos.practitioner)
    VisitMark.objects.create(visit=wrong, kind="entered_in_error", by=carlos, reason="Wrong patient")
    for of in (visit, visit, visit, visit, wrong):
        TreatmentApplied.objects.create(visit=of, kind=heat, performed_by=carlos)
    today = date.today()
    for of in (visit, wrong):
        adverse_events.report(ana, what="Burnt", severity="mild", began_on=today, kind=heat, visit=of, by=carlos)
    assert register(chart).context["rates"] == [(heat.label, 1, 4, 250.0)]


def test_the_register_filters_open_ones(chart, carlos, ana):
    adverse_events.close(report(ana, carlos, what="Bruise"), outcome="gone", by=carlos)
    still = report(ana, carlos)
    assert list(register(chart, "?stands=open").context["cl"].queryset) == [still]
    assert register(chart, "?stands=closed").context["cl"].queryset.get().what == "Bruise"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_register_asks_the_same_number_of_questions_for_one_row_and_three(
    chart, carlos, ana, rows, django_assert_num_queries
):
    for _row in range(rows):
        report(ana, carlos, kind=make.treatment_kind("heat"), visit=make.visit(ana, carlos.practitioner))
    register(chart)
    with django_assert_num_queries(REGISTER):
        assert len(register(chart).context["cl"].result_list) == rows


REGISTER = 10


def test_the_register_writes_a_day_as_the_chart_does_and_a_treatment_short(chart, carlos, ana):
    kind = make.treatment_kind("adjustment")
    adverse_events.report(
        ana,
        what="Dizzy",
        severity="mild",
        began_on=date(2026, 3, 4),
        kind=kind,
        follow_up_on=date(2026, 3, 9),
        by=carlos,
    )
    page = register(chart).content.decode()
    shown = ['field-treatment">' + kind.label.split(" (")[0] + "<", ">4 Mar 2026<", 'field-asked_again">9 Mar 2026<']
    assert [page.count(words) for words in shown] == [1, 1, 1]
