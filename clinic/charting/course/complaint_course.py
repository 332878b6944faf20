"""The course of one complaint, as letters, reports and the summary tell it: first and last visit, findings, pain."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min

from clinic.charting.findings import finding_words
from clinic.charting.models import CarePlan, Episode, TreatmentApplied, Visit


@dataclass(frozen=True)
class Course:
    """What happened since a complaint began; visits entered in error do not count."""

    episode: Episode
    visits: int
    first_at: datetime | None
    last_at: datetime | None
    found: Visit | None  # the newest visit at which something was found, signed or not
    pain: tuple[int, int] | None  # at the first and the newest visit that asked, 0 to 10
    treatments: list[str]  # labels of what was given, the most frequent first


def course_of(episode):
    """Return the `Course` of a complaint, in a fixed number of queries whatever its length."""
    visits = Visit.objects.filter(episode=episode).valid()
    span = visits.aggregate(n=Count("pk"), first=Min("visited_at"), last=Max("visited_at"))
    return Course(
        episode=episode,
        visits=span["n"],
        first_at=span["first"],
        last_at=span["last"],
        found=newest_found(visits),
        pain=_pain(visits),
        treatments=_treatments(visits),
    )


def newest_found(visits):
    """The newest of these visits at which something was found, with its findings; None when nothing was."""
    rows = visits.filter(finding_words.has_findings()).select_related("practitioner__location", "patient")
    return rows.prefetch_related(*finding_words.ROWS).order_by("-visited_at", "-pk").first()


def _pain(visits):
    scores = list(visits.exclude(pain=None).order_by("visited_at", "pk").values_list("pain", flat=True))
    return (scores[0], scores[-1]) if scores else None


def _treatments(visits):
    given = TreatmentApplied.objects.filter(visit__in=visits.order_by().values("pk"))
    counted = given.values("kind__label").annotate(n=Count("pk")).order_by("-n", "kind__label")
    return [row["kind__label"] for row in counted]


def plan_of(episode):
    """The plan of a complaint that is in force, or else the last one, with goals, phases and treatments; or None."""
    plans = CarePlan.objects.filter(episode=episode).order_by("-made_at", "-pk")
    read = plans.select_related("made_by").prefetch_related("goals", "phases", "treatments__kind")
    return read.current().first() or read.first()
