"""What the home page shows, gathered with a fixed number of queries."""

from django.utils import timezone

from clinic.scheduling import availability
from clinic.scheduling.limits import limits_of
from clinic.scheduling.models import TimeOff, VisitKind
from clinic.website import opening, times
from content.listing import for_lists
from content.models import Article


def first_visit_of(kinds):
    """Return the kind a new patient asks for: the initial visit, else the first that may be requested."""
    initial = [kind for kind in kinds if kind.purpose == VisitKind.Purpose.INITIAL]
    return next(iter(initial or kinds), None)


def _hours(place, people, now):
    here = [person for person in people if place is not None and person.location_id == place.pk]
    blocks = [block for person in here for block in availability.blocks_of(person)]
    days = opening.week(blocks, timezone.localdate(now))
    today = next(day for day in days if day.is_today)
    closed = TimeOff.objects.filter(practitioner=None).touching(now, now + times.STEP).exists()
    return {
        "week": days if blocks else [],
        "open_until": None if closed else today.closes_after(timezone.localtime(now).time()),
    }


def page(profile, *, now):
    """Return the context of the home page for the clinic's first location."""
    place = profile.location
    people, kind = times.practitioners(), first_visit_of(times.kinds())
    free = times.first_free(kind, people, now=now, limits=limits_of(profile)) if kind else {}
    for person in people:
        person.next_free = free.get(person.pk)
    return {
        "people": people,
        "first_visit": kind,
        "first_free": min(free.values(), default=None),
        "today": timezone.localdate(now),
        "newest": for_lists(Article.objects.published())[:3],
        **_hours(place, people, now),
    }
