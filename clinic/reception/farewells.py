"""Noting that a patient has died, and taking a mistake back."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import require
from clinic.reception.around_forms import DiedForm
from clinic.scheduling import farewell
from patients import dying
from patients.models import Patient


def _patient(request, pk):
    require(request.user, "patient.change")
    return get_or_404(request, Patient.objects.for_user(request.user), pk=pk)


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def died(request, pk):
    """Ask for the day and say what ends; then end it."""
    patient, form, said = _patient(request, pk), DiedForm(request.POST or None), None
    try:
        if form.is_bound and form.is_valid():
            said = form.note(farewell.note, patient, by=request.user)
    except dying.AlreadyNoted:
        messages.info(request, _("That this patient has died was noted before."))
        return redirect("desk:patient", pk)
    if said:
        ended = ngettext("%(n)s visit to come is cancelled.", "%(n)s visits to come are cancelled.", said.visits)
        messages.success(request, _("Noted.") + " " + ended % {"n": said.visits})
        return redirect("desk:patient", pk)
    context = {"form": form, "patient": patient}
    return render(request, "reception/died.html", context, status=422 if form.is_bound else 200)


@reception_only
@require_POST
def alive(request, pk):
    """Take back a death that was entered by mistake."""
    patient = _patient(request, pk)
    try:
        dying.correct(patient, by=request.user)
        messages.success(request, _("Taken back. Cancelled visits are not booked again by themselves: please look."))
    except dying.NotNoted:
        messages.info(request, _("Nothing says that this patient has died."))
    return redirect("desk:patient", pk)
