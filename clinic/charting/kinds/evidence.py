"""Who says what a note on the effect of a treatment says: the keys in square brackets, spelled out. Pure."""

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PATH = Path(__file__).parent.parent / "data" / "evidence_sources.csv"
KEY = re.compile(r"\[([A-Z0-9]+)\]")


@dataclass(frozen=True)
class Source:
    """One source: its key in the notes, and what it is."""

    key: str
    title: str


@lru_cache(maxsize=1)
def read_sources() -> dict[str, Source]:
    """The shipped sources by key."""
    with PATH.open(encoding="utf-8", newline="") as file:
        return {row["key"]: Source(**row) for row in csv.DictReader(file)}


def sources_in(note: str) -> list[Source]:
    """The sources that a note names, each once, in its order; a key nobody explains is left out."""
    known = read_sources()
    return [known[key] for key in dict.fromkeys(KEY.findall(note)) if key in known]
