"""A report that somebody brings along: the desk files it into the chart and does not read it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import require
from patients import documents
from patients.document_forms import DocumentForm
from patients.models import Patient


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def add_document(request, pk):
    """File one document; what is in the chart already is not shown."""
    require(request.user, "document.add")
    patient = get_or_404(request, Patient.objects.for_user(request.user), pk=pk)
    form = DocumentForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.keep(documents.add, patient, by=request.user):
        messages.success(request, _("The document is in the chart."))
        return redirect("desk:patient", pk)
    context = {"form": form, "patient": patient}
    return render(request, "reception/document.html", context, status=422 if form.is_bound else 200)
