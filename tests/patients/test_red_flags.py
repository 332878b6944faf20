"""Red flags: the worked cases, and what follows from a level."""

import csv
from pathlib import Path

import pytest
import yaml

from patients import red_flags
from patients.expressions import Facts
from patients.red_flags import ALL, BadTable, evaluate, read_derived, read_levels, read_table

CASES = list(csv.DictReader((Path(__file__).parent / "red_flag_cases.csv").open(newline="", encoding="utf-8")))
NUMBERS = {"RF22", "weeks_in_care", "morning_stiffness_min", "clinic_min_age"}
KEYS = {key for row in read_table() for rule in (row.rule, *(e for e, _ in row.escalations)) for key in rule.keys}
KEYS |= {"smoker"}
URGENT = frozenset({"adjustment", "ultrasound", "estim", "traction"})


def facts_of(answers: dict | None = None, age=40, sex="F", conditions=()) -> Facts:
    """A person who answered no to everything, except as given (None is a skipped question)."""
    quiet = {key: 0 if key in NUMBERS else "no" for key in KEYS}
    return Facts({**quiet, **(answers or {})}, age, sex, frozenset(conditions))


def facts_of_case(case: dict[str, str]) -> Facts:
    given = dict(pair.split("=") for pair in case["answers"].split(";") if pair)
    answers = {key: int(value) if key in NUMBERS and value else value or None for key, value in given.items()}
    conditions = [slug for slug in case["conditions"].split(";") if slug]
    return facts_of(answers, int(case["age"]) if case["age"] else None, case["sex"], conditions)


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_worked_case_gives_its_level_and_rows(case):
    found = evaluate(facts_of_case(case))
    assert (found.level or "none", ";".join(found.ids)) == (case["expect_level"], case["expect_ids"]), case["why"]


def test_the_case_file_holds_every_case():
    assert len(CASES) == 162


def test_the_table_holds_28_rows_in_order():
    assert [row.id for row in read_table()] == [f"RF{number:02}" for number in range(1, 29)]


@pytest.mark.parametrize("flag", [row.id for row in read_table()])
def test_each_flag_fires_and_stays_silent_in_the_cases(flag):
    outcomes = {flag in evaluate(facts_of_case(case)).ids for case in CASES}
    assert outcomes == {True, False}


YES_ROWS = [row for row in read_table() if row.answer_type == "yes_no_unsure" and row.id not in ("RF09", "RF15")]


@pytest.mark.parametrize("open_answer", ["unsure", None, ""])
@pytest.mark.parametrize("row", YES_ROWS, ids=[row.id for row in YES_ROWS])
def test_an_open_answer_fires_softly_at_the_level_of_the_row(row, open_answer):
    found = {item.flag.id: (item.level, item.soft) for item in evaluate(facts_of({row.id: open_answer})).fired}
    assert found[row.id] == (row.unsure_means, True)


@pytest.mark.parametrize("row", read_table(), ids=[row.id for row in read_table()])
def test_nothing_answered_at_all_fires_every_row_softly(row):
    found = {item.flag.id: (item.level, item.soft) for item in evaluate(Facts()).fired}
    assert found[row.id] == ((row.unsure_means, True) if row.id != "RF18" else ("R", True))


def test_a_chart_without_intake_counts_only_what_is_known():
    found = evaluate(Facts(age=96, sex="F", conditions=frozenset({"osteoporosis"})), soft=False)
    assert [(item.flag.id, item.level, item.soft) for item in found.fired] == [
        ("RF10", "C", False),
        ("RF11", "C", False),
    ]


def test_unrecorded_sex_keeps_the_lower_age_limit():
    found = evaluate(facts_of({"RF10c": "yes"}, age=66, sex=""))
    assert [(item.flag.id, item.level, item.soft) for item in found.fired] == [("RF10", "U", False)]


def test_nothing_fired_means_no_level_no_block_no_advice():
    found = evaluate(facts_of())
    assert (found.level, found.blocks_booking, found.blocks_treatments, found.exams, found.advice) == (
        "",
        "",
        frozenset(),
        (),
        (),
    )


def test_emergency_stops_booking_and_all_treatment():
    found = evaluate(facts_of({"RF01": "yes", "RF16": "yes"}))
    assert (found.level, found.blocks_booking, found.blocks_treatments) == ("E", "stop", frozenset({ALL}))
    assert (found.blocks("exercise"), found.exams) == (True, ("neuro",))


def test_a_row_escalated_to_emergency_stops_booking_even_when_it_only_asked_for_a_call():
    found = evaluate(facts_of({"RF06": "yes", "RF06b": "yes"}))
    assert (found.blocks_booking, found.blocks_treatments) == ("stop", frozenset({ALL}))


def test_the_word_all_counts_only_in_an_emergency():
    found = evaluate(facts_of({"RF01": "unsure"}))
    assert (found.level, found.blocks_booking, found.blocks_treatments) == ("U", "call", URGENT)


def test_urgent_level_adds_its_treatments_to_those_of_the_row():
    found = evaluate(facts_of({"RF16": "yes"}))
    assert (found.blocks_booking, found.blocks_treatments) == ("", URGENT | {"massage", "heat"})


def test_a_milder_level_still_applies_the_blocks_of_the_row():
    found = evaluate(facts_of({"RF11": "yes"}))
    assert (found.level, found.blocks_booking, found.blocks_treatments) == ("C", "", frozenset({"adjustment"}))
    assert (found.blocks("adjustment"), found.blocks("massage")) == (True, False)


def test_advice_is_the_rows_own_at_its_own_level_and_the_levels_otherwise():
    rows = {row.id: row for row in read_table()}
    assert evaluate(facts_of({"RF25": "yes"})).advice == (rows["RF25"].patient_advice,)
    assert evaluate(facts_of({"RF25": "unsure"})).advice == (read_levels()["R"].patient_advice,)
    assert evaluate(facts_of({"RF12": "yes", "RF12a": "yes"})).advice == (read_levels()["U"].patient_advice,)


def test_advice_comes_most_urgent_first_and_never_twice():
    found = evaluate(facts_of({"RF11": "yes", "RF01": "yes", "RF02": "yes"}))
    assert found.advice == (read_levels()["E"].patient_advice, read_levels()["C"].patient_advice)


def test_exam_parts_are_listed_once_in_table_order():
    assert evaluate(facts_of({"RF07": "yes", "RF19": "yes"})).exams == ("neuro", "muscular", "bp", "cranial_nerves")


def test_every_row_names_its_source():
    assert [row.id for row in read_table() if not row.src] == []


def test_rules_know_only_derived_answers_and_conditions_that_exist():
    path = red_flags.DATA / "conditions.csv"
    slugs = {row["slug"] for row in csv.DictReader(path.open(newline="", encoding="utf-8"))}
    used = {slug for row in read_table() for slug in row.rule.slugs}
    assert used - slugs == set()


def test_derived_answers_and_levels_agree_with_the_questionnaire_file():
    told = yaml.safe_load((red_flags.DATA / "intake.yaml").read_text(encoding="utf-8"))["expressions"]
    assert {key: rule.text for key, rule in read_derived().items()} == told["derived"]
    assert {key: level.patient_advice for key, level in read_levels().items()} == told["level_advice"]
    assert list(red_flags.LEVELS) == told["order"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",E,yes,,U,", ",Q,yes,,U,", "red flag RF01, level: 'Q' is not one of C, R, U, E"),
        (",E,yes,,U,", ",E,yes,,no,", "red flag RF01, unsure_means: 'no' is not one of C, R, U, E"),
        (",E,yes,,U,", ",E,yes,RF02:Z,U,", "red flag RF01, escalates_when: 'Z' is not one of C, R, U, E"),
        ("RF02,", "RF01,", "red flag RF01 stands in the table twice"),
        (",yes,all,neuro", ",maybe,all,neuro", "red flag RF01, blocks_booking: 'maybe' is not yes or no"),
    ],
)
def test_a_bad_table_is_refused_by_name(tmp_path, old, new, message):
    text = (red_flags.DATA / "red_flags.csv").read_text(encoding="utf-8")
    path = tmp_path / "red_flags.csv"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadTable) as refused:
        read_table(path)
    assert str(refused.value) == message
