"""Notes that read like the one before: per practitioner, how many of the signed ones of the last 90 days.

Two visits can be alike; a high share asks for a look, it proves nothing. Compared is what `charting.alike` compares at
signing: texts, findings, treatments, diagnoses; never days, names or signatures.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from clinic.charting.card import alike
from clinic.charting.models import Visit

WINDOW, BEFORE = (
    timedelta(days=90),
    timedelta(days=60),
)  # how far back is counted, and where a predecessor is looked for
MOST, SHOWN = 8_000, 12  # notes read at once, and links a practitioner


@dataclass
class Row:
    """One practitioner: how many notes were signed in the window, which of them read like the one before, and how many
    more have the same findings and treatments under other words."""

    practitioner: str
    signed: int = 0
    same_rows: int = 0
    alike: list[tuple[int, datetime]] = field(default_factory=list)

    @property
    def share(self) -> int:
        """Alike notes of the signed ones, in whole percent."""
        return round(100 * len(self.alike) / self.signed) if self.signed else 0

    @property
    def shown(self) -> list[tuple[int, datetime]]:
        """The last ones: number and time of the visit, newest first."""
        return sorted(self.alike, key=lambda one: one[1], reverse=True)[:SHOWN]


def rows(now: datetime) -> list[Row]:
    """Return the `Row`s of this clinic, the highest share first: one query, whatever the number of notes."""
    found: dict[int, Row] = {}
    for number, practitioner, name, visited_at, signed_at, is_alike, has_same_rows in _compared(now):
        if signed_at < now - WINDOW:
            continue
        row = found.setdefault(practitioner, Row(name))
        row.signed += 1
        row.same_rows += has_same_rows and not is_alike
        if is_alike:
            row.alike.append((number, visited_at))
    return sorted(found.values(), key=lambda row: (-row.share, row.practitioner))


def _compared(now: datetime) -> Iterator[tuple[Any, ...]]:
    """Each signed note with whether it reads like the one before of the same person, and whether its rows are the same
    and not empty; notes in error are left out."""
    notes = Visit.objects.signed().valid().filter(signed_at__gte=now - WINDOW - BEFORE).with_person()
    names = ("pk", "person", "practitioner", "practitioner__name", "visited_at", "signed_at", "document")
    last: tuple[Any, Any] = (None, None)
    newest = notes.order_by("-signed_at", "-pk").values_list(*names)[:MOST]
    by_visit = sorted(newest, key=lambda note: (note[1], note[4], note[0]))
    for pk, person, practitioner, name, visited_at, signed_at, document in by_visit:
        content = alike.canonical(json.loads(document))
        same_rows = last[0] == person and any(content[1]) and last[1][1] == content[1]
        yield pk, practitioner, name, visited_at, signed_at, last == (person, content), same_rows
        last = (person, content)
