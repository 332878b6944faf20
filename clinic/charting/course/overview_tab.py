"""The first tab of a patient's chart: what happened, where it hurts, the plan, how it goes, what is unsafe.

It takes the place of the overview of the records; who does not treat sees what they saw: the person and appointments.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.anatomy import body_marks
from clinic.charting.care import clocks, plan_drawing, plan_standing
from clinic.charting.care.plan_tab import SHORT
from clinic.charting.contraindications import safety_overview
from clinic.charting.course import outcome_series, outcome_words, timeline
from clinic.charting.course.outcome_series import KINDS, Kind
from clinic.charting.course.outcomes_tab import Page
from clinic.charting.course.plot_parts import SMALL, Plot
from clinic.charting.models import CarePlan
from patients import chart_pages, intake_differences, review_view
from patients.answer_words import in_words
from patients.chart_tabs import Tab
from patients.questions import load

NEWEST, CHANGES = 8, 3


@dataclass(frozen=True)
class Hurts:
    """Where it hurts, from the newest health history: the drawing and the places in words."""

    drawing: dict
    spots: list
    version: Any
    older: Any


@dataclass(frozen=True)
class Changed:
    """What changed between the last two versions of the history: the first few, and how many more."""

    newer: Any
    older: Any
    rows: list
    more: int
    same: int
    is_reviewed: bool


@dataclass(frozen=True)
class PlanLine:
    """The newest plan in force with its standing and its line."""

    plan: CarePlan
    standing: plan_standing.Standing
    line: plan_drawing.Line


@dataclass(frozen=True)
class Small:
    """One small plot: its headline and from where to where it is to go."""

    kind: Kind
    plot: Plot
    now: str
    start: str
    goal: str


def context(request: Any, patient: Any) -> dict:
    """What the overview shows to those who treat."""
    page = Page(request, patient)
    versions = review_view.versions_of(patient, request.user)
    return {
        **chart_pages.overview_facts(request, patient),
        "entries": timeline.entries(patient, request.user, limit=NEWEST),
        "said": patient.rows("check_ins").for_user(request.user).order_by("-given_at", "-pk").first(),
        "hurts": hurts(versions),
        "changed": changed(versions),
        "plan_line": plan_line(page),
        "smalls": smalls(page),
        "safety": safety_overview.of(patient),
        "asked": versions[0] if versions else None,
    }


def hurts(versions: list) -> Hurts | None:
    """The places of the newest history, or None without one."""
    if not versions:
        return None
    spots = versions[0].answers.get("pain_sites") or []
    words = in_words(load().question("pain_sites"), spots) if spots else []
    return Hurts(body_marks.drawing(spots), words, versions[0], versions[1] if len(versions) > 1 else None)


def changed(versions: list) -> Changed | None:
    """What the newest history says differently from the one before; None without any."""
    if not versions:
        return None
    newer, older = versions[0], versions[1] if len(versions) > 1 else None
    rows = intake_differences.compare(older.answers, newer.answers) if older else []
    same = intake_differences.unchanged(older.answers, newer.answers) if older else 0
    return Changed(newer, older, rows[:CHANGES], len(rows[CHANGES:]), same, bool(newer.reviews.all()))


def plan_line(page: Page) -> PlanLine | None:
    """The newest plan in force, or None."""
    standing = plan_standing.of_episode(page.plan.episode_id, page.today) if page.plan else None
    if standing is None or page.plan is None:
        return None
    begun = outcome_series.began_on(page.plan)
    days = [clocks.day_of(begun, visit.day) for visit in page.visits]
    missed = [clocks.day_of(begun, day) for day in page.missed]
    return PlanLine(page.plan, standing, plan_drawing.draw(standing.day, days, missed, _due(page.plan, begun)))


def _due(plan, begun):
    """(day of the plan, word, when) of what is open before it."""
    told = []
    for event in plan.events.filter(done_at=None).exclude(due_on=None):
        number = clocks.day_of(begun, event.due_on)
        when = _("day %(n)s, %(day)s") % {"n": number, "day": date_format(event.due_on, "j M")}
        told.append((number, SHORT.get(event.kind, event.get_kind_display)(), when))
    return told


def smalls(page: Page) -> list[Small]:
    """The four measures that are always shown."""
    days = page.days
    return [_small(page, kind, days) for kind in KINDS if kind.is_always_shown]


def _small(page, kind, days):
    series, goal = page.series[kind.slug], outcome_series.goal_of(page.plan, kind.slug)
    return Small(
        kind,
        page.small(series, days, SMALL),
        outcome_words.number(series.last.score) if series.drawn else "",
        outcome_words.number(series.first.score) if series.drawn else "",
        outcome_words.number(goal) if goal is not None else "",
    )


TAB = Tab("overview", gettext_lazy("Overview"), context, right="patient.view")
