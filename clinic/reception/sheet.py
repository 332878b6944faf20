"""The day sheet: practitioners as columns on a grid of 5-minute steps, counted from the sheet's first hour.

Places are class names (`sN` start, `dN` length, `lN` lane, `mN` odd minutes): the page needs no style attribute.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone
from django.utils.dateformat import time_format
from django.utils.translation import gettext as _

from clinic.charting.safety import patients_with_alert
from clinic.reception.cards import Card
from clinic.reception.sections import version_of
from clinic.scheduling import availability, slots
from clinic.scheduling.models import Appointment, Practitioner, TimeOff
from clinic.scheduling.models.appointments import FREEING, Status
from clinic.scheduling.models.resources import VisitKind
from patients.models import Intake

HOUR, LONGEST, MOST_HOURS, MOST_LANES, MOST_COLUMNS = 12, 48, 20, 8, 16
USUAL_FIRST, USUAL_LAST = 8, 18
GLANCE = slots.Need(15)  # "next free" speaks of a quarter of an hour


@dataclass(frozen=True)
class Frame:
    """Which hours of which day are drawn."""

    day: date
    zone: ZoneInfo
    first: int = USUAL_FIRST
    last: int = USUAL_LAST

    @property
    def steps(self):
        return (self.last - self.first) * HOUR

    def minute_of(self, moment):
        """Minutes on the wall clock from the first hour to `moment`; negative before it."""
        local = moment.astimezone(self.zone)
        return ((local.date() - self.day).days * 24 + local.hour - self.first) * 60 + local.minute

    def span(self, start, end):
        """Return (first step, steps) of [start, end) cut to the frame; a part of a step counts as one."""
        begin = min(max(self.minute_of(start) // 5, 0), self.steps)
        stop = max(min(-(-self.minute_of(end) // 5), self.steps), 0)
        return begin, stop - begin

    @property
    def hours(self):
        """The hours of the gutter: (place, hour of the 12-hour clock, am or pm)."""
        return [
            (f"s{n * HOUR} d12", (hour - 1) % 12 + 1, "am" if hour < 12 else "pm")
            for n, hour in enumerate(range(self.first, self.last))
        ]


@dataclass
class Column:
    """One practitioner's day."""

    practitioner: Practitioner
    lanes: int = 1
    cards: list = field(default_factory=list)
    off: list = field(default_factory=list)  # (place, words)
    next_free: object = None

    @property
    def visits(self):
        return sum(card.status not in (*FREEING, Status.HELD) for card in self.cards)


@dataclass
class Sheet:
    """Everything the day sheet shows of one day."""

    frame: Frame
    columns: list
    cards: list
    now: datetime

    @property
    def is_today(self):
        return self.now.astimezone(self.frame.zone).date() == self.frame.day

    @property
    def now_place(self):
        """Classes of the now-line, or an empty text when now is not on the sheet."""
        minute = self.frame.minute_of(self.now)
        return f"s{minute // 5} m{minute % 5}" if 0 <= minute < self.frame.steps * 5 else ""

    @property
    def version(self):
        """A short name of what is drawn: two days that look the same have the same."""
        columns = [(c.practitioner.pk, c.lanes, c.off, c.next_free) for c in self.columns]
        return version_of(repr((self.frame, columns, [card.facts for card in self.cards])))

    @property
    def counts(self):
        """(status, how many) for the strip, every status of the day in the order of a visit."""
        found = [card.status for card in self.cards]
        shown = [s for s in Status if s not in (Status.HELD, Status.EXPIRED)]
        return [(status, found.count(status)) for status in shown]


def appointments_of(day, zone, user):
    """The day's appointments with what a card shows, in one query."""
    return Appointment.objects.for_user(user).on_day(day, zone).select_related("patient", "kind", "room", "request")


def is_shown(appointment, now):
    """Holds that have ended are not drawn: the worker is about to let them go."""
    if appointment.status == Status.EXPIRED:
        return False
    return appointment.status != Status.HELD or appointment.hold_until > now


def without_intake(appointments):
    """Ids of those first visits whose patient has not handed in a health history: all the desk may know of it."""
    first = {a.pk: a.patient_id for a in appointments if a.patient_id and a.kind.purpose == VisitKind.Purpose.INITIAL}
    done = set(Intake.objects.submitted().filter(patient__in=first.values()).values_list("patient_id", flat=True))
    return {pk for pk, patient_id in first.items() if patient_id not in done}


def cards_of(appointments, now):
    """Return the cards of the appointments, with the marks the desk may see, whatever their number in a few queries."""
    shown = [a for a in appointments if is_shown(a, now)]
    alerts = patients_with_alert([a.patient for a in shown if a.patient])
    missing = without_intake(shown)
    return [Card(a, now, has_alert=a.patient_id in alerts, intake_missing=a.pk in missing) for a in shown]


def read(day, *, user, now):
    """Read one day for `user` and return the `Sheet`."""
    zone = timezone.get_current_timezone()
    appointments = list(appointments_of(day, zone, user))
    cards = cards_of(appointments, now)
    ids = {a.practitioner_id for a in appointments}
    rows = Practitioner.objects.filter(Q(is_active=True) | Q(pk__in=ids)).order_by("order", "pk")
    people = list(rows.with_hours().select_related("location", "room")[:MOST_COLUMNS])
    by_id = {p.pk: p for p in people}
    for card in cards:
        card.appointment.practitioner = by_id.get(card.appointment.practitioner_id) or card.appointment.practitioner
    time_off = list(TimeOff.objects.touching(*availability.day_span(day, zone)))
    frame = _frame(day, zone, people, cards)
    columns = [_column(p, frame, cards, time_off, now) for p in people]
    return Sheet(frame, columns, cards, now)


def _frame(day, zone, people, cards):
    """The hours in which anybody works or is booked, at least the usual ones when nobody does."""
    spans = [span for p in people for span in slots.open_spans(day, availability.blocks_of(p), zone)]
    spans += [(card.appointment.starts_at, card.appointment.ends_at) for card in cards]
    if not spans:
        return Frame(day, zone)
    midnight = Frame(day, zone, 0, 24)
    first = max(min(midnight.minute_of(start) for start, _end in spans) // 60, 0)
    last = min(-(-max(midnight.minute_of(end) for _start, end in spans) // 60), 24, first + MOST_HOURS)
    return Frame(day, zone, first, max(last, first + 1))


def _column(practitioner, frame, cards, time_off, now):
    own = [card for card in cards if card.appointment.practitioner_id == practitioner.pk]
    away = [off for off in time_off if off.holds_for(practitioner.pk, practitioner.location_id)]
    live = [card.appointment for card in own if card.status not in FREEING]
    lanes = min(max([practitioner.capacity, *(a.lane + 1 for a in live)]), MOST_LANES)
    for card in own:
        _place(card, frame, lanes)
    return Column(
        practitioner,
        lanes=lanes,
        cards=[card for card in own if not _is_covered(card, live)],
        off=_off(practitioner, frame, away),
        next_free=_next_free(practitioner, frame, live, away, now),
    )


def _place(card, frame, lanes):
    begin, length = frame.span(card.appointment.starts_at, card.appointment.ends_at)
    length = min(max(length, 1), LONGEST)
    lane = f" l{min(card.appointment.lane + 1, MOST_LANES)}" if lanes > 1 else ""
    card.place = f"s{begin} d{length}{lane}"
    card.size = "low" if length < 3 else "one" if length == 3 else "mid" if length < 6 else "tall"


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
        closed.append((at, begin - at, _("Starts at %s") % _clock(frame, begin) if at == 0 else _("Break")))
        at = max(at, begin + length)
    closed.append((at, frame.steps - at, _("Closed") if opened else _("Not here today")))
    for off in away:
        begin, length = frame.span(off.starts_at, off.ends_at)
        whole = begin + length >= frame.steps
        closed.append((begin, length, _("Away") if whole else _("Away until %s") % _clock(frame, begin + length)))
    return [piece for stretch in closed for piece in _pieces(*stretch)]


def _pieces(begin, length, words):
    """Cut a stretch into pieces for which there is a class; the words stand on the first."""
    for at in range(begin, begin + length, LONGEST):
        yield f"s{at} d{min(LONGEST, begin + length - at)}", words if at == begin else ""


def _clock(frame, step):
    minutes = frame.first * 60 + step * 5
    return time_format((datetime(2000, 1, 1) + timedelta(minutes=minutes)).time(), "g:i")


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
