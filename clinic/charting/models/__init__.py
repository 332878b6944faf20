"""What was found and done."""

from clinic.charting.models.episodes import Episode
from clinic.charting.models.equipment import Equipment
from clinic.charting.models.events import AdverseEvent, Referral
from clinic.charting.models.findings import MuscleFinding, SegmentFinding, VisitDiagnosis
from clinic.charting.models.measurements import Movement, NerveTest, ProvokingMovement, RangeOfMotion
from clinic.charting.models.own_words import FavouriteCode, Phrase, Preset
from clinic.charting.models.plans import (
    CarePlan,
    Examination,
    ImagingDecision,
    PlanDecision,
    PlanEvent,
    PlanGoal,
    PlannedTreatment,
    PlanPhase,
)
from clinic.charting.models.service_codes import ServiceCode
from clinic.charting.models.tables import Contraindication, DiagnosisCode, TreatmentKind
from clinic.charting.models.treatments import TreatmentApplied
from clinic.charting.models.visits import Addendum, Visit, VisitMark

__all__ = [
    "Addendum",
    "AdverseEvent",
    "CarePlan",
    "Contraindication",
    "DiagnosisCode",
    "Episode",
    "Equipment",
    "Examination",
    "FavouriteCode",
    "ImagingDecision",
    "Movement",
    "MuscleFinding",
    "NerveTest",
    "Phrase",
    "PlanDecision",
    "PlanEvent",
    "PlanGoal",
    "PlanPhase",
    "PlannedTreatment",
    "Preset",
    "ProvokingMovement",
    "RangeOfMotion",
    "Referral",
    "SegmentFinding",
    "ServiceCode",
    "TreatmentApplied",
    "TreatmentKind",
    "Visit",
    "VisitDiagnosis",
    "VisitMark",
]
