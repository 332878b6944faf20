"""What a new letter opens with: the chart's own words, nothing left out in silence, nothing of anybody else."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from clinic.charting.models import Examination, ImagingDecision, NerveTest, SegmentFinding
from clinic.charting.papers import letter_draft
from patients.models import Alert, Allergy, Condition, Intake, Medication
from tests import make
from tests.make import MONDAY


def flag(of, level="U", points_to="Caudaflag", number="RF01"):
    return Alert.objects.create(patient=of, flag=number, level=level, points_to=points_to, staff_action="See")


@pytest.fixture
def visit(ana, carlos):
    made = make.visit(ana, carlos.practitioner, visited_at=MONDAY, pain=6)
    episode = made.episode
    episode.onset_on, episode.mechanism, episode.region = MONDAY.date(), "lift", "lumbar"
    episode.save()
    SegmentFinding.objects.create(visit=made, segment="L4", side="R", pain=3, range_of_motion="restricted")
    NerveTest.objects.create(visit=made, kind="reflex", level="S1", side="R", result="reduced")
    Examination.objects.create(visit=made, part="neuro", result="abnormal", note="weak toe", done_by=carlos)
    return made


def body(patient, kind="referral", episode=None):
    return letter_draft.draft(patient, kind=kind, episode=episode)["body"]


def test_a_letter_opens_with_complaint_course_findings_flags_and_medicines(ana, visit):
    flag(ana)
    make.condition(ana, "osteoporosis")
    Medication.objects.create(patient=ana, label="Thinnerol", dose="5 mg")
    Allergy.objects.create(patient=ana, label="Latexwort")
    assert body(ana, episode=visit.episode).split("\n\n") == [
        "Dear colleague,",
        f"Thank you for seeing Ana Sørensen, born 14 Mar 1965 ({ana.age} years).",
        "Complaint: Low back spasm, since 1 Mar 2027, lifting",
        "Course: visits here: 1, the first on 1 Mar 2027; pain 6, now 6 of 10",
        "Findings of 1 Mar 2027:\n– Segments: L4 R: pain 3/4, restricted\n– Nerves: Reflex S1 right: reduced\n"
        "– Examination: Neurological: something found, weak toe",
        "Red flags: Caudaflag (urgent)",
        "Known conditions: Osteoporosis",
        "Medicines: Thinnerol 5 mg",
        "Allergies: Latexwort",
        "Please let us know what you find; the address stands above. Thank you.",
    ]


def test_the_days_of_a_letter_are_those_of_the_clinic_s_wall(ana, visit):
    """Half past six in the evening in Chicago is the next day in UTC, which is what the rows are kept in."""
    visit.visited_at = datetime(2027, 3, 2, 0, 30, tzinfo=UTC)
    visit.save()
    with timezone.override("America/Chicago"):
        told = body(ana, episode=visit.episode)
    days = ("the first on 1 Mar 2027", "Findings of 1 Mar 2027", "2 Mar 2027")
    assert [told.count(day) for day in days] == [1, 1, 0]


def test_what_is_unknown_is_said_to_be_unknown(ana):
    told = body(ana)
    for words in ("Red flags: none open", "Known conditions: none noted", "Medicines: none noted"):
        assert words in told


def test_a_condition_that_nobody_has_answered_is_told_as_a_question(ana, carlos):
    make.condition(ana, "osteoporosis", certainty="open")
    make.condition(ana, "gout", certainty="ruled_out", judged_by=carlos, judged_at=MONDAY)
    assert body(ana).count("Known conditions: Osteoporosis (open question)\n") == 1


def test_a_long_list_says_that_there_is_more(ana):
    for number in range(letter_draft.MOST + 3):
        Medication.objects.create(patient=ana, label=f"Pill {number:02}")
    assert body(ana).count("Pill") == letter_draft.MOST
    assert "and 3 more in the chart" in body(ana)


def test_what_ended_or_was_entered_in_error_is_left_out(ana):
    Medication.objects.create(patient=ana, label="Stoppedol", stopped_on=MONDAY.date())
    Medication.objects.create(patient=ana, label="Wrongol", entered_in_error_at=MONDAY)
    Allergy.objects.create(patient=ana, label="Pastweed", ended_on=MONDAY.date())
    Condition.objects.create(patient=ana, label="Healedness", resolved_on=MONDAY.date())
    told = body(ana)
    assert [word for word in ("Stoppedol", "Wrongol", "Pastweed", "Healedness") if word in told] == []


def test_a_note_entered_in_error_finds_nothing(ana, visit, carlos):
    visit.marks.create(kind="entered_in_error", by=carlos, reason="Other patient")
    assert "L4" not in body(ana, episode=visit.episode)


def test_nothing_of_another_patient_stands_in_a_letter(ana, ben, visit):
    flag(ben, points_to="Benflag")
    Medication.objects.create(patient=ben, label="Benpill")
    told = body(ana, episode=visit.episode)
    assert [word for word in ("Benflag", "Benpill", "Whitcombe") if word in told] == []


@pytest.mark.parametrize(
    ("levels", "urgency"), [("", "routine"), ("C", "routine"), ("R", "soon"), ("RU", "today"), ("E", "today")]
)
def test_the_strictest_open_flag_proposes_the_urgency(ana, levels, urgency):
    for number, level in enumerate(levels):
        flag(ana, level, number=f"RF0{number}")
    assert letter_draft.draft(ana, kind="referral")["urgency"] == urgency


# --- imaging


def test_an_imaging_request_names_region_indication_and_pregnancy(ana, visit, carlos):
    ImagingDecision.objects.create(
        episode=visit.episode, visit=visit, decision="ordered", because="Fall, over 65", decided_by=carlos
    )
    drafted = letter_draft.draft(ana, kind="imaging", episode=visit.episode)
    assert drafted["question"] == "Fall, over 65"
    for words in (
        "Region: low back (lumbar)",
        "Decision on imaging: Ordered, no thrust until read: Fall, over 65",
        "Pregnancy: not asked yet; ask before the image is taken",
    ):
        assert words in drafted["body"]


def test_a_decision_of_a_note_entered_in_error_indicates_nothing(ana, visit, carlos):
    made = {"episode": visit.episode, "decision": "ordered", "decided_by": carlos}
    ImagingDecision.objects.create(because="Fall, over 65", **made)
    ImagingDecision.objects.create(because="Wrong patient's crash", visit=visit, **made)
    visit.marks.create(kind="entered_in_error", by=carlos, reason="Other patient")
    drafted = letter_draft.draft(ana, kind="imaging", episode=visit.episode)
    assert (drafted["question"], drafted["body"].count("crash")) == ("Fall, over 65", 0)


def test_a_pregnancy_is_told_as_the_record_has_it_or_as_it_was_answered(ana):
    Intake.objects.create(
        patient=ana, version=1, questionnaire_version="1", submitted_at=MONDAY, answers={"pregnancy_status": "no"}
    )
    assert letter_draft.pregnancy_words(ana) == "No"
    make.condition(ana, "pregnancy", label="Pregnancy", certainty="stated")
    assert letter_draft.pregnancy_words(ana) == "Pregnancy (as stated, not yet confirmed)"


def test_nobody_asks_a_man_whether_he_is_pregnant(clinic):
    assert "Pregnancy" not in body(make.patient("Carl", sex="M"), kind="imaging")
