"""Visits to come and visits that were, and what a visit came to in plain words."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.accounts.access import get_or_404, patient_only
from clinic.audit.recording import record
from clinic.charting.models import TreatmentApplied, VisitMark
from clinic.portal import records
from clinic.portal.persons import with_person
from clinic.portal.plain_words import of_treatment
from clinic.portal.views.sooner import with_waits
from clinic.scheduling import feeds

PER_PAGE = 10


@patient_only
@require_safe
@with_person
def visits(request, person):
    """Coming visits, and what lies behind, ten on a page."""
    page = Paginator(records.past(request.user, person), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "coming": with_waits(records.coming(request.user, person), request.user, person),
        "page": page,
        "may_subscribe": feeds.may_make(person, request.user),
        "past": records.fill_past(request.user, person, list(page.object_list)),
    }
    return render(request, "portal/visits.html", context)


@patient_only
@require_safe
@with_person
def visit(request, person, pk):
    """One released visit: its summary, what was done, what to spare."""
    row = get_or_404(request, records.released_visits(request.user, person).select_related("practitioner"), pk=pk)
    treatments = TreatmentApplied.objects.for_own(request.user).filter(visit=row).select_related("kind")
    context = {
        "visit": row,
        "summary": row.marks.filter(kind=VisitMark.Kind.RELEASED).values_list("summary", flat=True).first(),
        "done": [of_treatment(treatment) for treatment in treatments],
        "spare": records.movement_to_spare(row),
    }
    record("visit.read", row, by=request.user, patient=person, via="portal")
    return render(request, "portal/visit.html", context)
