"""The page behind the link of an offer: a freed time, one button to take it, a quiet no. Opening it changes nothing."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.accounts.access import by_link
from clinic.scheduling import waitlist
from clinic.scheduling.models import WaitlistOffer
from clinic.scheduling.models.appointments import Status
from patients.languages import begin_in_their_language

OPEN, TAKEN, DECLINED, ENDED = "open", "taken", "declined", "ended"


def state_of(offer, now):
    """Return in one word where the offer stands; a taken time that was cancelled later has ended too."""
    visit = offer.appointment
    if offer.outcome == WaitlistOffer.Outcome.ACCEPTED:
        return ENDED if visit.status == Status.CANCELLED else TAKEN
    if offer.outcome == WaitlistOffer.Outcome.DECLINED:
        return DECLINED
    is_held = not offer.answered_at and visit.status == Status.HELD and visit.hold_until > now
    return OPEN if is_held else ENDED


@by_link("offer")
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request, link, token):
    """Show the time that is held; a POST says yes or no. What has ended says so, and whom to call."""
    rows = WaitlistOffer.objects.select_related(
        "entry", "appointment__practitioner", "appointment__kind", "appointment__location", "appointment__patient"
    )
    row = rows.filter(pk=link.subject_id).first()
    if row is None:
        return render(request, "accounts/link_not_valid.html", status=404)
    begin_in_their_language(request, row.appointment.patient)
    if request.method == "POST":
        return _answer(request, row, token)
    return _page(request, row, token)


def _answer(request, row, token):
    deed = waitlist.decline if request.POST.get("answer") == "no" else waitlist.accept
    try:
        deed(row)
    except waitlist.OfferHasEnded:
        return _page(request, row, token, status=409, state=ENDED)
    return redirect("offer", token)


def _page(request, row, token, *, status=200, state=""):
    now = timezone.now()
    context = {"offer": row, "visit": row.appointment, "token": token, "state": state or state_of(row, now)}
    context["later"] = waitlist.given_up_for(row) if context["state"] == OPEN else None
    return render(request, "portal/offer.html", context, status=status)
