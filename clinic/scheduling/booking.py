"""The deeds of booking and moving, and how a hold becomes a visit or ends.

One way for desk, portal, site and import: lock what is touched (practitioner, room, patient, in this order), read
again, ask `placing`, save; the database's no-overlap constraints have the last word.
"""

from dataclasses import replace

from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.scheduling import placing, steps
from clinic.scheduling.mails import tell
from clinic.scheduling.models import Appointment, AppointmentRequest, WaitlistOffer
from clinic.scheduling.models.appointments import Status
from clinic.scheduling.placing import Wish, is_too_far
from clinic.scheduling.refusals import (
    AlreadyAnswered,
    HoldHasEnded,
    InThePast,
    KindNotDone,
    MovedMeanwhile,
    NotOpen,
    PatientHasDied,
    PatientIsElsewhere,
    RoomTaken,
    SlotTaken,
)

__all__ = [
    "AlreadyAnswered",
    "HoldHasEnded",
    "InThePast",
    "KindNotDone",
    "MovedMeanwhile",
    "NotOpen",
    "PatientHasDied",
    "PatientIsElsewhere",
    "RoomTaken",
    "SlotTaken",
    "accept",
    "answer",
    "book",
    "end_stale_holds",
    "is_too_far",
    "lock",
    "move",
    "request_call",
    "request_time",
]
UNCHANGED = object()


def lock(practitioner, room=None, patient=None, kind=None):
    """Lock one practitioner, the room (or all that the kind may take) and the patient, in the order of `placing`."""
    rooms = [room] if room else list(kind.rooms.all()) if kind else []
    placing.lock([practitioner], rooms, [patient])


@transaction.atomic
def end_stale_holds(now=None, practitioner=None):
    """Let go of holds whose time is up; return how many. Booking calls it under its lock, the worker for the rest."""
    now = now or timezone.now()
    stale = Appointment.objects.stale_holds(now)
    if practitioner is not None:
        stale = stale.filter(practitioner=practitioner)
    ids = list(stale.values_list("pk", flat=True))
    if ids:
        Appointment.objects.filter(pk__in=ids, status=Status.HELD).update(status=Status.EXPIRED, expired_at=now)
        unanswered = AppointmentRequest.objects.unanswered().filter(appointment__in=ids)
        unanswered.update(answered_at=now, outcome="expired")
        offers = WaitlistOffer.objects.open().filter(appointment__in=ids, appointment__status=Status.EXPIRED)
        offers.update(answered_at=now, outcome=WaitlistOffer.Outcome.EXPIRED)
        record("appointment.holds_ended", count=len(ids))
    return len(ids)


def _place(wish, now, **fields):
    """Lock, look again, insert."""
    placing.check_day(wish, now)
    placing.lock([wish.practitioner], wish.rooms, [wish.patient])
    end_stale_holds(now, wish.practitioner)
    return Appointment.objects.create(
        **placing.find(wish).columns, patient=wish.patient, created_at=now, changed_at=now, **fields
    )


def book(
    *,
    practitioner,
    patient,
    kind,
    starts_at,
    by,
    room=None,
    minutes=None,
    reason="",
    source="desk",
    key=None,
    overbook_because="",
    now=None,
):
    """Book one visit and return the appointment; a second call with the same `key` returns the first one's.

    Raises `SlotTaken`, `RoomTaken`, `PatientIsElsewhere`, `NotOpen` (each with `.nearest`), `InThePast`,
    `PermissionDenied`. `minutes` is another length than the kind's. `overbook_because` opens an extra lane; it needs
    the right to overbook and is stored.
    """
    now = now or timezone.now()
    require(by, "appointment.overbook" if overbook_because else "appointment.add")
    wish = Wish(practitioner, kind, starts_at, patient, room, minutes, overbook=bool(overbook_because))
    try:
        with transaction.atomic():
            if key and (known := Appointment.objects.filter(idempotency_key=key).first()):
                return known
            appointment = _place(
                wish,
                now,
                status=Status.BOOKED,
                booked_at=now,
                created_by=by,
                reason=reason,
                source=source,
                idempotency_key=key,
                overbooked_because=overbook_because,
            )
            tell(appointment, "confirmation")
            record("appointment.booked", appointment, by=by, patient=patient)
            return appointment
    except (SlotTaken, NotOpen, IntegrityError) as error:
        if key and (known := Appointment.objects.filter(idempotency_key=key).first()):
            return known
        raise placing.offer(error, wish, now) from error


def move(
    appointment,
    *,
    starts_at,
    by,
    practitioner=None,
    room=UNCHANGED,
    kind=None,
    minutes=None,
    sequence=None,
    overbook_because="",
    silent=False,
    now=None,
):
    """Move a visit to another time, person, room, kind or length, and return it; what is not named stays.

    Raises as `book` does, `StepNotPossible` when the visit has begun or its time was given away, and `MovedMeanwhile`
    when it is not the `sequence` that the page showed. `silent` queues no mail: the caller writes one for many.
    """
    now = now or timezone.now()
    require(by, "appointment.overbook" if overbook_because else "appointment.change")
    told = {"practitioner": practitioner, "room": room, "kind": kind, "minutes": minutes}
    wish = moved_wish(appointment, starts_at, overbook=bool(overbook_because), **told)
    try:
        with transaction.atomic():
            placing.check_day(wish, now)
            placing.lock([wish.practitioner], wish.rooms, [wish.patient])
            row = _lock_to_move(appointment, wish, sequence)
            end_stale_holds(now, wish.practitioner)
            return relocate(row, wish, by=by, now=now, because=overbook_because, silent=silent)
    except (SlotTaken, NotOpen, IntegrityError) as error:
        raise placing.offer(error, wish, now) from error


def moved_wish(row, starts_at, *, practitioner=None, room=UNCHANGED, kind=None, minutes=None, overbook=False):
    """Return the wish that moving this visit amounts to. Its own length counts on, unless the kind is another."""
    usual = kind is not None and kind.pk != row.kind_id
    wish = Wish(
        practitioner or row.practitioner,
        kind or row.kind,
        starts_at,
        row.patient,
        None if room is UNCHANGED else room,
        minutes or (None if usual else row.minutes),
        overbook,
        ignoring=(row.pk,),
    )
    if room is UNCHANGED and _keeps_room(row, wish):
        return replace(wish, room=row.room)
    return wish


def _keeps_room(row, wish):
    """A visit stays in its room if that room may still be taken and is free; else a free one is looked for."""
    if row.room is None or wish.practitioner.pk != row.practitioner_id:
        return False
    start, end = wish.need.busy_span(wish.starts_at)
    others = Appointment.objects.blocking().touching(start, end).filter(room=row.room)
    return not others.exclude(pk=row.pk).exists()


def _lock_to_move(appointment, wish, sequence):
    """Lock the visit itself and return it, if it may still be moved."""
    row = Appointment.objects.select_for_update(no_key=True, of=("self",)).get(pk=appointment.pk)
    if sequence is not None and row.sequence != sequence:
        raise MovedMeanwhile(row)
    zone = row.location.zone
    same_day = row.starts_at.astimezone(zone).date() == wish.starts_at.astimezone(zone).date()
    at_rest = row.status in (Status.BOOKED, Status.CONFIRMED)
    asked_for = row.status == Status.HELD and row.patient_id is None  # a request; an offer to one who waits stays
    if not (at_rest or asked_for or (row.status == Status.ARRIVED and same_day)):
        raise steps.StepNotPossible(row.status)
    return row


def relocate(row, wish, *, by, now, because="", silent=False):
    """Write a locked visit into the place of `wish` and return it: audited, told by mail. Locks are the caller's."""
    was, promised, columns = row.starts_at, row.is_promised, placing.find(wish).columns
    before = {"from": was.isoformat(), "practitioner": row.practitioner_id}
    for name, value in columns.items():
        setattr(row, name, value)
    row.sequence += 1
    row.changed_at, row.overbooked_because = now, because
    if row.status == Status.HELD:
        row.hold_until = row.ends_at if promised else min(row.hold_until, row.starts_at)
    names = [*columns, "sequence", "changed_at", "overbooked_because", "hold_until"]
    row.save(update_fields=[name.removesuffix("_id") for name in names])
    if not silent:
        tell(row, "moved")
    record("appointment.moved", row, by=by, patient=row.patient_id, **before)
    return row


def request_time(*, practitioner, kind, starts_at, contact, hold_for, now=None):
    """Hold a time for a visitor of the site and return the request; `contact` holds name, phone, email, question.

    Links no patient and never tells whether one exists. Raises as `book` does. Without `hold_for` the clinic books at
    once: the time is the visitor's until the visit is over, and stays "held" only until the desk says who they are.
    """
    now = now or timezone.now()
    wish = Wish(practitioner, kind, starts_at)
    try:
        with transaction.atomic():
            hold_until = min(now + hold_for, starts_at) if hold_for else wish.ends_at
            held = _place(wish, now, status=Status.HELD, hold_until=hold_until, source="site")
            request = AppointmentRequest.objects.create(appointment=held, created_at=now, **contact)
            record("request.made", request)
            return request
    except (SlotTaken, NotOpen, IntegrityError) as error:
        raise placing.offer(error, wish, now) from error


@transaction.atomic
def request_call(*, contact, now=None):
    """Keep a visitor's wish to be called back and return the request."""
    request = AppointmentRequest.objects.create(created_at=now or timezone.now(), **contact)
    record("request.made", request)
    return request


def lock_held(request):
    """Lock the time that is held for this request and return it as it stands now."""
    return Appointment.objects.select_for_update(no_key=True, of=("self",)).get(pk=request.appointment_id)


@transaction.atomic
def accept(request, *, patient, by, now=None):
    """Turn a held request into a booked visit of `patient`.

    Raises `HoldHasEnded`, `PatientIsElsewhere`, `PatientHasDied`.
    """
    require(by, "request.change")
    now = now or timezone.now()
    lock(request.appointment.practitioner, patient=patient)
    held = lock_held(request)
    if held.status != Status.HELD or held.hold_until <= now:
        raise HoldHasEnded
    if patient.deceased_on:
        raise PatientHasDied
    if Appointment.objects.blocking().of_patient_during(patient, held.starts_at, held.ends_at).exists():
        raise PatientIsElsewhere
    held.patient, held.status, held.booked_at, held.created_by = patient, Status.BOOKED, now, by
    held.save(update_fields=["patient", "status", "booked_at", "created_by"])
    _answer(request, "booked", by, now)
    tell(held, "confirmation")
    record("request.accepted", request, by=by, patient=patient)
    return held


@transaction.atomic
def answer(request, *, outcome, by, now=None):
    """Close a request without a visit: `outcome` is "called" or "declined"; a held time becomes free.

    Raises `AlreadyAnswered`.
    """
    require(by, "request.change")
    now = now or timezone.now()
    if request.appointment_id:  # the time first, then the request: the order in which `accept` touches them
        Appointment.objects.filter(pk=request.appointment_id, status=Status.HELD).update(
            status=Status.EXPIRED, expired_at=now
        )
    _answer(request, outcome, by, now)
    record("request.answered", request, by=by, outcome=outcome)


def _answer(request, outcome, by, now):
    answered = {"answered_at": now, "answered_by": by, "outcome": outcome}
    if not AppointmentRequest.objects.unanswered().filter(pk=request.pk).update(**answered):
        raise AlreadyAnswered
    request.answered_at, request.answered_by, request.outcome = now, by, outcome
