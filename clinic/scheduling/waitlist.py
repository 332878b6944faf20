"""Those who wait for a time: added, offered one, and what they say to it. One person at a time is asked.

An offer is a held appointment of that patient, so the no-overlap constraints keep the time for them until it ends.
"""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.messaging import outbox
from clinic.practice.models import ClinicProfile
from clinic.scheduling import booking, freed, placing
from clinic.scheduling.models import Appointment, WaitlistEntry, WaitlistOffer
from clinic.scheduling.models.appointments import Status
from clinic.scheduling.refusals import InThePast, KindNotDone, NotOpen, PatientHasDied, SlotTaken
from patients.languages import writing_to
from patients.models import Patient

RIGHT = "appointment.change"
SHORTEST = timedelta(minutes=5)  # nobody answers faster
Outcome, Closed = WaitlistOffer.Outcome, WaitlistEntry.Outcome


class WaitsAlready(Exception):
    """This patient is on the list for this kind of visit."""


class NoLongerWaiting(Exception):
    """The entry was closed: they have a time, or do not want one any more."""


class AlreadyOffered(Exception):
    """A time is being held for them; they answer that first."""


class OfferHasEnded(Exception):
    """The time is not held for them any more."""


class NotTheirVisit(Exception):
    """The visit to be given up is not a coming visit of this patient."""


def _lock(row, model):
    return model.objects.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)


def _require_own(by, patient):
    """The desk may put anybody on the list; patients themselves, and those who may book for them."""
    if not Patient.objects.in_care_of(by, "booking").filter(pk=patient.pk).exists():
        require(by, RIGHT)


# --- the list -------------------------------------------------------------------------------------------------------


@transaction.atomic
def add(*, patient, kind, by, practitioner=None, instead_of=None, now=None, **wish):
    """Put a patient on the list and return the entry; `wish` holds days, clock, dates and a note, empty meaning "any".

    Raises `WaitsAlready`, `KindNotDone`, `PatientHasDied`, and `NotTheirVisit` when `instead_of` is no coming visit of
    theirs.
    """
    _require_own(by, patient)
    now = now or timezone.now()
    if practitioner is not None and not kind.is_done_by(practitioner):
        raise KindNotDone
    placing.lock([], patients=[patient])
    if patient.deceased_on:
        raise PatientHasDied
    if WaitlistEntry.objects.waiting().of(patient).filter(kind=kind).exists():
        raise WaitsAlready
    if instead_of is not None and not coming(patient, now).filter(pk=instead_of.pk).exists():
        raise NotTheirVisit
    entry = WaitlistEntry.objects.create(
        patient=patient,
        kind=kind,
        practitioner=practitioner,
        instead_of=instead_of,
        created_at=now,
        created_by=by,
        **wish,
    )
    record("waitlist.added", entry, by=by, patient=patient)
    return entry


def coming(patient, now):
    """The visits of this patient that an earlier time could take the place of."""
    return Appointment.objects.of(patient).filter(status__in=freed.AT_REST, starts_at__gt=now)


@transaction.atomic
def withdraw(entry, *, by, now=None):
    """Take a patient off the list and return the entry; a time held for them is let go. Raises `NoLongerWaiting`."""
    _require_own(by, entry.patient)
    now = now or timezone.now()
    placing.lock([], patients=[entry.patient])
    for offer in WaitlistOffer.objects.open().filter(entry=entry).select_related("appointment"):
        _end(offer, Outcome.RELEASED, now)
    row = _lock(entry, WaitlistEntry)
    if row.closed_at:
        raise NoLongerWaiting
    _close(row, Closed.WITHDRAWN, by, now)
    record("waitlist.withdrawn", row, by=by, patient=row.patient_id)
    return row


def _close(entry, outcome, by, now):
    entry.closed_at, entry.closed_by, entry.outcome = now, by, outcome
    entry.save(update_fields=["closed_at", "closed_by", "outcome"])


# --- offers ---------------------------------------------------------------------------------------------------------


def offer(entry, *, starts_at, practitioner, by=None, now=None):
    """Hold a time for one who waits, write to them, and return the offer (`by` None: the clinic's own round).

    Raises `AlreadyOffered`, `NoLongerWaiting`, and what `booking.book` raises when the time cannot be had.
    """
    if by is not None:
        require(by, RIGHT)
    now = now or timezone.now()
    wish = placing.Wish(practitioner, entry.kind, starts_at, entry.patient)
    try:
        with transaction.atomic():
            return _offer(entry, wish, by, now)
    except (SlotTaken, NotOpen, IntegrityError) as error:
        raise placing.offer(error, wish, now) from error


def _offer(entry, wish, by, now):
    placing.check_day(wish, now)
    until = held_until(wish, now)
    placing.lock([wish.practitioner], wish.rooms, [wish.patient])
    _check_waiting(_lock(entry, WaitlistEntry), now)
    booking.end_stale_holds(now, wish.practitioner)
    held = Appointment.objects.create(
        **placing.find(wish).columns,
        patient=wish.patient,
        status=Status.HELD,
        hold_until=until,
        source="waitlist",
        created_at=now,
        changed_at=now,
        created_by=by,
    )
    made = WaitlistOffer.objects.create(entry=entry, appointment=held, offered_at=now, offered_by=by, expires_at=until)
    _write(made, by)
    record("waitlist.offered", made, by=by, patient=wish.patient)
    return made


def held_until(wish, now):
    """Until when a time is held: the clinic's minutes from now, and never into the visit itself. Raises `InThePast`."""
    if wish.starts_at <= now:
        raise InThePast
    hold = max(timedelta(minutes=rules().waitlist_hold_minutes), SHORTEST)
    return min(now + hold, wish.starts_at)


def rules():
    """The clinic's profile, or its defaults before anybody has set it up."""
    return ClinicProfile.objects.first() or ClinicProfile()


def _check_waiting(entry, now):
    if entry.closed_at:
        raise NoLongerWaiting
    for before in WaitlistOffer.objects.open().filter(entry=entry).select_related("appointment"):
        if before.appointment.status == Status.HELD and before.appointment.hold_until > now:
            raise AlreadyOffered
        _end(before, Outcome.EXPIRED, now)


def _write(made, by):
    """Queue the mail with the link. Who has no address is called: the desk sees the phone number beside the offer."""
    patient, visit = made.entry.patient, made.appointment
    if not patient.email:
        return
    token = links.make(SignedLink.Scope.OFFER, made.pk, by=by, expires_at=visit.starts_at)
    with timezone.override(visit.location.zone), writing_to(patient):
        outbox.queue(
            "scheduling/offer",
            to=patient.email,
            key=f"offer-{made.pk}",
            patient=patient,
            context={
                "offer": made,
                "appointment": visit,
                "later": given_up_for(made),
                "url": settings.SITE_URL + reverse("offer", args=[token]),
            },
            sensitive=True,
        )


def _lock_offer(offer):
    """Lock what an answer touches, in the order of booking (practitioner, patient, visit, offer), and read it again."""
    held = offer.appointment
    placing.lock([held.practitioner], patients=[held.patient])
    held = _lock(held, Appointment)
    row = _lock(offer, WaitlistOffer)
    row.appointment = held
    return row


@transaction.atomic
def accept(offer, *, by=None, now=None):
    """Turn the held time into their visit and return it; the visit they give up is cancelled in the same stroke.

    `by` is None for the holder of the link. A second yes returns the same visit. Raises `OfferHasEnded`.
    """
    if by is not None:
        require(by, RIGHT)
    now = now or timezone.now()
    row = _lock_offer(offer)
    visit, entry = row.appointment, _lock(row.entry, WaitlistEntry)
    if row.outcome == Outcome.ACCEPTED:
        return visit
    if row.answered_at or visit.status != Status.HELD or visit.hold_until <= now:
        raise OfferHasEnded
    if entry.instead_of_id:
        _lock(entry.instead_of, Appointment)
    visit.status, visit.booked_at = Status.BOOKED, now
    visit.save(update_fields=["status", "booked_at"])
    _answer(row, Outcome.ACCEPTED, now)
    _close(entry, Closed.BOOKED, by, now)
    booking.tell(visit, "confirmation")
    if later := given_up_for(row):
        _give_up(later, by, now)
    record("waitlist.accepted", row, by=by, patient=visit.patient_id, via="desk" if by else "link")
    return visit


def given_up_for(offer):
    """Return the later visit that is cancelled when this offer is taken, as it stands now, or None."""
    rows = Appointment.objects.filter(status__in=freed.AT_REST, starts_at__gt=offer.appointment.starts_at)
    rows = rows.select_related("patient", "practitioner", "location", "kind")
    return rows.filter(pk=offer.entry.instead_of_id).first() if offer.entry.instead_of_id else None


def _give_up(visit, by, now):
    """Cancel the later visit; no fee is due for it, since they come sooner instead."""
    visit.status, visit.cancelled_at, visit.cancelled_by = Status.CANCELLED, now, by
    visit.cancelled_because, visit.changed_at = _("Took an earlier time"), now
    visit.save(update_fields=["status", "cancelled_at", "cancelled_by", "cancelled_because", "changed_at"])
    booking.tell(visit, "given_up")
    record("appointment.cancelled", visit, by=by, patient=visit.patient_id)


@transaction.atomic
def decline(offer, *, now=None):
    """Note that the holder of the link does not want this time, and return the offer; they stay on the list.

    Raises `OfferHasEnded`.
    """
    return _refuse(offer, Outcome.DECLINED, None, now or timezone.now())


@transaction.atomic
def release(offer, *, by, now=None):
    """Let go of a held time at the desk and return the offer; the patient stays on the list. Raises `OfferHasEnded`."""
    require(by, RIGHT)
    return _refuse(offer, Outcome.RELEASED, by, now or timezone.now())


def _refuse(offer, outcome, by, now):
    row = _lock_offer(offer)
    if row.outcome == outcome:
        return row
    if row.answered_at:
        raise OfferHasEnded
    _free(row.appointment, now)
    _answer(row, outcome, now)
    record(f"waitlist.{outcome}", row, by=by, patient=row.appointment.patient_id)
    return row


def _end(offer, outcome, now):
    """End an open offer in passing: its time is free again, without a word to anybody."""
    _free(_lock(offer.appointment, Appointment), now)
    _answer(offer, outcome, now)


def _free(visit, now):
    if visit.status == Status.HELD:
        visit.status, visit.expired_at = Status.EXPIRED, now
        visit.save(update_fields=["status", "expired_at"])


def _answer(offer, outcome, now):
    offer.answered_at, offer.outcome = now, outcome
    offer.save(update_fields=["answered_at", "outcome"])
