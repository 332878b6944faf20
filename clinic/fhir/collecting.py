"""Reading all sources before anything is written: every resource becomes facts that wait for their patient."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from clinic.fhir import checking
from clinic.fhir.elements import Unfit
from clinic.fhir.readers import allergy, condition, medication, patient, procedure
from clinic.fhir.references import References
from clinic.fhir.report import Report
from clinic.fhir.sources import Broken

READERS = {"Condition": condition.read, "AllergyIntolerance": allergy.read, "Procedure": procedure.read}


@dataclass
class Collected:
    """What was found: patients, and per kind of resource the resources of people and of medicines."""

    report: Report = field(default_factory=Report)
    patients: list = field(default_factory=list)  # (where, PatientFact)
    waiting: list = field(default_factory=list)  # (kind, Found, facts), read at once
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
    return found


def _take(found, item):
    kind = ""
    try:
        kind = checking.kind_of(item.resource)
        found.report.count(kind, "read")
        if kind not in checking.READ:
            raise Unfit(_("this resource is not taken over"))
        checking.check(item.resource, kind)
        _sort_in(found, kind, item)
    except checking.Misshapen as error:
        found.report.break_off(item.where, error)
        if kind:
            found.report.skip(kind, _("not as FHIR R4 wants it"))
    except Unfit as reason:
        found.report.skip(kind, reason)


def _sort_in(found, kind, item):
    if kind == "Patient":
        fact = patient.read(item)
        found.people.add(item, len(found.patients), fact.spoken_of)
        found.patients.append((item.where, fact))
    elif kind == "Medication":
        found.drugs.add(item, item.resource.get("code"))
        found.report.count(kind, "repeated")
    elif kind in READERS:
        found.waiting.append((kind, _slim(item), READERS[kind](item)))
    else:
        found.medicines.append((kind, item))


def _slim(item):
    """The same place with nothing of the resource but whom it is about."""
    kept = {name: item.resource[name] for name in ("subject", "patient") if name in item.resource}
    return type(item)(kept, item.where, item.full_url, item.bundle)


def requests(found):
    """Yield (kind, Found, Request) for the medicines, now that every Medication resource is known."""
    for kind, item in found.medicines:
        try:
            yield kind, item, medication.read(item, _drug_of(found, item))
        except Unfit as reason:
            found.report.skip(kind, reason)


def _drug_of(found, item):
    def look_up(reference):
        return found.drugs.find(reference, item, unknown=_("its medicine is not in this import"))[0]

    return look_up
