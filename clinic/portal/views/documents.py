"""Documents on the portal: what one has sent, what the clinic has released, and sending another."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic.accounts.access import get_or_404, patient_only
from clinic.portal.persons import with_person
from patients import documents as deeds
from patients.document_forms import DocumentForm
from patients.document_pages import handed_out
from patients.models import Document

PER_PAGE = 10


def _own(request, person):
    return Document.objects.for_own(request.user).of(person)


@patient_only
@require_http_methods(["GET", "HEAD", "POST"])
@with_person
def documents(request, person):
    """The list, newest first, and the form to send one."""
    form = DocumentForm()
    if request.method == "POST":
        form = DocumentForm(request.POST, request.FILES)
        if form.keep(deeds.send, person, by=request.user):
            messages.success(request, _("Thank you. Your practitioner finds it in your chart."))
            return HttpResponseRedirect(reverse("portal:documents") + request.portal.query)
    page = Paginator(_own(request, person), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/documents.html", {"form": form, "page": page}, status=422 if form.is_bound else 200)


@patient_only
@require_safe
@with_person
def document(request, person, pk):
    """One file, as a download."""
    return handed_out(request, get_or_404(request, _own(request, person), pk=pk))
