"""Who we treat."""

from patients.models.alerts import Alert
from patients.models.around import RiskFinding, SelfCareItem, StickyNote
from patients.models.calls import CallLog
from patients.models.consents import Consent, ConsentText
from patients.models.coverage import Coverage
from patients.models.documents import Document
from patients.models.health import Allergy, Condition, Medication, Procedure
from patients.models.intake import Intake, IntakeReview
from patients.models.merges import Merge
from patients.models.people import ExternalId, Patient, ProxyGrant, SearchToken
from patients.models.tasks import Task
from patients.models.vocabulary import RedFlagRule, SafetyTerm

__all__ = [
    "Alert",
    "Allergy",
    "CallLog",
    "Condition",
    "Consent",
    "ConsentText",
    "Coverage",
    "Document",
    "ExternalId",
    "Intake",
    "IntakeReview",
    "Medication",
    "Merge",
    "Patient",
    "Procedure",
    "ProxyGrant",
    "RedFlagRule",
    "RiskFinding",
    "SafetyTerm",
    "SearchToken",
    "SelfCareItem",
    "StickyNote",
    "Task",
]
