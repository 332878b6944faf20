"""The poll: what has changed since a page was drawn. Looking is no activity, so it never writes the session."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.accounts.access import reception_only
from clinic.reception import day, panels, sections
from clinic.reception.days import asked_day

PARTS = ("sheet", "side", "rail")


def has(request):
    """Return what the page says it shows, {"day": "2027-03-01", "sheet": version, "side": version, ...}."""
    pairs = (pair.partition("=") for pair in request.headers.get("Desk-Has", "").split())
    return {name: value for name, _equals, value in pairs}


@reception_only
@require_safe
def now(request):
    """The parts of the day's page that differ from what it shows; 204 when none does. Its query is the page's own."""
    request.path = reverse("desk:day")  # buttons in the parts lead back to the page
    if not request.htmx:
        return redirect(request.get_full_path())
    shown, moment = has(request), timezone.now()
    of_day = day.read(request, asked_day(shown.get("day") or request.GET.get("day")), moment)
    context = day.beside(request, of_day)
    if "side" in shown:
        context |= panels.read(request.user, moment)
        context["side"] = sections.draw("reception/_panels.html", context, request)
    context["rail"] = sections.draw("reception/_rail.html", context, request)
    versions = {"sheet": of_day.version} | {name: context[name].version for name in ("side", "rail") if name in context}
    changed = [name for name in PARTS if name in shown and shown[name] != versions[name]]
    if not changed:
        return HttpResponse(status=204)
    return render(request, "reception/_live.html", context | {"changed": changed, "oob": True})
