"""Series at the desk: proposed inside the booking form, booked whole, shown with all visits, and made longer."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import can, require
from clinic.reception import bookings, plans
from clinic.scheduling import booking, series
from clinic.scheduling.forms import BookingForm
from clinic.scheduling.models import Series
from clinic.scheduling.models.appointments import Status
from clinic.scheduling.series_forms import AddVisitForm


def of(request, pk):
    """Return the series of this number, if this user may see it; else 404."""
    rows = Series.objects.for_user(request.user).select_related("patient", "practitioner__location", "kind")
    return get_or_404(request, rows, pk=pk)


# --- inside the booking form ---


@reception_only
@require_POST
def proposal(request):
    """The dates for the rule that is typed: the section and the foot of the booking form again. Changes nothing."""
    require(request.user, "appointment.add")
    form = BookingForm(initial=bookings.typed(request), user=request.user)
    if request.htmx.target != "series":  # its button, with or without script
        return bookings.page(request, form)
    context = {"section": plans.read(request.POST, request.user), "form": form, "oob": True}
    context["patient"] = bookings.chosen_patient(form, request.user)
    return render(request, "reception/_series.html", context)


@reception_only
@require_POST
def book(request):
    """Book the dates on the page, all of them or none; a refusal keeps what was chosen and offers fresh swaps."""
    require(request.user, "appointment.add")
    form = BookingForm(plans.typed(request.POST), user=request.user)
    section = plans.read(request.POST, request.user)
    if not form.is_valid() or not section.is_ready:
        return bookings.page(request, form, status=422, section=section)
    try:
        made = section.book(form, by=request.user)
    except series.SomeTaken as refused:
        section.planned, section.taken = refused.planned, refused.numbers
        return bookings.page(request, form, status=409, section=section)
    return _booked(request, made)


def _booked(request, made):
    rows = list(made.appointments.order_by("starts_at"))
    words = {"n": len(rows), "name": made.patient, "first": _day(rows[0]), "last": _day(rows[-1])}
    told = ngettext(
        "Booked: %(name)s, %(n)s visit on %(first)s.",
        "Booked: %(name)s, %(n)s visits, %(first)s to %(last)s.",
        len(rows),
    )
    messages.success(request, told % words)
    start = timezone.localtime(rows[0].starts_at)
    return bookings.to_day(request, start, made.patient_id)


def _day(row):
    return formats.date_format(timezone.localtime(row.starts_at), "D, M j")


# --- the series of a patient ---


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def one(request, pk):
    """A series with all its visits; a post adds one more."""
    shown = of(request, pk)
    form = AddVisitForm(request.POST or None)
    if request.method != "POST":
        return _page(request, shown, form)
    require(request.user, "appointment.add")
    start = form.starts_at(shown.practitioner) if form.is_valid() else None
    if not start:
        return _page(request, shown, form, status=422)
    try:
        row = series.add(shown, starts_at=start, by=request.user)
    except (booking.SlotTaken, booking.NotOpen) as refused:
        return _page(request, shown, form, status=409, refused=bookings.why(refused), nearest=refused.nearest)
    except booking.InThePast:
        form.add_error("time", _("This time has gone. Choose a later one."))
        return _page(request, shown, form, status=422)
    messages.success(request, _("Added: %(day)s.") % {"day": _day(row)})
    return redirect("desk:series", shown.pk)


def _page(request, shown, form, *, status=200, refused="", nearest=()):
    now, may = timezone.now(), can(request.user, "appointment.change")
    rows = list(shown.appointments.select_related("kind", "practitioner").order_by("series_place"))
    for row in rows:
        row.is_to_come = row.status in series.STILL_TO_COME and row.starts_at > now
    context = {"series": shown, "visits": rows, "form": form, "may": may, "refused": refused, "nearest": nearest}
    context["done"] = sum(row.status == Status.DONE for row in rows)
    context["to_come"] = sum(row.is_to_come for row in rows)
    return render(request, "reception/series.html", context, status=status)
