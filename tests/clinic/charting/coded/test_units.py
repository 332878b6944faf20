import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.charting.coded.units import units_medicare, units_substantial

RULES = {"medicare_8min": units_medicare, "substantial_portion": units_substantial}
with (Path(__file__).parent / "units_cases.csv").open(encoding="utf-8", newline="") as source:
    CASES = list(csv.DictReader(source))

minutes_of_a_visit = st.dictionaries(st.text(min_size=1, max_size=5), st.integers(0, 240), max_size=8)


def numbers(cell):
    return [int(part) for part in cell.split(";")]


def test_the_file_holds_its_108_cases():
    assert [len(CASES), {case["rule"] for case in CASES}] == [108, set(RULES)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['rule']}-{case['minutes']}")
def test_units_follow_the_published_vectors(case):
    minutes = {f"code {place}": value for place, value in enumerate(numbers(case["minutes"]))}
    assert list(RULES[case["rule"]](minutes).values()) == numbers(case["expected_units"])


@given(minutes_of_a_visit)
def test_medicare_units_of_all_codes_add_up_to_the_pooled_total(minutes):
    assert sum(units_medicare(minutes).values()) == (sum(minutes.values()) + 7) // 15


@given(minutes_of_a_visit)
def test_no_code_without_minutes_earns_a_unit(minutes):
    idle = [code for code, value in minutes.items() if value == 0]
    for rule in RULES.values():
        assert [rule(minutes)[code] for code in idle] == [0] * len(idle)


def test_a_visit_without_timed_services_has_no_units():
    assert [units_medicare({}), units_substantial({})] == [{}, {}]


@pytest.mark.parametrize("rule", RULES.values())
def test_negative_minutes_are_refused(rule):
    with pytest.raises(ValueError, match="97110: minutes cannot be negative"):
        rule({"97110": -1})


@pytest.mark.parametrize("rule", RULES.values())
@pytest.mark.parametrize("minutes", [7.5, "15", True, None])
def test_minutes_that_are_not_whole_are_refused(rule, minutes):
    with pytest.raises(TypeError, match="97110: minutes are whole numbers"):
        rule({"97110": minutes})
