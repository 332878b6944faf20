"""The tab with everything about a patient on one line of time, filtered by kind and by complaint, older by a tap."""

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from clinic.charting.course import timeline
from clinic.charting.course.timeline_entries import Cursor
from clinic.charting.course.timeline_sources import KINDS
from patients.chart_tabs import Tab

MOST_COMPLAINTS = 12


def _address(**asked):
    query = QueryDict(mutable=True)
    query["tab"] = "timeline"
    query.update({name: value for name, value in asked.items() if value})
    return f"?{query.urlencode()}"


def number(text):
    """A row's number in an address, or None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def context(request, patient):
    """What the tab shows: one page of entries, the filters as links, and the address of what is older."""
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in KINDS else ""
    complaints = list(patient.rows("episodes").for_user(request.user).only("complaint")[:MOST_COMPLAINTS])
    asked = number(request.GET.get("complaint", ""))
    complaint = asked if asked in [one.pk for one in complaints] else None
    before = Cursor.read(request.GET.get("before", ""))
    found = timeline.entries(
        patient, request.user, {kind} if kind else None, before, timeline.PAGE + 1, complaint=complaint
    )
    shown = found[: timeline.PAGE]
    older = str(Cursor.behind(shown[-1])) if len(found) > len(shown) else ""
    return {
        "entries": shown,
        "is_later_page": before is not None,
        "newest": _address(kind=kind, complaint=complaint),
        "older": _address(kind=kind, complaint=complaint, before=older) if older else "",
        "kinds": [("", _("All"), _address(complaint=complaint))]
        + [(name, label, _address(kind=name, complaint=complaint)) for name, label in KINDS.items()],
        "kind": kind,
        "complaints": [(one.pk, one.complaint, _address(kind=kind, complaint=one.pk)) for one in complaints],
        "complaint": complaint,
        "every_complaint": _address(kind=kind),
    }


TAB = Tab("timeline", _("Timeline"), context)
