"""Builders of the waiting list: a time that was freed, and those who wait for it."""

from datetime import timedelta

from clinic.accounts.models import SignedLink
from clinic.messaging.models import Message
from clinic.scheduling import waitlist
from clinic.scheduling.models import WaitlistEntry
from tests import make
from tests.make import MONDAY

NOW = MONDAY - timedelta(hours=1)  # nine o'clock in the clinic; ten o'clock is what everybody wants


def entry(of=None, kind=None, **fields):
    """An entry straight into the table."""
    fields = {"created_at": NOW - timedelta(days=1), **fields}
    return WaitlistEntry.objects.create(patient=of or make.patient(), kind=kind or make.kind(), **fields)


def freed(by, at=MONDAY, of=None, **fields):
    """A visit that was cancelled, by default of somebody who does not wait."""
    return make.appointment(of or make.patient("Gone"), by, at, status="cancelled", **fields)


def offered(waiting, practitioner, at=MONDAY, *, by=None, now=NOW):
    """An offer of this time, made by the deed."""
    return waitlist.offer(waiting, starts_at=at, practitioner=practitioner, by=by, now=now)


def token_of(offer):
    """The token as it stands in the mail; only its hash is in the table."""
    text = Message.objects.get(key=f"offer-{offer.pk}").text
    assert SignedLink.objects.filter(scope="offer", subject_id=offer.pk).exists()
    return text.split("/offer/")[1].split("/")[0]


def stands(offer):
    """(outcome of the offer, status of the time, outcome of the entry) as the tables have them."""
    offer.refresh_from_db()
    offer.appointment.refresh_from_db()
    offer.entry.refresh_from_db()
    return offer.outcome, offer.appointment.status, offer.entry.outcome
