"""One person with two records: whoever notices proposes it here, the clinic admin decides."""

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import can, require
from clinic.reception.finding import hits, with_alerts
from clinic.reception.same_forms import ProposeForm
from patients import duplicates, matching, merging
from patients.joined import kept_of
from patients.models import Merge, Patient

RIGHT = "patient.merge_propose"


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def same_person(request, pk):
    """Find the other record (`?q=`, or one of the likely ones), take it (`?with=`), and say why; POST proposes it."""
    require(request.user, RIGHT)
    patient = _record(request, pk)
    given = request.POST if request.method == "POST" else request.GET
    other = _record(request, given["with"]) if given.get("with") else None
    if request.method != "POST" or other is None:
        return _page(request, patient, other, _form(patient, other) if other else None)
    form = ProposeForm(request.POST, patient=patient, other=other)
    if form.is_valid() and _proposed(form, patient, other, request.user):
        messages.success(request, _("Proposed. The clinic admin looks at both records and decides."))
        return redirect("desk:patient", patient.pk)
    return _page(request, patient, other, form, status=422)


def _record(request, pk):
    return kept_of(get_or_404(request, Patient.objects.for_user(request.user).select_related("merged_into"), pk=pk))


def _form(patient, other):
    """The older record is usually the one that everything hangs on; the reasons are those the comparison gives."""
    likeness = matching.compare(duplicates.person_of(patient), duplicates.person_of(other))
    keep = ProposeForm.THIS if patient.pk < other.pk else ProposeForm.OTHER
    return ProposeForm(initial={"keep": keep, "because": likeness.in_words}, patient=patient, other=other)


def _proposed(form, patient, other, user):
    """Propose the two, or tell the form why that cannot be."""
    pair = (patient, other) if form.cleaned_data["keep"] == ProposeForm.THIS else (other, patient)
    try:
        return merging.propose(kept=pair[0], absorbed=pair[1], because=form.cleaned_data["because"], by=user)
    except merging.CannotMerge as refused:
        form.add_error(None, refused.told)
    return None


def _page(request, patient, other, form, status=200):
    text = request.GET.get("q", "").strip()
    found = [row for row in hits(text, request.user) if row.pk != patient.pk] if text and not other else []
    context = {"patient": patient, "other": other, "form": form, "q": text, "hits": found}
    context["likely"] = with_alerts(duplicates.like(patient)) if not other else []
    about = Merge.objects.waiting().filter(Q(kept=patient) | Q(absorbed=patient))
    context["waiting"] = about.select_related("kept", "absorbed") if not other else []
    context["may_decide"] = can(request.user, "patient.merge")
    return render(request, "reception/same_person.html", context, status=status)
