"""Records of our own making, as another system would hand them over."""

import json

SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFIED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
ID_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
CHART = "https://hill-practice.example/charts"


def concept(code="", text="", system=SNOMED):
    coding = {"system": system, "code": code} | ({"display": text} if text else {})
    return ({"coding": [coding]} if code else {}) | ({"text": text} if text else {})


def patient(pk="greta", **fields):
    return {
        "resourceType": "Patient",
        "id": pk,
        "identifier": [{"system": CHART, "value": f"chart-{pk}"}],
        "name": [{"use": "official", "family": "Lindqvist", "given": [pk.title(), "Maria"]}],
        "gender": "female",
        "birthDate": "1931-02-09",
        **fields,
    }


def condition(pk="c1", code="64859006", text="Osteoporosis", *, of="greta", status="active", **fields):
    return {
        "resourceType": "Condition",
        "id": pk,
        "clinicalStatus": concept(status, system=CLINICAL),
        "verificationStatus": concept("confirmed", system=VERIFIED),
        "code": concept(code, text),
        "subject": {"reference": f"Patient/{of}"},
        "onsetDateTime": "2004-03-08T10:00:00-05:00",
        "recordedDate": "2004-03-09T11:30:00-05:00",
        **fields,
    }


def allergy(pk="a1", text="Latex", *, of="greta", **fields):
    return {
        "resourceType": "AllergyIntolerance",
        "id": pk,
        "code": {"text": text},
        "patient": {"reference": f"Patient/{of}"},
        "recordedDate": "1999-05-01",
        **fields,
    }


def request(pk="m1", text="warfarin 5 MG Oral Tablet", *, of="greta", status="active", on="2019-06-01", **fields):
    return {
        "resourceType": "MedicationRequest",
        "id": pk,
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": concept("1", text, RXNORM) if text else {},
        "subject": {"reference": f"Patient/{of}"},
        "authoredOn": on,
        **fields,
    }


def procedure(pk="p1", text="Removal of wisdom tooth", *, of="greta", on="1961-07-07", **fields):
    return {
        "resourceType": "Procedure",
        "id": pk,
        "status": "completed",
        "code": {"text": text},
        "subject": {"reference": f"Patient/{of}"},
        "performedDateTime": on,
        **fields,
    }


def bundle(*entries, kind="transaction"):
    return {"resourceType": "Bundle", "type": kind, "entry": [{"fullUrl": u, "resource": r} for u, r in entries]}


def write(path, *records):
    """Write records as NDJSON; a text or bytes is written as it is."""
    lines = [r if isinstance(r, bytes) else (r if isinstance(r, str) else json.dumps(r)).encode() for r in records]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path
