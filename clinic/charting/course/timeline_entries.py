"""What stands on a patient's line of time: entries, the tables they come from, and the place where a page ended."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR = re.compile(r"(-?\d{1,16})\.([a-z_]{1,20})\.(\d{1,18})", re.ASCII)


@dataclass(frozen=True)
class Told:
    """What a row says: `tab` is the tab of the chart that shows it, unless it has an address of its own (`href`).

    `shape` is how its mark is drawn: done, open, missed, alarm or note.
    """

    title: str
    detail: str = ""
    tab: str = ""
    href: str = ""
    shape: str = "note"
    is_struck: bool = False  # entered in error: stays readable, counts no more


@dataclass(frozen=True)
class Source:
    """One table on the line: its rows, the column of time, its words, and its way to the complaint (or none)."""

    name: str
    kind: str
    rows: Callable[[], Any]  # a queryset with `of` and `for_user`
    at: str
    told: Callable[[Any], Told]
    complaint: str = ""


@dataclass(frozen=True)
class Entry:
    """One thing that happened, of which source and kind, and what is said of it."""

    at: datetime
    source: Source
    pk: int
    told: Told
    href: str

    @property
    def kind(self) -> str:
        return self.source.kind

    @property
    def title(self) -> str:
        return self.told.title

    @property
    def detail(self) -> str:
        return self.told.detail

    @property
    def shape(self) -> str:
        return self.told.shape

    @property
    def is_struck(self) -> bool:
        return self.told.is_struck


@dataclass(frozen=True)
class Cursor:
    """The last entry that was shown; the next page begins behind it."""

    at: datetime
    source: str
    pk: int

    @classmethod
    def behind(cls, entry: Entry) -> "Cursor":
        return cls(entry.at, entry.source.name, entry.pk)

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """The cursor of an address, or None for anything else."""
        found = CURSOR.fullmatch(text)
        if found is None:
            return None
        return cls(EPOCH + timedelta(microseconds=int(found[1])), found[2], int(found[3]))

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}.{self.source}.{self.pk}"
