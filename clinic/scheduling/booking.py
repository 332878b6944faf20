"""The deed of booking, and how a hold becomes a visit or ends.

One way for desk, portal, site and import: lock what is touched (practitioner, room, patient, in this order), read
again, ask `slots`, save; the database's no-overlap constraints have the last word.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.messaging import outbox
from clinic.scheduling import availability, slots
from clinic.scheduling.models import Appointment, AppointmentRequest, Practitioner, Room
from clinic.scheduling.models.appointments import Status
from patients.models import Patient


class SlotTaken(Exception):
    """The time is not free any more; `nearest` are free times to offer instead."""

    def __init__(self, nearest=()):
        super().__init__("taken")
        self.nearest = list(nearest)


class PatientIsElsewhere(SlotTaken):
    """The patient has another visit at that time."""


class NotOpen(Exception):
    """Outside working hours, in time off, or not a kind this practitioner does."""

    def __init__(self, nearest=()):
        super().__init__("not open")
        self.nearest = list(nearest)


class KindNotDone(NotOpen):
    """This practitioner does not do this kind of visit."""


class InThePast(Exception):
    """A visit cannot be booked for a time that has gone."""


class HoldHasEnded(Exception):
    """The held time was let go before it was answered."""


class AlreadyAnswered(Exception):
    """Somebody else has answered this request."""


def lock(practitioner, room=None, patient=None):
    """Lock parents in one fixed order, so that two bookings that share any of them wait instead of deadlocking.

    The log comes last: whoever writes it keeps all other writers waiting, and must not wait for a row after that.
    """
    for model, row in ((Practitioner, practitioner), (Room, room), (Patient, patient)):
        if row is not None:
            model.objects.select_for_update(no_key=True).get(pk=row.pk)


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
        record("appointment.holds_ended", count=len(ids))
    return len(ids)


def is_too_far(starts_at, now):
    """Is this further ahead than anybody books? A mistyped year, most likely."""
    return starts_at - now > availability.FURTHEST


def _find_lane(practitioner, kind, starts_at, patient, overbook):
    """Return the lane for this visit; raise the exception that says why there is none."""
    need = availability.need_of(kind)
    start, end = need.busy_span(starts_at)
    busy = availability.busy_of([practitioner], start, end)[practitioner.pk]
    if overbook:
        return max((b.lane for b in busy if b.lane is not None), default=-1) + 1
    visit_end = starts_at + timedelta(minutes=kind.minutes)
    away = any(b.lane is None and b.touches(start, end) for b in busy)
    if away or not slots.is_open(
        starts_at, visit_end, availability.blocks_of(practitioner), practitioner.location.zone
    ):
        raise NotOpen
    lane = slots.free_lane(start, end, busy, practitioner.capacity)
    if lane is None:
        raise SlotTaken
    if (
        patient
        and Appointment.objects.blocking()
        .filter(patient=patient, starts_at__lt=visit_end, ends_at__gt=starts_at)
        .exists()
    ):
        raise PatientIsElsewhere
    return lane


def _place(*, practitioner, patient, kind, starts_at, room, overbook, now, **fields):
    """Lock, look again, insert."""
    if starts_at < now:
        raise InThePast
    if is_too_far(starts_at, now):
        raise NotOpen
    if not kind.is_done_by(practitioner):
        raise KindNotDone
    lock(practitioner, room, patient)
    end_stale_holds(now, practitioner)
    lane = _find_lane(practitioner, kind, starts_at, patient, overbook)
    busy_from, busy_until = availability.need_of(kind).busy_span(starts_at)
    return Appointment.objects.create(
        practitioner=practitioner,
        patient=patient,
        kind=kind,
        location=practitioner.location,
        room=room,
        lane=lane,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=kind.minutes),
        busy_from=busy_from,
        busy_until=busy_until,
        created_at=now,
        **fields,
    )


def _offer(error, practitioner, kind, starts_at, patient, now):
    """Return the same refusal with the nearest free times, read outside the transaction that failed."""
    if isinstance(error, KindNotDone):
        return error
    kinds = {SlotTaken, PatientIsElsewhere, NotOpen}
    made = type(error) if type(error) in kinds else SlotTaken
    return made(availability.nearest_free(practitioner, kind, starts_at, patient=patient, now=now))


def book(
    *,
    practitioner,
    patient,
    kind,
    starts_at,
    by,
    room=None,
    reason="",
    source="desk",
    key=None,
    overbook_because="",
    now=None,
):
    """Book one visit and return the appointment; a second call with the same `key` returns the first one's.

    Raises `SlotTaken`, `PatientIsElsewhere`, `NotOpen` (each with `.nearest`), `InThePast`, `PermissionDenied`.
    `overbook_because` opens an extra lane; it needs the right to overbook and is stored.
    """
    now = now or timezone.now()
    require(by, "appointment.overbook" if overbook_because else "appointment.add")
    try:
        with transaction.atomic():
            if key and (known := Appointment.objects.filter(idempotency_key=key).first()):
                return known
            appointment = _place(
                practitioner=practitioner,
                patient=patient,
                kind=kind,
                starts_at=starts_at,
                room=room,
                overbook=bool(overbook_because),
                now=now,
                status=Status.BOOKED,
                booked_at=now,
                created_by=by,
                reason=reason,
                source=source,
                idempotency_key=key,
                overbooked_because=overbook_because,
            )
            _confirm_by_mail(appointment)
            record("appointment.booked", appointment, by=by, patient=patient)
            return appointment
    except (SlotTaken, NotOpen, IntegrityError) as error:
        if key and (known := Appointment.objects.filter(idempotency_key=key).first()):
            return known
        raise _offer(error, practitioner, kind, starts_at, patient, now) from error


def _confirm_by_mail(appointment):
    """Queue the confirmation: name, date, time, place; never a complaint or a treatment."""
    patient = appointment.patient
    if not (patient and patient.email):
        return
    with timezone.override(appointment.location.zone):  # the clock on the clinic's wall, whoever books from where
        outbox.queue(
            "scheduling/confirmation",
            to=patient.email,
            key=f"appointment-{appointment.pk}-booked",
            patient=patient,
            context={"appointment": appointment, "patient": patient},
        )


def request_time(*, practitioner, kind, starts_at, contact, hold_for, now=None):
    """Hold a time for a visitor of the site and return the request; `contact` holds name, phone, email, question.

    Links no patient and never tells whether one exists. Raises as `book` does.
    """
    now = now or timezone.now()
    try:
        with transaction.atomic():
            held = _place(
                practitioner=practitioner,
                patient=None,
                kind=kind,
                starts_at=starts_at,
                room=None,
                overbook=False,
                now=now,
                status=Status.HELD,
                hold_until=min(now + hold_for, starts_at),
                source="site",
            )
            request = AppointmentRequest.objects.create(appointment=held, created_at=now, **contact)
            record("request.made", request)
            return request
    except (SlotTaken, NotOpen, IntegrityError) as error:
        raise _offer(error, practitioner, kind, starts_at, None, now) from error


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
    """Turn a held request into a booked visit of `patient`. Raises `HoldHasEnded`, `PatientIsElsewhere`."""
    require(by, "request.change")
    now = now or timezone.now()
    lock(request.appointment.practitioner, patient=patient)
    held = lock_held(request)
    if held.status != Status.HELD or held.hold_until <= now:
        raise HoldHasEnded
    others = Appointment.objects.blocking().filter(
        patient=patient, starts_at__lt=held.ends_at, ends_at__gt=held.starts_at
    )
    if others.exists():
        raise PatientIsElsewhere
    held.patient, held.status, held.booked_at, held.created_by = patient, Status.BOOKED, now, by
    held.save(update_fields=["patient", "status", "booked_at", "created_by"])
    _answer(request, "booked", by, now)
    _confirm_by_mail(held)
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
