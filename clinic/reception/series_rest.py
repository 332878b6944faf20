"""The rest of a series, from one visit on: moved with a preview, or cancelled."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.accounts.access import reception_only
from clinic.accounts.roles import require
from clinic.reception.forms import CancelForm
from clinic.reception.plans import choices
from clinic.reception.series import of
from clinic.scheduling import booking, series
from clinic.scheduling.proposing import Choice
from clinic.scheduling.series_forms import MoveRestForm

MOST_PLACES = 99


def _from_place(given):
    """Return from which visit on: the number in the address or form, else the first."""
    text = given.get("from", "")
    return min(int(text), MOST_PLACES) if text.isdecimal() and len(text) < 9 else 1


@reception_only
@require_safe
def preview(request, pk):
    """Where the rest would go: asks for the new day and time of its first visit, then shows each. Changes nothing."""
    require(request.user, "appointment.change")
    shown, place = of(request, pk), _from_place(request.GET)
    first = series.rest_of(shown, place, timezone.now()).first()
    form = MoveRestForm(request.GET if "day" in request.GET else None, first=first)
    planned = series.preview_rest(shown, place, form.shift()) if first and form.is_bound and form.is_valid() else []
    status = 422 if form.is_bound and form.errors else 200
    return _move_page(request, shown, place, form, planned, first=first, status=status)


@reception_only
@require_POST
def move(request, pk):
    """Move the rest to the times on the page, all of it or nothing."""
    require(request.user, "appointment.change")
    shown, place, now = of(request, pk), _from_place(request.POST), timezone.now()
    first = series.rest_of(shown, place, now).first()
    form = MoveRestForm(request.POST, first=first)
    if first is None or not form.is_valid():
        return _move_page(request, shown, place, form, [], first=first, status=422)
    try:
        moved = series.move_rest(shown, place, form.shift(), by=request.user, now=now, **_sent(request.POST, now))
    except series.SomeTaken as refused:
        return _move_page(request, shown, place, form, refused.planned, first=first, status=409, taken=refused.numbers)
    except booking.MovedMeanwhile as other:
        planned = series.preview_rest(shown, place, form.shift(), now=now)
        return _move_page(request, shown, place, form, planned, first=first, status=409, other=other.appointment)
    return _moved(request, shown, len(moved))


def _moved(request, shown, count):
    words = ngettext("%(n)s visit moved.", "%(n)s visits moved.", count)
    messages.success(request, words % {"n": count})
    return redirect("desk:series", shown.pk)


def _sent(data, now):
    """Return what the page showed: the choices from the fields `place-5`, how often each was moved from `seen-5`."""
    numbers = [n for n in range(1, MOST_PLACES + 1) if f"place-{n}" in data]
    seen = {n: data.get(f"seen-{n}", "") for n in numbers}
    return {
        "chosen": choices({n: data[f"place-{n}"] for n in numbers}, now),
        "seen": {n: int(text) for n, text in seen.items() if text.isdecimal() and len(text) < 9},
    }


def _move_page(request, shown, place, form, planned, *, first, status=200, taken=(), other=None):
    moving = [p for p in planned if p.choice and p.choice != Choice(p.asked.row.starts_at, p.asked.row.practitioner)]
    context = {"series": shown, "place": place, "form": form, "planned": planned, "first": first, "taken": taken}
    context |= {"moving": len(moving), "other": other}
    return render(request, "reception/series_move.html", context, status=status)


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request, pk):
    """Ask for the reason, then cancel what is still to come; the rows stay."""
    require(request.user, "appointment.change")
    shown, now = of(request, pk), timezone.now()
    place = _from_place(request.POST or request.GET)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        count = series.cancel_rest(shown, place, because=form.cleaned_data["because"], by=request.user, now=now)
        words = ngettext("%(n)s visit cancelled.", "%(n)s visits cancelled.", count)
        messages.success(request, words % {"n": count})
        return redirect("desk:series", shown.pk)
    context = {"series": shown, "place": place, "form": form, "rest": series.rest_of(shown, place, now)}
    return render(request, "reception/series_cancel.html", context, status=422 if form.is_bound else 200)
