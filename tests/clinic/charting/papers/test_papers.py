"""What stands on the papers: the right things, of one patient, whatever their length, in as many queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.charting import notes
from clinic.charting.models import (
    CarePlan,
    Episode,
    MuscleFinding,
    PlanGoal,
    PlanPhase,
    SegmentFinding,
    TreatmentApplied,
    Visit,
)
from clinic.charting.papers import findings_meaning, paper
from clinic.outcomes.recording import record_pain
from content import claims
from patients.models import Alert, Allergy, Condition, Medication, SelfCareItem
from tests import make
from tests.make import MONDAY

PAST = MONDAY - timedelta(weeks=52)


def shown(client, kind, row):
    return client.get(reverse("admin:charting_paper", args=[kind, row.pk]))


@pytest.fixture
def doctor(client, carlos):
    client.force_login(carlos)
    return client


@pytest.fixture
def visit(ana, carlos):
    made = make.visit(ana, carlos.practitioner, visited_at=PAST, subjective="stabbingly", plan="walkingly", pain=6)
    SegmentFinding.objects.create(visit=made, segment="L4", side="R", pain=3)
    MuscleFinding.objects.create(visit=made, muscle="quadratus_lumborum", side="R", spasm_before=3, spasm_after=1)
    TreatmentApplied.objects.create(
        visit=made, kind=make.treatment_kind("massage"), regions=["lumbar"], side="R", minutes=15, performed_by=carlos
    )
    return made


def signed(visit, by):
    return notes.sign(visit, version=visit.version, by=by)


# --- the note


def test_a_draft_says_so_and_is_signed_by_nobody(doctor, visit):
    page = shown(doctor, "note", visit).content.decode()
    assert ("DRAFT" in page, "Signed by" in page, "SHA-256" in page) == (True, False, False)


def test_a_signed_note_holds_its_parts_signer_hash_and_addenda(doctor, visit, carlos):
    row = signed(visit, carlos)
    notes.add_addendum(row, kind="correction", text="correctingly", by=carlos)
    page = shown(doctor, "note", visit).content.decode()
    for words in (
        "stabbingly", "walkingly", "L4 R: pain 3/4", "Quadratus lumborum, right: spasm 3/4, after treatment 1/4",
        "Massage", "15 min", f"Signed by {carlos.practitioner.signature}", row.sha256, row.rules_version,
        "Addendum: correction", "correctingly",
    ):  # fmt: skip
        assert words in page
    assert ("DRAFT" in page, "does not match" in page) == (False, False)


def test_a_note_whose_hash_does_not_match_says_so(doctor, visit):
    make.signed(visit)
    assert "The stored note does not match this number." in shown(doctor, "note", visit).content.decode()


def test_a_note_entered_in_error_is_marked_across(doctor, visit, carlos):
    signed(visit, carlos).marks.create(kind="entered_in_error", by=carlos, reason="Another patient")
    page = shown(doctor, "note", visit).content.decode()
    assert ("ENTERED IN ERROR" in page, "Another patient" in page, "DRAFT" in page) == (True, True, False)


def test_a_note_names_the_name_under_which_it_was_signed(doctor, visit, ana, carlos):
    signed(visit, carlos)
    ana.family_name = "Lindgren"
    ana.save()
    assert "Signed under the name Ana Sørensen." in shown(doctor, "note", visit).content.decode()


def test_who_else_treated_stands_beside_the_treatment(doctor, visit, tess):
    visit.treatments.update(performed_by=tess)
    assert f"by {tess.display_name}" in shown(doctor, "note", visit).content.decode()


# --- the report of findings


@pytest.fixture
def plan(visit, carlos):
    made = CarePlan.objects.create(
        patient=visit.patient, episode=visit.episode, made_by=carlos, aim="Lift the grandchild", home_tasks="Walk twice"
    )
    PlanGoal.objects.create(plan=made, what="Stand", measure="minutes", start=20, target=60)
    PlanPhase.objects.create(plan=made, name="relief", visits=6, weeks=3)
    made.treatments.create(kind=make.treatment_kind("massage"), planned_by=carlos)
    return made


def test_a_report_tells_findings_meaning_plan_and_what_must_not_wait(doctor, visit, plan, carlos):
    SelfCareItem.objects.create(patient=visit.patient, text="steadyingly", given_by=carlos)
    page = shown(doctor, "findings", visit.episode).content.decode()
    for words in (
        "Low back spasm", "Stiff or tender joints: low back (L4 R).", "Tight or tender muscles: quadratus lumborum",
        "Lift the grandchild", "Stand", "6 visits", "within 3 weeks", "Massage of the tight muscles", "Walk twice",
        "steadyingly", "Call 911", "not a promise",
    ):  # fmt: skip
        assert words in page


def test_a_report_without_plan_and_findings_says_so(doctor, ana):
    page = shown(doctor, "findings", Episode.objects.create(patient=ana, complaint="Stiff neck")).content.decode()
    assert ("No findings are written down yet." in page, "No plan is written down yet." in page) == (True, True)


def test_a_report_tells_the_last_plan_when_none_is_in_force(doctor, visit, plan, carlos):
    plan.ended_at, plan.ended_by = PAST, carlos
    plan.save()
    assert "Lift the grandchild" in shown(doctor, "findings", visit.episode).content.decode()


def test_no_fixed_sentence_of_the_report_promises_anything():
    texts = [*findings_meaning.MEANS.values(), *findings_meaning.DURATION.values(), findings_meaning.SAME_DAY]
    assert [found for text in texts for found in claims.check(str(text), references=1)] == []


def test_every_driver_of_a_complaint_has_its_sentence():
    assert set(findings_meaning.MEANS) == set(Episode.Driver)


@pytest.mark.parametrize(("region", "told"), [("cervical", True), ("", True), ("thoracic", True), ("lumbar", False)])
def test_signs_of_the_neck_are_told_unless_the_complaint_lies_below_it(region, told):
    assert (findings_meaning.NECK_SIGNS[0] in findings_meaning.signs_of(region)) is told


# --- the summary


def test_the_summary_tells_what_counts_now(doctor, ana, visit, plan):
    Alert.objects.create(patient=ana, flag="RF01", level="U", points_to="Caudaflag", staff_action="See")
    make.condition(ana, "osteoporosis")
    Medication.objects.create(patient=ana, label="Thinnerol", dose="5 mg")
    Allergy.objects.create(patient=ana, label="Latexwort", reaction="rash")
    for days, score in enumerate((7, 9, 4)):
        record_pain(ana, score, mode="visit", at=PAST + timedelta(days=days))
    page = shown(doctor, "summary", ana).content.decode()
    for words in (
        "Urgent: Caudaflag", "Osteoporosis", "Thinnerol, 5 mg", "Latexwort, rash", "Low back spasm",
        "1 visit, 2 Mar 2026", "Lift the grandchild", "Stand: 20 → 60",
    ):  # fmt: skip
        assert words in page
    (outcome,) = paper.of(paper.KINDS["summary"], ana).content["outcomes"]
    assert (int(outcome.first.score), int(outcome.last.score)) == (7, 4)


def test_a_visit_entered_in_error_is_not_counted(ana, visit, carlos):
    visit.marks.create(kind="entered_in_error", by=carlos, reason="x")
    content = paper.of(paper.KINDS["summary"], ana).content
    assert (content["span"]["n"], content["episodes"][0].visit_count, content["episodes"][0].last_visit_at) == (
        0, 0, None,
    )  # fmt: skip


def test_a_summary_says_what_it_leaves_out(doctor, ana):
    Condition.objects.bulk_create(Condition(patient=ana, label=f"Ill {n:02} " + "x" * 200) for n in range(20))
    page = shown(doctor, "summary", ana).content.decode()
    assert (page.count("Ill "), "and 10 more in the chart" in page, "x" * 100 in page) == (10, True, False)


# --- all of them


def papers_of(visit, by):
    letter = make.letter(visit.patient, by, episode=visit.episode)
    return [("note", visit), ("findings", visit.episode), ("summary", visit.patient), ("letter", letter)]


def test_no_paper_mixes_two_patients(doctor, ana, ben, visit, carlos):
    other = make.visit(ben, carlos.practitioner, visited_at=PAST, subjective="Bensubject")
    other.episode.complaint = "Bencomplaint"
    other.episode.save()
    make.condition(ben, "osteoporosis", label="Benbone")
    make.letter(ben, carlos, question="Benquestion")
    for kind, row in papers_of(visit, carlos):
        page = shown(doctor, kind, row).content.decode()
        assert [word for word in ("Ben", "Whitcombe") if word in page] == [], kind
        assert "Sørensen" in page


HOSTILE = '<script>alert("x")</script>'


def test_what_people_typed_is_text_on_every_paper(doctor, ana, visit, carlos):
    ana.given_name, ana.family_name, ana.occupation = HOSTILE, "مريم 🦴", HOSTILE
    ana.save()
    Visit.objects.filter(pk=visit.pk).update(subjective=HOSTILE, home_care=HOSTILE, plan=HOSTILE)
    Episode.objects.update(complaint=HOSTILE)
    make.condition(ana, "osteoporosis", label=HOSTILE)
    rows = papers_of(visit, carlos)
    rows[-1][1].body = rows[-1][1].addressee = rows[-1][1].address = HOSTILE
    rows[-1][1].save()
    for kind, row in rows:
        page = shown(doctor, kind, row).content.decode()
        assert ("<script>alert" in page, "&lt;script&gt;alert" in page, "مريم 🦴" in page) == (False, True, True), kind


QUERIES = {"note": 22, "findings": 27, "summary": 23, "letter": 10}


@pytest.mark.parametrize("visits", [1, 3, 30])
@pytest.mark.parametrize("kind", QUERIES)
def test_a_paper_takes_the_same_queries_with_one_three_and_thirty_visits(
    doctor, ana, visit, plan, carlos, kind, visits, django_assert_num_queries
):
    for number in range(visits - 1):
        more = make.visit(
            ana, carlos.practitioner, episode=visit.episode, visited_at=PAST + timedelta(days=number), pain=5
        )
        SegmentFinding.objects.create(visit=more, segment="L5", side="R", pain=2)
    row = dict(papers_of(visit, carlos))[kind]
    with django_assert_num_queries(QUERIES[kind] + (connection.vendor == "postgresql")):
        shown(doctor, kind, row)


@pytest.mark.parametrize(("country", "sheet"), [("US", "letter"), ("ca", "letter"), ("DK", "a4"), ("DE", "a4")])
def test_the_sheet_follows_the_country_of_the_clinic(doctor, ana, country, sheet):
    place = make.location()
    place.country = country
    place.save()
    assert f'class="folio {sheet}"' in shown(doctor, "summary", ana).content.decode()


# --- who may


@pytest.mark.parametrize("who", ["rita", "olga", "ivan"])
def test_those_who_do_not_treat_get_no_paper(request, client, ana, visit, carlos, who):
    client.force_login(request.getfixturevalue(who))
    for kind, row in [*papers_of(visit, carlos), ("nonsense", ana)]:
        for name in ("charting_paper", "charting_paper_pdf"):
            assert client.get(reverse(f"admin:{name}", args=[kind, row.pk])).status_code == 403
    assert AuditEvent.objects.filter(action="document.printed").count() == 0


@pytest.mark.parametrize("kind", ["note", "findings", "summary", "letter", "nonsense"])
def test_a_paper_of_nobody_is_not_found(doctor, clinic, kind):
    for name in ("charting_paper", "charting_paper_pdf"):
        assert doctor.get(reverse(f"admin:{name}", args=[kind, 987654])).status_code == 404


def test_a_therapist_prints_and_each_look_is_written_down(client, tess, visit, carlos):
    client.force_login(tess)
    for kind, row in papers_of(visit, carlos):
        assert shown(client, kind, row).status_code == 200
    looks = AuditEvent.objects.filter(action="document.printed", patient_id=visit.patient_id).order_by("pk")
    assert [(one.details["kind"], one.details["form"], one.actor_id) for one in looks] == [
        (kind, "page", tess.pk) for kind in ("note", "findings", "summary", "letter")
    ]  # fmt: skip


def test_the_sheet_of_the_pdf_is_that_of_the_page(doctor, visit):
    """One template fills both: what is printed is what is drawn."""
    made = paper.of(paper.KINDS["note"], visit)
    html = render_to_string("admin/charting/paper/pdf.html", {**made.content, "paper": made, "patient": visit.patient})
    assert ("stabbingly" in html, "<nav" in html, "<script" in html) == (True, False, False)
