"""The first page of the portal, and the way from it into an intake that waits."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.accounts.access import get_or_404, patient_only
from clinic.portal import plots, records
from clinic.portal.persons import with_person
from clinic.portal.views.arriving import shows_code
from clinic.portal.views.self_care import items_of
from patients import invitations
from patients.models import Intake

NOON, EVENING = 12, 18
SHOWN_READINGS = 3


@patient_only
@require_safe
@with_person
def home(request, person):
    """Next visit, what to do, what to spare, what to read, how it goes, when to get help."""
    user = request.user
    scores, given = records.pain_scores(user, person), list(records.readings(user, person)[: SHOWN_READINGS + 1])
    coming = next(iter(records.coming(user, person)), None)
    context = {
        "greeting": greeting(timezone.localtime().hour),
        "next": coming,
        "has_code": coming is not None and shows_code(coming, timezone.now()),
        "intake": records.open_intake(user, person),
        "spare": records.movement_to_spare(records.released_visits(user, person).first()),
        "self_care": items_of(user, person),
        "given": given[:SHOWN_READINGS],
        "unread": [one for one in given if not one.first_read_at],
        "scores": scores,
        "plot": plots.line(scores),
        "today": timezone.localdate(),
    }
    return render(request, "portal/home.html", context)


def greeting(hour):
    """The words of the hour on the clinic's clock."""
    return _("Good morning") if hour < NOON else _("Good afternoon") if hour < EVENING else _("Good evening")


@patient_only
@require_POST
def intake(request, pk):
    """Open the waiting intake of oneself or of somebody one may fill in forms for: a fresh link, and there."""
    row = get_or_404(request, Intake.objects.for_own(request.user).filter(submitted_at=None), pk=pk)
    return redirect("intake", invitations.own_link(row, by=request.user))
