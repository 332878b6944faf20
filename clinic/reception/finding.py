"""Finding a patient: the one search box, and the paged list."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.accounts.access import reception_only
from clinic.accounts.roles import can
from clinic.charting.safety import patients_with_alert
from patients.models import Patient

MOST_HITS, PAGE = 8, 25


def hits(text, user, *, living=True):
    """Return at most eight patients found by `text`, each with `has_alert`; to be booked, so the living unless said."""
    rows = Patient.objects.for_user(user).kept()
    return with_alerts(list((rows.living() if living else rows).search(text)[:MOST_HITS]))


def with_alerts(rows):
    """Mark each patient with `has_alert`, in the same few queries for any number of rows, `phone_end` and `joined`."""
    alerts, joined = patients_with_alert(rows), joined_to(rows)
    for patient in rows:
        patient.has_alert, patient.joined = patient.pk in alerts, joined.get(patient.pk, [])
        patient.phone_end = "".join(c for c in patient.phone if c.isdigit())[-4:]
    return rows


def joined_to(rows):
    """Return {patient id: [records that were joined to theirs]}: who is found by an old name is told of it."""
    found: dict[int, list[Patient]] = {}
    for record in Patient.objects.filter(merged_into__in=[row.pk for row in rows]).order_by("pk"):
        found.setdefault(record.person_id, []).append(record)
    return found


@reception_only
@require_safe
def search(request):
    """The answer to the search box: a fragment while typing, a page without script; `?pick` offers to take a hit."""
    text = request.GET.get("q", "").strip()
    pick = "pick" in request.GET
    context = {"q": text, "hits": hits(text, request.user, living=pick) if text else [], "pick": pick}
    context["may_add"] = can(request.user, "appointment.add")
    fragment = request.htmx and not request.htmx.boosted
    return render(request, "reception/_hits.html" if fragment else "reception/search.html", context)


@reception_only
@require_safe
def patients(request):
    """Everybody in our care, page by page, or those a search finds."""
    text = request.GET.get("q", "").strip()
    rows = Patient.objects.for_user(request.user).kept()
    page = Paginator(rows.search(text) if text else rows, PAGE).get_page(request.GET.get("page"))
    page.object_list = with_alerts(list(page.object_list))
    context = {"q": text, "page": page, "may_add": can(request.user, "appointment.add")}
    return render(request, "reception/patients.html", context)
