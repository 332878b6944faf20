"""How scores and their changes are said: numbers, the step from the start, and the verdict as a word with an icon."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from clinic.outcomes.scoring import ScoreRefused
from clinic.outcomes.verdicts import IMPROVED, NO_CHANGE, THRESHOLDS, Verdict, judge

MINUS = "\N{MINUS SIGN}"
IN_PERCENT = ("spasms",)  # their step is said in percent, as their threshold is


@dataclass(frozen=True)
class Tag:
    """A verdict: the class of its colour, its icon and its words."""

    css: str
    icon: str
    words: str


def number(value: Decimal) -> str:
    """A score as it is read: whole, or with one decimal."""
    plain = value.quantize(Decimal("0.1"), ROUND_HALF_UP)
    plain = plain.to_integral_value() if plain == plain.to_integral_value() else plain
    return f"{MINUS if plain < 0 else ''}{abs(plain)}"


def step(difference: Decimal) -> str:
    """A change with its sign."""
    said = number(difference)
    return said if said.startswith(MINUS) or said == "0" else f"+{said}"


def verdict(slug: str, scores: list[Decimal], *, is_same: bool = True) -> tuple[Verdict | None, Tag | None]:
    """The verdict on the way from the first to the last score; none without two, or without a threshold.

    `is_same` is False when the two do not measure the same, such as own activities that were chosen anew.
    """
    if len(scores) < 2 or slug not in THRESHOLDS:
        return None, Tag("plain", "info", _("first score")) if len(scores) == 1 else None
    if not is_same:
        return None, Tag("plain", "info", _("other activities than at the start"))
    try:
        found = judge(slug, scores[0], scores[-1])
    except ScoreRefused:
        return None, Tag("plain", "info", _("outside the scale"))
    return found, _tag(found)


def _tag(found: Verdict) -> Tag:
    threshold = _threshold(found)
    if found.meaning == NO_CHANGE:
        return Tag("arrived", "clock", _("below %(threshold)s") % {"threshold": threshold})
    if found.meaning == IMPROVED and found.is_edge:
        return Tag("arrived", "clock", _("at threshold, %(threshold)s") % {"threshold": threshold})
    if found.meaning == IMPROVED:
        return Tag("good", "check", _("over %(threshold)s") % {"threshold": threshold})
    if found.is_edge:
        return Tag("urgent", "alert", _("worse by %(threshold)s") % {"threshold": threshold})
    return Tag("urgent", "alert", _("worse, over %(threshold)s") % {"threshold": threshold})


def _threshold(found: Verdict) -> str:
    if found.limit is not None:
        return _("%(n)s %%") % {"n": found.limit}
    return _("%(n)s points") % {"n": found.points}


def headline(slug: str, scores: list[Decimal]) -> str:
    """The newest score and how it stands to the first, such as "6, down 2"."""
    now, change = number(scores[-1]), scores[-1] - scores[0]
    if len(scores) < 2:
        return now
    if not change:
        return _("%(now)s, as at the start") % {"now": now}
    by = number(abs(change))
    if slug in IN_PERCENT and scores[0]:
        by = _("%(n)s %%") % {"n": _whole(Fraction(abs(change)) * 100 / Fraction(scores[0]))}
    words = _("%(now)s, down %(by)s") if change < 0 else _("%(now)s, up %(by)s")
    return words % {"now": now, "by": by}


def _whole(value: Fraction) -> int:
    return int(value + Fraction(1, 2))
