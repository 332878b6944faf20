"""The first note of a complaint begins with the health history; the patient's words stand beside it, not in it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from clinic.charting import notes
from clinic.charting.card import first_note
from clinic.charting.models import Episode, Visit
from patients.models import Intake
from patients.questions import load
from tests import make
from tests.make import MONDAY

GRID = {"low_back": {"flexion": "worse", "extension": "same", "cough": "worse", "lift": "better"}}
ANSWERS = {
    "chief_complaint": "My back locks up  when I bend.",
    "pain_sites": [
        {"site": "neck", "side": "", "score_0_10": 2, "quality": [], "spreads_to": ""},
        {"site": "low_back", "side": "right", "score_0_10": 7, "quality": [], "spreads_to": ""},
    ],
    "pain_spread": "leg_above_knee",
    "onset_date": "2027-02-10",
    "mechanism": "lift",
    "mechanism_story": "Lifting my son",
    "pain_now": 6,
    "pain_best": 2,
    "pain_worst": 8,
    "pain_average": 5,
    "worse_with": "sitting",
    "movement_grid": GRID,
    "goal_activities": [{"activity": "Sleep through", "score_0_10": 3}],
}


def history(patient, at=None, version=1, **answers):
    return Intake.objects.create(
        patient=patient,
        version=version,
        questionnaire_version="1",
        answers={**ANSWERS, **answers},
        submitted_at=at or MONDAY - timedelta(days=2),
    )


@pytest.fixture
def doctor(client, carlos):
    client.force_login(carlos)
    return client


def opened(patient, carlos, **fields):
    appointment = make.appointment(patient, carlos.practitioner, reason="Low back pain", **fields)
    return notes.open_visit(appointment, by=carlos)


def test_the_first_note_begins_the_complaint_from_the_history(ana, carlos):
    history(ana)
    episode = opened(ana, carlos).episode
    assert (episode.complaint, episode.region, episode.onset_on, episode.mechanism, episode.is_radiating) == (
        "My back locks up when I bend",
        "lumbar",
        date(2027, 2, 10),
        Episode.Mechanism.LIFT,
        True,
    )


def test_nothing_of_it_is_written_into_the_note(ana, carlos):
    history(ana)
    visit = opened(ana, carlos)
    assert [getattr(visit, name) for name in ("subjective", "objective", "assessment", "plan", "spare_movement")] == [
        ""
    ] * 5


def test_without_a_history_the_reason_of_the_visit_is_the_complaint(ana, carlos):
    episode = opened(ana, carlos).episode
    assert (episode.complaint, episode.mechanism, episode.onset_on) == ("Low back pain", "unknown", None)


def test_what_is_still_being_filled_in_is_not_read(ana, carlos):
    Intake.objects.create(patient=ana, version=1, questionnaire_version="1", answers=ANSWERS)
    assert opened(ana, carlos).episode.complaint == "Low back pain"


def test_the_newest_history_counts_and_that_of_a_merged_record_too(ana, ben, carlos):
    history(ana, chief_complaint="Old words")
    history(ben, MONDAY - timedelta(days=1), chief_complaint="New words")
    type(ben).objects.filter(pk=ben.pk).update(merged_into=ana)
    assert opened(ana, carlos).episode.complaint == "New words"


def test_a_history_from_before_the_last_complaint_says_nothing_of_the_next(ana, carlos):
    at = timezone.now() - timedelta(days=90)
    history(ana, at - timedelta(days=2))
    Episode.objects.create(patient=ana, complaint="Neck", opened_at=at, closed_at=at + timedelta(days=30))
    assert opened(ana, carlos).episode.complaint == "Low back pain"


def test_an_open_complaint_goes_on_whatever_the_history_says(ana, carlos):
    going_on = Episode.objects.create(patient=ana, complaint="Neck")
    history(ana)
    assert opened(ana, carlos).episode == going_on
    going_on.refresh_from_db()
    assert (going_on.complaint, going_on.mechanism) == ("Neck", "unknown")


def test_every_cause_of_the_questionnaire_is_a_cause_of_a_complaint_or_not_known():
    asked = set(load().question("mechanism").values)
    known = set(first_note.MECHANISMS)
    assert known <= asked
    assert asked - known <= {"other", "unsure"}
    assert set(first_note.MECHANISMS.values()) <= set(Episode.Mechanism)


@pytest.mark.parametrize(("told", "kept"), [("mva", "crash"), ("fall_hard", "hard_fall"), ("fall_low", "fall")])
def test_an_accident_is_told_truthfully_for_it_asks_for_an_examination(ana, carlos, told, kept):
    history(ana, mechanism=told)
    assert opened(ana, carlos).episode.mechanism == kept


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"pain_sites": None, "onset_date": None, "mechanism": None, "chief_complaint": None, "pain_spread": None},
        {
            "pain_sites": [{"site": "gone", "side": ""}],
            "onset_date": "soon",
            "mechanism": "gone",
            "chief_complaint": "",
        },
        {"pain_sites": [], "pain_spread": "unsure"},
    ],
)
def test_open_or_unknown_answers_say_nothing(answers):
    assert first_note.read(answers) == {}


def test_a_long_complaint_is_cut_to_what_a_complaint_takes():
    assert len(first_note.read({"chief_complaint": "back " * 100})["complaint"]) <= 200


# --- beside the note


def beside(doctor, visit):
    return doctor.get(visit.get_absolute_url()).context["history"]


def test_the_history_stands_beside_the_first_note_in_the_patients_words(doctor, ana, carlos):
    given = history(ana)
    told = beside(doctor, opened(ana, carlos))
    lines = dict(told["lines"])
    assert (told["intake"], lines["In own words"], lines["Pain"], lines["Goals"]) == (
        given,
        "My back locks up  when I bend.",
        "now 6, best 2, worst 8, average 5",
        "Sleep through 3 of 10",
    )
    assert (told["to_spare"], lines["Spreads"]) == ("Bend forward, cough or sneeze", "Down a leg, above the knee")


def test_once_a_note_of_the_complaint_is_signed_it_stands_there_no_more(doctor, ana, carlos):
    history(ana)
    first = opened(ana, carlos)
    notes.save(first, version=1, subjective="Sore", objective="Stiff", by=carlos)
    notes.sign(first, version=2, by=carlos)
    second = opened(ana, carlos, at=MONDAY + timedelta(days=2))
    assert (second.episode, beside(doctor, second)) == (first.episode, None)


def test_without_a_history_nothing_stands_there(doctor, ana, carlos):
    visit = opened(ana, carlos)
    assert (beside(doctor, visit), "from-history" in doctor.get(visit.get_absolute_url()).content.decode()) == (
        None,
        False,
    )


def press(doctor, visit, do):
    page = doctor.get(visit.get_absolute_url()).context["card"]
    return doctor.post(visit.get_absolute_url(), {"do": do, "version": page.version, "base": page.base})


def test_the_movements_are_spared_by_one_click_and_offered_no_more(doctor, ana, carlos):
    history(ana)
    visit = opened(ana, carlos)
    pages = [doctor.get(visit.get_absolute_url()).content.decode()]
    assert press(doctor, visit, "spare").status_code == 302
    visit.refresh_from_db()
    pages.append(doctor.get(visit.get_absolute_url()).content.decode())
    assert (visit.spare_movement, [page.count('value="spare"') for page in pages]) == (
        "Bend forward, cough or sneeze",
        [1, 0],
    )


def test_a_therapist_spares_nothing(client, tess, ana, carlos):
    history(ana)
    visit = opened(ana, carlos)
    client.force_login(tess)
    page = client.get(visit.get_absolute_url())
    assert (page.content.decode().count('value="spare"'), press(client, visit, "spare").status_code) == (0, 403)
    assert Visit.objects.get().spare_movement == ""


def test_what_is_spared_fits_the_note_whatever_makes_it_worse():
    every = {row.value: "worse" for row in load().question("movement_grid").rows}
    words = first_note.to_spare({"movement_grid": {"low_back": every}})
    assert (0 < len(words) <= 120, words.endswith(",")) == (True, False)
