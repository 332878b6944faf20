"""The parts of the travel card that live in modules of their own: each reads its fields, has its buttons.

A part's module takes `CardPart` from `card_part`, so that it can be imported alone.
"""

from clinic.charting.card.card_part import CardPart
from clinic.charting.card.coding_card import CodingCard
from clinic.charting.card.diagnosis_card import DiagnosisCard
from clinic.charting.card.event_card import EventPart
from clinic.charting.card.given_card import GivenPart
from clinic.charting.card.mark_pages import ErrorPart
from clinic.charting.card.phrases import PhrasesPart
from clinic.charting.card.plan_part import PlanPart
from clinic.charting.card.spine_card import SpinePart
from clinic.charting.findings.measuring_card import MeasuringPart

# The order is that of the page. Each class has a `name`; the page finds it as `card.parts.<name>`.
PARTS: tuple[type[CardPart], ...] = (
    PhrasesPart,
    SpinePart,
    MeasuringPart,
    DiagnosisCard,
    EventPart,
    GivenPart,
    ErrorPart,
    CodingCard,
    PlanPart,
)
