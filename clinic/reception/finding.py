"""Finding a patient: the one search box, and the paged list."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.accounts.access import reception_only
from clinic.accounts.roles import can
from clinic.charting.safety import patients_with_alert
from patients.models import Patient

MOST_HITS, PAGE = 8, 25


def hits(text, user):
    """Return at most eight patients found by `text`, each with `has_alert`."""
    found = list(Patient.objects.for_user(user).filter(merged_into=None).search(text)[:MOST_HITS])
    return with_alerts(found)


def with_alerts(rows):
    """Mark each patient with `has_alert`, in the same few queries for any number of rows, and `phone_end`."""
    alerts = patients_with_alert(rows)
    for patient in rows:
        patient.has_alert = patient.pk in alerts
        patient.phone_end = "".join(c for c in patient.phone if c.isdigit())[-4:]
    return rows


@reception_only
@require_safe
def search(request):
    """The answer to the search box: a fragment while typing, a page without script; `?pick` offers to take a hit."""
    text = request.GET.get("q", "").strip()
    context = {"q": text, "hits": hits(text, request.user) if text else [], "pick": "pick" in request.GET}
    context["may_add"] = can(request.user, "appointment.add")
    fragment = request.htmx and not request.htmx.boosted
    return render(request, "reception/_hits.html" if fragment else "reception/search.html", context)


@reception_only
@require_safe
def patients(request):
    """Everybody in our care, page by page, or those a search finds."""
    text = request.GET.get("q", "").strip()
    rows = Patient.objects.for_user(request.user).filter(merged_into=None)
    page = Paginator(rows.search(text) if text else rows, PAGE).get_page(request.GET.get("page"))
    page.object_list = with_alerts(list(page.object_list))
    context = {"q": text, "page": page, "may_add": can(request.user, "appointment.add")}
    return render(request, "reception/patients.html", context)
