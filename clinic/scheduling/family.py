"""A family comes together: one after another with one practitioner, or side by side with two; booked whole or not."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.messaging import outbox
from clinic.scheduling import availability, booking, mails, placing
from clinic.scheduling.board import AROUND, Board, Sought
from clinic.scheduling.models import Appointment, VisitKind
from clinic.scheduling.placing import Wish
from clinic.scheduling.proposing import Choice, people_for
from clinic.scheduling.together import SomeTaken, all_or_none, insert
from patients.languages import writing_to
from patients.models import Patient

FEWEST, MOST, OFFERED = 2, 6, 4
LOOK_AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Member:
    """Who comes, for which kind of visit."""

    patient: Patient
    kind: VisitKind

    @property
    def sought(self):
        return Sought(self.kind, self.patient.pk)


@dataclass(frozen=True)
class Together:
    """Times for a whole family, in the order of its members."""

    choices: tuple[Choice, ...]

    @property
    def code(self):
        """As a button carries it."""
        return ",".join(choice.code for choice in self.choices)

    @property
    def starts_at(self):
        return min(choice.starts_at for choice in self.choices)


def propose(members, practitioners, day, *, near=None, now=None):
    """Return up to four `Together` on the first day from `day` on that has any, in seven queries; the nearest to the
    clock time `near`, in the order of the clock. With two practitioners every second member goes to the other one.
    """
    now, kinds = now or timezone.now(), list({m.kind.pk: m.kind for m in members}.values())
    prefetch_related_objects(kinds, "rooms")
    people = people_for(kinds, practitioners)
    own = [people[p.pk] for p in practitioners]
    zone, last = own[0].location.zone, day + LOOK_AHEAD - timedelta(days=1)
    span = availability.day_span(day, zone)[0] - AROUND, availability.day_span(last, zone)[1] + AROUND
    board = Board(people, spans=[span], kinds=kinds, patients={m.patient.pk for m in members}, now=now)
    for each in (day + timedelta(days=n) for n in range(LOOK_AHEAD.days)):
        if found := list(_on_day(board, members, own, each)):
            return _nearest(found, near, zone)
    return []


def _on_day(board, members, own, day):
    """Yield what fits on this day; of two practitioners either may begin with the first member."""
    orders = [own, own[::-1]] if len(own) > 1 else [own]
    tried = set()
    for order in orders:
        for start in board.starts(members[0].sought, order[0], day):
            if start not in tried and (found := _arranged(board, members, order, start)):
                tried.add(start)
                yield found


def _arranged(board, members, order, start):
    """Return the `Together` that begins at `start`, or None. Each practitioner sees their own one after another."""
    free_from, choices = dict.fromkeys((p.pk for p in order), start), []
    with board.trial():
        for place, member in enumerate(members):
            person, need = order[place % len(order)], member.sought.need
            is_first = free_from[person.pk] == start
            begins = start if is_first else free_from[person.pk] + timedelta(minutes=need.before)
            spot = board.spot(member.sought, person, begins)
            if spot is None:
                return None
            board.take(member.sought, spot)
            free_from[person.pk] = begins + timedelta(minutes=need.minutes + need.after)
            choices.append(spot.choice)
    return Together(tuple(choices))


def _nearest(found, near, zone):
    def far(together):
        local = together.starts_at.astimezone(zone)
        return abs(local.hour * 60 + local.minute - near.hour * 60 - near.minute) if near else 0

    best = sorted(found, key=lambda together: (far(together), together.starts_at))[:OFFERED]
    return sorted(best, key=lambda together: together.starts_at)


def book_together(members, choices, *, by, key=None, now=None):
    """Book a visit for each member at the choice in the same place of the list, all or nothing; return the visits.

    A second call with the same `key` returns the first one's. Raises `SomeTaken`. One mail goes to each address.
    """
    now = now or timezone.now()
    require(by, "appointment.add")
    wishes = [Wish(c.practitioner, m.kind, c.starts_at, m.patient) for m, c in zip(members, choices, strict=True)]
    keys = [f"{key}-{n}" if key else None for n in range(len(wishes))]
    try:
        with transaction.atomic():
            return known(keys) or _book_all(wishes, keys, by, now)
    except (SomeTaken, IntegrityError) as error:
        if made := known(keys):
            return made
        raise SomeTaken(getattr(error, "numbers", [])) from error


def known(keys):
    """Return the visits that were booked with these keys, in their order; none when there are no keys."""
    rows = Appointment.objects.filter(idempotency_key__in=[key for key in keys if key]).order_by("pk")
    return list(rows) if all(keys) else []


def _book_all(wishes, keys, by, now):
    numbered = dict(enumerate(wishes))
    all_or_none(numbered, lambda _n, wish: placing.check_day(wish, now))
    people = {wish.practitioner.pk: wish.practitioner for wish in wishes}.values()
    placing.lock(people, [room for wish in wishes for room in wish.rooms], [wish.patient for wish in wishes])
    for practitioner in people:
        booking.end_stale_holds(now, practitioner)
    rows = all_or_none(numbered, lambda n, wish: insert(wish, by=by, now=now, idempotency_key=keys[n]))
    for row in rows:
        record("appointment.booked", row, by=by, patient=row.patient_id)
    for those in _by_address(rows).values():
        _tell(those)
    return rows


def _by_address(rows):
    found = defaultdict(list)
    for row in rows:
        if row.patient.email:
            found[row.patient.email.casefold()].append(row)
    return found


def _tell(rows):
    """Queue one mail to an address: who comes when to whom, and the calendar file of all of them."""
    rows = sorted(rows, key=lambda row: (row.starts_at, row.pk))
    patient, location = rows[0].patient, rows[0].location
    with timezone.override(location.zone), writing_to(patient):  # the clock on the clinic's wall
        outbox.queue(
            "scheduling/family",
            to=patient.email,
            key=f"family-{rows[0].pk}-{len(rows)}",
            patient=patient,
            context={"visits": rows, "patient": patient, "location": location},
            attachment=mails.attachment(rows),
        )
