"""The deeds of a series: propose its dates, book all or none, add one, move or cancel the rest."""

from dataclasses import dataclass
from datetime import time

from django.db import IntegrityError, transaction
from django.db.models import Max, prefetch_related_objects
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.messaging import outbox
from clinic.scheduling import booking, mails, placing, recurrence, steps
from clinic.scheduling.models import Appointment, Practitioner, Series
from clinic.scheduling.models.appointments import Status
from clinic.scheduling.placing import Wish
from clinic.scheduling.proposing import Asked, plan
from clinic.scheduling.refusals import MovedMeanwhile, NotOpen, SlotTaken
from clinic.scheduling.together import SomeTaken, all_or_none, bring_in, insert, park
from patients.languages import writing_to

SHOWN = ("kind", "practitioner__location", "patient", "location", "room")
STILL_TO_COME = (Status.BOOKED, Status.CONFIRMED)


@dataclass(frozen=True)
class Shift:
    """How the rest of a series moves: so many days, to another time of day, to somebody else."""

    days: int = 0
    clock: time | None = None
    practitioner: Practitioner | None = None


def asked_by(rule, practitioner, kind, last_kind=None, minutes=None):
    """Return the visits that a rule asks for, as `proposing.plan` takes them. Another length is of the usual kind."""
    return [
        Asked(wish, last_kind or kind, practitioner) if wish.is_last else Asked(wish, kind, practitioner, minutes)
        for wish in recurrence.wished(rule)
    ]


def propose(*, practitioner, patient, kind, rule, last_kind=None, minutes=None, chosen=None, now=None):
    """Return the planned visits of a series around what is taken. Changes nothing; `patient` may be unknown yet."""
    asked = asked_by(rule, practitioner, kind, last_kind, minutes)
    return plan(asked, patient=patient, now=now or timezone.now(), chosen=chosen)


def choices_of(planned):
    """Return {number: Choice, or None for left out} of a plan as it stands; who has no time yet is not in it."""
    return {each.number: each.choice for each in planned if each.choice or each.is_out}


def book(*, practitioner, patient, kind, rule, by, last_kind=None, minutes=None, chosen=None, key=None, now=None):
    """Book a series, all of it or nothing, and return it; a second call with the same `key` returns the first one's.

    `chosen` are the times, {number: Choice or None for left out}; without them those that `propose` finds. Raises
    `SomeTaken`. One mail lists all dates.
    """
    now = now or timezone.now()
    require(by, "appointment.add")
    asked = asked_by(rule, practitioner, kind, last_kind, minutes)
    if chosen is None:
        chosen = choices_of(plan(asked, patient=patient, now=now)) if not known(key) else {}
    try:
        with transaction.atomic():
            if made := known(key):
                return made
            return _book_all(asked, chosen, rule, last_kind, patient=patient, by=by, key=key, now=now)
    except (SomeTaken, IntegrityError) as error:
        if made := known(key):
            return made
        raise SomeTaken(getattr(error, "numbers", []), plan(asked, patient=patient, now=now, chosen=chosen)) from error


def lock_times(*, practitioner, kind, rule, chosen, last_kind=None, minutes=None, now=None):
    """Lock what these times touch, for a caller that writes before it books. Raises `SomeTaken` for undecided ones."""
    asked = asked_by(rule, practitioner, kind, last_kind, minutes)
    lock(_wishes(asked, chosen, None).values(), None)


def known(key):
    """Return the series that was booked with this key, or None."""
    return Series.objects.filter(idempotency_key=key).first() if key else None


def _book_all(asked, chosen, rule, last_kind, *, patient, by, key, now):
    wishes = _wishes(asked, chosen, patient)
    _end_holds(lock(wishes.values(), patient), now)
    _check_days(wishes, now)
    first = asked[0]
    series = Series.objects.create(
        patient=patient, practitioner=first.practitioner, kind=first.kind, rule=_as_json(rule, last_kind),
        idempotency_key=key, created_at=now, created_by=by,
    )  # fmt: skip
    rows = _insert_all(series, wishes, by, now)
    for row in rows:
        record("appointment.booked", row, by=by, patient=patient)
    record("series.booked", series, by=by, patient=patient, visits=len(rows))
    tell(series, "series", rows)
    return series


def _wishes(asked, chosen, patient):
    """Return {number: Wish} of the chosen times, earliest first; a visit without a decision refuses them all."""
    undecided = [a.wish.number for a in asked if a.wish.number not in chosen]
    found = {
        a.wish.number: Wish(choice.practitioner, a.kind, choice.starts_at, patient, minutes=a.minutes)
        for a in asked
        if (choice := chosen.get(a.wish.number))
    }
    if undecided or not found:
        raise SomeTaken(undecided)
    return dict(sorted(found.items(), key=lambda item: item[1].starts_at))


def lock(wishes, patient, rows=()):
    """Lock all that these visits touch and what `rows` leave behind, in the one order; return the practitioners."""
    prefetch_related_objects([*{wish.kind.pk: wish.kind for wish in wishes}.values()], "rooms", "practitioners")
    people = {p.pk: p for p in [*(w.practitioner for w in wishes), *(row.practitioner for row in rows)]}
    rooms = [room for wish in wishes for room in wish.rooms] + [row.room for row in rows]
    placing.lock(people.values(), rooms, [patient])
    return people.values()


def _end_holds(people, now):
    """Let old holds go: after every row is locked, for it writes the log."""
    for practitioner in people:
        booking.end_stale_holds(now, practitioner)


def _check_days(wishes, now):
    """Refuse what no look at the tables can allow, all of it at once."""
    all_or_none(wishes, lambda number, wish: placing.check_day(wish, now))


def _insert_all(series, wishes, by, now):
    places = {number: place for place, number in enumerate(wishes, start=1)}
    return all_or_none(
        wishes,
        lambda number, wish: insert(wish, by=by, now=now, series=series, series_place=places[number]),
    )


def _as_json(rule, last_kind):
    return {
        "starts_on": rule.starts_on.isoformat(),
        "clock": f"{rule.clock:%H:%M}",
        "weekdays": list(rule.weekdays),
        "weeks": rule.weeks,
        "last_kind": last_kind.pk if rule.ends_with_last and last_kind else None,
    }


def tell(series, event, rows):
    """Queue one mail that lists the dates of many visits: day, time, with whom, where; never why."""
    patient = series.patient
    if not (patient.email and rows):
        return
    rows = sorted(rows, key=lambda row: row.starts_at)
    location = rows[0].location
    moved = sum(row.sequence for row in rows)
    with timezone.override(location.zone), writing_to(patient):  # the clock on the clinic's wall
        outbox.queue(
            f"scheduling/{event}",
            to=patient.email,
            key=f"series-{series.pk}-{event}-{rows[0].series_place}-{moved}",
            patient=patient,
            context={"visits": rows, "patient": patient, "location": location},
            attachment=mails.attachment(rows),
        )


def add(series, *, starts_at, by, practitioner=None, kind=None, now=None):
    """Add one more visit to a series and return it. Raises as `booking.book` does."""
    now = now or timezone.now()
    require(by, "appointment.add")
    wish = Wish(practitioner or series.practitioner, kind or series.kind, starts_at, series.patient)
    try:
        with transaction.atomic():
            placing.check_day(wish, now)
            _end_holds(lock([wish], series.patient), now)
            last = series.appointments.aggregate(last=Max("series_place"))["last"] or 0
            row = insert(wish, by=by, now=now, series=series, series_place=last + 1)
            booking.tell(row, "confirmation")
            record("appointment.booked", row, by=by, patient=series.patient)
            return row
    except (SlotTaken, NotOpen, IntegrityError) as error:
        raise placing.offer(error, wish, now) from error


# --- the rest, from one visit on ---


def rest_of(series, from_place, now):
    """Return the visits from this place on that are still to come: past, begun, done and cancelled ones stay alone."""
    rows = series.appointments.filter(series_place__gte=from_place, status__in=STILL_TO_COME, starts_at__gt=now)
    return rows.select_related(*SHOWN).order_by("series_place")


def _asked_to_move(rows, shift):
    return [
        Asked(_wish_of(row, shift), row.kind, shift.practitioner or row.practitioner, row.minutes, row) for row in rows
    ]


def _wish_of(row, shift):
    start = row.starts_at.astimezone(row.location.zone)
    return recurrence.shifted(row.series_place, start, days=shift.days, clock=shift.clock)


def preview_rest(series, from_place, shift, *, chosen=None, now=None):
    """Return the plan of moving the rest; each `asked.row` is the visit as it stands. Changes nothing."""
    now = now or timezone.now()
    rows, chosen = list(rest_of(series, from_place, now)), chosen or {}
    leaving = [row.pk for row in rows if chosen.get(row.series_place, True)]
    return plan(_asked_to_move(rows, shift), patient=series.patient, now=now, chosen=chosen, ignoring=leaving)


def move_rest(series, from_place, shift, *, by, chosen=None, seen=None, now=None):
    """Move the rest of a series, all of it or nothing, and return the moved visits; one mail lists the new dates.

    `chosen` are the times as in `book` (a visit that is left out stays where it is), `seen` {place: sequence} as the
    page showed them. Raises `SomeTaken`, and `MovedMeanwhile` when one of them was moved or ended since.
    """
    now = now or timezone.now()
    require(by, "appointment.change")
    if chosen is None:
        chosen = choices_of(preview_rest(series, from_place, shift, now=now))
    try:
        with transaction.atomic():
            return _move_all(series, from_place, shift, chosen, seen or {}, by, now)
    except (SomeTaken, IntegrityError) as error:
        fresh = preview_rest(series, from_place, shift, chosen=chosen, now=now)
        raise SomeTaken(getattr(error, "numbers", []), fresh) from error


def _move_all(series, from_place, shift, chosen, seen, by, now):
    asked = _asked_to_move(rest_of(series, from_place, now), shift)
    wishes = _wishes(asked, chosen, series.patient)
    before = {a.wish.number: a.row for a in asked}
    wishes = {number: wish for number, wish in wishes.items() if _goes_elsewhere(before[number], wish)}
    if not wishes:
        return []
    before = {number: before[number] for number in wishes}
    people = lock(wishes.values(), series.patient, before.values())
    rows = _lock_rows(before, seen)
    _end_holds(people, now)
    _check_days(wishes, now)
    park(rows.values(), now)
    moved = all_or_none(wishes, lambda number, wish: _relocate(rows[number], wish, by, now))
    record("series.moved", series, by=by, patient=series.patient_id, visits=len(moved), from_place=from_place)
    tell(series, "series_moved", moved)
    return moved


def _goes_elsewhere(row, wish):
    return (row.starts_at, row.practitioner) != (wish.starts_at, wish.practitioner)


def _lock_rows(before, seen):
    """Lock the visits and return them as they stand; raise `MovedMeanwhile` for one that is not as it was seen."""
    keys = [row.pk for row in before.values()]
    locked = Appointment.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=keys)
    rows = {row.series_place: row for row in locked.select_related(*SHOWN).order_by("pk")}
    for number, row in rows.items():
        if row.status not in STILL_TO_COME or row.sequence != seen.get(number, before[number].sequence):
            raise MovedMeanwhile(row)
    return rows


def _relocate(row, wish, by, now):
    kept = booking.moved_wish(row, wish.starts_at, practitioner=wish.practitioner)
    return bring_in(row, kept, by=by, now=now)


@transaction.atomic
def cancel_rest(series, from_place, *, because, by, now=None):
    """Cancel what is still to come from this place on, each with the reason, and return how many."""
    now = now or timezone.now()
    require(by, "appointment.change")
    rows = rest_of(series, from_place, now)
    locked = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk"))  # all rows, before the log
    for row in locked:
        steps.cancel(row, because=because, by=by, silent=True, now=now)
    ended = series.appointments.filter(pk__in=[row.pk for row in locked]).select_related(*SHOWN)
    tell(series, "series_cancelled", list(ended))
    record("series.cancelled", series, by=by, patient=series.patient_id, visits=len(locked), from_place=from_place)
    return len(locked)
