"""The patient on one or two sheets, whatever the length of the history: what counts now, and how care went."""

from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from clinic.charting.course.complaint_course import plan_of
from clinic.charting.models import Episode, Visit, VisitMark
from clinic.outcomes.models import Response
from clinic.outcomes.recording import counted
from patients.models import Alert, Allergy, Condition, Medication, Procedure

MOST, MOST_EPISODES, MOST_WORDS = 10, 6, 62  # facts of one kind, complaints, characters: what two sheets hold


@dataclass(frozen=True)
class Listed:
    """Some facts of one kind under a heading; `more` were left out for want of room, and the paper says so."""

    heading: str
    lines: list[str]
    more: int
    none: str


@dataclass(frozen=True)
class Outcome:
    """One measure at its first and its newest score."""

    measure: str
    first: Response
    last: Response


def content(patient):
    """Return what the template of the summary shows; the number of queries does not grow with the history."""
    episodes = _episodes(patient)
    current = next((episode for episode in episodes if episode.closed_at is None), None)
    visits = Visit.objects.of(patient).valid()
    return {
        "title": _("Patient summary"),
        "patient": patient,
        "lists": _lists(patient),
        "episodes": episodes[:MOST_EPISODES],
        "more_episodes": max(0, len(episodes) - MOST_EPISODES),
        "span": visits.aggregate(n=Count("pk"), first=Min("visited_at"), last=Max("visited_at")),
        "outcomes": _outcomes(patient),
        "plan": plan_of(current) if current else None,
    }


def _lists(patient):
    stands = {"entered_in_error_at": None}
    return [
        _listed(_("Open red flags"), _alerts(patient), _("None open.")),
        _listed(_("Conditions"), _facts(Condition.objects.of(patient).active()), _("None noted.")),
        _listed(_("Allergies"), _facts(Allergy.objects.of(patient).filter(ended_on=None, **stands)), _("None noted.")),
        _listed(
            _("Medicines"), _facts(Medication.objects.of(patient).filter(stopped_on=None, **stands)), _("None noted.")
        ),
        _listed(_("Procedures"), _facts(Procedure.objects.of(patient).filter(**stands)), _("None noted.")),
    ]


def _listed(heading, lines, none):
    lines = list(dict.fromkeys(lines))
    return Listed(heading, lines[:MOST], max(0, len(lines) - MOST), none)


def _alerts(patient):
    rows = Alert.objects.of(patient).open().order_by("raised_at", "pk")
    return [f"{row.get_level_display()}: {row.points_to}" for row in rows]


def _facts(rows):
    """Label with dose or reaction, cut where it is too long for a line."""
    for row in rows.order_by("label", "pk"):
        told = ", ".join(filter(None, (row.label, getattr(row, "dose", ""), getattr(row, "reaction", ""))))
        yield told if len(told) <= MOST_WORDS else told[: MOST_WORDS - 1].rstrip() + "…"


def _episodes(patient):
    """The complaints, open ones first, with how often and when they were treated; entered in error does not count."""
    wrong = VisitMark.objects.filter(kind=VisitMark.Kind.ENTERED_IN_ERROR).values("visit")
    counts = ~Q(visits__in=wrong)
    rows = Episode.objects.of(patient).annotate(
        visit_count=Count("visits", filter=counts), last_visit_at=Max("visits__visited_at", filter=counts)
    )
    return sorted(rows, key=lambda one: (one.closed_at is not None, -one.opened_at.timestamp(), -one.pk))


def _outcomes(patient):
    """First and newest score of each measure, of those that count: two rows a measure, however long the history is."""
    since = Window(RowNumber(), partition_by="measure", order_by=("taken_at", "pk"))
    until = Window(RowNumber(), partition_by="measure", order_by=("-taken_at", "-pk"))
    rows = counted(Response.objects.of(patient)).annotate(since=since, until=until).filter(Q(since=1) | Q(until=1))
    found: dict[str, list[Response]] = {}
    for row in rows.select_related("measure").defer("answers").order_by("taken_at", "pk"):
        found.setdefault(row.measure.name, []).append(row)
    return [Outcome(name, scores[0], scores[-1]) for name, scores in found.items()]
