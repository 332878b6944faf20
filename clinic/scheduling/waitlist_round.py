"""What the worker does for the waiting list: ends what is over, and offers freed times, to one person at a time."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from clinic.audit.recording import record
from clinic.practice.models import Location
from clinic.scheduling import booking, freed, waitlist, wishes
from clinic.scheduling.models import WaitlistEntry, WaitlistOffer
from clinic.scheduling.models.appointments import Status
from clinic.scheduling.refusals import InThePast, NotOpen, SlotTaken


def expire(now=None):
    """End the offers whose hold is over, however it ended, and entries whose days are over; return how many offers.

    Three short transactions: whoever holds the log must not wait for a row.
    """
    now = now or timezone.now()
    booking.end_stale_holds(now)
    ended = _end_dead_offers(now)
    _lapse(now)
    return ended


@transaction.atomic
def _end_dead_offers(now):
    """End offers whose visit is not held any more, cancelled at the desk for one."""
    dead = WaitlistOffer.objects.open().exclude(appointment__status=Status.HELD).values_list("pk", flat=True)
    ended = (
        WaitlistOffer.objects.open()
        .filter(pk__in=list(dead))
        .update(answered_at=now, outcome=WaitlistOffer.Outcome.EXPIRED)
    )
    if ended:
        record("waitlist.offers_ended", count=ended)
    return ended


@transaction.atomic
def _lapse(now):
    """Close entries whose last day has gone, whose visit has come, or whose patient has died."""
    place = Location.objects.active().first()
    today = now.astimezone(place.zone).date() if place else timezone.localdate(now)
    over = Q(until_on__lt=today) | Q(patient__deceased_on__isnull=False)
    over |= Q(instead_of__starts_at__lte=now, instead_of__status__in=freed.AT_REST)
    asked = WaitlistOffer.objects.open().values("entry")
    rows = WaitlistEntry.objects.waiting().filter(over).exclude(pk__in=asked).values_list("pk", flat=True)
    closed = WaitlistEntry.objects.filter(pk__in=list(rows), closed_at=None).update(
        closed_at=now, outcome=WaitlistEntry.Outcome.LAPSED
    )
    if closed:
        record("waitlist.lapsed", count=closed)
    return closed


def offer_next(now=None):
    """Offer each freed time to the first who waits for it and can be written to; return how many offers were made.

    Times that come sooner than the clinic's notice are the desk's to offer, and nobody is written to at night.
    """
    now, made, asked = now or timezone.now(), 0, set()
    notice = timedelta(minutes=waitlist.rules().minimum_notice_minutes)
    for opening in freed.openings(now, not_before=now + notice):
        if wishes.is_decent_hour(now, opening.practitioner.location.zone):
            reachable = [one for one in opening.candidates if one.entry.patient.email and one.entry.pk not in asked]
            entry = _offer_to_one(reachable, now)
            made += entry is not None
            asked.add(entry)
    return made


def _offer_to_one(candidates, now):
    """Offer to the first of these who can still have the time; return the number of their entry, or None."""
    for one in candidates:
        try:
            waitlist.offer(one.entry, starts_at=one.starts_at, practitioner=one.practitioner, now=now)
        except (SlotTaken, NotOpen, InThePast, waitlist.AlreadyOffered, waitlist.NoLongerWaiting):
            continue
        return one.entry.pk
    return None
