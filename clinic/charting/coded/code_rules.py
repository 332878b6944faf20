"""What the edition of ICD-10-CM says about codes standing side by side, sides, and seventh characters. Pure.

Excludes1 means "never both": the edition names the other codes, once on one of the two and often only on a heading
above it, so a pair is looked at from both ends. Source: facts 5 [ICD], April 2026 release.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MAY_OVERRIDE = (("M62", "R25.2"),)
"""Pairs that a user may let stand with a reason: R25.2 lists M62.830 and M62.831 under Excludes2, which allows both."""

RETIRED = ("M54.5", "M51.36", "M51.37", "M79.1", "M54.8", "M26.62")
"""Headings that were billable codes in earlier editions and are still typed by habit."""

SEVENTH: dict[str, "StrOrPromise"] = {
    "A": _("Active treatment of the new injury"),
    "D": _("Healing, later care"),
    "S": _("Late effect of an old injury"),
}
"""The seventh character of an injury code in plain words. The meaning is from memory of the guidelines (facts 5)."""

NECK, UPPER_BACK, LOW_BACK = "cervical", "thoracic", "lumbar"
ALL_BACK = frozenset((NECK, UPPER_BACK, LOW_BACK))
INJURED = {
    NECK: ("S12", "S13", "S14", "S16"),
    UPPER_BACK: ("S22", "S23", "S24", "S29"),
    LOW_BACK: ("S32", "S33", "S34", "S39"),
}
"""Where the injuries of the spine stand, by region of the spine."""

SITE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys("123", (NECK,)),
    "4": (UPPER_BACK,),
    "5": (UPPER_BACK, LOW_BACK),
    **dict.fromkeys("678", (LOW_BACK,)),
}
"""What the fifth character of M51, M53.8 and M54.1 says about the place: 1 to 3 neck, 4 back, 5 both, 6 to 8 low."""

DORSOPATHIES: dict[str, tuple[str, ...]] = {
    "M50": (NECK,),
    "M53.0": (NECK,),
    "M53.1": (NECK,),
    "M53.3": (LOW_BACK,),
    "M54.2": (NECK,),
    "M54.3": (LOW_BACK,),
    "M54.4": (LOW_BACK,),
    "M54.5": (LOW_BACK,),
    "M54.6": (UPPER_BACK,),
    "M54.81": (NECK,),
}
"""Codes of M50 to M54 whose place is in their words."""


class Known(Protocol):
    """What the rules read of a diagnosis: its code, and [pattern, words] of what it never stands beside."""

    code: str
    excludes1: list


@dataclass(frozen=True)
class Clash:
    """Two codes that never stand side by side: why, in the edition's words, and whether a reason may let them."""

    code: str
    other: str
    because: str
    may_override: bool


def clash(one: Known, other: Known) -> Clash | None:
    """Return why the two exclude each other, or None. The order of the two does not matter."""
    words = _named(one, other.code) or _named(other, one.code) or _same_place_injured(one.code, other.code)
    if not words:
        return None
    return Clash(one.code, other.code, words, _may_override(one.code, other.code))


def clashes(one: Known, others: Iterable[Known]) -> list[Clash]:
    """Return every clash of a code with those that stand already."""
    found = (clash(one, other) for other in others if other.code != one.code)
    return [each for each in found if each]


def matches(code: str, pattern: str) -> bool:
    """Is a code one that the pattern means? "M51.1-" and "M51.1" mean every code that begins so, "E08-E13" a range."""
    plain, (first, _dash, last) = code.replace(".", ""), pattern.replace(".", "").partition("-")
    if last:
        return first <= plain[: len(first)] and plain[: len(last)] <= last
    return plain.startswith(first)


def _named(one: Known, other: str) -> str:
    return next((words for pattern, words in one.excludes1 if matches(other, pattern)), "")


def _may_override(one: str, other: str) -> bool:
    pairs = ((one, other), (other, one))
    return any(matches(a, left) and matches(b, right) for left, right in MAY_OVERRIDE for a, b in pairs)


def _same_place_injured(one: str, other: str) -> str:
    """M50 to M54 and torticollis exclude a current injury of the same region of the spine."""
    injured, place = (injury_places(one), places(other)) if one.startswith("S") else (injury_places(other), places(one))
    return str(_("current injury of the same region of the spine")) if injured & place else ""


def injury_places(code: str) -> frozenset[str]:
    """The regions of the spine that a code calls injured now; a late effect (S) is no current injury."""
    if not code.startswith("S") or code.endswith("S"):
        return frozenset()
    return frozenset(place for place, begins in INJURED.items() if code.startswith(begins))


def places(code: str) -> frozenset[str]:
    """The regions of the spine that a code of M50 to M54 or M43.6 speaks of; all of them when it does not say."""
    if code == "M43.6":
        return frozenset((NECK,))
    if not "M50" <= code[:3] <= "M54":
        return frozenset()
    named = next((where for begins, where in DORSOPATHIES.items() if code.startswith(begins)), None)
    if named is None and code.startswith(("M51", "M53.2", "M53.8", "M54.0", "M54.1")):
        named = SITE.get(code[5:6])
    return frozenset(named) if named else ALL_BACK


# --- reading the edition

_CODE = r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?"
_PATTERN = re.compile(rf"{_CODE}(?:\.?-)?|{_CODE}-{_CODE}")


def read_excludes(notes: Iterable[str]) -> list[list[str]]:
    """Return [pattern, words] of the edition's notes such as "sciatica with lumbago (M54.4-)".

    A note without a code, or with a condition on it ("with fifth character 1"), says nothing that can be held against
    a code and is left out.
    """
    found = []
    for note in notes:
        words, _bracket, codes = note.rpartition("(")
        parts = [part.strip() for part in codes.rstrip(") ").split(",")]
        if words and all(_PATTERN.fullmatch(part) for part in parts):
            found += [[re.sub(r"\.-$", "-", part), words.strip()] for part in parts]
    return found


# --- sides and seventh characters


def side_of(title: str) -> str:
    """ "R", "L" or "" for what a title says about the side."""
    words = re.findall(r"[a-z]+", title.lower())
    return "" if ("right" in words) == ("left" in words) else "R" if "right" in words else "L"


def lacks_seventh(code: str) -> bool:
    """Is an injury code written without its seventh character? (R28)"""
    return code.startswith("S") and len(code.replace(".", "")) < 7


def sixth_of(code: str) -> str:
    """An injury code without its seventh character: what its three ways have in common."""
    return code[:-1] if code.startswith("S") and not lacks_seventh(code) else ""
