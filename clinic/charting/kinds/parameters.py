"""What the record of one treatment must hold: its parameters checked against the definition of its kind.

Pure: no models and no queries. A definition is one entry of `kinds` in data/treatment_kinds.yaml, as a plain dict; a
clinic's own kinds have the same structure. It may carry `common_parameters` too; without them those fields (who did
it, the device, the reason) are kept elsewhere and are let through unchecked.
"""

import datetime
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from clinic.charting.kinds.kind_language import (
    UNKNOWN,
    UnknownExpressionError,
    holds,
    is_empty,
    names_in,
    value_of,
    weight,
)
from clinic.charting.kinds.quantities import in_unit, in_words, span

DEFAULT_PATH = Path(__file__).parent.parent / "data" / "treatment_kinds.yaml"

COMMON_NAMES = {"performed_by", "supervised_by", "device_id", "indication", "deviation_reason", "adverse_event"}
# Counts that nobody else can supply: while one is unknown, the rule that compares them is broken.
COUNTS = {"needles_in", "needles_out"}
# What ranges are measured by and no setting gives: the treatment keeps the value that its ranges were judged by.
MEASURED = {"body_weight_lb"}
WITHIN = re.compile(r"(?P<name>\w+) within (?P<guide>.+) by (?P<percent>\d+) percent")
# What a short line leaves out: it stands elsewhere on the note, or is no part of how the treatment was given.
NOT_DESCRIBED = {
    *("site", "side", "response", "reaction", "skin_pre", "skin_post", "listing", "attended", "consent_id"),
    *("sensation_tested", "home_copy", "moving", "cavitation", "cue", "pre_check", "post_check", "head_era", "medium"),
}


@dataclass(frozen=True)
class ParameterCheck:
    """What is wrong (`errors`, refused) and what is unusual (`deviations`, needs a reason), by parameter name."""

    errors: dict[str, str] = field(default_factory=dict)
    deviations: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing is refused."""
        return not self.errors


def read_kinds(path: str | Path = DEFAULT_PATH) -> dict[str, dict]:
    """The treatment kinds of a file by key, in file order."""
    with Path(path).open(encoding="utf-8") as source:
        return {kind["key"]: kind for kind in yaml.safe_load(source)["kinds"]}


def read_common_parameters(path: str | Path = DEFAULT_PATH) -> list[dict]:
    """The parameters every treatment has: who did it, with what, why."""
    with Path(path).open(encoding="utf-8") as source:
        return yaml.safe_load(source)["common_parameters"]


def treatment_slugs(kind: Mapping, values: Mapping[str, Any]) -> frozenset[str]:
    """The names under which this use of the kind stands in the contraindication table.

    The first entry of `contraindication_choose` that matches replaces the list of the kind; every matching entry of
    `contraindication_slugs_when` adds to it.
    """
    slugs = set(kind.get("contraindication_slugs", ()))
    for choice in kind.get("contraindication_choose", ()):
        if holds(choice["when"], values):
            slugs = set(choice["use"])
            break
    for addition in kind.get("contraindication_slugs_when", ()):
        if holds(addition["when"], values):
            slugs.update(addition["add"])
    return frozenset(slugs)


def check(
    kind: Mapping,
    values: Mapping[str, Any],
    *,
    phase: str = "",
    draft: bool = False,
    context: Mapping[str, Any] | None = None,
) -> ParameterCheck:
    """The record of one treatment checked against its kind.

    `phase` is acute, subacute, chronic or empty. A `draft` may lack required values, and needles may still be in.
    `context` holds what the visit knows and ranges ask for (see `sessions.known_at`): first_session, later_session,
    body_weight_lb, visit_date. A rule that asks for more than this is left to `rules_checked_elsewhere`.
    """
    result = ParameterCheck()
    known = {**(context or {}), "phase": phase, **values}
    definitions = [*kind["parameters"], *kind.get("common_parameters", ())]
    names = {definition["name"] for definition in definitions}
    for name in sorted(values.keys() - names - COMMON_NAMES - MEASURED):
        result.errors[name] = _("%(name)s is not a field of this treatment.") % {"name": name}
    for definition in definitions:
        _check_parameter(definition, values.get(definition["name"]), known, result, draft=draft)
    for rules, messages in (
        (kind.get("hard_rules", ()), result.errors),
        (kind.get("soft_rules", ()), result.deviations),
    ):
        for rule in rules:
            if _is_broken(rule, definitions, known, draft=draft):
                messages.setdefault(_field_of(rule, names), rule["message"])
    if result.deviations and is_empty(values.get("deviation_reason")) and not draft:
        result.errors["deviation_reason"] = _("Give the reason for the unusual value.")
    return result


def unfinished(
    kind: Mapping, values: Mapping[str, Any], *, phase: str = "", context: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """What a note cannot be signed with, by parameter name: a hard rule that is broken, or not answered where it must.

    A count nobody gave and a day nobody set are as bad as wrong ones (facts R24); other open values may stay open.
    """
    known = {**(context or {}), "phase": phase, **values}
    names, found = {definition["name"] for definition in kind["parameters"]}, {}
    for rule in kind.get("hard_rules", ()):
        open_names = {name for name in _own_names(rule) if name in names and is_empty(known.get(name))}
        must = {name for name in open_names if name in COUNTS or _is_day(kind, name)}
        if must or (not open_names and _is_broken(rule, kind["parameters"], known, draft=False)):
            found.setdefault(_field_of(rule, names), rule["message"])
    return found


def _is_day(kind: Mapping, name: str) -> bool:
    return any(definition["name"] == name and definition["type"] == "date" for definition in kind["parameters"])


def asked_of_visit(kind: Mapping) -> set[str]:
    """The names that the ranges and rules of a kind ask for and that are no setting of it, such as later_session."""
    ranges = [entry for definition in kind["parameters"] for entry in definition.get("soft_ranges_when", ())]
    texts = [text for entry in ranges for text in (entry["when"], entry.get("min"), entry.get("max"))]
    asked = {name for text in texts if isinstance(text, str) for name in names_in(text)}
    for rule in (*kind.get("hard_rules", ()), *kind.get("soft_rules", ())):
        asked |= set(_own_names(rule))
    return asked - {definition["name"] for definition in kind["parameters"]}


def rules_checked_elsewhere(kind: Mapping) -> list[str]:
    """The rules of a kind that ask for more than its own parameters: other treatments, conditions, the payer."""
    names = {definition["name"] for definition in kind["parameters"]}
    rules = [*kind.get("hard_rules", ()), *kind.get("soft_rules", ())]
    return [rule["rule"] for rule in rules if not _own_names(rule) or not set(_own_names(rule)) <= names | COUNTS]


def describe(kind: Mapping, values: Mapping[str, Any]) -> str:
    """One short line on how the treatment was given, such as "1 MHz, 1.0 W/cm², 50 %, 8 min"."""
    parts = []
    for definition in kind["parameters"]:
        value = values.get(definition["name"])
        if not is_empty(value) and definition["name"] not in NOT_DESCRIBED:
            parts.append(_described(definition, value))
    return ", ".join(parts)


def _described(definition: Mapping, value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(in_words(part) for part in value)
    text = in_unit(value, definition["unit"])
    needs_label = _is_number(value) and not (definition["unit"] and definition["required"])
    return f"{definition['label'].lower()} {text}" if needs_label else text


def _check_parameter(definition: Mapping, value: Any, known: Mapping, result: ParameterCheck, *, draft: bool) -> None:
    name = definition["name"]
    if is_empty(value):
        shown = holds(definition["shown_when"], known) if definition.get("shown_when") else True
        if definition["required"] and shown and not draft:
            result.errors[name] = _("%(label)s is required.") % {"label": definition["label"]}
        return
    error = _type_error(definition, value) or _range_error(definition, value)
    if error:
        result.errors[name] = error
    elif _is_number(value) and (usual := _deviation(definition, value, known)):
        result.deviations[name] = usual


def _type_error(definition: Mapping, value: Any) -> str:
    kind, choices = definition["type"], [str(choice) for choice in definition["choices"]]
    fits = {
        "number": _is_number(value),
        "integer": _is_number(value) and value == int(value),
        "choice": not isinstance(value, bool) and (value in definition["choices"] or str(value) in choices),
        "date": _is_date(value),
    }
    if kind.startswith("multi_"):
        listed = isinstance(value, (list, tuple)) and all(_is_word(part) for part in value)
        right = listed and len(set(value)) == len(value) and (not choices or set(value) <= set(choices))
        return "" if right else _("Choose from the list, each entry once.")
    if fits.get(kind, _is_word(value)):
        return ""
    return {
        "number": _("Enter a number."),
        "integer": _("Enter a whole number."),
        "choice": _("Choose one of: %(choices)s.") % {"choices": ", ".join(in_words(choice) for choice in choices)},
        "date": _("Enter a date."),
    }.get(kind, _("Enter a text."))


def _range_error(definition: Mapping, value: Any) -> str:
    if not _is_number(value) or definition["type"] == "choice":
        return ""
    lowest, highest = (None, None) if definition["soft"] else (definition["min"], definition["max"])
    if not _inside(value, lowest, highest):
        return _("Enter %(range)s.") % {"range": span(lowest, highest, definition["unit"])}
    if value < 0 and (definition["min"] is None or definition["min"] >= 0):
        return _("Enter %(range)s.") % {"range": span(0, None, definition["unit"])}
    return ""


def usual_range(definition: Mapping, known: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """The soft range in force for what is known: the most specific of `soft_ranges_when`, else the parameter's own."""
    lowest, highest = (definition["min"], definition["max"]) if definition["soft"] else (None, None)
    matching = [entry for entry in definition.get("soft_ranges_when", ()) if holds(entry["when"], known)]
    if matching:
        special = max(matching, key=lambda entry: weight(entry["when"]))
        lowest = _bound(special.get("min"), lowest, known)
        highest = _bound(special.get("max"), highest, known)
    return lowest, highest


def _deviation(definition: Mapping, value: float, known: Mapping) -> str:
    lowest, highest = usual_range(definition, known)
    if _inside(value, lowest, highest):
        return ""
    unit = definition["unit"]
    return _("%(label)s %(value)s: usual is %(range)s.") % {
        "label": definition["label"],
        "value": in_unit(value, unit),
        "range": span(lowest, highest, unit),
    }


def _bound(given: Any, otherwise: Any, known: Mapping) -> Any:
    if isinstance(given, str):
        given = value_of(given, known)
    return otherwise if given is None or given is UNKNOWN else given


def _inside(value: float, lowest: float | None, highest: float | None) -> bool:
    return (lowest is None or value >= lowest) and (highest is None or value <= highest)


def _own_names(rule: Mapping) -> list[str]:
    """The names a rule asks for, those of its condition included; none when it is not in the language."""
    try:
        if match := WITHIN.fullmatch(rule["rule"]):
            return [match["name"], *names_in(match["guide"])]
        asked = names_in(rule["rule"])
        return asked + (names_in(rule["applies_when"]) if rule.get("applies_when") else [])
    except UnknownExpressionError:
        return []


def _field_of(rule: Mapping, names: set[str]) -> str:
    return next((name for name in _own_names(rule) if name in names), "")


def _is_broken(rule: Mapping, definitions: list[Mapping], known: Mapping, *, draft: bool) -> bool:
    asked = _own_names(rule)
    if not asked or (rule.get("applies_when") and not holds(rule["applies_when"], known)):
        return False
    if match := WITHIN.fullmatch(rule["rule"]):
        return _is_off_guide(match, known)
    outcome = value_of(rule["rule"], known)
    open_names = {name for name in names_in(rule["rule"]) if is_empty(known.get(name))}
    if draft and _may_wait(rule, open_names, {definition["name"] for definition in definitions}):
        return False
    if outcome is not UNKNOWN:
        return not outcome
    # Not decided: a missing required value has its own message, and what others know is left to them.
    optional = {definition["name"] for definition in definitions if not definition["required"]}
    required = {definition["name"] for definition in definitions if definition["required"]}
    return open_names <= optional | (COUNTS - required)


def _may_wait(rule: Mapping, open_names: set[str], settings: set[str]) -> bool:
    """Can a draft still settle this? A setting may follow, and needles come out later; a count not asked here cannot.

    Counts that the kind asks for are compared when the note is signed (`unfinished`).
    """
    counted = set(names_in(rule["rule"])) & COUNTS
    return counted <= settings if counted else bool(open_names)


def _is_off_guide(match: re.Match, known: Mapping) -> bool:
    value, guide = known.get(match["name"]), value_of(match["guide"], known)
    if not _is_number(value) or not _is_number(guide):
        return False
    return abs(value - guide) * 100 > int(match["percent"]) * guide


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # a whole number of some hundred figures, beyond every scale
        return False


def _is_word(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    return isinstance(value, int) and not isinstance(value, bool)


def _is_date(value: Any) -> bool:
    if isinstance(value, datetime.date):
        return True
    try:
        return bool(datetime.date.fromisoformat(str(value)))
    except ValueError:
        return False
