"""The parts of the travel card that live in modules of their own: each reads its fields, has its buttons.

A part's module takes `CardPart` from `card_part`, so that it can be imported alone.
"""

from clinic.charting.card_part import CardPart
from clinic.charting.coding_card import CodingCard
from clinic.charting.diagnosis_card import DiagnosisCard
from clinic.charting.event_card import EventPart
from clinic.charting.given_card import GivenPart
from clinic.charting.mark_pages import ErrorPart
from clinic.charting.measuring_card import MeasuringPart
from clinic.charting.phrases import PhrasesPart
from clinic.charting.plan_part import PlanPart
from clinic.charting.spine_card import SpinePart

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
