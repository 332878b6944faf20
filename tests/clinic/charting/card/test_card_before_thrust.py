"""The travel card before a thrust and around the plan: fields right there, gentler ways, a warning of this moment."""

import re

import pytest
from django.db import connection
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.charting import notes
from clinic.charting.care import planning, rechecking
from clinic.charting.contraindications.rule_changes import change
from clinic.charting.findings import examining
from clinic.charting.kinds import treating
from clinic.charting.models import (
    CarePlan,
    Contraindication,
    Episode,
    ImagingDecision,
    PlannedTreatment,
    TreatmentApplied,
)
from patients.models import Allergy, Task
from tests import make

ADJUST = {"open_kind": "adjustment", "t-where": "L4 R", "t-technique": "diversified_hvla"}
ULTRASOUND = {"open_kind": "ultrasound", "t-site": "low_back"}


@pytest.fixture
def visit(ana, carlos):
    crash = Episode.objects.create(patient=ana, complaint="Neck after a crash", mechanism="crash")
    return make.visit(ana, carlos.practitioner, episode=crash)


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


def card(visit):
    return reverse("admin:charting_visit_change", args=[visit.pk])


def press(client, visit, do, **fields):
    visit.refresh_from_db()
    texts = {name: getattr(visit, name) or "" for name in notes.FIELDS if name != "purpose"}
    return client.post(card(visit), {"version": visit.version, "do": do, **texts, **fields})


def given():
    return list(TreatmentApplied.objects.values_list("kind__slug", "parameters__technique"))


def test_a_thrust_is_stopped_with_what_is_missing_and_gentler_ways(chart, visit):
    answer = press(chart, visit, "add_treatment", plan="Walk", **ADJUST)
    page = answer.content.decode()
    assert (answer.status_code, given()) == (422, [])
    assert "Missing: Neurological, Muscles and joints, Imaging decision." in page
    assert re.findall(r'value="gentler:(\w+)"', page) == [
        "instrument",
        "flexion_distraction",
        "low_force",
        "sot_blocks",
    ]
    visit.refresh_from_db()
    assert visit.plan == "Walk"


def test_one_click_gives_it_without_a_thrust(chart, visit):
    assert press(chart, visit, "gentler:instrument", **ADJUST).status_code == 302
    assert given() == [("adjustment", "instrument")]


def test_everything_asked_is_typed_beside_the_thrust_and_one_press_keeps_it_all(chart, carlos, visit):
    typed = {
        "exam-neuro-result": "normal",
        "exam-muscular-result": "abnormal",
        "exam-muscular-note": "Guarding C5",
        "imaging-decision": "not_needed",
        "imaging-because": "No midline pain",
    }
    assert press(chart, visit, "add_treatment", **typed, **ADJUST).status_code == 302
    assert given() == [("adjustment", "diversified_hvla")]
    assert list(visit.examinations.values_list("part", "result", "note", "done_by")) == [
        ("neuro", "normal", "", carlos.pk),
        ("muscular", "abnormal", "Guarding C5", carlos.pk),
    ]
    assert ImagingDecision.objects.get().because == "No midline pain"
    assert "All that is asked before a thrust is there" in chart.get(card(visit)).content.decode()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"exam-neuro-result": "abnormal"}, "Say in a few words what was found."),
        ({"exam-neuro-note": "Weak grip"}, "Was it unusual or not?"),
        ({"imaging-decision": "seen"}, "Say why; the reason stays with the decision."),
        ({"imaging-because": "No midline pain"}, "What was decided?"),
        ({"newexam-result": "normal"}, "Which part was examined?"),
        ({"newexam-part": "bp"}, "Was it unusual or not?"),
        ({"newexam-part": "nonsense", "newexam-result": "normal"}, "Select a valid choice."),
    ],
)
def test_half_an_examination_is_asked_for_at_its_field_and_nothing_of_it_is_kept(chart, visit, typed, message):
    answer = press(chart, visit, "save", **typed)
    assert answer.status_code == 422
    assert answer.content.decode().count(message) == 1
    assert (visit.examinations.count(), ImagingDecision.objects.count()) == (0, 0)


def test_another_part_is_added_changed_and_taken_out(chart, visit):
    press(chart, visit, "save", **{"newexam-part": "bp", "newexam-result": "normal", "newexam-note": "128/82"})
    press(chart, visit, "save", **{"exam-bp-result": "abnormal", "exam-bp-note": "165/100"})
    assert list(visit.examinations.values_list("part", "result", "note")) == [("bp", "abnormal", "165/100")]
    press(chart, visit, "save")  # a page without the fields changes nothing
    assert visit.examinations.count() == 1
    press(chart, visit, "remove_exam:bp")
    assert visit.examinations.count() == 0


def test_a_therapist_reads_what_is_missing_and_examines_nothing(client, tess, visit):
    client.force_login(tess)
    assert press(client, visit, "save", **{"exam-neuro-result": "normal"}).status_code == 302
    assert press(client, visit, "remove_exam:neuro").status_code == 403
    page = client.get(card(visit)).content.decode()
    assert page.count('<span class="no">not done yet</span>') == 2
    assert ('name="exam-' in page, visit.examinations.count()) == (False, 0)


def test_a_signed_note_shows_the_examination(chart, carlos, visit):
    examining.examine(visit, part="neuro", result="abnormal", note="Weak grip", by=carlos)
    examining.decide_imaging(visit, decision="ordered", because="Midline pain", by=carlos)
    visit.refresh_from_db()
    saved = notes.save(visit, version=visit.version, by=carlos, subjective="Stiff")
    notes.sign(saved, version=saved.version, by=carlos)
    page = chart.get(card(visit)).content.decode()
    assert page.count("<b>Neurological</b> something found, Weak grip") == 1
    assert page.count("ordered, no thrust until read: Midline pain") == 1


# --- precautions


def test_a_precaution_is_seen_once_a_complaint(chart, ana, visit):
    make.condition(ana, "antiplatelet")
    rub = {"open_kind": "massage", "t-regions": "lumbar", "t-minutes": "8"}
    answer = press(chart, visit, "add_treatment", **rub)
    assert (answer.status_code, given()) == (422, [])
    assert answer.content.decode().count("I have seen this: add it") == 1
    assert press(chart, visit, "add_treatment:seen", **rub).status_code == 302
    assert press(chart, visit, "add_treatment", **rub).status_code == 302
    assert list(TreatmentApplied.objects.values_list("strictest", flat=True)) == ["P", "P"]


# --- the plan


def plan(visit, by, slug="ultrasound", **more):
    values = {"values": {"site": "low_back"}} if slug == "ultrasound" else {"regions": ["lumbar"]}
    return planning.plan_treatment(
        visit.episode, kind=make.treatment_kind(slug), by=by, acknowledged=True, **values, **more
    )


def test_the_open_row_is_put_on_the_plan_and_not_on_the_note(chart, visit):
    assert press(chart, visit, "plan_treatment", **ULTRASOUND).status_code == 302
    assert (given(), PlannedTreatment.objects.get().parameters["site"]) == ([], "low_back")


def test_absolute_is_not_put_on_the_plan(chart, ana, visit):
    make.condition(ana, "osteoporosis")
    fields = {"open_kind": "traction", "t-region": "lumbar", "t-force": "41"}
    answer = press(chart, visit, "plan_treatment", **fields)
    assert (answer.status_code, CarePlan.objects.count()) == (422, 0)
    assert answer.content.decode().count("<b>Absolute:</b>") >= 1


def test_relative_is_put_on_the_plan_with_its_reason(chart, carlos, ana, visit):
    Allergy.objects.create(patient=ana, label="Adhesive pads", code="adhesive_allergy")
    fields = {"open_kind": "estim", "t-mode": "ifc", "t-site": "low_back", "t-intensity_felt": "sensory"}
    assert press(chart, visit, "plan_treatment", **fields).status_code == 422
    press(chart, visit, "plan_treatment", **fields, **{"t-reason": "Skin-friendly pads"})
    row = PlannedTreatment.objects.get()
    assert (row.strictest, row.override_reason, row.overridden_by) == ("R", "Skin-friendly pads", carlos)


def test_a_planned_treatment_opens_its_row_with_what_was_planned(chart, carlos, visit):
    row = plan(visit, carlos)
    answer = press(chart, visit, f"give:{row.pk}")
    assert answer.url == f"{card(visit)}?kind=ultrasound&planned={row.pk}#treatments"
    shown = chart.get(answer.url).context["card"].treatment
    assert shown["site"].value() == "low_back"


def test_a_plan_of_another_complaint_is_not_reached_by_a_number(chart, carlos, ben, visit):
    other = make.visit(ben, carlos.practitioner)
    row = plan(other, carlos)
    for do in (f"unplan:{row.pk}", f"keep_planned:{row.pk}", f"give:{row.pk}"):
        press(chart, visit, do)
    assert chart.get(f"{card(visit)}?kind=ultrasound&planned={row.pk}").context["card"].planned is None
    assert PlannedTreatment.objects.get(pk=row.pk).ended_at is None


def test_what_became_known_holds_the_planned_treatment_back_on_the_card_at_once(chart, carlos, ana, visit):
    row = plan(visit, carlos)
    assert "held back" not in chart.get(card(visit)).content.decode()
    make.condition(ana, "pregnancy")
    page = chart.get(card(visit)).content.decode()
    assert page.count("Low back: held back</a>") == 1
    assert (f'value="give:{row.pk}"' in page, f'value="keep_planned:{row.pk}"' in page) == (False, False)


def test_a_relative_news_is_kept_with_a_reason_asked_for_at_its_field(chart, carlos, ana, visit):
    values = {"mode": "ifc", "site": "low_back", "intensity_felt": "sensory"}
    row = planning.plan_treatment(visit.episode, kind=make.treatment_kind("estim"), by=carlos, values=values)
    Allergy.objects.create(patient=ana, label="Adhesive pads", code="adhesive_allergy")
    answer = press(chart, visit, f"keep_planned:{row.pk}")
    assert answer.status_code == 422
    assert answer.content.decode().count("Say why it stays planned") == 1
    press(chart, visit, f"keep_planned:{row.pk}", **{f"keep-{row.pk}": "Skin-friendly pads"})
    row.refresh_from_db()
    assert (row.strictest, row.override_reason) == ("R", "Skin-friendly pads")


def test_aim_taking_off_and_the_end(chart, carlos, visit):
    row = plan(visit, carlos)
    press(chart, visit, "save", aim="Rake the garden")
    assert CarePlan.objects.get().aim == "Rake the garden"
    press(chart, visit, f"unplan:{row.pk}")
    assert list(PlannedTreatment.objects.current()) == []
    assert press(chart, visit, "end_plan").status_code == 422
    assert press(chart, visit, "end_plan", end_because="nonsense").status_code == 422
    assert CarePlan.objects.get().ended_at is None
    press(chart, visit, "end_plan", end_because="goals_met")
    assert CarePlan.objects.get().ended_by == carlos


def test_a_therapist_gives_what_is_planned_and_plans_nothing(client, carlos, tess, visit):
    row = plan(visit, carlos)
    client.force_login(tess)
    assert press(client, visit, f"give:{row.pk}").url.startswith(f"{card(visit)}?kind=ultrasound")
    for do in ("plan_treatment", f"unplan:{row.pk}", f"keep_planned:{row.pk}", "end_plan"):
        assert press(client, visit, do, **ULTRASOUND, end_because="goals_met").status_code == 403
    page = client.get(card(visit)).content.decode()
    assert [word for word in ("unplan:", "end_plan", "plan_treatment") if word in page] == []
    assert list(PlannedTreatment.objects.current()) == [row]


# --- figures and versions


@pytest.mark.parametrize("rows", [1, 3])
def test_the_card_asks_the_same_number_of_questions_for_one_planned_treatment_and_three(
    chart, carlos, visit, rows, django_assert_num_queries
):
    for part in ("neuro", "bp", "abdomen")[:rows]:
        examining.examine(visit, part=part, result="normal", by=carlos)
        plan(visit, carlos, "massage")
    chart.get(card(visit))
    locking = connection.vendor == "postgresql"  # that the chart was read is logged under a lock
    with django_assert_num_queries(QUERIES + locking):
        page = chart.get(card(visit))
    assert len(page.context["card"].plan.lines) == rows


QUERIES = 29


def test_signing_stores_the_rules_version_of_that_moment(carlos, visit):
    before = treating.apply(visit, kind=make.treatment_kind("heat"), by=carlos, regions=["lumbar"])
    rule = Contraindication.objects.filter(treatment="ultrasound").first()
    change(rule, because="Read anew", by=carlos, message="Other words")
    visit.refresh_from_db()
    saved = notes.save(visit, version=visit.version, by=carlos, subjective="Stiff")
    signed = notes.sign(saved, version=saved.version, by=carlos)
    assert signed.rules_version != before.rules_version
    assert f'"rules_version":"{signed.rules_version}"' in signed.document


def test_the_task_of_a_held_back_treatment_is_not_told_to_the_desk(client, rita, carlos, ana, visit):
    plan(visit, carlos)
    make.condition(ana, "pregnancy")
    rechecking.recheck(ana)
    title = Task.objects.get().title
    client.force_login(rita)
    for path in ("/desk/", f"/desk/patients/{ana.pk}/"):
        page = client.get(path).content.decode()
        assert (title in page, "regnan" in page) == (False, False)
    assert AuditEvent.objects.filter(action="plan.rechecked", details__level="A").count() == 1
