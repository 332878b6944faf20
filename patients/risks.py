"""The twelve risk factors for spasms (facts 1, S3-1), and what somebody can do for themselves about each.

Both tables are data (`data/risk_factors.csv`, `data/self_care.csv`) with their sources. The patient's part is read
from the answers and the record, the clinician's from their findings; the later finding of a clinician is the last
word. An answer that is not sure, or was left open, never means no. Pure: `patients.self_care` reads the rows.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from patients.expressions import Expression, Facts, Pass, is_open, parse

DATA = Path(__file__).parent / "data"
PRESENT, ABSENT, UNCLEAR, NOT_ASKED = "present", "absent", "unclear", "not_asked"
PARTS = ("patient", "clinician", "both")
RISK = "risk_"  # how a factor is named among the conditions that a self-care rule reads


class BadTable(ValueError):
    """A row of one of the two tables that cannot be used; the message names the row."""


@dataclass(frozen=True)
class RiskFactor:
    """One risk factor: who tells of it, the rule over answers and record ('' for findings only), how to find it."""

    slug: str
    label: str
    label_es: str
    part: str
    rule: Expression | None
    asked: tuple[str, ...]
    finding: str
    src: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """Where one factor stands, and whether a clinician's finding says so."""

    factor: RiskFactor
    answer: str
    by_clinician: bool = False


@dataclass(frozen=True)
class SelfCare:
    """One thing to do for oneself: for whom, for whom never, in both languages, and what to read with it."""

    slug: str
    when: Expression
    never_when: Expression | None
    text: str
    text_es: str
    topics: tuple[str, ...]
    articles: tuple[str, ...]
    src: tuple[str, ...]

    def text_in(self, language: str) -> str:
        """The words in a language we ship."""
        return self.text_es if language.startswith("es") else self.text


def standing(facts: Facts, found: Mapping[str, str], *, was_asked: bool = True) -> tuple[Standing, ...]:
    """Return where each factor stands, in table order.

    `found` holds the newest finding of a clinician by factor; `was_asked` says that a health history was handed in.
    """
    return tuple(
        Standing(factor, found[factor.slug], True)
        if factor.slug in found
        else Standing(factor, _told(factor, facts, was_asked))
        for factor in read_factors()
    )


def _told(factor: RiskFactor, facts: Facts, was_asked: bool) -> str:
    if factor.rule is None:
        return NOT_ASKED
    if factor.rule.holds(facts, Pass.FIRM):
        return PRESENT
    asked = [facts.answers[key] for key in factor.asked if key in facts.answers]
    if not was_asked or not asked:
        return NOT_ASKED
    return UNCLEAR if any(is_open(answer) for answer in asked) else ABSENT


def suggested(facts: Facts, standings: Iterable[Standing]) -> tuple[SelfCare, ...]:
    """Return the self-care items that the factors that stand, the record and the everyday loads speak for."""
    present = {RISK + one.factor.slug for one in standings if one.answer == PRESENT}
    known = replace(facts, conditions=facts.conditions | present)
    return tuple(item for item in read_self_care() if _fits(item, known))


def _fits(item: SelfCare, facts: Facts) -> bool:
    never = item.never_when is not None and item.never_when.holds(facts, Pass.FIRM)
    return item.when.holds(facts, Pass.FIRM) and not never


@lru_cache(maxsize=4)
def read_factors(path: Path = DATA / "risk_factors.csv") -> tuple[RiskFactor, ...]:
    """Read the risk factors. Raises BadTable for a double slug or an unknown part, BadExpression for a bad rule."""
    rows = tuple(_factor(raw) for raw in _rows(path))
    _refuse_doubles(row.slug for row in rows)
    return rows


@lru_cache(maxsize=4)
def read_self_care(path: Path = DATA / "self_care.csv") -> tuple[SelfCare, ...]:
    """Read the self-care items. Raises BadTable for a double slug, BadExpression for a bad rule."""
    rows = tuple(_item(raw) for raw in _rows(path))
    _refuse_doubles(row.slug for row in rows)
    return rows


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _refuse_doubles(slugs: Iterable[str]) -> None:
    seen: set[str] = set()
    for slug in slugs:
        if slug in seen:
            raise BadTable(f"{slug} stands in the table twice")
        seen.add(slug)


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _factor(raw: dict[str, str]) -> RiskFactor:
    if raw["part"] not in PARTS:
        raise BadTable(f"{raw['slug']}: {raw['part']!r} is not one of {', '.join(PARTS)}")
    return RiskFactor(
        slug=raw["slug"],
        label=raw["label"],
        label_es=raw["label_es"],
        part=raw["part"],
        rule=parse(raw["rule"], raw["slug"]) if raw["rule"] else None,
        asked=_split(raw["asked"]),
        finding=raw["finding"],
        src=_split(raw["src"]),
    )


def _item(raw: dict[str, str]) -> SelfCare:
    return SelfCare(
        slug=raw["slug"],
        when=parse(raw["when"], raw["slug"]),
        never_when=parse(raw["never_when"], raw["slug"]) if raw["never_when"] else None,
        text=raw["text"],
        text_es=raw["text_es"],
        topics=_split(raw["topics"]),
        articles=_split(raw["articles"]),
        src=_split(raw["src"]),
    )
