"""What becomes of the visits of somebody who is away: a proposal for each, none of them taking another's time.

The same time with a colleague; else the nearest time of that day with a colleague; else the same practitioner on the
first day after; else a call. A closed place leaves only the days after.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from clinic.practice.models import Location
from clinic.scheduling import availability, slots
from clinic.scheduling.board import AROUND, Board, Sought, Spot
from clinic.scheduling.models import Appointment, Practitioner, TimeOff
from clinic.scheduling.models.appointments import A_DAY, Status
from clinic.scheduling.proposing import Choice, people_for
from patients.models import Patient
from patients.naming import known_as

PAGE, LONGEST_PAGE = 50, timedelta(days=31)
LOOK_AHEAD = timedelta(days=21)
FOR_GOOD = availability.FURTHEST + timedelta(days=366)  # further than anybody books
CANCEL, CALL, STAY = "cancel", "call", "stay"
TO_COME = (Status.HELD, Status.BOOKED, Status.CONFIRMED, Status.ARRIVED)
SHOWN = ("patient", "kind", "practitioner__location", "location", "room", "request")


@dataclass(frozen=True)
class Gap:
    """Time without visits: of one practitioner, or of one location, or (neither named) of the whole clinic."""

    start: datetime
    end: datetime
    practitioner: Practitioner | None = None
    location: Location | None = None
    reason: str = ""
    for_good: bool = False

    @property
    def whose(self):
        """The columns of `TimeOff` that say whose time it is."""
        return {"practitioner": self.practitioner, "location": self.location}


def of_time_off(off):
    """Return the gap that a row of time off amounts to."""
    return Gap(off.starts_at, off.ends_at, off.practitioner, off.location, off.reason)


def affected(gap, now):
    """Return the visits of the gap that are still to come, earliest first; those that have begun run on."""
    rows = Appointment.objects.filter(status__in=TO_COME, ends_at__gt=max(gap.start, now), starts_at__lt=gap.end)
    rows = rows.filter(starts_at__gt=max(gap.start, now) - A_DAY).exclude(status=Status.HELD, hold_until__lte=now)
    if gap.practitioner:
        rows = rows.filter(practitioner=gap.practitioner)
    elif gap.location:
        rows = rows.filter(location=gap.location)
    return rows.order_by("starts_at", "pk")


def _after(rows, last):
    """Narrow to those after the visit `last`, the end of the page before."""
    return rows.filter(Q(starts_at__gt=last.starts_at) | Q(starts_at=last.starts_at, pk__gt=last.pk)) if last else rows


@dataclass
class Handed:
    """One visit of the plan: what could become of it, and what is decided (`Choice.code`, or one of three words)."""

    row: Appointment
    options: list[Choice] = field(default_factory=list)
    decided: str = CALL
    clashes: bool = False

    @property
    def number(self):
        return self.row.pk

    @property
    def choice(self):
        return next((option for option in self.options if option.code == self.decided), None)

    @property
    def name(self):
        """Who comes; a visitor of the site is no patient yet."""
        who = self._who
        return known_as(who) if isinstance(who, Patient) else getattr(who, "name", "")

    @property
    def phone(self):
        return getattr(self._who, "phone", "")

    @property
    def _who(self):
        return self.row.patient or getattr(self.row, "request", None)

    @property
    def gets_mail(self):
        return bool(self.row.patient and self.row.patient.email and self.row.status != Status.HELD)


@dataclass
class Plan:
    """A page of visits and what becomes of each; `more` are left for the next page, `last` is where this one ends."""

    gap: Gap
    handed: list[Handed]
    more: int = 0
    refused: list[int] = field(default_factory=list)

    @property
    def last(self):
        return self.handed[-1].number if self.handed else None

    @property
    def moves(self):
        return sum(each.choice is not None for each in self.handed)

    def count(self, word):
        return sum(each.decided == word for each in self.handed)

    @property
    def cancels(self):
        return self.count(CANCEL)

    @property
    def calls(self):
        return self.count(CALL)


def page_of(gap, now, after=None):
    """Return (visits of this page, how many follow): at most 50, of at most a month, in two queries."""
    rows = _after(affected(gap, now), after)
    found = list(rows.select_related(*SHOWN).prefetch_related("kind__rooms", "kind__practitioners")[:PAGE])
    kept = [row for row in found if row.starts_at - found[0].starts_at < LONGEST_PAGE]
    return kept, rows.count() - len(kept)


def plan(gap, *, now, decided=None, after=None):
    """Return the `Plan` of one page; `decided` {number of the visit: what was chosen} stays as far as it is free.

    The same number of queries whatever the number of visits; changes nothing.
    """
    rows, more = page_of(gap, now, after)
    if not rows:
        return Plan(gap, [], more)
    planner = Planner(gap, rows, decided or {}, now)
    return Plan(gap, planner.handed(), more)


class Planner:
    """Goes through the visits of one page: first what was decided, then a proposal for each of the others."""

    def __init__(self, gap, rows, decided, now):
        self.gap, self.rows, self.decided, self.now = gap, rows, decided, now
        kinds = {row.kind_id: row.kind for row in rows}
        self.people = people_for(kinds.values(), {row.practitioner_id: row.practitioner for row in rows}.values())
        self.board = Board(
            self.people,
            spans=list(self._spans()),
            kinds=kinds.values(),
            patients={row.patient.person_id for row in rows if row.patient},
            ignoring=[row.pk for row in rows],
            now=now,
        )
        self._close()

    def _spans(self):
        yield self.rows[0].starts_at - AROUND, self.rows[-1].ends_at + AROUND
        if not self.gap.for_good:
            yield self.gap.end - AROUND, self.gap.end + LOOK_AHEAD + AROUND

    def _close(self):
        """Nobody is there in the gap, though it is not written down yet."""
        gap = self.gap
        place = gap.location.pk if gap.location else None
        for pk in [gap.practitioner.pk] if gap.practitioner else self.people:
            self.board.block(pk, slots.Busy(gap.start, gap.end, None, place))

    def handed(self):
        """Return a `Handed` for each visit, in the order of the clock."""
        done = {}
        for row in sorted(self.rows, key=lambda row: self.decided.get(row.pk) not in (CALL, STAY)):
            if row.pk in self.decided:  # who stays keeps the room, so they come first
                done[row.pk] = self._as_decided(row, self.decided[row.pk])
        for row in self.rows:
            if row.pk not in done:
                done[row.pk] = self._proposed(row)
        return [done[row.pk] for row in self.rows]

    def _as_decided(self, row, word):
        made = Handed(row, decided=word)
        if word in (CALL, STAY):
            self.board.keep(row)
            made.options = self._choices(row)
        elif word == CANCEL:
            made.options = self._choices(row)
        else:
            self._keep_choice(made, word)
        return made

    def _keep_choice(self, made, code):
        """A time that was chosen stays if it is still free, wherever it was found; else something else is proposed."""
        spot = self._spot_of(made.row, code)
        if spot is None:
            again = self._proposed(made.row)
            made.options, made.decided, made.clashes = again.options, again.decided, True
            return
        made.options = self._choices(made.row)
        if code not in [option.code for option in made.options]:
            made.options.insert(0, spot.choice)
        made.decided = spot.choice.code
        self.board.take(_sought(made.row), spot)

    def _spot_of(self, row, code):
        choice = choice_of(code, self.people)
        return self.board.spot(_sought(row), choice.practitioner, choice.starts_at) if choice else None

    def _proposed(self, row):
        spots = self._spots(row)
        made = Handed(row, [spot.choice for spot in spots])
        if spots:
            made.decided = spots[0].choice.code
            self.board.take(_sought(row), spots[0])
        elif row.status == Status.HELD and row.patient_id:
            made.decided = CANCEL  # an offer to somebody who waits: they are offered another one
        else:
            self.board.keep(row)
        return made

    def _choices(self, row):
        return [spot.choice for spot in self._spots(row)]

    def _spots(self, row) -> list[Spot]:
        """Return what could become of a visit, best first; an offer to somebody who waits can only be let go."""
        if row.status == Status.HELD and row.patient_id:
            return []
        found = [self._same_time(row), self._same_day(row), self._later(row)]
        return list({spot.choice.code: spot for spot in found if spot}.values())

    def _colleagues(self, row):
        if self.gap.practitioner is None:
            return []
        return [p for p in self.people.values() if p.pk != row.practitioner_id and p.is_active]

    def _same_time(self, row):
        found = (self.board.spot(_sought(row), p, row.starts_at) for p in self._colleagues(row))
        return next((spot for spot in found if spot and spot.place == row.location_id), None)

    def _same_day(self, row):
        """The time nearest to the visit's own with a colleague at the same place."""
        sought, day = _sought(row), _day_of(row)
        found = [(abs(start - row.starts_at), p.order, p.pk, start) for p in self._colleagues(row)
                 for start in self.board.starts(sought, p, day)]  # fmt: skip
        spots = (self.board.spot(sought, self.people[pk], start) for _far, _order, pk, start in sorted(found))
        return next((spot for spot in spots if spot and spot.place == row.location_id), None)

    def _later(self, row):
        """The same practitioner on the first day that has a time after the gap, near the visit's own clock time."""
        if self.gap.for_good or row.status == Status.ARRIVED:
            return None
        person, sought, zone = self.people[row.practitioner_id], _sought(row), row.location.zone
        clock, first = _minutes(row.starts_at, zone), self.gap.end.astimezone(zone).date()
        for day in (first + timedelta(days=n) for n in range(LOOK_AHEAD.days)):
            starts = [start for start in self.board.starts(sought, person, day) if start >= self.gap.end]
            if starts:
                return self.board.spot(sought, person, min(starts, key=lambda t: abs(_minutes(t, zone) - clock)))
        return None


def _sought(row):
    return Sought(row.kind, row.patient and row.patient.person_id, row.minutes)


def _day_of(row):
    return row.starts_at.astimezone(row.location.zone).date()


def _minutes(moment, zone):
    local = moment.astimezone(zone)
    return local.hour * 60 + local.minute


def choice_of(code, people):
    """Return the `Choice` that a select carries ("time|number"), or None when it is no time of one of `people`."""
    start, _sep, who = code.partition("|")
    try:
        at = datetime.fromisoformat(start)
        return Choice(at, people[int(who)]) if at.tzinfo else None
    except (ValueError, KeyError, OverflowError):
        return None


def covering(gap):
    """Return the time off that covers the gap already, or None."""
    return TimeOff.objects.filter(**gap.whose, starts_at__lte=gap.start, ends_at__gte=gap.end).first()
