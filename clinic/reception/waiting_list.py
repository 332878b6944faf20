"""Putting a patient on the waiting list, and taking them off."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import require
from clinic.reception.bookings import chosen_patient
from clinic.reception.finding import hits
from clinic.reception.going_back import go_back
from clinic.scheduling import waitlist
from clinic.scheduling.models import WaitlistEntry
from clinic.scheduling.refusals import PatientHasDied
from clinic.scheduling.waitlist_forms import WaitForm


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request):
    """Put a patient on the list: who, and what they wish for."""
    require(request.user, "appointment.change")
    form = _add_form(request)
    if not form.is_bound or not form.is_valid():
        return _add_page(request, form, status=422 if form.is_bound else 200)
    try:
        entry = form.add(by=request.user)
    except waitlist.WaitsAlready:
        form.add_error("kind", _("This patient is on the list for this kind of visit already."))
        return _add_page(request, form, status=409)
    except PatientHasDied:
        form.add_error("patient", _("This patient has died."))
        return _add_page(request, form, status=409)
    except waitlist.NotTheirVisit:
        form.add_error("instead_of", _("This visit was cancelled or has begun meanwhile."))
        return _add_page(request, form, status=409)
    messages.success(request, _("On the waiting list: %(name)s.") % {"name": entry.patient})
    return redirect("desk:day")


def _add_form(request):
    """Bound when "Add" was pressed; drawn again with everything typed when a patient is looked for or taken."""
    if request.method != "POST":
        return WaitForm(initial={"patient": request.GET.get("patient", "")}, user=request.user)
    typed = {name: request.POST.get(name, "") for name in WaitForm.base_fields}
    typed["weekdays"] = request.POST.getlist("weekdays")
    if request.POST.get("take", "").isdecimal():
        return WaitForm(initial=typed | {"patient": request.POST["take"]}, user=request.user)
    if request.POST.get("do") in ("find", "other"):
        return WaitForm(initial=typed | {"patient": ""}, user=request.user)
    return WaitForm(request.POST, user=request.user)


def _add_page(request, form, status):
    patient, text = chosen_patient(form, request.user), request.POST.get("q", "").strip()
    found = hits(text, request.user) if text and not patient else []
    context = {"form": form, "patient": patient, "q": text, "hits": found, "pick": True}
    return render(request, "reception/waiting_add.html", context, status=status)


def entry_of(request, pk):
    rows = WaitlistEntry.objects.for_user(request.user).select_related(
        "patient", "kind", "practitioner", "instead_of__location"
    )
    return get_or_404(request, rows, pk=pk)


@reception_only
@require_POST
def withdraw(request, pk):
    """Take somebody off the list."""
    entry = entry_of(request, pk)
    try:
        waitlist.withdraw(entry, by=request.user)
        messages.success(request, _("Off the waiting list: %(name)s.") % {"name": entry.patient})
    except waitlist.NoLongerWaiting:
        messages.warning(request, _("%(name)s was taken off the list already.") % {"name": entry.patient})
    return go_back(request)
