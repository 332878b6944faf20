"""The waiting list beside the day: who is held a time, who waits, and which freed times somebody would like."""

from dataclasses import dataclass

from django.contrib import messages
from django.utils import formats, timezone
from django.utils.translation import ngettext

from clinic.reception.cards import Card
from clinic.reception.wish_words import wish_words
from clinic.scheduling import freed
from clinic.scheduling.models import WaitlistEntry, WaitlistOffer
from clinic.scheduling.models.appointments import Status
from clinic.scheduling.waitlist_forms import value_of

MOST_ROWS, MOST_OPENINGS, MOST_ASKED = 20, 2, 3


@dataclass(frozen=True)
class Row:
    """One who waits, with their place in the queue and their wishes in words."""

    entry: WaitlistEntry
    order: int
    words: str


@dataclass(frozen=True)
class Waiting:
    """What the section shows."""

    held: list  # (offer, card of the held time)
    rows: list
    openings: list
    count: int  # of all who wait, also those below the first rows


def panel(user, now):
    """Return the waiting list as the side panel shows it: held times, freed times that are wanted, who waits."""
    entries = freed.ready(WaitlistEntry.objects.for_user(user))
    held = [(offer, Card(offer.appointment, now)) for offer in _open_offers(user, now)]
    openings = freed.openings(now, entries=entries)[:MOST_OPENINGS] if entries else []
    today = timezone.localdate(now)
    shown = entries[:MOST_ROWS]
    rows = [Row(entry, len(held) + n, wish_words(entry, today)) for n, entry in enumerate(shown, start=1)]
    return {"waiting": Waiting(held, rows, [_asked(one) for one in openings], len(held) + len(entries))}


def _open_offers(user, now):
    rows = WaitlistOffer.objects.open().filter(entry__in=WaitlistEntry.objects.for_user(user))
    held = rows.filter(appointment__status=Status.HELD, appointment__hold_until__gt=now)
    return held.select_related("entry__patient", "appointment__practitioner").order_by("expires_at")[:MOST_ROWS]


def _asked(opening):
    """A freed time with the first few who would like it, each with the value their button sends."""
    first = [(one, value_of(one.starts_at, one.practitioner)) for one in opening.candidates[:MOST_ASKED]]
    return {"opening": opening, "count": len(opening.candidates), "first": first}


def tell_who_waits(request, visit):
    """After a time became free: say how many would like it."""
    found = len(freed.candidates(visit.practitioner, visit.starts_at, visit.ends_at))
    if found:
        told = ngettext(
            "%(n)d person on the waiting list would like %(time)s.",
            "%(n)d people on the waiting list would like %(time)s.",
            found,
        )
        time = formats.time_format(timezone.localtime(visit.starts_at), "g:i A")
        messages.info(request, told % {"n": found, "time": time})
