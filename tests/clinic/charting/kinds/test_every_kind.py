"""Each of the fifteen kinds against an oracle written apart from the data: whole records, hard rules, usual ranges."""

import copy

import pytest

from clinic.charting.kinds.parameters import check, read_kinds
from tests.clinic.charting.kinds.kind_oracle import HARD, LIMITS, RANGES, SOFT, WHOLE

KINDS = read_kinds()


def deviates(kinds, key, name, given, value):
    """Does this value of one setting ask for a reason, for what decides its range?"""
    context = {other: known for other, known in given.items() if other != "phase"}
    values = {name: value, **{n: v for n, v in context.items() if n in {p["name"] for p in kinds[key]["parameters"]}}}
    found = check(kinds[key], values, phase=given.get("phase", ""), context=context, draft=True)
    return name in found.deviations


def faults(kinds):
    """What differs from the oracle: ranges, and records it calls whole."""
    found = []
    for key, name, given, lowest, highest, step in RANGES:
        inside = [edge for edge in (lowest, highest) if edge is not None]
        outside = [edge for edge in (lowest - step, highest + step if highest else None) if edge and edge >= 0]
        found += [(key, name, edge) for edge in inside if deviates(kinds, key, name, given, edge)]
        found += [(key, name, edge) for edge in outside if not deviates(kinds, key, name, given, edge)]
    return found


@pytest.mark.parametrize("key", KINDS)
def test_a_whole_record_within_its_ranges_passes(key):
    found = check(KINDS[key], WHOLE[key])
    assert (found.errors, found.deviations) == ({}, {})


def test_the_oracle_speaks_of_every_kind_and_of_exactly_what_each_asks_for():
    asked = {key: {p["name"] for p in kind["parameters"] if p["required"]} for key, kind in KINDS.items()}
    given = {key: set(values) - {"intensity_felt"} for key, values in WHOLE.items()}
    assert given == asked


@pytest.mark.parametrize("key", KINDS)
def test_each_value_a_whole_record_holds_is_missed_when_it_is_left_out(key):
    for name in set(WHOLE[key]) - {"intensity_felt"}:
        record = {other: value for other, value in WHOLE[key].items() if other != name}
        assert name in check(KINDS[key], record).errors


def test_every_usual_range_ends_where_the_oracle_says():
    assert faults(KINDS) == []


def test_the_oracle_knows_every_usual_range_of_the_data():
    shipped = {
        (key, parameter["name"])
        for key, kind in KINDS.items()
        for parameter in kind["parameters"]
        if parameter["soft"] and (parameter["min"], parameter["max"]) != (None, None)
    }
    assert {(key, name) for key, name, *_rest in RANGES} == shipped


@pytest.mark.parametrize(
    ("key", "name", "change"),
    [
        ("ultrasound", "duty_percent", {"max": 90}),
        ("estim", "pad_count", {"min": 2}),
        ("heat", "minutes", {"soft": False, "max": None}),
        ("traction", "minutes", {"soft_ranges_when": []}),
        ("soft_collar", "wear_hours", {"max": 23}),
    ],
)
def test_a_planted_fault_in_a_range_is_noticed(key, name, change):
    planted = copy.deepcopy(KINDS)
    next(p for p in planted[key]["parameters"] if p["name"] == name).update(change)
    assert {fault[:2] for fault in faults(planted)} == {(key, name)}


@pytest.mark.parametrize(("key", "values", "context", "told"), HARD)
def test_a_hard_rule_refuses_whatever_reason_is_given(key, values, context, told):
    record = {**WHOLE[key], **values, "deviation_reason": "I know better"}
    assert check(KINDS[key], record, context=context).errors.items() >= {told}
    removed = {**KINDS[key], "hard_rules": []}
    is_missing = told[1].endswith("is required.")  # said of what a whole record holds, whatever the rules say
    assert (told in check(removed, record, context=context).errors.items()) is is_missing


@pytest.mark.parametrize(("key", "values", "context", "told"), SOFT)
def test_a_soft_rule_asks_for_a_reason_and_is_content_with_it(key, values, context, told):
    record = {**WHOLE[key], **values}
    found = check(KINDS[key], record, context=context)
    assert (found.deviations, list(found.errors)) == (dict([told]), ["deviation_reason"])
    assert check(KINDS[key], {**record, "deviation_reason": "Seen"}, context=context).ok is True


@pytest.mark.parametrize(("key", "name", "lowest", "highest", "step"), LIMITS)
def test_a_value_beyond_what_can_be_is_refused_even_with_a_reason(key, name, lowest, highest, step):
    why = {"deviation_reason": "I know better"}
    edges = [edge for edge in (lowest, highest) if edge is not None]
    beyond = [lowest - step, *([highest + step] if highest else [])]
    assert [edge for edge in edges if name in check(KINDS[key], {name: edge, **why}, draft=True).errors] == []
    assert [edge for edge in beyond if name in check(KINDS[key], {name: edge, **why}, draft=True).errors] == beyond
