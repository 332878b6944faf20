"""The door of the public."""

from django.db import connection
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.accounts.access import open_to_all
from clinic.website import front
from clinic.website.forms import CallForm


def _wizard():
    """Return where the first-run wizard stands, if it is there."""
    for name in ("setup", "website:setup"):
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return None


@require_safe
@open_to_all
def home(request):
    """Who we are, when, where, and how to ask for a time or a call."""
    if not request.clinic.set_up_at and (wizard := _wizard()):
        return redirect(wizard)
    shown = front.page(request.clinic, now=timezone.now())
    return render(request, "website/home.html", {**shown, "form": CallForm()})


@require_safe
@open_to_all
def healthz(request):
    """Say whether the database answers; nothing about the clinic."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
