"""What of a patient's history the safety rules act on: each fact, the treatments it speaks of, and how strongly."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clinic.charting.contraindications.rule_forms import TREATMENTS
from clinic.charting.models import Contraindication
from clinic.charting.models.tables import Level
from clinic.charting.safety import rules_version
from patients.models import Allergy, Condition

SHOWN, STRICT = 4, "ARP"  # strictest first
CSS = {"A": "urgent", "R": "refer", "P": "caution"}
NAMES = dict(TREATMENTS)


@dataclass(frozen=True)
class Line:
    """One fact at one level: the treatments its rules speak of at that level, and how many more there are."""

    label: str
    level: str
    treatments: Sequence[Any]
    more: int

    @property
    def css(self) -> str:
        """The class of the colour of the level; its word stands beside it."""
        return CSS[self.level]

    @property
    def level_label(self) -> str:
        """The level in words."""
        return str(Level(self.level).label)


@dataclass(frozen=True)
class Overview:
    """All lines, strictest first, and the version of the rules they were found under."""

    lines: list[Line]
    rules_version: str


def of(patient: Any) -> Overview:
    """Return what a rule in force speaks of among the facts of this patient, in four queries; nothing if deceased."""
    if patient.deceased_on:
        return Overview([], rules_version())
    facts = _facts(patient)
    rules = Contraindication.objects.filter(trigger="condition", subject__in=facts or [""], is_enabled=True)
    spoken: dict[str, dict[str, str]] = {}
    for subject, treatment, level in rules.order_by("rule_id").values_list("subject", "treatment", "level"):
        if subject in facts:
            levels = spoken.setdefault(subject, {})
            levels[treatment] = min(level, levels.get(treatment, level), key=STRICT.index)
    strictest = sorted(spoken, key=lambda code: (min(map(STRICT.index, spoken[code].values())), facts[code]))
    lines = [line for code in strictest for line in _lines(facts[code], spoken[code])]
    return Overview(lines, rules_version())


def _facts(patient):
    """{code: label} of active conditions and allergies."""
    conditions = Condition.objects.counted().active().of(patient).exclude(code="")
    allergies = Allergy.objects.of(patient).filter(entered_in_error_at=None, ended_on=None).exclude(code="")
    pairs = [*allergies.values_list("code", "label"), *conditions.values_list("code", "label")]
    return dict(pairs)


def _lines(label, levels):
    """The lines of one fact, strictest first; `levels` has the level of each treatment."""
    order = [*NAMES, *sorted(set(levels) - set(NAMES))]
    for level in STRICT:
        slugs = [slug for slug in order if levels.get(slug) == level]
        if slugs:
            named = [NAMES.get(slug, slug.replace("_", " ")) for slug in slugs]
            yield Line(label, level, named[:SHOWN], len(named[SHOWN:]))
