"""Procedure: an operation or other procedure in the past, once for each code and day."""

from django.utils.translation import gettext_lazy as _

from clinic.fhir.elements import Fact, Unfit, best_code, day, key, label

NOT_DONE = {
    "entered-in-error": _("entered in error at the source"),
    "not-done": _("not done"),
    "preparation": _("not begun"),
    "stopped": _("broken off"),
    "on-hold": _("on hold"),
}


def read(found):
    """Return the `Fact`. Raises `Unfit` for a procedure that was not carried out."""
    resource = found.resource
    if reason := NOT_DONE.get(resource.get("status", "")):
        raise Unfit(reason)
    concept = resource.get("code")
    system, value = best_code(concept)
    what = label(concept)
    done = day(resource.get("performedDateTime") or (resource.get("performedPeriod") or {}).get("start"))
    fields = {"label": what, "coded_system": system, "coded_value": value, "performed_on": done}
    return [Fact(key("procedure", value or what.casefold(), done or ""), fields)]
