"""The tab of adverse events: reported in a few taps, asked after again, closed with how they ended."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.accounts.access import get_or_404
from clinic.accounts.roles import can
from clinic.charting.events import adverse_events
from clinic.charting.events.event_forms import AskAgainForm, CloseEventForm, EventForm
from clinic.charting.models import AdverseEvent, Visit
from patients.chart_tabs import Tab

MOST, MOST_VISITS = 100, 12


class Refused(Exception):
    """Something typed cannot be kept: the tab comes back with this in its context."""

    def __init__(self, **context):
        super().__init__()
        self.context = context


def _visits(request, patient):
    """The last visits as choices; notes entered in error are left out."""
    rows = Visit.objects.of(patient).for_user(request.user).valid().order_by("-visited_at", "-pk")
    pairs = rows.values_list("pk", "visited_at")[:MOST_VISITS]
    return [(pk, date_format(timezone.localdate(at), "D j M Y")) for pk, at in pairs]


def _initial(request, visits):
    """What the address proposes: the visit and the treatment it is about; else the last visit."""
    asked = request.GET.get("visit", "")
    known = {str(pk) for pk, _day in visits}
    visit = asked if asked in known else (visits[0][0] if visits else None)
    return {"visit": visit, "kind": request.GET.get("kind", "")[:20]}


def context(request, patient):
    """What the tab shows: open events first, and the form for a new one."""
    rows = AdverseEvent.objects.of(patient).for_user(request.user)
    rows = rows.select_related("visit__practitioner", "kind", "reported_by", "closed_by")
    visits = _visits(request, patient)
    return {
        "events": sorted(rows[:MOST], key=lambda row: row.closed_at is not None),
        "event_form": EventForm(visits=visits, initial=_initial(request, visits), prefix="event").mark(),
        "close_form": CloseEventForm(prefix="close").mark(),
        "again_form": AskAgainForm(prefix="again").mark(),
        "outcomes": AdverseEvent.Outcome.choices,
        "may_report": can(request.user, "adverse_event.add"),
        "may_close": can(request.user, "adverse_event.change"),
    }


def _back(patient):
    return redirect(f"{patient.get_absolute_url()}?tab=events")


def _report(request, patient, _what):
    form = EventForm(request.POST, visits=_visits(request, patient), prefix="event").mark()
    if not form.is_valid():
        raise Refused(event_form=form.mark())
    number = form.cleaned_data["visit"]
    visit = Visit.objects.of(patient).for_user(request.user).filter(pk=number).first() if number else None
    adverse_events.report(patient, visit=visit, by=request.user, **form.said())
    messages.success(request, _("Reported. It stands beside the name until it is closed."))
    return _back(patient)


def _close(request, patient, pk):
    event = get_or_404(request, AdverseEvent.objects.of(patient).for_user(request.user), pk=pk)
    form = CloseEventForm(request.POST, prefix="close").mark()
    if not form.is_valid():
        raise Refused(close_form=form.mark(), closing=event.pk)
    try:
        adverse_events.close(event, by=request.user, **form.cleaned_data)
        messages.success(request, _("Closed."))
    except adverse_events.AlreadyClosed:
        messages.error(request, _("This was closed before; nothing was changed."))
    return _back(patient)


def _ask_again(request, patient, pk):
    event = get_or_404(request, AdverseEvent.objects.of(patient).for_user(request.user), pk=pk)
    form = AskAgainForm(request.POST, prefix="again").mark()
    if not form.is_valid():
        raise Refused(again_form=form.mark(), asking=event.pk)
    try:
        adverse_events.follow_up(event, by=request.user, **form.cleaned_data)
        messages.success(request, _("The day to ask again is set."))
    except adverse_events.BadDay as error:
        form.add_error("on", _("This is before it began."))
        raise Refused(again_form=form.mark(), asking=event.pk) from error
    except adverse_events.AlreadyClosed:
        messages.error(request, _("This was closed before; nothing was changed."))
    return _back(patient)


DEEDS = {"report_event": _report, "close_event": _close, "event_again": _ask_again}
TAB = Tab("events", gettext_lazy("Events"), context, "adverse_event.view", "alerts", DEEDS, Refused)
