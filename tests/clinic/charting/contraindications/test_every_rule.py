"""Every row of the contraindication table speaks when it must and is silent when it must not.

The situations are made from the row itself (`rule_cases`). The controls at the end plant a fault in each row and
expect that its situations notice.
"""

from dataclasses import replace

import pytest

from clinic.charting.contraindications.rules import evaluate, read_rules
from tests.clinic.charting.contraindications.rule_cases import ROWS, SILENT, inside, outside, situations

RULES = {rule.id: rule for rule in read_rules()}
EVERY_ROW = pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
PLACES = (
    "head",
    "cervical",
    "thoracic",
    "lumbar",
    "sacral",
    "pelvic",
    "abdomen",
    "rib_cage",
    "upper_limb",
    "lower_limb",
)


def level(situation, rule_id, rules=None):
    """The level at which the row speaks in this situation, with the whole table in force."""
    table = RULES.values() if rules is None else rules
    told = evaluate(table, situation.facts, situation.use, age=situation.age, consent=situation.consent)
    return next((finding.level for finding in told if finding.rule.id == rule_id), SILENT)


def test_the_table_is_whole():
    assert (len(ROWS), len(RULES)) == (443, 443)


@EVERY_ROW
def test_a_row_speaks_at_its_level(row):
    wanted = [s for s in situations(row) if s.expected != SILENT]
    assert wanted[0].expected == row["level"]
    assert {s.name: level(s, row["id"]) for s in wanted} == {s.name: s.expected for s in wanted}


@EVERY_ROW
def test_a_row_stays_silent_beside_its_subject(row):
    silent = [s for s in situations(row) if s.expected == SILENT]
    assert len(silent) >= 2
    assert {s.name: level(s, row["id"]) for s in silent} == {s.name: SILENT for s in silent}


@EVERY_ROW
def test_a_row_switched_off_is_silent_and_takes_no_other_with_it(row):
    plain = situations(row)[0]
    others = [rule for rule_id, rule in RULES.items() if rule_id != row["id"]]
    with_it = {
        f.rule.id for f in evaluate(RULES.values(), plain.facts, plain.use, age=plain.age, consent=plain.consent)
    }
    without = {f.rule.id for f in evaluate(others, plain.facts, plain.use, age=plain.age, consent=plain.consent)}
    assert with_it - without == {row["id"]}


LIMITED = [row for row in ROWS if row["scope"] == "region"]


@pytest.mark.parametrize("row", LIMITED, ids=[row["id"] for row in LIMITED])
def test_a_region_row_speaks_in_each_of_its_regions_and_in_no_other(row):
    plain = situations(row)[0]
    heard = {
        r for r in PLACES if level(replace(plain, use=replace(plain.use, regions=frozenset({r}))), row["id"]) != "N"
    }
    named = row["regions"].split(";")
    assert heard == {
        r for r in PLACES if {"upper_limb": "limb", "lower_limb": "limb", "rib_cage": "thorax"}.get(r, r) in named
    }


# --- controls: a planted fault does not go unnoticed ---


def notices(row, planted):
    """Is there a situation of the row whose outcome differs once the fault is in its place?"""
    rules = [rule for rule_id, rule in RULES.items() if rule_id != row["id"]] + ([planted] if planted else [])
    return any(level(s, row["id"], rules) != s.expected for s in situations(row))


@EVERY_ROW
def test_a_row_that_is_lost_is_noticed(row):
    assert notices(row, None)


@EVERY_ROW
def test_a_changed_level_is_noticed(row):
    rule = RULES[row["id"]]
    assert {other: notices(row, replace(rule, level=other)) for other in "ARP"} == {
        other: other != row["level"] for other in "ARP"
    }


@EVERY_ROW
def test_a_row_that_forgets_its_place_is_noticed(row):
    everywhere = replace(RULES[row["id"]], scope="global", regions=frozenset())
    bound = bool(row["regions"]) or (
        row["scope"] in ("same_region", "treated_site") and row["trigger"] in ("condition", "sign")
    )
    assert notices(row, everywhere) == bound


PLACED = [
    row for row in ROWS if row["scope"] in ("same_region", "treated_site") and row["trigger"] in ("condition", "sign")
]


@pytest.mark.parametrize("row", PLACED, ids=[row["id"] for row in PLACED])
def test_a_row_that_misreads_an_unknown_site_is_noticed(row):
    other = {"everywhere": "ignore", "ignore": "everywhere"}[row["unknown_site"]]
    assert notices(row, replace(RULES[row["id"]], unknown_site=other))


STATED = [row for row in ROWS if row["level_when"]]


@pytest.mark.parametrize("row", STATED, ids=[row["id"] for row in STATED])
def test_a_row_that_forgets_the_recorded_state_is_noticed(row):
    said = {pair.rpartition(":")[2] for pair in row["level_when"].split(";")}
    assert notices(row, replace(RULES[row["id"]], level_when=())) == (said != {row["level"]})


@EVERY_ROW
def test_a_row_under_another_treatment_is_noticed(row):
    other = "heat" if row["treatment"] != "heat" else "ice"
    assert notices(row, replace(RULES[row["id"]], treatment=other))


def test_a_region_that_is_inside_and_one_that_is_outside_are_told_apart():
    assert [(row["id"]) for row in ROWS if outside(row) and outside(row) == inside(row)] == []
