"""Reading all sources before anything is written: every resource becomes facts that wait for their patient."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from clinic.fhir import checking
from clinic.fhir.elements import Unfit
from clinic.fhir.readers import allergy, condition, medication, patient, procedure
from clinic.fhir.references import References, names_of
from clinic.fhir.report import Report
from clinic.fhir.sources import Broken

READERS = {"Condition": condition.read, "AllergyIntolerance": allergy.read, "Procedure": procedure.read}


@dataclass(frozen=True)
class About:
    """Where a resource stood and the names of the patient it is about."""

    where: str
    bundle: str
    names: tuple[str, ...]


@dataclass
class Collected:
    """What was found: patients, and per kind of resource the facts that wait for their patient."""

    report: Report = field(default_factory=Report)
    patients: list = field(default_factory=list)  # (where, PatientFact)
    waiting: list = field(default_factory=list)  # (kind, About, facts)
    requests: list = field(default_factory=list)  # (kind, About, Request)
    medicines: list = field(default_factory=list)  # (kind, Found), read when every Medication is known
    people: References = field(default_factory=References)
    drugs: References = field(default_factory=References)


def collect(sources, on_progress=lambda: None):
    """Read every source and return `Collected`. Broken and unfit resources stand in its report."""
    found = Collected()
    found.report.files = len(sources.files)
    for item in sources:
        on_progress()
        if isinstance(item, Broken):
            found.report.break_off(item.where, item.why)
        else:
            _take(found, item)
    for kind, item in found.medicines:
        _or_why_not(found, kind, item, _read_by_reference)
    return found


def _take(found, item):
    try:
        kind = checking.kind_of(item.resource)
    except checking.Misshapen as error:
        found.report.break_off(item.where, error)
        return
    found.report.count(kind, "read")
    if kind in checking.READ:
        _or_why_not(found, kind, item, _check_and_read)
    else:
        found.report.skip(kind, _("this resource is not taken over"))


def _or_why_not(found, kind, item, read):
    """Read a resource, or put into the report why it was left out.

    The package lets through what its models can mend (JSON inside a text, say); our readers then meet another type.
    """
    unfit = _("not as FHIR R4 wants it")
    try:
        read(found, kind, item)
    except Unfit as reason:
        found.report.skip(kind, reason)
    except checking.Misshapen as error:
        found.report.break_off(item.where, error)
        found.report.skip(kind, unfit)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        found.report.break_off(item.where, unfit)
        found.report.skip(kind, unfit)


def _check_and_read(found, kind, item):
    checking.check(item.resource, kind)
    if kind == "Patient":
        fact = patient.read(item)
        found.people.add(item, len(found.patients), fact.spoken_of)
        found.patients.append((item.where, fact))
    elif kind == "Medication":
        found.drugs.add(item, item.resource.get("code"))
        found.report.count(kind, "repeated")
    elif kind in READERS:
        found.waiting.append((kind, _about(item), READERS[kind](item)))
    elif "medicationReference" in item.resource:
        found.medicines.append((kind, item))
    else:
        found.requests.append((kind, _about(item), medication.read(item, None)))


def _read_by_reference(found, kind, item):
    def look_up(reference):
        return found.drugs.find(names_of(reference), item.bundle, unknown=_("its medicine is not in this import"))[0]

    found.requests.append((kind, _about(item), medication.read(item, look_up)))


def _about(item):
    subject = item.resource.get("subject") or item.resource.get("patient")
    return About(item.where, item.bundle, names_of(subject))
