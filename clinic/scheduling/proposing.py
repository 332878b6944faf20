"""Finds the times of a series around what is taken: one look at the tables, however many visits it has."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, prefetch_related_objects
from django.utils import formats
from django.utils.translation import gettext as _

from clinic.scheduling import availability, recurrence, slots
from clinic.scheduling.models import Practitioner, TimeOff, VisitKind
from clinic.scheduling.recurrence import Wished

MOST_SWAPS = 3
AROUND = timedelta(hours=14)  # other places of the clinic may lie in other zones


@dataclass(frozen=True)
class Choice:
    """A time with somebody: offered, or taken from what was offered."""

    starts_at: datetime
    practitioner: Practitioner

    @property
    def code(self):
        """As a button carries it: the time and the number of the practitioner."""
        return f"{self.starts_at.isoformat()}|{self.practitioner.pk}"


@dataclass(frozen=True)
class Asked:
    """One visit that needs a time: as it is wished, of which kind, with whom."""

    wish: Wished
    kind: VisitKind
    practitioner: Practitioner
    minutes: int | None = None
    row: object = None  # the visit that is to be moved there

    @property
    def need(self):
        return availability.need_of(self.kind, self.minutes)


@dataclass
class Planned:
    """One visit of a plan: the time it would get, and when its wished time cannot be had, why not and what else."""

    asked: Asked
    choice: Choice | None = None
    why_not: str = ""
    swaps: list[Choice] = field(default_factory=list)
    is_out: bool = False  # left out on purpose

    @property
    def number(self):
        return self.asked.wish.number

    @property
    def is_free(self):
        """Is the wished time free?"""
        return not self.why_not

    @property
    def is_open(self):
        """Does somebody still have to say what becomes of it?"""
        return self.choice is None and not self.is_out


def people_for(kinds, own):
    """Return {id: practitioner} of all who treat, and of `own`, with `kinds_done`, in three queries."""
    rows = Practitioner.objects.filter(Q(is_active=True) | Q(pk__in=[p.pk for p in own])).order_by("order", "pk")
    for kind in kinds:
        named = VisitKind.practitioners.through.objects.filter(visitkind=kind)
        does = Exists(named.filter(practitioner=OuterRef("pk"))) | ~Exists(named)
        rows = rows.annotate(**{f"does_{kind.pk}": does})
    found = {p.pk: p for p in rows.with_hours()}
    for p in found.values():
        p.kinds_done = {kind.pk for kind in kinds if getattr(p, f"does_{kind.pk}")}
    return found


class Look:
    """What is open and what is taken on these days, read once."""

    def __init__(self, asked, *, patient, ignoring, now):
        kinds = {a.kind.pk: a.kind for a in asked}
        prefetch_related_objects(list(kinds.values()), "rooms")
        self.now, self.patient, self.sisters = now, patient, []
        self.people = people_for(kinds.values(), [a.practitioner for a in asked])
        self.rooms = {pk: availability.rooms_of(kind) for pk, kind in kinds.items()}
        self.blocks = {pk: availability.blocks_of(p) for pk, p in self.people.items()}
        week = [day for a in asked for day in recurrence.week_of(a.wish.day)]
        zone = asked[0].practitioner.location.zone
        span = availability.day_span(min(week), zone)[0] - AROUND, availability.day_span(max(week), zone)[1] + AROUND
        every_room = {room.pk: room for rooms in self.rooms.values() for room in rooms}
        self.busy = availability.busy_of(
            list(self.people.values()), *span, patient=patient, ignoring=ignoring, rooms=list(every_room.values())
        )
        self._of_day = {}

    def of_day(self, key, day, zone):
        """What is taken of a person or room around `day`: each day looks through its own few stretches."""
        if (key, day) not in self._of_day:
            start, end = availability.day_span(day, zone)
            self._of_day[key, day] = [b for b in self.busy[key] if b.touches(start - AROUND, end + AROUND)]
        return self._of_day[key, day]

    def rooms_of_day(self, asked, day, zone):
        """Return {place: {room id: what is taken}} for a kind that takes a room, else None."""
        found = defaultdict(dict)
        for room in self.rooms[asked.kind.pk]:
            found[room.location_id][room.pk] = self.of_day(("room", room.pk), day, zone)
        return found or None

    def starts(self, asked, person, day):
        """Return the free starts of one person on one day, every quarter of an hour."""
        zone = person.location.zone
        return slots.free_times(
            day,
            blocks=self.blocks[person.pk],
            busy=self.of_day(person.pk, day, zone) + self.sisters,
            need=asked.need,
            zone=zone,
            capacity=person.capacity,
            rooms=self.rooms_of_day(asked, day, zone),
            not_before=self.now,
        )

    def why_not(self, asked, person, start):
        """Return in words why this start cannot be had; an empty text when it can."""
        if start < self.now:
            return _("In the past")
        if asked.kind.pk not in person.kinds_done:
            return _("Does not do this kind of visit")
        zone, start = person.location.zone, start.astimezone(UTC)  # minutes that pass, not minutes on the wall
        end = start + timedelta(minutes=asked.need.minutes)
        block = slots.block_around(start, end, self.blocks[person.pk], zone)
        return self._clash(asked, person, block, start.astimezone(zone).date(), *asked.need.busy_span(start))

    def _clash(self, asked, person, block, day, busy_from, busy_until):
        """Say what keeps [busy_from, busy_until) from being free: absence first, then hours, lanes and rooms."""
        zone, place = person.location.zone, block.place if block else None
        busy = slots.against(self.of_day(person.pk, day, zone) + self.sisters, asked.need)
        for taken in busy:
            everywhere = taken.lane is None and (block is None or taken.keeps_from(place))
            if everywhere and taken.touches(busy_from, busy_until):
                return self.words_of(taken, day, zone)
        if block is None:
            return _("Not here")
        if slots.free_lane(busy_from, busy_until, busy, person.capacity, place) is None:
            return _("Taken")
        rooms = self.rooms_of_day(asked, day, zone)
        if rooms and slots.free_room(busy_from, busy_until, rooms.get(place, {})) is None:
            return _("No room free")
        return ""

    def words_of(self, taken, day, zone):
        """Say what takes all lanes: a course until one o'clock, a day off, another visit of the patient."""
        off = taken.row
        if off is None:
            return _("Another visit of this series")
        if not isinstance(off, TimeOff):
            return _("Has another visit then")
        ends = off.ends_at.astimezone(zone)
        if ends.date() > day:
            return _("Away") if off.practitioner_id else _("Closed")
        words = {"what": _lower(off.reason) or _("away"), "time": formats.time_format(ends.time(), "g:i A")}
        return _("Clash: %(what)s until %(time)s") % words

    def take(self, asked, choice):
        """Keep the other visits of the series away from this one."""
        self.sisters.append(slots.Busy(*asked.need.busy_span(choice.starts_at)))


def _lower(words):
    """Begin in a small letter, unless it is an abbreviation."""
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


def plan(asked, *, patient, now, chosen=None, ignoring=()):
    """Return a `Planned` for each visit in `asked`, in six queries.

    `chosen` are the choices made before, {number: Choice, or None for a visit that is left out}: they stay as long as
    they are free. `ignoring` are the numbers of visits that make way.
    """
    if not asked:
        return []
    look, chosen, made = Look(asked, patient=patient, ignoring=ignoring, now=now), chosen or {}, []
    kept = {a.wish.day for a in asked}
    for each in asked:
        planned = _one(look, each, chosen.get(each.wish.number), kept)
        if each.wish.number in chosen and chosen[each.wish.number] is None:
            planned.choice, planned.is_out = None, True
        if planned.choice:
            look.take(each, planned.choice)
            kept.add(_day_of(planned.choice))
        made.append(planned)
    return made


def _day_of(choice):
    return choice.starts_at.astimezone(choice.practitioner.location.zone).date()


def _one(look, asked, chosen, kept):
    """Plan one visit: what was chosen if it is still free, else its wished time, else what suits best."""
    person = look.people[asked.practitioner.pk]
    start, why = _wished_start(look, asked, person)
    still = chosen if chosen and _is_free(look, asked, chosen) else None
    if not why:
        return Planned(asked, still or Choice(start, person))
    swaps = _swaps(look, asked, person, start, kept)
    if still and still not in swaps:
        swaps = [still, *swaps][:MOST_SWAPS]
    return Planned(asked, still or (swaps[0] if swaps else None), why, swaps)


def _is_free(look, asked, choice):
    person = look.people.get(choice.practitioner.pk)
    return person is not None and not look.why_not(asked, person, choice.starts_at)


def _wished_start(look, asked, person):
    """Return (start, why it cannot be had); the start is None in a night that has no such time, or has it twice."""
    wish = asked.wish
    try:
        start = slots.on_clock(wish.day, wish.clock, person.location.zone)
    except slots.TimeDoesNotExist:
        return None, _("The clock is put forward that night: there is no such time")
    except slots.TimeIsAmbiguous:
        return None, _("The clock is put back that night: this time comes twice")
    return start, look.why_not(asked, person, start)


def _swaps(look, asked, person, start, kept):
    """Return up to three alternatives: two times that suit best, on two days, and a colleague at the wished time."""
    own = _own_times(look, asked, person, kept)
    colleagues = [
        Choice(start, other)
        for other in look.people.values()
        if start and other != person and other.is_active and not look.why_not(asked, other, start)
    ]
    picked = _varied(own, asked.wish.day)[: MOST_SWAPS - bool(colleagues)]
    return (picked + colleagues)[:MOST_SWAPS]


def _own_times(look, asked, person, kept):
    if asked.kind.pk not in person.kinds_done:
        return []
    days = [day for day in recurrence.week_of(asked.wish.day) if day == asked.wish.day or day not in kept]
    starts = [start for day in days for start in look.starts(asked, person, day)]
    return [Choice(start, person) for start in recurrence.next_best(asked.wish, starts, kept)]


def _varied(choices, wished_day):
    """The best first, then the best of another day (the wished day, if the best is not on it), then the others."""
    if not choices:
        return []
    best = choices[0]
    others = [choice for choice in choices if choice.starts_at.date() != best.starts_at.date()]
    second = min(others, key=lambda choice: choice.starts_at.date() != wished_day, default=None)
    return [choice for choice in (best, second) if choice] + [c for c in choices if c not in (best, second)]
