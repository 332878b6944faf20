"""What was found and done."""

from clinic.charting.models.episodes import Episode
from clinic.charting.models.findings import MuscleFinding, SegmentFinding, VisitDiagnosis
from clinic.charting.models.plans import CarePlan, Examination, ImagingDecision, PlannedTreatment
from clinic.charting.models.tables import Contraindication, DiagnosisCode, TreatmentKind
from clinic.charting.models.treatments import TreatmentApplied
from clinic.charting.models.visits import Addendum, Visit, VisitMark

__all__ = [
    "Addendum",
    "CarePlan",
    "Contraindication",
    "DiagnosisCode",
    "Episode",
    "Examination",
    "ImagingDecision",
    "MuscleFinding",
    "PlannedTreatment",
    "SegmentFinding",
    "TreatmentApplied",
    "TreatmentKind",
    "Visit",
    "VisitDiagnosis",
    "VisitMark",
]
