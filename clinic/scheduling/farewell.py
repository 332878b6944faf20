"""Somebody has died: their visits to come, their place on the waiting list and their calendars end, and nobody is told.

All of it or nothing. No mail goes out, neither to the dead nor to those who acted for them: that call is a person's.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.scheduling import fees, steps, waitlist
from clinic.scheduling.models import Appointment, CalendarFeed, WaitlistEntry, WaitlistOffer
from clinic.scheduling.models.appointments import Status, day_start
from patients import dying

TO_COME = (Status.HELD, Status.BOOKED, Status.CONFIRMED, Status.ARRIVED)


@dataclass(frozen=True)
class Farewell:
    """What ended with the patient."""

    patient: object
    visits: int
    waiting: int
    calendars: int


@transaction.atomic
def note(patient, *, on, by, now=None):
    """Note that the patient died, end all that was to come, and return what ended.

    Raises `dying.AlreadyNoted`, `dying.NotTheDay`.
    """
    require(by, "patient.change")
    now = now or timezone.now()
    records = dying.records_of(patient)
    visits, offers, entries, feeds = _lock(patient, records, now)
    for entry in entries:
        waitlist.withdraw(entry, by=by, now=now)
    visits = list(Appointment.objects.filter(pk__in=[visit.pk for visit in visits], status__in=TO_COME))
    for visit in visits:  # without the times that were held for them: those went with their place on the list
        steps.cancel(visit, because=_("The patient has died"), by=by, on_whose_side=fees.CLINIC, silent=True, now=now)
    _end_links(visits, offers)
    for feed in feeds:
        feed.revoked_at, feed.revoked_by = now, by
        feed.save(update_fields=["revoked_at", "revoked_by"])
        record("calendar.revoked", feed, by=by, patient=feed.patient_id)
    ended = {"visits": len(visits), "waiting": len(entries), "calendars": len(feeds)}
    row = dying.note(patient, on=on, by=by, **ended)
    return Farewell(row, **ended)


def _lock(patient, records, now):
    """Lock what ends, in the order of booking and before the log, and return it: visits, offers, entries, feeds."""
    today = day_start(timezone.localdate(now), timezone.get_current_timezone())
    visits = Appointment.objects.of(patient).filter(status__in=TO_COME, starts_at__gte=today)
    entries = WaitlistEntry.objects.waiting().of(patient)
    offers = WaitlistOffer.objects.open().filter(entry__in=entries.values("pk"))
    feeds = CalendarFeed.objects.living().filter(patient__in=records)
    every = (visits, offers, entries, feeds)
    return [list(rows.order_by("pk").select_for_update(no_key=True, of=("self",))) for rows in every]


def _end_links(visits, offers):
    links.revoke_all(SignedLink.Scope.CHECKIN, [visit.pk for visit in visits])
    links.revoke_all(SignedLink.Scope.OFFER, [offer.pk for offer in offers])
