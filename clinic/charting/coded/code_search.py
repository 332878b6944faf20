"""Finding a diagnosis code while typing on the travel card."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.accounts.access import refuse
from clinic.accounts.roles import can
from clinic.charting.coded import diagnosing

SHORTEST = 2


@require_safe
def search(request):
    """GET: up to twelve codes for what was typed, as buttons of the note's form."""
    if not can(request.user, "visit.view"):
        refuse(request, "role")
        raise PermissionDenied("visit.view")
    typed = request.GET.get("diagnosis", "").strip()
    hits = diagnosing.found(typed) if len(typed) >= SHORTEST else []
    return render(request, "admin/charting/visit/_code_hits.html", {"hits": hits, "typed": typed})
