"""Where a deed of the desk returns to: the page its button stood on; and what `u` may take back for five minutes."""

from datetime import datetime, timedelta

from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from clinic.reception.cards import Card
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import Status

UNDO = "desk_undo"  # session: number of the visit, when, and for a move its place before; no name, no health data
UNDO_FOR = timedelta(minutes=5)


def go_back(request, default="desk:day", done="desk-changed"):
    """Redirect to the page the form names in `back` if it is one of ours, else to `default`.

    Where htmx asked, the page stays: the answer holds the words and the undo, and makes the page look again (`done` is
    the event it hears).
    """
    if request.htmx:
        response = render(request, "reception/_toasts.html", {"undo": undoable(request), "may": {"change": True}})
        response.headers["HX-Trigger"] = done
        return response
    back = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back) if ours and back.startswith("/") else redirect(default)


def remember(request, appointment, was=None):
    """Keep which visit was stepped, cancelled or moved; `was` is its place before, as `moving.place_of` tells it."""
    request.session[UNDO] = {"visit": appointment.pk, "at": timezone.now().isoformat(), "was": was}


def remembered(request):
    """Return what was kept if it is fresh, else None."""
    kept = request.session.get(UNDO)
    fresh = kept and timezone.now() - datetime.fromisoformat(kept["at"]) <= UNDO_FOR
    return kept if fresh else None


def undoable(request):
    """Return the card of the visit whose last deed this user did, as long as it can be taken back."""
    if not (kept := remembered(request)):
        return None
    rows = Appointment.objects.for_user(request.user).select_related("patient", "kind", "practitioner")
    row = rows.filter(pk=kept["visit"]).first()
    if row is None or (row.status == Status.HELD and not kept["was"]):
        return None
    card = Card(row, timezone.now())
    card.moved = bool(kept["was"])
    return card
