"""Reading grade of a Markdown body, the same on every machine.

textstat looks syllables up in a word list that it downloads on first use. Tests must not depend on the network, so
syllables are counted here by groups of vowels, which counts more of them than the word list for most plain words.
Headings and tables are left out: their cells are no sentences and would lower the grade.
"""

import re

import pytest
import textstat
from textstat.backend.counts import _count_syllables


class _VowelGroups(dict[str, list[list[str]]]):
    """Answers like the pronouncing dictionary: one entry ending in a digit for each syllable."""

    def __missing__(self, word: str) -> list[list[str]]:
        return [["V1"] * syllables(word)]


def syllables(word: str) -> int:
    """Groups of vowels, with a silent final e or ed taken off; at least one."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", letters))
    if re.search(r"[^aeiouyl]e$", letters) or re.search(r"[^aeiouytd]ed$", letters):
        groups -= 1
    return max(1, groups)


def prose(body: str) -> str:
    """The running text of a Markdown body: no headings, tables, list marks, quote marks or reference numbers."""
    lines = []
    for line in body.splitlines():
        words = re.sub(r"^[\s>]*(\[![\w-]+\])?\s*", "", line)
        if not words.startswith(("#", "|")):
            words = re.sub(r"^([-*]|\d+\.)\s+", "", words)
            lines.append(re.sub(r"\s*\[[\d, ]+\]", "", words.replace("**", "")))
    return "\n".join(lines)


def grade(body: str, monkeypatch: pytest.MonkeyPatch) -> float:
    """Flesch-Kincaid grade of the running text by textstat."""
    monkeypatch.setattr(_count_syllables, "get_cmudict", lambda _lang: _VowelGroups())
    return float(textstat.flesch_kincaid_grade(prose(body)))
