"""One column of the grid: a practitioner's day, or what stands in a group of rooms."""

from dataclasses import dataclass, field
from datetime import UTC, date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.reception.frame import MOST_LANES, clock_of, pieces, place
from clinic.scheduling import availability, slots
from clinic.scheduling.models import Practitioner
from clinic.scheduling.models.appointments import FREEING, Status

GLANCE = slots.Need(15)  # "next free" speaks of a quarter of an hour


@dataclass
class Column:
    """One practitioner's day, or one group of rooms (`rooms`, each in a lane of its own)."""

    practitioner: Practitioner | None
    lanes: int = 1
    cards: list = field(default_factory=list)
    off: list = field(default_factory=list)  # (place, words)
    next_free: object = None
    rooms: tuple = ()
    kind_id: int | None = None  # the kind of visit that takes such a room
    day: date | None = None
    heading: str = ""  # of a week: the day in words
    is_today: bool = False
    people: tuple = ()  # of a week of everybody: who has which lane

    @property
    def key(self):
        """A name of the column within its page."""
        if self.heading:
            return f"d{self.day:%Y%m%d}"
        return f"r{self.rooms[0].pk}" if self.rooms else f"p{self.practitioner.pk}" if self.practitioner else "none"

    @property
    def asks(self):
        """The part of a booking address that says what this column is for."""
        if self.practitioner:
            return f"practitioner={self.practitioner.pk}&"
        return f"kind={self.kind_id}&" if self.kind_id else ""

    @property
    def title(self):
        if self.heading:
            return self.heading
        return ", ".join(room.name for room in self.rooms) if self.rooms else str(self.practitioner or "")

    @property
    def place(self):
        """Where the practitioner usually treats; of a group of rooms how many they are."""
        if self.heading:
            return ""
        if len(self.rooms) > 1:
            return ngettext("%(n)s place", "%(n)s places", len(self.rooms)) % {"n": len(self.rooms)}
        return self.practitioner.room or "" if self.practitioner else ""

    @property
    def visits(self):
        return sum(card.status not in (*FREEING, Status.HELD) for card in self.cards)


def of_person(practitioner, frame, cards, time_off, now):
    """Return the column of a practitioner on the day of `frame`; `cards` are those of this practitioner."""
    away = [off for off in time_off if off.holds_for(practitioner.pk, practitioner.location_id)]
    live = [card.appointment for card in cards if card.status not in FREEING]
    lanes = min(max([practitioner.capacity, *(a.lane + 1 for a in live)]), MOST_LANES)
    for card in cards:
        place(card, frame, card.appointment.lane, lanes)
    return Column(
        practitioner,
        lanes=lanes,
        cards=[card for card in cards if not _is_covered(card, live)],
        off=_off(practitioner, frame, away),
        next_free=_next_free(practitioner, frame, live, away, now),
        day=frame.day,
    )


def _is_covered(card, live):
    """A freed visit whose time was given away would lie under the new one: it stays in the list and the counts."""
    mine = card.appointment
    return card.status in FREEING and any(
        a.starts_at < mine.ends_at and mine.starts_at < a.ends_at and a.lane == mine.lane for a in live
    )


def _off(practitioner, frame, away):
    """Return (place, words) of the hatched stretches: outside working hours, and time off inside them."""
    spans = slots.open_spans(frame.day, availability.blocks_of(practitioner), frame.zone)
    opened = [frame.span(*span) for span in spans]
    closed, at = [], 0
    for begin, length in opened:
        closed.append((at, begin - at, _("Starts at %s") % clock_of(frame, begin) if at == 0 else _("Break")))
        at = max(at, begin + length)
    closed.append((at, frame.steps - at, _("Closed") if opened else _("Not here today")))
    for off in away:
        begin, length = frame.span(off.starts_at, off.ends_at)
        whole = begin + length >= frame.steps
        closed.append((begin, length, _("Away") if whole else _("Away until %s") % clock_of(frame, begin + length)))
    return [piece for stretch in closed for piece in pieces(*stretch)]


def _next_free(practitioner, frame, live, away, now):
    """Return the next quarter of an hour that is free on this day, or None."""
    if not practitioner.is_active:
        return None
    busy = [slots.Busy(a.busy_from, a.busy_until, a.lane) for a in live]
    busy += [slots.Busy(off.starts_at, off.ends_at) for off in away]
    times = slots.free_times(
        frame.day,
        blocks=availability.blocks_of(practitioner),
        busy=busy,
        need=GLANCE,
        zone=frame.zone,
        capacity=practitioner.capacity,
        not_before=now.astimezone(UTC),
        step=slots.STEP,
    )
    return times[0] if times else None


def of_rooms(rooms, kind_id, frame, cards, now):
    """Return the column of a group of rooms, a lane for each; freed visits stand with their practitioner only."""
    lane = {room.pk: number for number, room in enumerate(rooms[:MOST_LANES])}
    own = [card.copy() for card in cards if card.appointment.room_id in lane and card.status not in FREEING]
    for card in own:
        place(card, frame, lane[card.appointment.room_id], len(lane))
    busy = {key: [slots.Busy(c.appointment.busy_from, c.appointment.busy_until) for c in own
                  if c.appointment.room_id == key] for key in lane}  # fmt: skip
    free = _free_room_from(frame, busy, now)
    return Column(None, len(lane), own, [], free, tuple(rooms[:MOST_LANES]), kind_id, frame.day)


def _free_room_from(frame, busy, now):
    """Return the next quarter of an hour in which one of the rooms is free within the hours of the sheet, or None."""
    start, end = max(frame.moment(0), slots_up(now)), frame.moment(frame.steps)
    while start < end:
        if slots.free_room(*GLANCE.busy_span(start), busy) is not None:
            return start.astimezone(frame.zone)
        start += slots.STEP
    return None


def slots_up(now):
    """Return `now` rounded up to the grid."""
    start = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    return start if start == now else start + timedelta(minutes=5)
