"""Holding a resource against FHIR R4: the shape of every element, not the value sets.

Uses the package fhir.resources, an optional part of the installation. Its sub-package R4B accepts R4 resources.
"""

import re
from functools import lru_cache

from django.utils.translation import gettext as _

READ = (
    "Patient",
    "Condition",
    "AllergyIntolerance",
    "MedicationRequest",
    "MedicationStatement",
    "Medication",
    "Procedure",
)
YES_OR_NO = ("deceasedBoolean", "doNotPerform")
NAME = re.compile(r"[A-Z][A-Za-z]{1,60}\Z")
SHOWN = 3  # faults named of one resource


class PackageMissing(Exception):
    """The optional package is not installed; the message says what to install."""


class Misshapen(ValueError):
    """A resource against the standard; the message names elements and faults, never what stood in them."""


def kind_of(resource):
    """Return the resourceType. Raises `Misshapen` when it is missing or no name at all."""
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or not NAME.match(kind):
        raise Misshapen(_("it has no resourceType"))
    return kind


def check(resource, kind):
    """Raise `Misshapen` when a resource of a kind in `READ` is not as FHIR R4 wants it."""
    for name in YES_OR_NO:  # the package would take "no" and 0 for false, and we read what was written
        if not isinstance(resource.get(name, False), bool):
            raise Misshapen(_("%(name)s: not true or false") % {"name": name})
    try:
        _model(kind).model_validate(resource)
    except ValueError as error:
        raise Misshapen("; ".join(_faults(error)) or _("not as FHIR R4 wants it")) from None


@lru_cache(maxsize=len(READ))
def _model(kind):
    try:
        from fhir.resources.R4B import get_fhir_model_class
    except ImportError:
        raise PackageMissing(
            _("Reading FHIR needs one more package. Install it with: pip install 'fhir.resources>=8,<9'")
        ) from None
    return get_fhir_model_class(kind)


def _faults(error):
    listed = error.errors(include_input=False, include_url=False) if hasattr(error, "errors") else []
    for fault in listed[:SHOWN]:
        place = ".".join(ascii(part).strip("'") for part in fault["loc"])
        yield f"{place[:80]}: {' '.join(fault['msg'].split())[:120]}"
