"""The day sheet with what is going on in the clinic beside it."""

from datetime import timedelta

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import can
from clinic.reception import cards, panels, sections, sheet, snapshot
from clinic.reception.days import asked_day
from clinic.reception.going_back import undoable
from clinic.scheduling.models.appointments import Status
from patients.joined import to_kept
from patients.models import Patient


@reception_only
@require_safe
def day(request):
    """One day of the clinic; `?day=` another day, `?p=` a patient's snapshot in the side panel, `?who=` one list."""
    now, shown = timezone.now(), asked_day(request.GET.get("day"))
    context = beside(request, read(request, shown, now))
    context |= {"previous": shown - timedelta(days=1), "next": shown + timedelta(days=1), "undo": undoable(request)}
    context["poll_url"] = reverse("desk:now")
    if number := request.GET.get("p"):
        patient = get_or_404(request, Patient.objects.for_user(request.user), pk=number)
        if patient.merged_into_id:
            return to_kept(request, reverse("desk:day"), p=patient.merged_into_id)
        context["snapshot"] = snapshot.read(patient, user=request.user, now=now)
    else:
        context |= panels.read(request.user, now)
        context["side"] = sections.draw("reception/_panels.html", context, request)
    context["rail"] = sections.draw("reception/_rail.html", context, request)
    return render(request, "reception/day.html", context)


def read(request, shown, now):
    """Read the sheet as the address asks for it."""
    by = "rooms" if request.GET.get("by") == "rooms" else "people"
    return sheet.read(shown, user=request.user, now=now, by=by, long_wait=request.clinic.long_wait_minutes)


def beside(request, of_day):
    """Return what page and poll say of the day alike: the sheet, who is in the clinic, the list of the phone."""
    number = request.GET.get("p", "")
    context = {"sheet": of_day, "flow": now_in_clinic(request, of_day), "may": rights(request.user)}
    context["longest"] = cards.longest_wait(context["flow"])
    context["day_url"] = reverse("desk:day")
    context["only"] = next((s for s in Status if s == request.GET.get("status")), None)
    context["shown_patient"] = int(number) if number.isdecimal() and len(number) < 19 else None
    return context | phone_list(of_day, request.GET.get("who"))


def rights(user):
    """What the buttons of the page ask: {name: may this user do it?}."""
    return {name: can(user, f"appointment.{name}") for name in ("add", "change")} | {
        "answer": can(user, "request.change"),
        "acknowledge": can(user, "alert.acknowledge"),
        "content": can(user, "alert.view_content"),
    }


def now_in_clinic(request, of_day):
    """Return the rows of the flow board: always of today, whichever day the sheet shows."""
    if of_day.is_today:
        return cards.flow(of_day.cards)
    zone, now = of_day.frame.zone, of_day.now
    today = sheet.appointments_of(now.astimezone(zone).date(), zone, request.user).select_related("practitioner")
    return cards.flow(sheet.cards_of(list(today), now, request.clinic.long_wait_minutes))


def phone_list(of_day, who):
    """Return the visits of the list that takes over on a phone: everyone's, or those of one practitioner."""
    wanted = int(who) if who and who.isdecimal() and len(who) < 19 else None
    rows = [c for c in of_day.cards if wanted in (None, c.appointment.practitioner_id)]
    return {
        "who": wanted,
        "earlier": [c for c in rows if c.appointment.ends_at <= of_day.now and not (c.is_here or c.late)],
        "listed": [c for c in rows if c.appointment.ends_at > of_day.now or c.is_here or c.late],
    }
