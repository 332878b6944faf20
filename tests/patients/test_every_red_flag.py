"""Every row of the red-flag table fires when it must, stays silent beside it, rises, and asks when it is not sure.

The people are made from the row's own expression: each thing the rule speaks of is one step (a yes, a condition, an
age, a number), and all small sets of steps are tried. Whether the rule must hold is worked out by a second reading
of the language, below, which shares no code with the first.
"""

import ast
import csv
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from patients import red_flags
from patients.expressions import Facts
from patients.red_flags import LEVELS, evaluate, read_table

DATA = Path(red_flags.__file__).parent / "data"
ROWS = list(csv.DictReader((DATA / "red_flags.csv").open(newline="", encoding="utf-8")))
DERIVED = {
    row["key"]: row["rule"]
    for row in csv.DictReader((DATA / "red_flag_derived.csv").open(newline="", encoding="utf-8"))
}
EVERY_ROW = pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
LARGEST = {"RF22": 6}  # four of five signs and the months; two steps are enough elsewhere
TABLE = {row.id: row for row in read_table()}
HEALTHY = {"age": 40, "sex": "F"}
NUMBERS = {"RF22", "weeks_in_care", "morning_stiffness_min", "clinic_min_age"}


# --- a second reading of the language ---


def tree(text, own):
    """The rule as Python reads it; the language was made to look like it."""
    for key, rule in DERIVED.items():
        text = text.replace(key, f"({rule})")
    return ast.parse(text.replace("yes", own) if text.split(" ")[0] == "yes" else text, mode="eval").body


def true_of(node, person):
    """Must the rule hold for a person whose every answer is known?"""
    match node:
        case ast.BoolOp(op=ast.And()):
            return all(true_of(part, person) for part in node.values)
        case ast.BoolOp():
            return any(true_of(part, person) for part in node.values)
        case ast.Call(func=ast.Name(id="has")):
            return node.args[0].id in person["conditions"]
        case ast.Call(func=ast.Name(id="fired")):
            return true_of(tree(TEXT[node.args[0].id], node.args[0].id), person)
        case ast.Call(func=ast.Name(id="any")):
            return any(true_of(part, person) for part in node.args)
        case ast.Compare():
            return compared(node, person)
    return person["answers"].get(node.id) == "yes"


TEXT = {row["id"]: row["rule"] for row in ROWS}


def compared(node, person):
    [wanted], [sign] = node.comparators, node.ops
    limit = wanted.value if isinstance(wanted, ast.Constant) else person["answers"].get(wanted.id, 0)
    if isinstance(node.left, ast.Call):
        value = sum(true_of(part, person) for part in node.left.args)
    else:
        value = person.get(node.left.id, person["answers"].get(node.left.id))
    if value is None:
        return False
    return {
        ast.Eq: lambda: value == limit,
        ast.NotEq: lambda: value != limit,
        ast.Gt: lambda: value > limit,
        ast.GtE: lambda: value >= limit,
        ast.Lt: lambda: value < limit,
    }[type(sign)]()


# --- people made from a rule ---


def steps(row):
    """Everything the row's rule and its escalations speak of, as (what, name, value)."""
    texts = [row["rule"], *[pair.rpartition(":")[0] for pair in row["escalates_when"].split(";") if pair]]
    found = dict.fromkeys(step for text in texts for step in _named(tree(text, row["id"]), row["id"]))
    return list(found)


def _named(node, own):
    match node:
        case ast.BoolOp():
            return [step for part in node.values for step in _named(part, own)]
        case ast.Call(func=ast.Name(id="has")):
            return [("condition", node.args[0].id, "")]
        case ast.Call(func=ast.Name(id="fired")):
            other = node.args[0].id
            return _named(tree(TEXT[other], other), other)
        case ast.Call():
            return [step for part in node.args for step in _named(part, own)]
        case ast.Compare(left=ast.Call()):
            return _named(node.left, own)
        case ast.Compare():
            return _around(node)
    return [("answer", node.id, "yes")]


def _around(node):
    """At the limit of a comparison and just beside it."""
    name, [wanted] = node.left.id, node.comparators
    if isinstance(wanted, ast.Name):
        return [("answer", wanted.id, 21), ("person", name, 20)]
    kind = "person" if name in HEALTHY else "answer"
    if isinstance(wanted.value, str):
        return [(kind, name, wanted.value), (kind, name, "X" if kind == "person" else "other")]
    return [(kind, name, wanted.value + beside) for beside in (-1, 0, 1)]


def person(taken):
    """A healthy person of 40 with these steps; two steps on the same thing: the later counts."""
    made = {**HEALTHY, "conditions": set(), "answers": {key: 0 if key in NUMBERS else "no" for key in KEYS}}
    for kind, name, value in taken:
        if kind == "condition":
            made["conditions"].add(name)
        else:
            (made if kind == "person" else made["answers"])[name] = value
    return made


KEYS = {name for row in ROWS for kind, name, _value in steps(row) if kind == "answer"} | {"clinic_min_age", "smoker"}


def facts(made):
    return Facts(made["answers"], made["age"], made["sex"], frozenset(made["conditions"]))


def people(row):
    """Every small set of steps of a row, with the person it makes and whether the rule must hold."""
    rule, named = tree(row["rule"], row["id"]), steps(row)
    for size in range(LARGEST.get(row["id"], 2) + 1):
        for taken in combinations(named, size):
            made = person(taken)
            yield taken, made, true_of(rule, made)


def fires(row_id, made, table=None, **options):
    told = {fired.flag.id: fired for fired in evaluate(facts(made), table, **options).fired}
    return told.get(row_id)


def level_wanted(row, made):
    """The row's level or, when an escalation holds, the more urgent one."""
    pairs = [pair.rpartition(":") for pair in row["escalates_when"].split(";") if pair]
    raised = [level for text, _colon, level in pairs if true_of(tree(text, row["id"]), made)]
    return max([row["level"], *raised], key=LEVELS.index)


def smallest(row):
    """The sets that fire with nothing to spare: without any one of their steps the rule would not hold."""
    kept = []
    for taken, made, holds in people(row):
        if holds and not any(set(less) <= set(taken) for less, _made in kept):
            kept.append((taken, made))
    return kept


@EVERY_ROW
def test_a_row_fires_firmly_and_at_its_level_for_everyone_its_rule_describes(row):
    described = [made for _taken, made, holds in people(row) if holds]
    assert described
    outcomes = [fires(row["id"], made) for made in described]
    assert [(o.level, o.soft) for o in outcomes if o] == [(level_wanted(row, made), False) for made in described]


@EVERY_ROW
def test_a_row_stays_silent_for_everyone_beside_it(row):
    beside = [made for _taken, made, holds in people(row) if not holds]
    assert beside
    assert [fires(row["id"], made) for made in beside] == [None] * len(beside)


RISING = [row for row in ROWS if row["escalates_when"]]


@pytest.mark.parametrize("row", RISING, ids=[row["id"] for row in RISING])
def test_a_row_that_can_rise_is_met_at_both_levels(row):
    met = {level_wanted(row, made) for _taken, made, holds in people(row) if holds}
    assert len(met) == 2
    assert row["level"] in met


def opened(made, key, answer):
    return {**made, "answers": {**made["answers"], key: answer}}


@pytest.mark.parametrize("answer", ["unsure", None, ""])
@EVERY_ROW
def test_a_row_asks_softly_when_the_answer_that_would_fire_it_is_open(row, answer):
    """One yes of a set with nothing to spare becomes not sure: the row still speaks, softly, at its milder level."""
    open_sets = [
        opened(made, name, answer) for taken, made in smallest(row) for kind, name, value in taken if kind == "answer"
    ]
    assert open_sets
    wanted = [(row["unsure_means"], True)] * len(open_sets)
    assert [(o.level, o.soft) for made in open_sets if (o := fires(row["id"], made))] == wanted


@EVERY_ROW
def test_a_chart_without_an_intake_is_not_asked_softly(row):
    [(taken, made), *_rest] = smallest(row)
    key = next((name for kind, name, _value in taken if kind == "answer"), None)
    if key:
        assert fires(row["id"], opened(made, key, "unsure"), soft=False) is None


# --- what follows from a row that fires ---


@EVERY_ROW
def test_a_row_that_fires_brings_its_own_consequences(row):
    [(_taken, made), *_rest] = smallest(row)
    told = fires(row["id"], made)
    own = set(row["blocks_treatments"].split(";")) - {"", "all"}
    added = {"U": {"adjustment", "ultrasound", "estim", "traction"}}.get(told.level, set())
    assert told.blocks_treatments == ({"all"} if told.level == "E" else own | added)
    assert told.blocks_booking == ("stop" if told.level == "E" else "call" if row["blocks_booking"] == "yes" else "")
    assert list(told.exam_required) == [part for part in row["exam_required"].split(";") if part]
    levels = csv.DictReader((DATA / "red_flag_levels.csv").open(newline="", encoding="utf-8"))
    general = {level["level"]: level["patient_advice"] for level in levels}
    assert told.advice == (row["patient_advice"] if told.level == row["level"] else general[told.level])


# --- controls: a planted fault does not go unnoticed ---


def outcomes(row, table):
    return [(o.level, o.soft) if (o := fires(row["id"], made, table)) else None for _taken, made, _holds in people(row)]


def with_fault(row, **fault):
    return tuple(replace(flag, **fault) if flag.id == row["id"] else flag for flag in TABLE.values())


@EVERY_ROW
def test_a_lost_row_a_changed_level_and_a_forgotten_escalation_are_noticed(row):
    right = outcomes(row, tuple(TABLE.values()))
    lost = tuple(flag for flag in TABLE.values() if flag.id != row["id"])
    milder = with_fault(row, level="R" if row["level"] != "R" else "C")
    never = red_flags.parse("fired(RF99)")
    assert outcomes(row, lost) != right
    assert outcomes(row, milder) != right
    assert outcomes(row, with_fault(row, rule=never)) != right
    assert (outcomes(row, with_fault(row, escalations=())) != right) == bool(row["escalates_when"])
