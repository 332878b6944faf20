"""Answering what visitors of the site ask for: a held time is accepted for a patient, a call is made, or neither."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import require
from clinic.reception.bookings import chosen_patient
from clinic.reception.finding import hits, with_alerts
from clinic.reception.going_back import go_back
from clinic.reception.sections import some_of
from clinic.scheduling import booking
from clinic.scheduling.forms import AcceptForm
from clinic.scheduling.models import AppointmentRequest

OUTCOMES = {"called": gettext_lazy("The call is noted."), "declined": gettext_lazy("Declined: the time is free again.")}


def panel(user, now):
    """What visitors of the site ask for and nobody has answered."""
    waiting = AppointmentRequest.objects.for_user(user).unanswered().select_related("appointment__practitioner")
    rows, count = some_of(waiting)
    return {"requests": rows, "requests_count": count}


def _request(request, pk):
    rows = AppointmentRequest.objects.for_user(request.user).select_related(
        "appointment__practitioner__location", "appointment__kind"
    )
    return get_or_404(request, rows, pk=pk)


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def accept_request(request, pk):
    """Say who the visitor is (a patient of ours or a new one), then turn the held time into their visit."""
    require(request.user, "request.change")
    asked = _request(request, pk)
    if asked.appointment_id is None or asked.answered_at:
        messages.warning(request, _("This request has been answered already."))
        return redirect("desk:day")
    form = _form(request, asked)
    if not form.is_bound:
        return _page(request, form, asked)
    if not form.is_valid():
        return _page(request, form, asked, status=422)
    try:
        appointment = form.accept(asked, by=request.user)
    except booking.PatientIsElsewhere:
        form.add_error(None, _("This patient has another visit at that time. Decline, and book another time."))
        return _page(request, form, asked, status=409)
    except booking.PatientHasDied:
        form.add_error("patient", _("This patient has died."))
        return _page(request, form, asked, status=409)
    except (booking.HoldHasEnded, booking.AlreadyAnswered):
        messages.error(request, _("The held time was let go or answered meanwhile. Please call and book another."))
        return redirect("desk:day")
    return _accepted(request, appointment)


def _accepted(request, appointment):
    start = timezone.localtime(appointment.starts_at)
    messages.success(request, _("Accepted and booked: %(name)s.") % {"name": appointment.patient})
    return redirect(f"{reverse('desk:day')}?day={start:%Y-%m-%d}&p={appointment.patient_id}")


def _form(request, asked):
    """Bound when "Accept" was pressed; else drawn with what the visitor wrote, or with what was typed since."""
    first, _space, last = asked.name.strip().rpartition(" ")
    initial = {"given_name": first or last, "family_name": last if first else "", "birth_date": asked.birth_date}
    initial |= {"phone": asked.phone}
    if request.method != "POST":
        return AcceptForm(initial=initial, user=request.user)
    typed = {name: request.POST.get(name, "") for name in AcceptForm.base_fields}
    if request.POST.get("take", "").isdecimal():
        return AcceptForm(initial=typed | {"patient": request.POST["take"]}, user=request.user)
    if request.POST.get("do") in ("find", "other"):
        return AcceptForm(initial=typed | {"patient": ""}, user=request.user)
    return AcceptForm(request.POST, user=request.user)


def _page(request, form, asked, status=200):
    patient = chosen_patient(form, request.user)
    text = request.POST.get("q", asked.name if request.method == "GET" else "").strip()
    found = hits(text, request.user) if text and not patient else []
    context = {"form": form, "asked": asked, "patient": patient, "q": text, "hits": found, "pick": True}
    context["same"] = with_alerts(form.duplicates)
    return render(request, "reception/accept.html", context, status=status)


@reception_only
@require_POST
def answer_request(request, pk):
    """Close a request: the visitor was called, or it is declined."""
    require(request.user, "request.change")
    require(request.user, "request.change")
    asked, outcome = _request(request, pk), request.POST.get("outcome")
    if outcome not in OUTCOMES:
        raise Http404
    try:
        booking.answer(asked, outcome=outcome, by=request.user)
        messages.success(request, OUTCOMES[outcome])
    except booking.AlreadyAnswered:
        messages.warning(request, _("Somebody else has answered this request already."))
    return go_back(request)
