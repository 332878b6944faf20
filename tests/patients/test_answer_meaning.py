"""What answers mean for the safety rules, the record and the plan."""

from datetime import date

import pytest

from patients.questionnaire import (
    ConditionAnswer,
    age_on,
    condition_changes,
    load,
    movement_to_spare,
    prompted,
    safety_facts,
)
from patients.red_flags import evaluate

TODAY = date(2024, 5, 2)


def quiet_answers(**given):
    """A whole first intake in which every safety question is answered no and nothing is left open."""
    answers = {"mechanism": "lift", "RF22": 2, "smoker": "no"}
    for question in load().topic("red_flags").questions:
        if not question.shown_when or question.key == "RF04":
            if question.type == "yes_no_unsure":
                answers[question.key] = "no"
            elif question.type == "multi":
                answers[question.key] = ["none"]
    return {**answers, **given}


def found(answers, **person):
    assessment = evaluate(safety_facts(answers, **{"age": 40, "sex": "F", **person}))
    return [(item.flag.id, item.level, item.soft) for item in assessment.fired]


def test_a_quiet_first_intake_fires_nothing():
    assert found(quiet_answers()) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"RF01": "yes"}, [("RF01", "E", False)]),
        ({"RF01": "unsure"}, [("RF01", "U", True)]),
        ({"RF01": None}, [("RF01", "U", True)]),
        ({"RF06": "yes", "RF06a": "no", "RF06b": "yes"}, [("RF06", "E", False)]),
        ({"RF06": "no", "RF06a": "yes"}, [("RF06", "E", False)]),
        ({"mechanism": "mva"}, [("RF08", "U", False)]),
        ({"mechanism": None}, [("RF08", "R", True)]),
        ({"RF10": ["RF10a"]}, [("RF10", "C", False)]),
        ({"RF10": ["RF10a", "RF10c"]}, [("RF10", "U", False)]),
        ({"RF10": ["unsure"]}, [("RF10", "C", True)]),
        ({"RF10": ["RF10a", "unsure"]}, [("RF10", "C", False)]),
        ({"medicine_kinds": ["long_term_steroid"]}, [("RF10", "C", False)]),
        ({"medicine_kinds": ["unsure"]}, [("RF10", "C", True)]),
        ({"medicine_kinds": ["nsaid"]}, []),
        ({"medicine_kinds": None}, []),
        ({"RF20": None}, [("RF20", "U", True)]),
        ({"RF20": ["unsure"]}, [("RF20", "U", True)]),
        ({"RF20": ["RF20b"]}, [("RF20", "E", False)]),
        ({"RF20": ["RF20d"]}, []),
        ({"RF22": None}, [("RF22", "R", True)]),
        ({"RF22": 5, "RF22a": "yes", "RF22b": "yes", "RF22c": "yes", "RF22d": "yes"}, [("RF22", "R", False)]),
        ({"RF22": 5, "RF22a": "yes", "RF22b": "yes", "RF22c": "yes", "RF22d": "no"}, [("RF22", "R", True)]),
        ({"morning_stiffness_min": 45}, [("RF23", "R", False)]),
        ({"morning_stiffness_min": 30}, []),
        ({"morning_stiffness_min": None}, []),
        ({"RF27": ["RF27a"], "recent_heat": "yes"}, [("RF27", "E", False)]),
        ({"cramps_many": "yes", "recent_heat": "yes"}, [("RF27", "E", False)]),
        ({"cramps_many": "yes", "recent_heat": "unsure"}, [("RF27", "U", True)]),
        ({"cramps_many": "yes", "recent_heat": None}, []),
        ({"illnesses": ["malignancy_history"]}, [("RF12", "R", False)]),
        ({"illnesses": ["osteoporosis"]}, [("RF11", "C", False)]),
        ({"RF28": None}, []),
        ({"RF28": "unsure"}, [("RF28", "R", True)]),
    ],
)
def test_answers_of_the_intake_reach_the_safety_rules(given, expected):
    assert found(quiet_answers(**given)) == expected


def test_the_answer_that_was_never_asked_is_not_skipped():
    answers = quiet_answers()
    del answers["mechanism"]
    assert found(answers) == []


def test_a_missing_safety_answer_never_means_no():
    answers = quiet_answers()
    del answers["RF26"]
    assert found(answers) == [("RF26", "U", True)]


@pytest.mark.parametrize(
    ("given", "person", "expected"),
    [
        ({}, {"age": 66, "sex": "M"}, [("RF10", "C", False)]),
        ({"smoker": "past"}, {"age": 61, "sex": "M"}, [("RF18", "R", False)]),
        ({"smoker": "unsure"}, {"age": 61, "sex": "M"}, [("RF18", "R", True)]),
        ({"smoker": None}, {"age": 61, "sex": "M"}, [("RF18", "R", True)]),
        ({}, {"age": 61, "sex": "M", "conditions": ["hypertension"]}, [("RF18", "R", False)]),
        ({"previous_episodes": "0"}, {"age": 55}, [("RF15", "C", False)]),
        ({"previous_episodes": "unsure"}, {"age": 55}, [("RF15", "C", True)]),
        ({"previous_episodes": "1"}, {"age": 55}, []),
        ({}, {"age": 12}, [("RF28", "R", False)]),
        ({}, {"age": None}, [("RF10", "C", True), ("RF28", "R", True)]),
        ({}, {"age": None, "birth_date": date(2014, 5, 2), "on": TODAY}, [("RF28", "R", False)]),
        ({"date_of_birth": "2014-05-02"}, {"age": None, "on": TODAY}, [("RF28", "R", False)]),
        ({"sex": "M"}, {"age": 66, "sex": ""}, [("RF10", "C", False)]),
        ({"RF24": "same"}, {"visit_kind": "follow_up", "weeks_in_care": 4}, [("RF24", "R", False)]),
        ({}, {"visit_kind": "follow_up", "weeks_in_care": 4}, [("RF24", "R", True)]),
        ({}, {"visit_kind": "follow_up", "weeks_in_care": 3}, []),
        ({}, {"age": 19, "clinic_min_age": 20}, [("RF28", "R", False)]),
    ],
)
def test_age_sex_record_and_clock_count(given, person, expected):
    assert found(quiet_answers(**given), **person) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2024, 2, 29), 24), (date(2023, 2, 28), 22), (date(2023, 3, 1), 23), (date(1999, 1, 1), None)],
)
def test_age_counts_whole_years(day, expected):
    assert age_on(date(2000, 2, 29), day) == expected


def test_age_without_birth_date_is_unknown():
    assert age_on(None, TODAY) is None


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, []),
        ({"illnesses": ["osteoporosis"]}, [("osteoporosis", {}, "yes", "illnesses")]),
        ({"illnesses": ["asthma", "respiratory_disease"]}, [("respiratory_disease", {}, "yes", "illnesses")]),
        ({"illnesses": ["none"]}, []),
        ({"feeling_loss": "yes"}, [("impaired_sensation", {}, "yes", "feeling_loss")]),
        ({"feeling_loss": "unsure"}, [("impaired_sensation", {}, "unanswered", "feeling_loss")]),
        ({"feeling_loss": None}, [("impaired_sensation", {}, "unanswered", "feeling_loss")]),
        ({"feeling_loss": "no"}, []),
        ({"pregnancy_status": "yes"}, [("pregnancy", {"status": "yes"}, "yes", "pregnancy_status")]),
        ({"pregnancy_status": "possible"}, [("pregnancy", {"status": "possible"}, "yes", "pregnancy_status")]),
        ({"pregnancy_status": "unsure"}, [("pregnancy", {}, "unanswered", "pregnancy_status")]),
        ({"pregnancy_status": "no"}, []),
        ({"pregnancy_status": "not_applicable"}, []),
        ({"falls": "2_plus"}, [("falls_history", {}, "yes", "falls")]),
        ({"falls": "unsure"}, [("falls_history", {}, "unanswered", "falls")]),
        ({"falls": "1"}, []),
        ({"smoker": "past"}, [("smoking", {}, "yes", "smoker")]),
        ({"drugs": "unsure"}, [("iv_drug_use", {}, "unanswered", "drugs")]),
        ({"radiotherapy": "Chest, 2015"}, [("radiotherapy_site", {}, "yes", "radiotherapy")]),
        ({"radiotherapy": "No."}, []),
        ({"radiotherapy": "not sure"}, [("radiotherapy_site", {}, "unanswered", "radiotherapy")]),
        ({"radiotherapy": "Not sure."}, [("radiotherapy_site", {}, "unanswered", "radiotherapy")]),
        ({"radiotherapy": "Nunca."}, []),
        ({"radiotherapy": "No lo sé."}, [("radiotherapy_site", {}, "unanswered", "radiotherapy")]),
        ({"radiotherapy": "En el pecho, 2015"}, [("radiotherapy_site", {}, "yes", "radiotherapy")]),
        ({"RF11": "yes"}, []),
        ({"quality": ["spasm"]}, []),
    ],
)
def test_answers_become_conditions(answers, expected):
    assert condition_changes(answers) == [ConditionAnswer(*change) for change in expected]


def test_not_sure_beside_ticks_leaves_the_other_items_unanswered():
    changes = {change.slug: change.certainty for change in condition_changes({"devices": ["pacemaker", "unsure"]})}
    offered = [choice.value for choice in load().question("devices").choices if choice.maps_to]
    assert changes == {slug: "yes" if slug == "pacemaker" else "unanswered" for slug in offered}


def test_a_skipped_question_leaves_open_only_what_no_other_question_settled():
    changes = condition_changes({"illnesses": ["diabetes"], "pregnancy_status": "no", "risk_patient": None})
    assert changes == [ConditionAnswer("diabetes", {}, "yes", "illnesses")]


def test_yes_beats_not_sure_and_keeps_its_state():
    changes = condition_changes({"pregnancy_status": "possible", "risk_patient": ["pregnancy", "unsure"]})
    assert changes[0] == ConditionAnswer("pregnancy", {"status": "possible"}, "yes", "pregnancy_status")
    assert {change.certainty for change in changes[1:]} == {"unanswered"}


def test_a_mention_elsewhere_asks_the_safety_question_again():
    answers = {"systems": ["fever", "chills", "fatigue"], "night_pain": "yes", "mechanism": "mva", "spasm_sites": "no"}
    assert prompted(answers) == {"RF14": ("night_pain",), "RF08": ("mechanism",), "RF16": ("systems",)}


@pytest.mark.parametrize(
    ("grid", "expected"),
    [
        (None, []),
        ({}, []),
        ({"neck": {"flexion": "better", "cough": "same"}}, []),
        ({"neck": {"lift": "worse", "flexion": "worse"}, "hip": {"flexion": "worse"}}, ["flexion", "lift"]),
    ],
)
def test_movements_that_make_it_worse_are_to_be_spared(grid, expected):
    assert movement_to_spare(grid) == expected
