"""The health history on paper."""

import pytest

from patients import paper
from patients.questionnaire import load


def asked(**person):
    told = {"age": 40, "sex": "F", "is_first": True, **person}
    return {one.question.key: one for _topic, questions in paper.pages(**told) for one in questions}


def test_the_paper_asks_every_question_that_this_person_may_be_asked():
    patient_s = {question.key for question in load().questions() if question.filled_by != "clinician"}
    assert patient_s - set(asked()) == {"RF24"}
    assert patient_s - set(asked(sex="M")) == {"RF24", "pregnancy_status", "postpartum"}
    assert patient_s - set(asked(age=None, sex="", is_first=False)) == set()
    assert patient_s - set(asked(age=15, is_first=False)) == {"RF04"}


def test_questions_for_the_clinician_are_not_printed():
    assert "risk_clinician" not in asked()


@pytest.mark.parametrize(
    ("key", "is_follow_up"),
    [("legal_name", False), ("guardian", True), ("RF12a", True), ("RF04", False), ("pregnancy_status", False)],
)
def test_a_follow_up_says_that_it_is_only_for_whom_it_fits(key, is_follow_up):
    assert asked()[key].is_follow_up is is_follow_up


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("sex", "ticks"),
        ("RF01", "ticks"),
        ("systems", "ticks"),
        ("pain_now", "score"),
        ("medicines", "rows"),
        ("pain_sites", "body"),
        ("movement_grid", "moves"),
        ("onset_date", "lines"),
        ("fluids_per_day", "lines"),
        ("goal_words", "lines"),
    ],
)
def test_every_question_has_room_of_its_kind(key, kind):
    assert asked()[key].kind == kind


def test_a_list_has_a_head_and_as_many_rows_as_it_wants():
    rows = {
        key: (list(map(str, one.columns)), len(one.blank_rows)) for key, one in asked().items() if one.kind == "rows"
    }
    assert rows["emergency_contact"] == (["Name", "How you are related", "Phone"], 3)
    assert rows["goal_activities"] == (["What is hard", "How well, 0 to 10"], 5)
