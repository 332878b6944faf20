"""Visits in the patient's own calendar: one as a file, or all of them under an address that can be withdrawn."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_http_methods, require_POST, require_safe

from clinic.accounts.access import by_address, get_or_404, patient_only
from clinic.portal.persons import with_person
from clinic.practice import profile
from clinic.scheduling import calendars, feeds, mails
from clinic.scheduling.models import Appointment, CalendarFeed
from clinic.scheduling.models.appointments import Status

CALENDAR = "text/calendar; charset=utf-8"


@by_address(feeds.find)
@require_safe
@conditional_page
def feed(request, feed):
    """The calendar a phone or a computer asks for by itself; unchanged since last time, it is not sent again."""
    feeds.note_read(feed)
    headers = {"Cache-Control": "private, no-cache", "Content-Disposition": 'inline; filename="visits.ics"'}
    return HttpResponse(feeds.file_of(feed), content_type=CALENDAR, headers=headers)


@patient_only
@require_safe
def visit_file(request, pk):
    """One visit to put into one's calendar (T012: of somebody else it is not found)."""
    rows = Appointment.objects.for_own(request.user).exclude(status=Status.EXPIRED).select_related("location")
    file = calendars.for_patient([get_or_404(request, rows, pk=pk)], profile.name())
    headers = {"Content-Disposition": f'attachment; filename="{mails.FILE}"'}
    return HttpResponse(file, content_type=CALENDAR, headers=headers)


@patient_only
@require_http_methods(["GET", "HEAD", "POST"])
@with_person
def calendar(request, person):
    """The calendar addresses of this person. A new one is shown once, so no redirect: it is kept nowhere."""
    if not feeds.may_make(person, request.user):
        raise PermissionDenied(feeds.RIGHT)
    token = _make(request, person) if request.method == "POST" else None
    rows = CalendarFeed.objects.for_user(request.user).living().of(person).select_related("created_by")
    context = {"feeds": rows[: feeds.MOST_LIVING * 2], "address": feeds.address(token) if token else ""}
    return render(request, "portal/calendar.html", context, status=200 if token or request.method != "POST" else 422)


def _make(request, person):
    try:
        return feeds.make(person, by=request.user)[1]
    except feeds.TooManyFeeds:
        messages.error(request, _("You have many calendar addresses already. Withdraw one you no longer use."))


@patient_only
@require_POST
def withdraw(request, pk):
    """Withdraw a calendar address: the calendar that reads it stops."""
    feed = get_or_404(request, CalendarFeed.objects.for_user(request.user).exclude(patient=None), pk=pk)
    feeds.revoke(feed, by=request.user)
    messages.success(request, _("The calendar address is withdrawn."))
    own = feed.patient.user_id == request.user.pk
    response = redirect("portal:calendar")
    response["Location"] += "" if own else f"?for={feed.patient_id}"
    return response
