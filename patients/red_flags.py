"""Red flags: which safety answers and conditions need a doctor, how soon, and what has to wait until then.

The rows are data (`data/red_flags.csv`), a clinic's defaults and not a diagnosis. Each row is read twice: the firm
pass counts only what is known; the soft pass, for rows that stayed silent, lets not sure, skipped and an unknown age
or sex count as fitting, so an open answer never means no. (Rules: clinical facts 2.2 and 2.3.)
"""

import csv
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from patients.expression_claims import Rule
from patients.expressions import Expression, Facts, Pass, parse

DATA = Path(__file__).parent / "data"
LEVELS = ("C", "R", "U", "E")  # from mild to emergency
ALL = "all"


class BadTable(ValueError):
    """A row of the red-flag table that cannot be used; the message names the row and the column."""


@dataclass(frozen=True)
class Level:
    """What one level of urgency means, says to the patient and adds to the treatments that wait."""

    level: str
    meaning: str
    patient_advice: str
    adds_treatments: frozenset[str]
    src: str


@dataclass(frozen=True)
class RedFlag:
    """One row of the table. `escalations` holds (expression, level); `src` the keys of its sources."""

    id: str
    question: str
    answer_type: str
    points_to: str
    level: str
    rule: Expression
    escalations: tuple[tuple[Expression, str], ...]
    unsure_means: str
    patient_advice: str
    staff_action: str
    blocks_booking: bool
    blocks_treatments: frozenset[str]
    exam_required: tuple[str, ...]
    src: tuple[str, ...]


@dataclass(frozen=True)
class Fired:
    """A row that fired: at which level, whether only softly (an open answer), and what follows."""

    flag: RedFlag
    level: str
    soft: bool
    advice: str
    blocks_booking: str
    blocks_treatments: frozenset[str]
    exam_required: tuple[str, ...]


@dataclass(frozen=True)
class Assessment:
    """All rows that fired, in table order, and what they mean together."""

    fired: tuple[Fired, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the rows that fired, in table order."""
        return tuple(item.flag.id for item in self.fired)

    @property
    def level(self) -> str:
        """The most urgent level reached, or '' when nothing fired."""
        return max((item.level for item in self.fired), key=LEVELS.index, default="")

    @property
    def blocks_booking(self) -> str:
        """'stop' (no booking), 'call' (the request waits for a staff call) or '' (booking goes on)."""
        return max((item.blocks_booking for item in self.fired), key=("", "call", "stop").index, default="")

    @property
    def blocks_treatments(self) -> frozenset[str]:
        """Treatment words that wait until cleared; {'all'} in an emergency."""
        blocked = frozenset().union(*(item.blocks_treatments for item in self.fired))
        return frozenset({ALL}) if ALL in blocked else blocked

    @property
    def exams(self) -> tuple[str, ...]:
        """Parts of the examination that must be on file before the first hands-on care, in order, once each."""
        return tuple(dict.fromkeys(part for item in self.fired for part in item.exam_required))

    @property
    def advice(self) -> tuple[str, ...]:
        """What to tell the patient, most urgent first, no line twice."""
        return self.advice_in("en")

    def advice_in(self, language: str) -> tuple[str, ...]:
        """The same advice in another language (its code, such as 'es'); a line without a translation stays English."""
        words = read_advice(language)
        urgent_first = sorted(self.fired, key=lambda item: -LEVELS.index(item.level))
        return tuple(dict.fromkeys(words.get(item.advice, item.advice) for item in urgent_first))

    def blocks(self, treatment: str) -> bool:
        """Whether this treatment word has to wait."""
        return ALL in self.blocks_treatments or treatment in self.blocks_treatments


def evaluate(
    facts: Facts, table: tuple[RedFlag, ...] | None = None, *, levels: dict[str, Level] | None = None, soft: bool = True
) -> Assessment:
    """Read every row against the facts, firm pass first, then the soft pass for the rows that stayed silent.

    `soft=False` leaves the soft pass out: for a chart without an intake, where nobody has been asked yet.
    """
    table = read_table() if table is None else table
    levels = levels or read_levels()
    facts = replace(facts, derived={**_derived_rules(), **facts.derived})
    held = _held_firmly(facts, table)
    facts = replace(facts, fired=held)
    fired = (_fire(row, facts, row.id in held, soft, levels) for row in table)
    return Assessment(tuple(item for item in fired if item))


def _derived_rules() -> dict[str, Rule]:
    return {key: expression.rule for key, expression in read_derived().items()}


def _held_firmly(facts: Facts, table: tuple[RedFlag, ...]) -> frozenset[str]:
    """Ids of the rows whose rule holds on firm answers; fired() inside a rule sees the rows above it."""
    held: frozenset[str] = frozenset()
    for row in table:
        if row.rule.holds(replace(facts, fired=held), Pass.FIRM):
            held |= {row.id}
    return held


def _fire(row: RedFlag, facts: Facts, firm: bool, soft: bool, levels: dict[str, Level]) -> Fired | None:
    if firm:
        raised = [level for rule, level in row.escalations if rule.holds(facts, Pass.FIRM)]
        return _consequence(row, max([row.level, *raised], key=LEVELS.index), False, levels)
    if soft and row.rule.holds(facts, Pass.SOFT):
        return _consequence(row, row.unsure_means, True, levels)
    return None


def _consequence(row: RedFlag, level: str, soft: bool, levels: dict[str, Level]) -> Fired:
    """What follows when a row fires at a level: 'all' of a row counts only in an emergency, which stops everything."""
    own = frozenset({ALL}) if level == "E" else row.blocks_treatments - {ALL}
    booking = "stop" if level == "E" else "call" if row.blocks_booking else ""
    advice = row.patient_advice if level == row.level else levels[level].patient_advice
    blocked = own if ALL in own else own | levels[level].adds_treatments
    return Fired(row, level, soft, advice, booking, blocked, row.exam_required)


@lru_cache(maxsize=8)
def read_table(path: Path = DATA / "red_flags.csv") -> tuple[RedFlag, ...]:
    """Read the red-flag rows. Raises BadTable for an unknown level or a double id, BadExpression for a bad rule."""
    rows = tuple(_row(raw) for raw in _rows(path))
    double = {row.id for row in rows if sum(other.id == row.id for other in rows) > 1}
    if double:
        raise BadTable(f"red flag {min(double)} stands in the table twice")
    return rows


@lru_cache(maxsize=8)
def read_levels(path: Path = DATA / "red_flag_levels.csv") -> dict[str, Level]:
    """Read what each level means, C to E."""
    return {
        raw["level"]: Level(
            raw["level"], raw["meaning"], raw["patient_advice"], frozenset(_split(raw["adds_treatments"])), raw["src"]
        )
        for raw in _rows(path)
    }


@lru_cache(maxsize=8)
def read_advice(language: str, folder: Path = DATA) -> dict[str, str]:
    """Read the advice in another language, by its English words; empty for a language that has none."""
    paths = [folder / f"{name}.{language}.csv" for name in ("red_flag_levels", "red_flags")]
    return {raw["english"]: raw["patient_advice"] for path in paths if path.is_file() for raw in _rows(path)}


@lru_cache(maxsize=8)
def read_derived(path: Path = DATA / "red_flag_derived.csv") -> dict[str, Expression]:
    """Read the answers nobody is asked for, worked out from age, sex and the record: key -> expression."""
    derived = {raw["key"]: parse(raw["rule"]) for raw in _rows(path)}
    for key, rule in derived.items():
        if rule.keys & derived.keys():
            raise BadTable(f"derived answer {key} builds on another derived answer")
    return derived


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _split(text: str, by: str = ";") -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(by) if part.strip())


def _level(raw: dict[str, str], value: str, column: str) -> str:
    if value not in LEVELS:
        raise BadTable(f"red flag {raw['id']}, {column}: {value!r} is not one of {', '.join(LEVELS)}")
    return value


def _escalations(raw: dict[str, str]) -> tuple[tuple[Expression, str], ...]:
    pairs = (part.rpartition(":") for part in _split(raw["escalates_when"]))
    return tuple((parse(rule, raw["id"]), _level(raw, level.strip(), "escalates_when")) for rule, _, level in pairs)


def _row(raw: dict[str, str]) -> RedFlag:
    if raw["blocks_booking"] not in ("yes", "no"):
        raise BadTable(f"red flag {raw['id']}, blocks_booking: {raw['blocks_booking']!r} is not yes or no")
    return RedFlag(
        id=raw["id"],
        question=raw["question"],
        answer_type=raw["answer_type"],
        points_to=raw["points_to"],
        level=_level(raw, raw["level"], "level"),
        rule=parse(raw["rule"], raw["id"]),
        escalations=_escalations(raw),
        unsure_means=_level(raw, raw["unsure_means"], "unsure_means"),
        patient_advice=raw["patient_advice"],
        staff_action=raw["staff_action"],
        blocks_booking=raw["blocks_booking"] == "yes",
        blocks_treatments=frozenset(_split(raw["blocks_treatments"])),
        exam_required=_split(raw["exam_required"]),
        src=_split(raw["src"], "|"),
    )
