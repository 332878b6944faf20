"""The contraindication table: what one row says, the words it may use, and how a file of rows is read and checked.

Pure: no models and no queries. `clinic/charting/data/contraindications.csv` is the shipped table; a clinic's own rows
have the same columns. Levels: A is refused, R needs a recorded reason, P needs care.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DEFAULT_PATH = Path(__file__).parent.parent / "data" / "contraindications.csv"

STRICTNESS = {"A": 3, "R": 2, "P": 1, "N": 0}
LEVELS = ("A", "R", "P")
TREATMENTS = frozenset(
    {
        "smt_hvla",
        "smt_low_force",
        "ultrasound",
        "estim",
        "massage",
        "heat",
        "ice",
        "traction",
        "needling",
        "electro_needling",
        "soft_collar",
        "exercise",
    }
)
TRIGGERS = frozenset({"condition", "sign", "site", "parameter", "age", "consent"})
SCOPES = frozenset({"global", "region", "treated_site", "same_region"})
REGIONS = frozenset({"head", "cervical", "thoracic", "lumbar", "sacral", "pelvic", "abdomen", "thorax", "limb"})
UNKNOWN_SITE = frozenset({"everywhere", "ignore"})

# The table speaks of limbs and the chest; treatments name an upper or lower limb and the rib cage.
WIDER_REGION = {"upper_limb": "limb", "lower_limb": "limb", "rib_cage": "thorax"}
REGION_WORDS = REGIONS | WIDER_REGION.keys()
# What the expression of each trigger may name; a parameter rule may name any parameter.
EXPRESSION_NAMES = {"parameter": set(), "age": {"age", "condition", "site"}, "consent": {"consent"}}
# What a row says, apart from its id and its source.
COLUMNS = (
    "treatment",
    "trigger",
    "subject",
    "level",
    "scope",
    "regions",
    "level_when",
    "unknown_site",
    "alternative",
    "message",
)
TEXT_COLUMNS = (
    "id",
    "treatment",
    "trigger",
    "subject",
    "level",
    "scope",
    "unknown_site",
    "alternative",
    "message",
    "src",
)
TERM = re.compile(r"([a-z_]+)(<=|>=|=|<|>)([a-z0-9_.]+)")


class RuleError(ValueError):
    """A rule or an expression that cannot be read; the text names the row and what is wrong."""


@dataclass(frozen=True)
class Rule:
    """One row of the table: one subject that speaks against one treatment."""

    id: str
    treatment: str
    trigger: str
    subject: str
    level: str
    scope: str
    regions: frozenset[str]
    level_when: tuple[tuple[str, str], ...]
    unknown_site: str
    alternative: str
    message: str
    src: str


@cache
def parse_expression(text: str) -> tuple[tuple[str, str, str], ...]:
    """The terms (name, operator, value) of `a=b&c<=2`, all of which must hold; raises RuleError."""
    terms = []
    for part in text.split("&"):
        match = TERM.fullmatch(part.strip())
        if match is None:
            raise RuleError(f"cannot read the expression {text!r}")
        name, operator, value = match.groups()
        terms.append((name, operator, value))
    return tuple(terms)


def read_rules(path: str | Path = DEFAULT_PATH) -> list[Rule]:
    """Every rule of a table file in file order; raises RuleError with file and line for a row that is wrong."""
    rules, seen = [], set()
    with Path(path).open(encoding="utf-8", newline="") as source:
        for number, row in enumerate(csv.DictReader(source), start=2):
            try:
                rule = rule_from_row(row)
            except (RuleError, KeyError, AttributeError) as error:
                raise RuleError(f"{path}:{number}: {error}") from error
            if rule.id in seen:
                raise RuleError(f"{path}:{number}: the id {rule.id} is used twice")
            seen.add(rule.id)
            rules.append(rule)
    return rules


def rule_from_row(row: Mapping[str, str]) -> Rule:
    """A checked rule from the columns of the table (text cells); raises RuleError for a word it does not know."""
    rule = Rule(
        regions=frozenset(filter(None, row["regions"].split(";"))),
        level_when=tuple(_read_level_when(row["level_when"])),
        **{name: row[name].strip() for name in TEXT_COLUMNS},
    )
    _check_words(rule)
    return rule


def _read_level_when(text: str) -> Iterator[tuple[str, str]]:
    for pair in filter(None, text.split(";")):
        expression, _, level = pair.rpartition(":")
        parse_expression(expression)
        if level not in STRICTNESS:
            raise RuleError(f"unknown level in {pair!r}")
        yield expression, level


def _check_words(rule: Rule) -> None:
    words = (
        (rule.treatment, TREATMENTS),
        (rule.trigger, TRIGGERS),
        (rule.level, LEVELS),
        (rule.scope, SCOPES),
        (rule.unknown_site, UNKNOWN_SITE),
        *((region, REGIONS) for region in rule.regions),
    )
    for word, vocabulary in words:
        if word not in vocabulary:
            raise RuleError(f"{rule.id}: unknown word {word!r}")
    if not rule.id or not rule.subject:
        raise RuleError("id and subject are required")
    if rule.scope == "region" and not rule.regions:
        raise RuleError(f"{rule.id}: a region rule needs regions")
    if rule.trigger in EXPRESSION_NAMES:
        _check_expression(rule)


def _check_expression(rule: Rule) -> None:
    names = [name for name, _, _ in parse_expression(rule.subject)]
    known = EXPRESSION_NAMES[rule.trigger] or set(names)
    if not set(names) <= known or names.count("condition") > 1:
        raise RuleError(f"{rule.id}: {rule.trigger} cannot read the expression {rule.subject!r}")
