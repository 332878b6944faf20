import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.outcomes import scoring
from clinic.outcomes.scoring import Change, Course, Score, ScoreRefused

with (Path(__file__).parent / "outcome_cases.csv").open(encoding="utf-8", newline="") as source:
    CASES = list(csv.DictReader(source))

LISTS = {"ticked", "not_applicable", "activities", "items", "sections", "nrs"}
MEASURES = {
    "RMDQ": scoring.score_rmdq,
    "RMDQ_change": scoring.change_rmdq,
    "PSFS": scoring.score_psfs,
    "PSFS_change": scoring.change_psfs,
    "PSFS_single_change": scoring.change_psfs_single,
    "NDI": scoring.score_ndi,
    "NDI_change": scoring.change_ndi,
    "ODI": scoring.score_odi,
    "ODI_change": scoring.change_odi,
    "NRS": scoring.score_nrs,
    "NRS_change": scoring.change_nrs,
    "course": scoring.course,
    "course_series": scoring.course_series,
}


def pairs(cell):
    return dict(part.split("=") for part in cell.split(";"))


def value_of(text):
    if text == "_":
        return None
    try:
        return int(text)
    except ValueError:
        return float(text) if text.replace(".", "").isdigit() else text


def arguments(case):
    lists = LISTS | ({"baseline", "now"} if case["measure"] == "PSFS_change" else set())
    return {
        name: [value_of(part) for part in text.split(",") if part] if name in lists else value_of(text)
        for name, text in pairs(case["input"]).items()
    }


def result_of(case):
    """The result and its verdict in the words of the case file, numbers exact to two decimals."""
    try:
        result = MEASURES[case["measure"]](**arguments(case))
    except ScoreRefused as refusal:
        return "refused", refusal.reason
    if isinstance(result, Course):
        return {"flag": result.flag}, result.reason
    if isinstance(result, Change):
        return result.difference, ";".join(result.verdict)
    names = {"NDI": ("raw", "percent"), "ODI": ("percent", "denominator")}.get(case["measure"], ())
    numbers = {"raw": result.value, "percent": result.percent, "denominator": result.denominator}
    return {name: numbers[name] for name in names} or result.value, ";".join(result.verdict)


def expected_of(case):
    text = case["expected"]
    if text == "refused":
        return "refused"
    if text.startswith("flag="):
        return pairs(text)
    return {name: Decimal(number) for name, number in pairs(text).items()} if "=" in text else Decimal(text)


def test_the_file_holds_its_90_cases_of_every_measure():
    assert [len(CASES), {case["measure"] for case in CASES}] == [90, set(MEASURES)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_scores_and_changes_follow_the_worked_cases(case):
    assert result_of(case) == (expected_of(case), case["verdict"])


@pytest.mark.parametrize(
    ("step", "verdict"),
    [(-3, "worse"), (-2, "worse"), (-1, "no_change"), (0, "no_change"), (1, "no_change"), (2, "improved")],
)
def test_global_change_matters_from_two_steps(step, verdict):
    assert scoring.score_global_change(step) == Score(step, (verdict,))


@pytest.mark.parametrize(("step", "reason"), [(4, "out_of_range"), (-4, "out_of_range"), (None, "missing")])
def test_global_change_refuses_what_is_not_a_step(step, reason):
    with pytest.raises(ScoreRefused) as refusal:
        scoring.score_global_change(step)
    assert refusal.value.reason == reason


@pytest.mark.parametrize("value", [float("nan"), "many"])
def test_a_score_that_is_not_a_number_is_refused(value):
    with pytest.raises(ScoreRefused) as refusal:
        scoring.score_nrs(value)
    assert refusal.value.reason == "not_a_number"


def test_a_change_of_activities_needs_the_same_activities():
    with pytest.raises(ScoreRefused) as refusal:
        scoring.change_psfs([1, 2, 3], [1, 2, 3, 4])
    assert refusal.value.reason == "activities_differ"


def test_a_statement_cannot_be_ticked_and_not_apply():
    with pytest.raises(ScoreRefused) as refusal:
        scoring.score_rmdq([2, 4], [4])
    assert refusal.value.reason == "duplicate_item"


@pytest.mark.parametrize("score", [scoring.score_ndi, scoring.score_odi])
def test_an_index_needs_its_ten_items(score):
    with pytest.raises(ScoreRefused) as refusal:
        score([1] * 9)
    assert refusal.value.reason == "wrong_item_count"


def test_an_unknown_verdict_has_no_course():
    with pytest.raises(ScoreRefused) as refusal:
        scoring.course("better", "improved")
    assert refusal.value.reason == "unknown_verdict"


@given(st.integers(0, 10), st.integers(0, 10))
def test_pain_that_did_not_fall_is_never_improved(before, rise):
    after = min(10, before + rise)
    assert scoring.change_nrs(before, after).verdict[0] in {"no_change", "worse"}
