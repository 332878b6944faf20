"""Where a plan stands today: visits kept of those planned, its day and phase, and what falls due next.

Three queries, however many people are asked for: plans with their phases, what is open before them, their visits.
A visit is kept once its note is signed and not entered in error; advice by phone is none. What lies before the first
day of the plan does not count; the day is that of the wall of the place where the visit was.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.charting.care import clocks
from clinic.charting.models import CarePlan, PlanEvent, PlanPhase, Visit

MOST_DOTS = 24
DAY = timedelta(days=1)
PLAN = ("episode_id", "person", "started_on", "made_at", "planned_visits", "is_held", "is_maintenance")


@dataclass(frozen=True)
class Standing:
    """A plan on one day. `due_kind` is one of `PlanEvent.Kind` or empty; `day` is 0 or less before the plan starts."""

    kept: int
    planned: int | None
    phase: str
    day: int
    due_kind: str
    due_on: date | None
    is_late: bool
    plan: int
    episode: int
    today: date
    has_draft: bool = False
    decision_due: bool = False
    is_held: bool = False
    is_maintenance: bool = False

    @property
    def number(self):
        """The visit at hand: the one whose note is open, else the last that was kept."""
        return self.kept + self.has_draft

    @property
    def is_past_planned(self):
        """Were there more visits than were planned?"""
        return self.planned is not None and self.number > self.planned

    @property
    def next_visit(self):
        """The number of the visit that comes today or next."""
        return self.kept + 1

    @property
    def phase_label(self):
        return PlanPhase.Name(self.phase).label if self.phase else ""

    @property
    def due_label(self):
        return PlanEvent.Kind(self.due_kind).label if self.due_kind else ""

    @property
    def due_short(self):
        """What falls due as the header says it."""
        short = {clocks.CHECK: _("check"), clocks.RE_EXAM: _("re-exam"), clocks.DECISION: _("decision")}
        return short.get(self.due_kind, _("review") if self.due_kind == clocks.REVIEW else self.due_label)

    @property
    def days_left(self):
        """Days until something falls due, below zero when it is late; None when nothing does."""
        return (self.due_on - self.today).days if self.due_on else None

    @property
    def is_due(self):
        return self.days_left is not None and self.days_left <= 0

    @property
    def dots(self):
        """ "d" for a kept visit, "n" for the one at hand, "t" for one to come; none where they would be too many."""
        total = max(self.planned or 0, self.number)
        if not self.planned or total > MOST_DOTS:
            return []
        states = ["d"] * self.kept + ["n"] * self.has_draft + ["t"] * total
        return [(8 + 15 * place, state) for place, state in enumerate(states[:total])]

    @property
    def dots_width(self):
        return 15 * len(self.dots) + 1


def standings(patients, today):
    """Return {person: `Standing`} of the newest plan in force of each of these patients; three queries for all."""
    found = _standings(CarePlan.objects.of_all(patients), today)
    return {one["person"]: standing for one, standing in reversed(found)}


def of_episodes(episodes, today):
    """Return {episode id: `Standing`} of the plans in force for these complaints; three queries for all."""
    found = _standings(CarePlan.objects.filter(episode__in=[getattr(one, "pk", one) for one in episodes]), today)
    return {standing.episode: standing for _one, standing in found}


def of_episode(episode, today):
    """The standing of this complaint's plan, or None."""
    return of_episodes([episode], today).get(getattr(episode, "pk", episode))


def of_patient(patient, today):
    """The standing of the person's newest plan in force, or None."""
    return standings([patient], today).get(patient.person_id)


def began_on(plan):
    """The first day of a plan; one that names none began on the day it was made."""
    return plan.started_on or timezone.localdate(plan.made_at)


def days_kept(begun):
    """{episode id: [days of the visits kept since the day given for it, oldest first]} in one query."""
    told = _days_of_visits(begun)
    return {episode: [day for day, is_signed in told[episode] if is_signed] for episode in begun}


def kept_days(plan):
    """The days of the visits kept under this plan, oldest first."""
    return days_kept({plan.episode_id: began_on(plan)})[plan.episode_id]


def _standings(plans, today):
    """[(plan, Standing)], newest plan first."""
    found = _with_phases(plans.current())
    if not found:
        return []
    waiting = defaultdict(list)
    for event in PlanEvent.objects.filter(plan__in=found, done_at=None):
        waiting[event.plan_id].append(event)
    begun = {plan["episode_id"]: plan["begun"] for plan in found.values()}
    visits = _days_of_visits(begun)
    return [(plan, _standing(pk, plan, waiting[pk], visits[plan["episode_id"]], today)) for pk, plan in found.items()]


def _with_phases(plans):
    """{plan id: its values, with `phases` as [(name, weeks)]} in one query."""
    rows = plans.with_person().order_by("-made_at", "-pk", "phases__order", "phases__pk")
    found: dict[int, dict] = {}
    for pk, phase, weeks, *values in rows.values_list("pk", "phases__name", "phases__weeks", *PLAN):
        plan = found.setdefault(pk, {**dict(zip(PLAN, values, strict=True)), "phases": []})
        plan["begun"] = plan["started_on"] or timezone.localdate(plan["made_at"])
        if phase:
            plan["phases"].append((phase, weeks))
    return found


def _days_of_visits(begun):
    """{episode: [(day, is it signed?)], oldest first} of the visits since the day given for each episode."""
    rows = Visit.objects.valid().filter(episode__in=begun).exclude(purpose="advice").order_by("visited_at", "pk")
    told = defaultdict(list)
    columns = ("episode_id", "visited_at", "signed_at", "practitioner__location__time_zone")
    for episode, at, signed_at, zone in rows.values_list(*columns):
        day = timezone.localdate(at, timezone=ZoneInfo(zone))
        if day >= begun[episode]:
            told[episode].append((day, signed_at is not None))
    return told


def _standing(pk, plan, events, visits, today):
    kept = sum(is_signed for _day, is_signed in visits)
    held = plan["is_held"]
    first = None if held else clocks.next_due(events, kept=kept, today=today)
    day = clocks.day_of(plan["begun"], today)
    return Standing(
        kept=kept,
        planned=plan["planned_visits"],
        phase=clocks.phase_on(plan["phases"], day),
        day=day,
        due_kind=first.kind if first else "",
        due_on=first.due_on if first else None,
        is_late=first is not None and first.due_on is not None and first.due_on < today,
        plan=pk,
        episode=plan["episode_id"],
        today=today,
        has_draft=len(visits) > kept,
        decision_due=not held and clocks.decision_is_due(events, today),
        is_held=held,
        is_maintenance=plan["is_maintenance"],
    )
