"""The clocks of a care plan: its day, what falls due when, which clock rings. Pure: no models, no queries.

The day a plan starts is its day 1. It is reviewed on day 28 and decided on day 42: pain that lasts longer than 4 to 6
weeks may justify tests (facts S4-5). It is examined again after 30 days or at the 12th visit, whichever comes first, a
habit of payers; better is a short trial that is measured, so that the first check lies 2 to 4 weeks after the start.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

CHECK, RE_EXAM, REVIEW, DECISION = "check", "re_exam", "review", "decision"
REVIEW_DAY, DECISION_DAY = 28, 42
RE_EXAM_DAYS, RE_EXAM_VISITS = 30, 12
CHECK_AFTER, CHECK_BEFORE = timedelta(weeks=2), timedelta(weeks=4)
TOGETHER = timedelta(days=7)  # a review and a re-examination of one week are one visit


@dataclass(frozen=True)
class Clock:
    """One thing to do: on a day at the latest, or at the n-th kept visit of the plan, whichever comes first."""

    kind: str
    due_on: date | None = None
    at_visit: int | None = None


def day_of(started_on: date, today: date) -> int:
    """The day of the plan: 1 on the day it starts, 0 or less before."""
    return (today - started_on).days + 1


def on_day(started_on: date, number: int) -> date:
    """The date of this day of the plan."""
    return started_on + timedelta(days=number - 1)


def first_check(started_on: date, proposed: date | None = None) -> date:
    """The proposed day of the first check, drawn into the 2 to 4 weeks after the start; 2 weeks when left open."""
    earliest, latest = started_on + CHECK_AFTER, started_on + CHECK_BEFORE
    return min(max(proposed or earliest, earliest), latest)


def first_round(started_on: date, first_check_on: date | None = None) -> list[Clock]:
    """What a new plan has before it."""
    return [
        Clock(CHECK, first_check(started_on, first_check_on)),
        Clock(REVIEW, on_day(started_on, REVIEW_DAY)),
        Clock(RE_EXAM, on_day(started_on, RE_EXAM_DAYS), RE_EXAM_VISITS),
        Clock(DECISION, on_day(started_on, DECISION_DAY)),
    ]


def next_round(decided_on: date) -> list[Clock]:
    """What a plan that goes on has before it: the same spans, counted anew from the decision (own rule)."""
    return [Clock(REVIEW, on_day(decided_on, REVIEW_DAY)), Clock(DECISION, on_day(decided_on, DECISION_DAY))]


def next_re_exam(examined_on: date, kept: int) -> Clock:
    """The re-examination after the one at the `kept`-th visit."""
    return Clock(RE_EXAM, on_day(examined_on, RE_EXAM_DAYS), kept + RE_EXAM_VISITS)


def due_on(clock: Clock, *, kept: int, today: date) -> date:
    """The day this falls due: today when the visit it belongs to is the next one."""
    if clock.at_visit is not None and kept + 1 >= clock.at_visit:
        return today if clock.due_on is None else min(today, clock.due_on)
    return clock.due_on or date.max


def rings(clock: Clock, *, kept: int, today: date) -> bool:
    """Is it due today, or was it before?"""
    return due_on(clock, kept=kept, today=today) <= today


def next_due(open_clocks: Iterable[Clock], *, kept: int, today: date) -> Clock | None:
    """What comes first, with its day, or None.

    A decision whose day has come goes before all; a review within a week of a re-examination is named after that.
    """
    told = ((due_on(one, kept=kept, today=today), one.kind) for one in open_clocks)
    dated = sorted((day, kind) for day, kind in told if day != date.max)
    if not dated:
        return None
    overdue = [(day, kind) for day, kind in dated if kind == DECISION and day <= today]
    day, kind = overdue[0] if overdue else dated[0]
    joined = kind == REVIEW and any(other == RE_EXAM and later - day <= TOGETHER for later, other in dated)
    return Clock(RE_EXAM if joined else kind, day)


def decision_is_due(open_clocks: Iterable[Clock], today: date) -> bool:
    """Has the day of a decision come that nobody has taken yet?"""
    return any(one.kind == DECISION and one.due_on is not None and one.due_on <= today for one in open_clocks)


def phase_on(phases: Sequence[tuple[str, int]], day: int) -> str:
    """The phase of this day, from (name, weeks) in their order; after the last its name stays, without any it is ""."""
    end = 0
    for name, weeks in phases:
        end += 7 * weeks
        if day <= end:
            return name
    return phases[-1][0] if phases else ""


def phase_begins(phases: Sequence[tuple[str, int]], name: str) -> int:
    """The day of the plan on which this phase begins."""
    names = [one for one, _weeks in phases]
    return 1 + 7 * sum(weeks for _one, weeks in phases[: names.index(name)])
