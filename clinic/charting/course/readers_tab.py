"""The tab that says who saw and who changed what of one patient, from the log and from the versions of the rows."""

from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.accounts.models import User
from clinic.audit.models import AuditEvent
from clinic.audit.recording import record
from clinic.charting.course import deed_words, row_changes
from clinic.charting.course.timeline_tab import number
from clinic.charting.models import Visit
from patients.chart_tabs import Tab
from patients.models import Patient

PAGE, MOST_PEOPLE = 50, 60
VISIT = Visit._meta.label_lower


@dataclass(frozen=True)
class Line:
    """One deed: when, who in which role, what in a sentence, through which door, and the visit it is about."""

    at: datetime
    who: str
    roles: str
    what: str
    door: str
    visit: Visit | None


def _address(**asked):
    query = QueryDict(mutable=True)
    query["tab"] = "audit"
    query.update({name: value for name, value in asked.items() if value})
    return f"?{query.urlencode()}"


def _names(ids):
    """Return {number: name} of these accounts; one that is gone keeps its number."""
    names = {one.pk: str(one) for one in User.objects.filter(pk__in=ids)}
    return {pk: names.get(pk) or _("account %(n)s") % {"n": pk} for pk in ids}


def _people(ids, names):
    """Return [(number, name)] of those who did something, by name; number 0 stands for nobody's account."""
    named = sorted(((pk, names[pk]) for pk in ids if pk), key=lambda one: one[1])
    return named + ([(0, _("Without an account"))] if None in ids else [])


def _visits(events, user):
    """Return {number as text: visit} of the visits these deeds are about, as far as this user may see them."""
    about = [event.object_id for event in events if event.object_type == VISIT]
    return {str(row.pk): row for row in Visit.objects.for_user(user).filter(pk__in=about).only("visited_at")}


def _lines(events, names, visits):
    return [
        Line(
            event.at,
            names[event.actor_id] if event.actor_id else _("Without an account"),
            deed_words.roles(event.actor_roles),
            deed_words.sentence(event.action, event.details),
            deed_words.door(event.route),
            visits.get(event.object_id) if event.object_type == VISIT else None,
        )
        for event in events
    ]


def context(request, patient):
    """What the tab shows: one page of the log with its filters, and the last changes; reading it is a deed itself."""
    record("chart.readers_read", patient, by=request.user, patient=patient)
    records = Patient.objects.records_of([patient]).values("pk")
    rows = AuditEvent.objects.filter(patient_id__in=records)
    ids = list(rows.order_by().values_list("actor_id", flat=True).distinct()[:MOST_PEOPLE])
    asked = {"who": request.GET.get("who", ""), "deed": request.GET.get("deed", "")}
    asked["who"] = asked["who"] if asked["who"] in {str(pk or 0) for pk in ids} else ""
    asked["deed"] = asked["deed"] if asked["deed"] in deed_words.GROUPS else ""
    events = list(_asked(rows, asked, number(request.GET.get("before", ""))).order_by("-pk")[: PAGE + 1])
    shown = events[:PAGE]
    names = _names({pk for pk in (*ids, *(event.actor_id for event in shown)) if pk})
    return {
        "lines": _lines(shown, names, _visits(shown, request.user)),
        "people": _people(ids, names),
        "groups": [(name, label) for name, (label, _beginnings) in deed_words.GROUPS.items()],
        "asked": asked,
        "older": _address(**asked, before=shown[-1].pk) if len(events) > PAGE else "",
        "newest": _address(**asked) if request.GET.get("before") else "",
        "changes": row_changes.changes(patient, request.user),
    }


def _asked(rows, asked, before):
    if asked["who"]:
        rows = rows.filter(actor_id=int(asked["who"]) or None)
    if asked["deed"]:
        rows = rows.filter(deed_words.in_group(asked["deed"]))
    return rows.filter(pk__lt=before) if before else rows


TAB = Tab("audit", gettext_lazy("Who saw what"), context, "chart.readers", "events")
