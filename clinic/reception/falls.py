"""Nothing falls through: the numbers beside the day, a page for each list, and attempts noted in one click."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import can, require
from clinic.reception.call_forms import CallForm
from clinic.reception.going_back import go_back
from clinic.reports import falls
from clinic.scheduling.models import Appointment, AppointmentRequest
from patients import calling
from patients.models import Patient

PAGE = 25


def panel(user, now):
    """Return how many stand on each list, and on all of them."""
    counted = falls.counts(user, now)
    return {"falls": counted, "falls_count": sum(count for _list, count in counted)}


def _list(request, which):
    """Return the list of this name, if this user may read it."""
    found = {one.name: one for one in falls.lists_of(request.user)}
    if which not in found:
        raise Http404
    return found[which]


@reception_only
@require_safe
def follow_up(request, which):
    """One list, page by page: whom to reach, why, what was tried, and the buttons to note another attempt."""
    return _page(request, _list(request, which))


def _page(request, one, *, status=200, **more):
    now = timezone.now()
    counted = falls.counts(request.user, now)
    pages = Paginator(falls.ordered(one, request.user, now), PAGE)
    pages.count = {each.name: count for each, count in counted}[one.name]  # counted once
    page = pages.get_page(request.GET.get("page"))
    rows = falls.with_calls(one, page.object_list, now)
    context = {"list": one, "lists": counted, "page": page, "rows": rows, "may": rights(request.user), **more}
    return render(request, "reception/follow_up.html", context, status=status)


def rights(user):
    """What the buttons of a row ask: {name: may this user do it?}."""
    asked = {"call": "call.log", "add": "appointment.add", "answer": "request.change", "chart": "visit.view"}
    return {name: can(user, right) for name, right in asked.items()}


@reception_only
@require_POST
def log_call(request, which, pk):
    """Note an attempt on a row of the list: `pk` is the patient, or the request of a visitor."""
    require(request.user, "call.log")
    one, form = _list(request, which), CallForm(request.POST)
    if not one.takes_calls:
        raise Http404
    subject = _subject(request, one, pk)
    if not form.is_valid():
        if set(form.errors) != {"note"}:
            raise Http404
        return _page(request, one, status=422, wrong=form, wrong_number=pk)
    call = _note(request, one, subject, form.cleaned_data)
    words = {"name": getattr(subject, "full_name", None) or subject.name, "outcome": call.get_outcome_display()}
    messages.success(request, _("Noted: %(name)s, %(outcome)s.") % words)
    return go_back(request, reverse("desk:follow_up", args=[which]))


def _subject(request, one, pk):
    rows = (Patient if one.owner else AppointmentRequest).objects.for_user(request.user)
    return get_or_404(request, rows, pk=pk)


def _note(request, one, subject, given):
    """Write the attempt; the visit is noted only if it is this patient's."""
    words = {"about": one.name, "outcome": given["outcome"], "note": given["note"], "by": request.user}
    if not one.owner:
        return calling.log(request=subject.pk, **words)
    visits = Appointment.objects.for_user(request.user).of(subject).filter(pk=given["appointment"])
    return calling.log(patient=subject, appointment=visits.values_list("pk", flat=True).first(), **words)
