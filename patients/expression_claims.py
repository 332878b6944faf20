"""What one claim of a rule says about a person: an answer, an age, a condition, a number of ticks.

These are the parts that `expressions` puts together when it reads a rule; each takes the facts and how open answers
count, and gives true or false.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

UNSURE = "unsure"
COMPARE: dict[str, Callable] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class Pass(Enum):
    """How open questions count.

    FIRM: unsure, skipped and an unknown age count as no. SOFT: they count as fitting, and so does an unknown sex.
    SHOW: for shown_when; an unanswered question shows nothing yet, an unknown age or sex hides nothing.
    """

    FIRM = "firm"
    SOFT = "soft"
    SHOW = "show"


@dataclass(frozen=True)
class Facts:
    """What is known about one person when the rules are read.

    `answers`: key -> 'yes', 'no', 'unsure', None (skipped), a number, a text or a list of ticks; a key that is not
    there counts as skipped. `age` in whole years or None, `sex` F, M, X or '', `conditions` slugs on the record,
    `derived` key -> rule worked out when asked for, `fired` ids of rows that fired on firm answers.
    """

    answers: Mapping[str, object] = field(default_factory=dict)
    age: int | None = None
    sex: str = ""
    conditions: frozenset[str] = frozenset()
    derived: "Mapping[str, Rule]" = field(default_factory=dict)
    fired: frozenset[str] = frozenset()


Rule = Callable[[Facts, Pass], bool]


def is_open(value: object) -> bool:
    """True for an answer that settles nothing: skipped, empty or not sure."""
    return (
        value is None or value in ("", UNSURE) or (isinstance(value, list | tuple) and UNSURE in value) or value == []
    )


def answer_is_yes(key: str) -> Rule:
    def rule(facts: Facts, how: Pass) -> bool:
        if key in facts.derived:
            return facts.derived[key](facts, how)
        value = facts.answers.get(key)
        return value == "yes" or (how is Pass.SOFT and is_open(value))

    return rule


def compare_answer(key: str, sign: str, wanted: float | str) -> Rule:
    def rule(facts: Facts, how: Pass) -> bool:
        value = facts.answers.get(key)
        if how is Pass.SOFT and is_open(value):
            return True
        if value is None or value in ("", []):
            return False
        if isinstance(value, list | tuple):
            return (wanted in value) is (sign == "==")
        if isinstance(wanted, str):
            return COMPARE[sign](value, wanted)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return how is Pass.SOFT  # words where a number was asked for settle nothing
        return COMPARE[sign](value, wanted)

    return rule


def compare_age(sign: str, wanted: float | str) -> Rule:
    def rule(facts: Facts, how: Pass) -> bool:
        if facts.age is None:
            return how is not Pass.FIRM
        limit = facts.answers.get(wanted) if isinstance(wanted, str) else wanted
        if isinstance(limit, bool) or not isinstance(limit, int | float):
            return how is Pass.SOFT
        return COMPARE[sign](facts.age, limit)

    return rule


def compare_sex(sign: str, wanted: str) -> Rule:
    def rule(facts: Facts, how: Pass) -> bool:
        # In the firm pass an unrecorded sex is simply not the sex named, so `sex!='F'` keeps the lower age limit.
        return (not facts.sex and how is not Pass.FIRM) or COMPARE[sign](facts.sex, wanted)

    return rule


def compare_count(items: list[Rule], sign: str, wanted: float) -> Rule:
    return lambda facts, how: COMPARE[sign](sum(item(facts, how) for item in items), wanted)


def any_of(items: list[Rule]) -> Rule:
    return items[0] if len(items) == 1 else lambda facts, how: any(item(facts, how) for item in items)


def all_of(items: list[Rule]) -> Rule:
    return items[0] if len(items) == 1 else lambda facts, how: all(item(facts, how) for item in items)


def has(slug: str) -> Rule:
    return lambda facts, how: slug in facts.conditions


def fired(flag: str) -> Rule:
    return lambda facts, how: flag in facts.fired
