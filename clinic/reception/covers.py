"""Who pays for a patient, at the desk: the cover in force, those before it, a new one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import can, require
from patients import coverages
from patients.coverage_forms import CoverageForm
from patients.models import Coverage, Patient

MOST = 20


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def cover(request, pk):
    """The covers of a patient; a post begins a new one."""
    require(request.user, "coverage.view")
    patient = get_or_404(request, Patient.objects.for_user(request.user), pk=pk)
    if request.method == "POST" and not can(request.user, "coverage.change"):
        raise PermissionDenied("coverage.change")
    form = CoverageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        coverages.add(patient, by=request.user, **form.cleaned_data)
        messages.success(request, _("Noted. What was in force before has ended."))
        return redirect("desk:cover", pk)
    rows = Coverage.objects.of(patient).for_user(request.user).select_related("added_by")[:MOST]
    context = {
        "patient": patient,
        "form": form,
        "covers": rows,
        "current": coverages.current(patient),
        "may_change": can(request.user, "coverage.change"),
    }
    return render(request, "reception/cover.html", context, status=422 if form.is_bound else 200)


@reception_only
@require_POST
def end(request, pk):
    """End a cover today, or note that its notice was signed today."""
    row = get_or_404(request, Coverage.objects.for_user(request.user).select_related("patient"), pk=pk)
    try:
        if request.POST.get("do") == "notice":
            coverages.sign_notice(row, by=request.user)
            messages.success(request, _("The signed notice is noted."))
        else:
            coverages.end(row, by=request.user)
            messages.success(request, _("The cover has ended."))
    except coverages.AlreadySigned:
        messages.info(request, _("The signed notice was noted before; its day stays."))
    except coverages.AlreadyEnded:
        messages.info(request, _("The cover had ended before."))
    except coverages.EndsBeforeItBegan:
        messages.error(request, _("It has not begun yet, so it cannot end today."))
    return redirect("desk:cover", row.patient_id)
