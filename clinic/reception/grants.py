"""Who may act for a patient: given here once somebody has shown who they are, taken back here at once."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import can, require
from clinic.reception.around_forms import GrantForm
from patients import granting
from patients.models import Patient, ProxyGrant


def _patients(user):
    require(user, "grant.view")
    return Patient.objects.for_user(user)


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def grants(request, pk):
    """Those who act for this patient; a post gives leave to another."""
    patient, may_add = get_or_404(request, _patients(request.user), pk=pk), can(request.user, "grant.add")
    form = GrantForm(request.POST or None)
    if request.method == "POST":
        require(request.user, "grant.add")
        if form.is_valid() and (made := form.give(patient, by=request.user)):
            messages.success(request, _("%(name)s may act for this patient now.") % {"name": made.user})
            return redirect("desk:grants", pk)
    context = {
        "form": form if may_add and not patient.deceased_on else None,
        "patient": patient,
        "grants": granting.of(patient)[: granting.MOST_LISTED],
        "past": granting.past_of(patient)[: granting.MOST_LISTED],
        "last_day": granting.last_day_of_minority(patient) if granting.is_minor(patient) else None,
        "may_revoke": can(request.user, "grant.revoke"),
    }
    return render(request, "reception/grants.html", context, status=422 if form.is_bound else 200)


@reception_only
@require_POST
def revoke(request, pk):
    """Take leave back at once."""
    require(request.user, "grant.revoke")
    patients = _patients(request.user)
    given = get_or_404(request, ProxyGrant.objects.filter(patient__in=patients).select_related("user"), pk=pk)
    try:
        granting.revoke(given, by=request.user)
        messages.success(request, _("%(name)s may not act for this patient any more.") % {"name": given.user})
    except granting.AlreadyRevoked:
        messages.info(request, _("This was taken back before."))
    return redirect("desk:grants", given.patient_id)


@reception_only
@require_safe
def ending(request):
    """Leave that ends within thirty days: to be renewed with the patient, or let go."""
    rows = granting.ending_soon().filter(patient__in=_patients(request.user))
    return render(request, "reception/grants_ending.html", {"grants": rows[: granting.MOST_LISTED]})
