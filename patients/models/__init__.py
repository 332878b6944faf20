"""Who we treat."""

from patients.models.alerts import Alert
from patients.models.calls import CallLog
from patients.models.documents import Document
from patients.models.health import Allergy, Condition, Medication, Procedure
from patients.models.intake import Intake, IntakeReview
from patients.models.people import ExternalId, Patient, ProxyGrant, SearchToken
from patients.models.vocabulary import RedFlagRule, SafetyTerm

__all__ = [
    "Alert",
    "Allergy",
    "CallLog",
    "Condition",
    "Document",
    "ExternalId",
    "Intake",
    "IntakeReview",
    "Medication",
    "Patient",
    "Procedure",
    "ProxyGrant",
    "RedFlagRule",
    "SafetyTerm",
    "SearchToken",
]
