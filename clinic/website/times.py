"""The times a visitor may ask for: which kinds, with whom, when; and a time as it travels through a form."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from clinic.scheduling import availability, slots
from clinic.scheduling.models import Practitioner, VisitKind

DAYS, SEARCHED = 5, 14  # days shown on a page, days looked through for them
STEP = timedelta(minutes=15)
FIRST = 5  # times of a day that are seen at once
_MOMENT = "%Y%m%dT%H%MZ"


class NotOffered(Exception):
    """What came back is not a time this site offers."""


@dataclass(frozen=True)
class Offer:
    """One kind of visit with one person at one time."""

    kind: VisitKind
    practitioner: Practitioner
    starts_at: datetime

    @property
    def value(self):
        """The offer as one form value."""
        return f"{self.kind.slug}.{self.practitioner.pk}.{self.starts_at.astimezone(UTC):{_MOMENT}}"


@dataclass(frozen=True)
class OfferedDay:
    """A day on which somebody works, with the free times; none: it is full."""

    on: date
    offers: list[Offer]

    @property
    def spread(self):
        """The offers seen at once: at most `FIRST`, over the whole day rather than its early hours."""
        if len(self.offers) <= FIRST:
            return self.offers
        last = len(self.offers) - 1
        return [self.offers[n * last // (FIRST - 1)] for n in range(FIRST)]

    @property
    def rest(self):
        """The offers behind "more"."""
        seen = {offer.value for offer in self.spread}
        return [offer for offer in self.offers if offer.value not in seen]


def kinds():
    """Return the kinds of visit that may be requested on the site, with who does them."""
    return list(VisitKind.objects.filter(is_active=True, is_public=True).prefetch_related("practitioners"))


def practitioners():
    """Return those who may be asked for, with their hours: active, and with a licence that is valid today."""
    rows = Practitioner.objects.active().with_hours()
    return [person for person in rows if person.licence_is_valid()]


def doing(kind, people):
    """Return those of `people` who do this kind of visit; a kind that names nobody is done by all."""
    named = {person.pk for person in kind.practitioners.all()}
    return [person for person in people if not named or person.pk in named]


def find(value, now, limits):
    """Return the `Offer` behind a form value. Raises `NotOffered`; whether the time is still free shows at booking."""
    try:
        slug, number, moment = value.split(".")
        starts_at = datetime.strptime(moment, _MOMENT).replace(tzinfo=UTC)
        kind = next(kind for kind in kinds() if kind.slug == slug)
        person = next(person for person in doing(kind, practitioners()) if str(person.pk) == number)
        offer, too_far = (
            Offer(kind, person, starts_at.astimezone(person.location.zone)),
            limits.is_too_far(starts_at, now),
        )
    except (ValueError, OverflowError, StopIteration) as error:
        raise NotOffered(value) from error
    if too_far:
        raise NotOffered(value)
    return offer


def _busy(people, first):
    """Return {practitioner id: [Busy]} for the days looked through; two queries."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=1)
    return availability.busy_of(people, start, start + timedelta(days=SEARCHED + 3))


def _free(person, kind, day, busy, not_before):
    start, end = availability.day_span(day, person.location.zone)
    around = timedelta(hours=12)
    return slots.free_times(
        day,
        blocks=availability.blocks_of(person),
        busy=[taken for taken in busy if taken.touches(start - around, end + around)],
        need=availability.need_of(kind),
        zone=person.location.zone,
        capacity=person.capacity,
        not_before=not_before,
        step=STEP,
    )


def _day(day, kind, people, busy, not_before):
    """Return the day with one offer per start: with the first person free then."""
    found = {}
    for person in people:
        for start in _free(person, kind, day, busy[person.pk], not_before):
            found.setdefault(start.astimezone(UTC), Offer(kind, person, start))  # 2:00 and 2:00 again are two times
    return OfferedDay(day, [found[start] for start in sorted(found)])


def _works(people, day):
    return any(block.holds_on(day) for person in people for block in availability.blocks_of(person))


def days_from(first, kind, people, *, now, limits):
    """Return the next days from `first` on which somebody works, at most `DAYS`, none beyond the last day open."""
    if not people:
        return []
    last = limits.last_day(now)
    days = [first + timedelta(days=n) for n in range(SEARCHED)]
    open_days = [day for day in days if day <= last and _works(people, day)][:DAYS]
    busy = _busy(people, first)
    return [_day(day, kind, people, busy, limits.earliest(now)) for day in open_days]


def first_free(kind, people, *, now, limits):
    """Return {practitioner id: first free time} for those who have one within the days looked through."""
    people = doing(kind, people)
    if not people:
        return {}
    today, earliest = timezone.localdate(now), limits.earliest(now)
    busy, found = _busy(people, today), {}
    for person in people:
        days = (today + timedelta(days=n) for n in range(min(SEARCHED, limits.days + 1)))
        free = (start for day in days for start in _free(person, kind, day, busy[person.pk], earliest))
        if start := next(free, None):
            found[person.pk] = start
    return found
