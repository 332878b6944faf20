"""Has the patient agreed to a thrust here? What the newest answers to the consent texts say about it. Pure.

A no is a row of the contraindication table (absolute). What is told here is weaker: the yes has run out, it names
other regions, or other texts were answered and this one was not. That is a precaution and no reason to refuse: the
practitioner asks now, in the room, and records the answer. Where a record holds no consent at all nothing is said,
for the clinic may keep them on paper, and a warning at every adjustment would no longer be read.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext_lazy as _

from clinic.charting.contraindications.rule_table import WIDER_REGION

THRUST, TEXT = "smt_hvla", "manipulation"
SOURCE = "own rule"
TOLD = {
    "missing": _("Consent to adjustment: not answered yet. Explain, ask, and record the answer."),
    "ended": _("Consent to adjustment: has run out. Ask again and record the answer."),
    "other_region": _("Consent to adjustment: given for other regions. Ask for this one and record the answer."),
}


@dataclass(frozen=True)
class Answer:
    """The newest answer to one kind of consent text."""

    is_given: bool
    valid_until: date | None = None
    regions: frozenset[str] = field(default_factory=frozenset)  # none named: all of them


def refused(answers: Mapping[str, Answer]) -> frozenset[str]:
    """The kinds of text to which the answer is no; a text nobody answered is not refused."""
    return frozenset(kind for kind, answer in answers.items() if not answer.is_given)


def gap(answers: Mapping[str, Answer], regions: Collection[str], today: date) -> str:
    """What is missing for a thrust in these regions: `missing`, `ended`, `other_region`, or nothing."""
    answer = answers.get(TEXT)
    if answer is None:
        return "missing" if answers else ""
    if not answer.is_given:
        return ""  # the table speaks
    if answer.valid_until and answer.valid_until < today:
        return "ended"
    return "other_region" if answer.regions and not _covers(answer.regions, regions) else ""


def _covers(agreed, treated):
    return all(region in agreed or WIDER_REGION.get(region) in agreed for region in treated)
