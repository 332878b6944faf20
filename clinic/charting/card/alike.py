"""Notes that are alike: the same findings, treatments and texts several visits in a row. Pure.

Such a note may be right, for two visits can be alike; it may also be one that nobody looked at. So signing asks what
is different today, and the answer stays with the note (facts 4.2: a note shows what changed since the last visit).
"""

from collections.abc import Iterable, Mapping
from typing import Any

BEFORE = 2  # so many signed notes before this one must be alike before anybody is asked
# What a reader compares; days, names, signatures and rule versions are no part of it.
TEXTS = (
    *("subjective", "objective", "assessment", "plan", "home_care", "change", "pain", "spare_movement"),
    *("check_in",),
)
ROWS = (
    *("segments", "muscles", "ranges", "nerves", "movements"),
    *("treatments", "examinations", "imaging", "diagnoses"),
)
NOT_COMPARED = {
    *("warnings", "rules_version", "override_reason"),
    *("performed_by", "supervised_by", "overridden_by"),
}


def canonical(content: Mapping[str, Any]) -> tuple[Any, ...]:
    """What two notes are compared by, from `documents.content_of`: blanks and the order of rows make no difference."""
    texts = tuple(_text(content.get(name)) for name in TEXTS)
    return texts, tuple(frozenset(_frozen(row) for row in content.get(name) or ()) for name in ROWS)


def is_alike(content: Mapping[str, Any], earlier: Iterable[Mapping[str, Any]], before: int = BEFORE) -> bool:
    """Is this note like each of the `before` notes signed last (`earlier`, in any order)? Fewer of them never are."""
    notes = [canonical(one) for one in earlier]
    return 0 < before <= len(notes) and all(one == canonical(content) for one in notes)


def _text(value: Any) -> Any:
    return " ".join(str(value).casefold().split()) if value not in (None, "") else ""


def _frozen(value: Any) -> Any:
    """The value in a form that can be compared and counted; empty fields are as good as none."""
    if isinstance(value, Mapping):
        kept = ((name, _frozen(one)) for name, one in value.items() if name not in NOT_COMPARED)
        return frozenset(pair for pair in kept if pair[1] not in ("", frozenset()))
    if isinstance(value, (list, tuple)):
        return frozenset(_frozen(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, (int, float)):
        return str(float(value))
    return _text(value)
