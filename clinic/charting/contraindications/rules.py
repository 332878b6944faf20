"""Which recorded facts speak against which treatment: the engine that applies the contraindication table.

Pure: no models and no queries; `rule_table` reads the rows. The strictest finding counts: A is refused, R needs a
recorded reason, P needs care.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import eq, ge, gt, le, lt
from typing import Any

from clinic.charting.contraindications.rule_table import (
    REGION_WORDS,
    STRICTNESS,
    WIDER_REGION,
    Rule,
    RuleError,
    parse_expression,
    read_rules,
)

__all__ = ["Fact", "Finding", "Rule", "RuleError", "Use", "evaluate", "holds", "read_rules", "strictest"]

OPPOSITE_SIDES = frozenset({"left", "right"})
OPERATORS = {"<=": le, ">=": ge, "=": eq, "<": lt, ">": gt}


@dataclass(frozen=True)
class Fact:
    """One condition or sign of a patient, as recorded.

    `current` is False for a resolved one, which counts only where `history_counts`. `states` are the details that
    conditions declare, such as stability=stable. `regions`, `site` and `side` are empty when not recorded; a place
    that cannot be mapped to a known slug belongs here as not recorded. `answered` is False for an open question. `told`
    says where the fact was found, when that is not the list of conditions.
    """

    code: str
    current: bool
    history_counts: bool
    states: Mapping[str, Any] = field(default_factory=dict)
    regions: frozenset[str] = frozenset()
    site: str = ""
    side: str = ""
    answered: bool = True
    label: str = ""
    told: str = ""


@dataclass(frozen=True)
class Use:
    """One intended treatment: its names in the table and where and how it is given.

    A use without regions is one whose place is not recorded yet; it counts as given anywhere.
    """

    treatments: frozenset[str]
    regions: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    side: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """A rule that fires, at its level, and the fact behind it (None for site, parameter, age alone and consent)."""

    rule: Rule
    level: str
    fact: Fact | None = None
    unanswered: bool = False


def evaluate(
    rules: Iterable[Rule], facts: Iterable[Fact], use: Use, *, age: int | None, consent: str = ""
) -> list[Finding]:
    """The findings against this use, strictest first, at most one (its strictest) per rule.

    `age` is in whole years, None when the birth date is unknown: an age rule then counts as an open question.
    `consent` is `refused`, `unable` or empty. An open question counts as R until it is answered.
    """
    facts = list(facts)
    treatments = use.treatments | ({"needling"} if "electro_needling" in use.treatments else set())
    found = []
    for rule in rules:
        if rule.treatment in treatments:
            candidates = list(_candidates(rule, facts, use, age, consent))
            if candidates:
                found.append(max(candidates, key=lambda finding: STRICTNESS[finding.level]))
    return sorted(found, key=lambda finding: -STRICTNESS[finding.level])


def strictest(findings: Iterable[Finding]) -> str:
    """The strictest level among the findings, or N when nothing speaks against the treatment."""
    return max((finding.level for finding in findings), key=STRICTNESS.__getitem__, default="N")


def _candidates(rule: Rule, facts: list[Fact], use: Use, age: int | None, consent: str) -> Iterator[Finding]:
    if rule.trigger in {"condition", "sign"}:
        for fact in facts:
            if fact.code == rule.subject and _counts(fact) and _place_matches(rule, fact, use):
                yield from _finding(rule, fact, unanswered=not fact.answered)
    elif not _treated_within(rule, use):
        return
    elif rule.trigger == "site":
        if rule.subject in use.sites:
            yield from _finding(rule, None)
    elif rule.trigger == "age":
        yield from _age_findings(rule, facts, use, age)
    else:
        values = {"consent": consent} if rule.trigger == "consent" else use.parameters
        sites = use.sites if rule.trigger == "parameter" else frozenset()
        if all(_holds(term, values) or _pad_lies_on(term, sites) for term in parse_expression(rule.subject)):
            yield from _finding(rule, None)


def _finding(rule: Rule, fact: Fact | None, *, unanswered: bool = False) -> Iterator[Finding]:
    states = fact.states if fact else {}
    level = next((level for text, level in rule.level_when if holds(text, states)), rule.level)
    if level != "N":
        yield Finding(rule, "R" if unanswered else level, fact, unanswered)


def _age_findings(rule: Rule, facts: list[Fact], use: Use, age: int | None) -> Iterator[Finding]:
    terms = parse_expression(rule.subject)
    wanted = [value for name, _, value in terms if name == "condition"]
    if age is not None and not all(_holds(term, {"age": age}) for term in terms if term[0] == "age"):
        return
    if not all(value in use.sites for name, _, value in terms if name == "site"):
        return
    if not wanted:
        yield from _finding(rule, None, unanswered=age is None)
    for fact in facts:
        if wanted == [fact.code] and _counts(fact):
            yield from _finding(rule, fact, unanswered=age is None or not fact.answered)


def holds(expression: str, values: Mapping[str, Any]) -> bool:
    """Whether every term holds for the given values; a value that is not known makes its term false."""
    return all(_holds(term, values) for term in parse_expression(expression))


def _holds(term: tuple[str, str, str], values: Mapping[str, Any]) -> bool:
    name, operator, wanted = term
    value = values.get(name)
    if value is None or value == "":
        return False
    if isinstance(value, bool):
        value = "yes" if value else "no"
    try:
        return OPERATORS[operator](float(value), float(wanted))
    except (TypeError, ValueError):
        return operator == "=" and str(value) == wanted


def _pad_lies_on(term: tuple[str, str, str], sites: frozenset[str]) -> bool:
    # A treatment form records the place of the pads as the body site.
    return term[0] == "electrode_site" and term[2] in sites


def _counts(fact: Fact) -> bool:
    return fact.current or fact.history_counts or not fact.answered


def _place_matches(rule: Rule, fact: Fact, use: Use) -> bool:
    if not _treated_within(rule, use):
        return False
    if rule.scope in {"global", "region"}:
        return True
    treated = _within(use.regions, rule.regions)
    if rule.scope == "same_region":
        if not fact.regions:
            return rule.unknown_site == "everywhere"
        return not treated or _overlap(fact.regions, treated)
    if not fact.site and not fact.regions:
        return rule.unknown_site == "everywhere"
    return _sides_overlap(fact.side, use.side) and _sites_overlap(fact, use, treated)


def _treated_within(rule: Rule, use: Use) -> bool:
    return not rule.regions or not use.regions or bool(_within(use.regions, rule.regions))


def _within(treated: frozenset[str], limits: frozenset[str]) -> frozenset[str]:
    if not limits:
        return treated
    return frozenset(region for region in treated if WIDER_REGION.get(region, region) in limits)


def _sites_overlap(fact: Fact, use: Use, treated: frozenset[str]) -> bool:
    """Sites are compared when both are recorded; otherwise the regions decide, and an unknown one overlaps.

    A site that is only the name of a region is no finer than that region, so it is compared as one.
    """
    sites = use.sites - REGION_WORDS
    if fact.site and fact.site not in REGION_WORDS and sites:
        return fact.site in sites
    affected = fact.regions | ({fact.site} & REGION_WORDS)
    return not affected or not treated or _overlap(affected, treated)


def _overlap(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two places share a region; `limb` shares with either limb, but an arm not with a leg."""
    return any(a == b or WIDER_REGION.get(a) == b or WIDER_REGION.get(b) == a for a in one for b in other)


def _sides_overlap(one: str, other: str) -> bool:
    """Only left and right lie apart; the midline, both sides and an unrecorded side touch every side."""
    return {one, other} != OPPOSITE_SIDES
