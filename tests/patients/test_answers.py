"""Cleaning of answers: what each type keeps, and how it refuses."""

from datetime import date

import pytest

from patients.questionnaire import BadAnswer, clean, load

TODAY = date(2024, 5, 2)
GRID_ROW = {row.value: "not_tested" for row in load().question("movement_grid").rows}
CONTACT = {"name": "Ben", "relation": "brother", "phone": "1"}


@pytest.mark.parametrize(
    ("key", "raw", "expected"),
    [
        ("legal_name", "  Ana\x00 Lúcia\n", "Ana Lúcia"),
        ("preferred_name", "", None),
        ("preferred_name", None, None),
        ("preferred_name", "   ", None),
        ("date_of_birth", "1990-02-28", "1990-02-28"),
        ("date_of_birth", date(1990, 2, 28), "1990-02-28"),
        ("onset_date", "2024-05-02", "2024-05-02"),
        ("sex", "X", "X"),
        ("RF01", "unsure", "unsure"),
        ("RF28", "", None),
        ("quality", ["dull", "spasm", "dull"], ["spasm", "dull"]),
        ("quality", "dull", ["dull"]),
        ("RF10", ["RF10c", "unsure"], ["RF10c", "unsure"]),
        ("RF10", ["none"], ["none"]),
        ("RF22", "5", 5),
        ("RF22", 0, 0),
        ("RF22", "2,5", 2.5),
        ("sleep_hours", "24", 24),
        ("pain_now", "10", 10),
        ("pain_now", 0, 0),
        ("emergency_contact", [CONTACT, {"name": ""}], [CONTACT]),
        ("emergency_contact", '[{"name": "Ben"}]', [{"name": "Ben", "relation": "", "phone": ""}]),
        ("medicines", [], None),
        ("medicines", [{"name": ""}], None),
        (
            "goal_activities",
            [{"activity": word, "score_0_10": "3"} for word in ("walk", "sit", "lift")],
            [{"activity": word, "score_0_10": 3} for word in ("walk", "sit", "lift")],
        ),
        (
            "pain_sites",
            [{"site": "low_back", "side": "left", "score_0_10": "7", "quality": "spasm", "spreads_to": "thigh"}],
            [{"site": "low_back", "side": "left", "score_0_10": 7, "quality": ["spasm"], "spreads_to": "thigh"}],
        ),
        (
            "pain_sites",
            [{"site": "low_back", "side": "left", "spreads_to": "calf", "spreads_side": "right"}],
            [
                {"site": "low_back", "side": "left", "score_0_10": None, "quality": []}
                | {"spreads_to": "calf", "spreads_side": "right"}
            ],
        ),
        (
            "pain_sites",
            [{"site": "neck", "spreads_to": "", "spreads_side": "left"}],
            [{"site": "neck", "side": "", "score_0_10": None, "quality": [], "spreads_to": ""}],
        ),
        (
            "pain_sites",
            '[{"site": "neck"}]',
            [{"site": "neck", "side": "", "score_0_10": None, "quality": [], "spreads_to": ""}],
        ),
        (
            "movement_grid",
            {"low_back": {"flexion": "worse", "cough": ""}},
            {"low_back": {**GRID_ROW, "flexion": "worse"}},
        ),
        ("movement_grid", '{"neck": {}}', {"neck": GRID_ROW}),
    ],
)
def test_a_good_answer_is_kept(key, raw, expected):
    assert clean(load().question(key), raw, today=TODAY) == expected


@pytest.mark.parametrize(
    ("key", "raw", "message"),
    [
        ("legal_name", " ", "Please answer this question."),
        ("legal_name", 7, "Answer in words."),
        ("legal_name", "a" * 4001, "Please shorten this to 4000 characters."),
        ("date_of_birth", "2023-02-29", "Give a date that exists, as year-month-day, for example 2024-03-09."),
        ("date_of_birth", "28.2.1990", "Give a date that exists, as year-month-day, for example 2024-03-09."),
        ("date_of_birth", "2024-05-03", "This date is in the future. Check the year."),
        ("date_of_birth", "1790-05-03", "This date is too long ago. Check the year."),
        ("date_of_birth", "", "Please answer this question."),
        ("sex", "Q", "Choose one of the answers shown."),
        ("sex", ["F"], "Choose one of the answers shown."),
        ("sex", "", "Choose one answer."),
        ("RF01", "maybe", "Choose one of the answers shown."),
        ("RF01", None, "Choose one answer."),
        ("quality", ["loud"], "Choose only from the answers shown."),
        ("quality", 3, "Choose only from the answers shown."),
        ("quality", [["dull"]], "Choose only from the answers shown."),
        ("quality", [], "Tick all that fit."),
        ("RF10", [], "Tick all that fit, or choose 'None of these'."),
        ("RF10", ["none", "RF10a"], "Choose either 'None of these' or the items that fit, not both."),
        ("RF10", ["none", "unsure"], "Choose either 'None of these' or the items that fit, not both."),
        ("RF22", "many", "Give a number, for example 3."),
        ("RF22", "nan", "Give a number, for example 3."),
        ("RF22", True, "Give a number, for example 3."),
        ("RF22", "1e3", "Give a number, for example 3."),
        ("RF22", "-1", "Give a number of at least 0."),
        ("RF22", "1201", "Give a number of at most 1200."),
        ("pain_now", "11", "Choose a whole number from 0 to 10."),
        ("pain_now", "3.5", "Choose a whole number from 0 to 10."),
        ("pain_now", "", "Choose one answer."),
        ("emergency_contact", [], "Please answer this question."),
        ("emergency_contact", [{"name": ""}], "Please answer this question."),
        ("emergency_contact", "Ben", "This answer did not arrive whole. Please enter it again."),
        ("emergency_contact", [{"nom": "Ben"}], "This answer did not arrive whole. Please enter it again."),
        ("emergency_contact", [CONTACT, {"phone": "2"}], "Line 2: fill in 'name'."),
        ("emergency_contact", [{"name": "B" * 501}], "Please shorten 'name'."),
        ("emergency_contact", [CONTACT] * 51, "Name at most 50."),
        ("goal_activities", [{"activity": "walk", "score_0_10": 3}], "Name at least 3."),
        ("goal_activities", [{"activity": "walk", "score_0_10": 3}] * 6, "Name at most 5."),
        ("goal_activities", [{"activity": "walk"}], "Line 1: fill in 'score'."),
        ("goal_activities", [{"activity": "walk", "score_0_10": 11}], "Choose a whole number from 0 to 10."),
        ("pain_sites", [], "Mark at least one spot on the body."),
        ("pain_sites", "[]", "Mark at least one spot on the body."),
        ("pain_sites", [{"site": "<b>"}], "This spot on the body is not known. Please mark it again."),
        ("pain_sites", [{"site": "neck", "side": "up"}], "This spot on the body is not known. Please mark it again."),
        (
            "pain_sites",
            [{"site": "neck", "spreads_to": "arm", "spreads_side": "up"}],
            "This spot on the body is not known. Please mark it again.",
        ),
        ("pain_sites", [{"site": "neck", "score_0_10": 12}], "Choose a whole number from 0 to 10."),
        ("pain_sites", [{"site": "neck", "quality": [3]}], "Choose only from the answers shown."),
        ("pain_sites", [{"site": "neck"}] * 61, "Mark at most 60 spots."),
        ("movement_grid", {}, "Answer for at least one painful area."),
        ("movement_grid", {"tail": {}}, "Choose only from the areas shown."),
        ("movement_grid", {"neck": {"hop": "worse"}}, "Choose only from the movements shown."),
        ("movement_grid", {"neck": {"flexion": "awful"}}, "Choose only from the answers shown."),
        ("movement_grid", "[" * 5000, "This answer did not arrive whole. Please enter it again."),
    ],
)
def test_a_bad_answer_is_refused_with_what_to_do(key, raw, message):
    with pytest.raises(BadAnswer) as refused:
        clean(load().question(key), raw, today=TODAY)
    assert str(refused.value) == message
