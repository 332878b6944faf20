"""Calendar addresses of practitioners: made for their own phone, shown once, withdrawn in one click."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import require
from clinic.reception.calendar_forms import FeedForm
from clinic.scheduling import feeds
from clinic.scheduling.models import CalendarFeed

MOST_LISTED = 50


def _rows(user):
    rows = CalendarFeed.objects.for_user(user).living().exclude(practitioner=None)
    return rows.select_related("practitioner", "created_by")


def _page(request, form, status=200, **more):
    context = {"feeds": _rows(request.user)[:MOST_LISTED], "form": form, **more}
    return render(request, "reception/calendars.html", context, status=status)


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request):
    """The addresses in use; a new one is shown once, so no redirect: it is kept nowhere."""
    require(request.user, feeds.RIGHT)
    form = FeedForm(request.POST or None, user=request.user)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    said = form.cleaned_data
    try:
        made, token = feeds.make(said["practitioner"], shows_names=said["shows_names"], by=request.user)
    except feeds.TooManyFeeds:
        form.add_error(None, _("There are many addresses already. Withdraw one that is no longer used."))
        return _page(request, form, status=422)
    return _page(request, FeedForm(user=request.user), made=made, address=feeds.address(token))


@reception_only
@require_POST
def withdraw(request, pk):
    """Withdraw an address: the calendar that reads it stops."""
    require(request.user, feeds.RIGHT)
    feed = feeds.revoke(get_or_404(request, _rows(request.user), pk=pk), by=request.user)
    messages.success(request, _("The calendar address of %(name)s is withdrawn.") % {"name": feed.practitioner})
    return redirect("desk:calendars")
