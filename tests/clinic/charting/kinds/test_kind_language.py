import pytest

from clinic.charting.kinds.kind_language import UNKNOWN, UnknownExpressionError, holds, names_in, value_of, weight
from clinic.charting.kinds.parameters import read_kinds


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("mode=='ifc'", {"mode": "ifc"}, True),
        ("mode=='ifc'", {"mode": "nmes"}, False),
        ("mode=='ifc'", {}, False),
        ("a=='x' or a=='y'", {"a": "y"}, True),
        ("a=='x' and b=='y'", {"a": "x", "b": "z"}, False),
        ("not a", {"a": True}, False),
        ("not a", {"a": False}, True),
        ("a or b", {"a": 0}, True),
        ("a or b", {"b": "sensory"}, True),
        ("a or b", {"a": "", "b": None}, False),
        ("technique_chosen", {"technique": "drop"}, True),
        ("technique_chosen", {"technique": ""}, False),
        ("technique_not_chosen", {}, True),
        ("technique_not_chosen", {"technique": "drop"}, False),
        ("count(segments)>=1", {"segments": ["L5"]}, True),
        ("count(segments)>=1", {}, False),
        ("units<=1", {"units": "two"}, False),
    ],
)
def test_a_condition_holds_for_known_values(text, values, expected):
    assert holds(text, values) is expected


def test_what_depends_on_an_unknown_value_is_unknown():
    assert [value_of(text, {}) for text in ("a", "not a", "a==b", "0.5*a", "a and b")] == [UNKNOWN] * 5


def test_a_known_side_can_decide_for_an_unknown_one():
    assert value_of("a=='x' or b", {"a": "x"}) is True
    assert value_of("a=='x' and b", {"a": "y"}) is False


def test_a_bound_is_calculated_from_what_the_visit_knows():
    assert value_of("0.25*body_weight_lb", {"body_weight_lb": 160}) == 40.0
    assert value_of("area/zero", {"area": 10, "zero": 0}) is UNKNOWN


@pytest.mark.parametrize(
    "text", ["", "a==", "a.b", "a[0]", "f(a)", "count(a, b)", "lambda: a", "a if b else c", "[a]", "__import__('os')"]
)
def test_anything_else_is_refused_and_never_executed(text):
    with pytest.raises(UnknownExpressionError):
        holds(text, {"a": 1})


def test_names_stand_in_reading_order_and_set_the_weight():
    assert names_in("count(b)>=1 and a==b") == ["b", "a"]
    assert weight("mode=='x' and phase=='acute'") == 2


def test_every_condition_of_the_shipped_kinds_can_be_read():
    conditions = set()
    for kind in read_kinds().values():
        for entry in (*kind.get("contraindication_choose", ()), *kind.get("contraindication_slugs_when", ())):
            conditions.add(entry["when"])
        for parameter in kind["parameters"]:
            conditions.update(entry["when"] for entry in parameter.get("soft_ranges_when", ()))
            conditions.update(filter(None, [parameter.get("shown_when")]))
    assert len(conditions) == 21
    assert {name for text in conditions for name in names_in(text)} == {
        *("technique", "technique_chosen", "technique_not_chosen", "phase", "mode", "region", "first_session"),
        *("later_session", "method", "grade", "stimulation"),
    }
