"""MedicationRequest and MedicationStatement: what somebody takes or took, one line a medicine.

A system writes a new request at every renewal; here the requests for one medicine become one row from the earliest
day, still taken while any of them is.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.fhir.elements import Fact, Unfit, best_code, day, key, label
from patients import told_by_medicines, vocabulary

NEVER_TAKEN = {
    "entered-in-error": _("entered in error at the source"),
    "draft": _("a draft"),
    "cancelled": _("cancelled before it was taken"),
    "intended": _("only intended"),
    "not-taken": _("not taken"),
}
ENDED = ("completed", "stopped")
ONLY_IDEAS = ("proposal", "option")


@dataclass(frozen=True)
class Request:
    """One request or statement: the medicine, its days, and whether it is taken now."""

    drug: str
    label: str
    system: str
    value: str
    dose: str
    starts_on: date | None
    ends_on: date | None
    is_current: bool


def concept_of(resource, look_up):
    """Return the CodeableConcept of the medicine: given here, contained, or found by `look_up(reference)`."""
    if concept := resource.get("medicationCodeableConcept"):
        return concept
    reference = resource.get("medicationReference") or {}
    for inside in resource.get("contained", []):
        if reference.get("reference") == f"#{inside.get('id')}":
            return inside.get("code")
    return look_up(reference) if reference else None


def read(found, look_up):
    """Return the `Request`. Raises `Unfit` for what was never taken."""
    resource = found.resource
    status = resource.get("status", "")
    if status in NEVER_TAKEN:
        raise Unfit(NEVER_TAKEN[status])
    if resource.get("intent") in ONLY_IDEAS or resource.get("doNotPerform"):
        raise Unfit(_("a proposal, or an order not to give it"))
    concept = concept_of(resource, look_up)
    name = label(concept)
    system, value = best_code(concept)
    starts, ends = _days(resource)
    drug = f"{system}|{value}" if value else name.casefold()
    return Request(drug, name, system, value, _dose(resource), starts, ends, status not in ENDED)


def _days(resource):
    period = resource.get("effectivePeriod") or {}
    validity = (resource.get("dispenseRequest") or {}).get("validityPeriod") or {}
    written = resource.get("authoredOn") or resource.get("dateAsserted")
    starts = day(period.get("start") or resource.get("effectiveDateTime") or written or validity.get("start"))
    ends = day(period.get("end") or validity.get("end"), last=True)
    return starts, ends


def _dose(resource):
    lines = resource.get("dosageInstruction") or resource.get("dosage") or []
    return next((" ".join(line["text"].split()) for line in lines if line.get("text")), "")[:120]


def collapse(requests):
    """Return one `Fact` for each medicine in one patient's requests.

    A medicine that is no longer taken ends on the last end that is given; without one on the day of its last request.
    """
    by_drug = defaultdict(list)
    for request in requests:
        by_drug[request.drug].append(request)
    return [_one_row(drug, same) for drug, same in by_drug.items()]


def _one_row(drug, same):
    newest = max(same, key=lambda request: (request.starts_on or date.min, request.dose))
    starts = min((request.starts_on for request in same if request.starts_on), default=None)
    fields = {
        "label": newest.label,
        "coded_system": newest.system,
        "coded_value": newest.value,
        "dose": newest.dose,
        "started_on": starts,
        "stopped_on": None if any(request.is_current for request in same) else _end(same),
    }
    return Fact(key("drug", drug), fields)


def _end(same):
    today = timezone.localdate()
    known = [request.ends_on or request.starts_on for request in same if request.ends_on or request.starts_on]
    return min(max(known, default=today), today)


def conditions(requests):
    """Return the conditions that one patient's medicines tell of (a blood thinner ...), one `Fact` a term.

    Only a present medicine makes a condition; the end of the last one ends what an earlier run has made.
    """
    facts = {}
    in_order = sorted(requests, key=lambda request: (not request.is_current, request.starts_on or date.min))
    for request in in_order:
        for match in vocabulary.by_medication(request.label):
            facts.setdefault(match.term.slug, _told_by(request, match, _since(request, requests)))
    return list(facts.values())


def _since(request, requests):
    """The first day of this medicine, however often it was renewed."""
    return min((other.starts_on for other in requests if other.drug == request.drug and other.starts_on), default=None)


def _told_by(request, match, since):
    ended_on = None if request.is_current else max(_end([request]), since or date.min)
    fields = {
        **told_by_medicines.fields_of(match, request.label),
        "coded_system": request.system,
        "coded_value": request.value,
        "onset_on": since,
        "resolved_on": ended_on,
    }
    return Fact(key("medicine", match.term.slug), fields, only_ends=not request.is_current)
