"""Coming sooner: a patient waits for an earlier time than the visit they have, or waits no more."""

from contextlib import suppress

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.accounts.access import get_or_404, patient_only
from clinic.portal.persons import with_person
from clinic.scheduling import freed, waitlist
from clinic.scheduling.models import Appointment, WaitlistEntry


def with_waits(rows, user, person):
    """Return the coming visits, each with `may_be_sooner` and the number of the entry (or None) as `waits`."""
    entries = WaitlistEntry.objects.for_own(user).waiting().of(person).filter(instead_of__isnull=False)
    waits, found = dict(entries.values_list("instead_of", "pk")), list(rows)
    for visit in found:
        visit.waits, visit.may_be_sooner = waits.get(visit.pk), visit.status in freed.AT_REST
    return found


def _back(request):
    return HttpResponseRedirect(reverse("portal:visits") + request.portal.query)


@patient_only
@require_POST
@with_person
def join(request, person, pk):
    """Wait for an earlier time than this visit, with the same practitioner."""
    rows = Appointment.objects.for_own(request.user).of(person).filter(status__in=freed.AT_REST)
    visit = get_or_404(request, rows.select_related("kind", "practitioner"), pk=pk)
    wish = {"kind": visit.kind, "practitioner": visit.practitioner, "instead_of": visit}
    try:
        waitlist.add(patient=person, by=request.user, **wish)
        messages.success(request, _("You are on the waiting list. We write to you when an earlier time is free."))
    except waitlist.WaitsAlready:
        messages.info(request, _("You are on the waiting list for such a visit already."))
    except (waitlist.NotTheirVisit, waitlist.KindNotDone):
        messages.warning(request, _("An earlier time cannot be looked for here. Please call us."))
    return _back(request)


@patient_only
@require_POST
@with_person
def leave(request, person, pk):
    """Wait no more; the visit they have stays."""
    entry = get_or_404(request, WaitlistEntry.objects.for_own(request.user).of(person), pk=pk)
    with suppress(waitlist.NoLongerWaiting):  # pressed twice
        waitlist.withdraw(entry, by=request.user)
    messages.success(request, _("You are off the waiting list. Your visit stays as it is."))
    return _back(request)
