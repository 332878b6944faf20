"""The code that checks a patient in: shown on their phone, read by the clinic's tablet."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.accounts import links
from clinic.accounts.access import get_or_404, patient_only
from clinic.accounts.models import SignedLink
from clinic.accounts.qr_codes import picture_of
from clinic.portal.persons import with_person
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import Status
from clinic.scheduling.steps import LATEST

AHEAD = timedelta(days=1)  # who asks for it earlier will have lost the page by then


def shows_code(visit, now):
    """May the code of this visit be asked for now?"""
    return visit.status in (Status.BOOKED, Status.CONFIRMED) and now - LATEST <= visit.starts_at <= now + AHEAD


@patient_only
@require_POST
@with_person
def code(request, person, pk):
    """Make the code and show it; an older one of this visit opens nothing any more."""
    now = timezone.now()
    rows = Appointment.objects.for_own(request.user).of(person).select_related("location")
    visit = get_or_404(request, rows, pk=pk)
    if not shows_code(visit, now):
        raise Http404
    token = links.make(SignedLink.Scope.CHECKIN, visit.pk, by=request.user, expires_at=visit.starts_at + LATEST)
    picture = picture_of(settings.SITE_URL + reverse("checkin:code", args=[token]))
    return render(request, "portal/code.html", {"visit": visit, "picture": picture})
