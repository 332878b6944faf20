"""Holding a freed time for somebody who waits, and what they say to it on the phone."""

from django.contrib import messages
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import require
from clinic.reception.going_back import go_back
from clinic.reception.waiting_list import entry_of
from clinic.reception.wish_words import wish_words
from clinic.scheduling import booking, freed, waitlist
from clinic.scheduling.models import WaitlistEntry, WaitlistOffer
from clinic.scheduling.waitlist_forms import OfferForm, value_of


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request, pk):
    """Choose among the free times that fit, and hold one; a time that was taken meanwhile shows those that are left."""
    require(request.user, "appointment.change")
    entry = entry_of(request, pk)
    if request.method != "POST":
        return _offer_page(request, entry, OfferForm())
    form = OfferForm(request.POST)
    if not form.is_valid():
        return _offer_page(request, entry, form, status=422)
    try:
        made = form.offer(entry, by=request.user)
    except (booking.SlotTaken, booking.NotOpen, booking.InThePast):
        form.add_error("at", _("This time cannot be had any more. These are left:"))
        return _offer_page(request, entry, form, status=409)
    except (waitlist.AlreadyOffered, waitlist.NoLongerWaiting):
        messages.warning(request, _("%(name)s has an offer already, or waits no more.") % {"name": entry.patient})
        return go_back(request)
    return _offered(request, made)


def _offered(request, made):
    words = {"name": made.entry.patient, "until": _clock(made.expires_at), "phone": made.entry.patient.phone}
    if made.entry.patient.email:
        messages.success(request, _("Held for %(name)s until %(until)s, and written to.") % words)
    else:
        messages.success(request, _("Held for %(name)s until %(until)s. Please call: %(phone)s") % words)
    return go_back(request)


def _clock(moment):
    return formats.time_format(timezone.localtime(moment), "g:i A")


def _offer_page(request, entry, form, status=200):
    times = [(value_of(*one), *one) for one in freed.times_for(entry)] if not entry.closed_at else []
    words = wish_words(entry, timezone.localdate())
    back = request.POST.get("back", request.GET.get("back", ""))
    context = {"entry": entry, "form": form, "times": times, "words": words, "back": back}
    return render(request, "reception/waiting_offer.html", context, status=status)


def _offer(request, pk):
    rows = WaitlistOffer.objects.filter(entry__in=WaitlistEntry.objects.for_user(request.user))
    return get_or_404(request, rows.select_related("entry__patient", "appointment__practitioner"), pk=pk)


@reception_only
@require_POST
def accept(request, pk):
    """The patient said yes on the phone."""
    held = _offer(request, pk)
    try:
        visit = waitlist.accept(held, by=request.user)
        words = {"name": held.entry.patient, "time": _clock(visit.starts_at)}
        messages.success(request, _("Booked: %(name)s, %(time)s.") % words)
    except waitlist.OfferHasEnded:
        messages.warning(request, _("The time is not held any more. Please look for another one."))
    return go_back(request)


@reception_only
@require_POST
def release(request, pk):
    """Let go of a held time: the next on the list may have it."""
    held = _offer(request, pk)
    try:
        waitlist.release(held, by=request.user)
        messages.success(request, _("The time is free again. %(name)s still waits.") % {"name": held.entry.patient})
    except waitlist.OfferHasEnded:
        messages.warning(request, _("This offer was answered or has ended meanwhile."))
    return go_back(request)
