"""Small parts of FHIR that every reader meets: codes, days, references, and the fact that comes out."""

import calendar
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.utils.translation import gettext as _

from patients import vocabulary

SNOMED = ("http://snomed.info/sct", "urn:oid:2.16.840.1.113883.6.96")
ICD10CM = ("http://hl7.org/fhir/sid/icd-10-cm", "urn:oid:2.16.840.1.113883.6.90")
LABEL_LENGTH = 250
# What SNOMED CT adds to a full name so that names are unique: nobody says "osteoporosis (disorder)".
SEMANTIC_TAG = re.compile(
    r"(?<=\w) \((?:disorder|finding|situation|procedure|substance|organism|product|regime/therapy"
    r"|medicinal product|physical object|person|morphologic abnormality)\)\Z"
)


class Unfit(Exception):
    """A sound resource that is not taken over; the message is the reason in the report."""


@dataclass(frozen=True)
class Fact:
    """One row to be: the fields of the model and `external_id`, by which a later run knows it again.

    `only_ends`: it makes no new row, but ends one that an earlier run has made.
    """

    external_id: str
    fields: dict
    notes: tuple[str, ...] = ()
    only_ends: bool = False


def day(text, *, last=False):
    """Return the calendar day of a FHIR date or dateTime as written there, or None for ''.

    A bare year or month means its first day, with `last` its last one.
    """
    if not text:
        return None
    if not isinstance(text, str):
        raise Unfit(_("a date is not written as text"))
    parts = [int(part) for part in text[:10].split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else (12 if last else 1)
    if len(parts) > 2:
        return date(year, month, parts[2])
    return date(year, month, calendar.monthrange(year, month)[1] if last else 1)


def instant(text):
    """Return the moment of a FHIR dateTime; a date without a time is noon UTC; None for ''."""
    if isinstance(text, str) and "T" in text:
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Unfit(_("a time is impossible")) from None
    return datetime.combine(day(text), time(12), UTC) if text else None


def code_of(concept):
    """Return the first code of a CodeableConcept, or ''."""
    return next((coding["code"] for coding in (concept or {}).get("coding", []) if coding.get("code")), "")


def codes(concept):
    """Return [(system, code)] of a CodeableConcept."""
    codings = (concept or {}).get("coding", [])
    return [(coding.get("system", ""), coding["code"].strip()) for coding in codings if coding.get("code")]


def best_code(concept):
    """Return (system, code) to be stored: SNOMED CT, then ICD-10-CM, then whatever comes first."""
    known = codes(concept)
    for systems in (SNOMED, ICD10CM):
        if hit := next((pair for pair in known if pair[0] in systems), None):
            return hit[0][:120], hit[1][:60]
    return (known[0][0][:120], known[0][1][:60]) if known else ("", "")


def label(concept):
    """Return what a person reads: the text, a display or the code, without the tag of SNOMED CT names.

    Raises `Unfit` when there is nothing to read.
    """
    concept = concept or {}
    shown = [concept.get("text"), *(coding.get("display") for coding in concept.get("coding", []))]
    words = next((" ".join(text.split()) for text in (*shown, code_of(concept)) if text and text.strip()), "")
    if not words:
        raise Unfit(_("it does not say what it is"))
    return SEMANTIC_TAG.sub("", words)[:LABEL_LENGTH]


def matches(concept):
    """Return the terms of the safety vocabulary that the codes of a concept name, firm ones first, each once."""
    found = {}
    for system, code in codes(concept):
        named = vocabulary.by_snomed(code) if system in SNOMED else []
        named += vocabulary.by_icd10cm(code) if system in ICD10CM else []
        for match in named:
            found.setdefault(match.term.slug, match)
    return sorted(found.values(), key=lambda match: match.prompt_only)


def identity(resource, full_url=""):
    """Return the id of the record where it came from; without one a digest of its content."""
    if known := resource.get("id") or full_url.rpartition(":")[2].rpartition("/")[2]:
        return known[:80]
    text = json.dumps(resource, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def key(*parts):
    """Return an external id of at most 200 characters out of its parts."""
    joined = ":".join(str(part) for part in parts)
    return joined if len(joined) <= 200 else hashlib.sha256(joined.encode()).hexdigest()


def refuse_unless_true(resource):
    """Raise `Unfit` for what its author has withdrawn or refuted."""
    status = code_of(resource.get("verificationStatus"))
    if status == "entered-in-error":
        raise Unfit(_("entered in error at the source"))
    if status == "refuted":
        raise Unfit(_("refuted at the source"))
