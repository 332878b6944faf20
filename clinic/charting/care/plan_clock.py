"""The clocks of the plans: the worker opens a task for what is due, once each; a signed visit answers some of them."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.charting import notes
from clinic.charting.care import clocks, deciding, plan_standing, planning
from clinic.charting.models import CarePlan, PlanEvent, PlanGoal, Visit
from clinic.scheduling.models import VisitKind
from patients import tasks
from patients.models import Task

log = logging.getLogger(__name__)

Kind = PlanEvent.Kind
MOST = 50  # plans of one round
RE_EXAM = VisitKind.Purpose.RE_EXAM
EARLY = timedelta(days=7)  # a check a week before its day is that check


def title_of(event):
    """What a task asks for, with the day of the plan on which it is due; a later round has later days."""
    day = clocks.day_of(plan_standing.began_on(event.plan), event.due_on) if event.due_on else ""
    return (
        {
            Kind.CHECK: _("First check of the plan: score the goals"),
            Kind.RE_EXAM: _("Re-examination"),
            Kind.REVIEW: _("Day %(n)s: review the plan") % {"n": day},
            Kind.DECISION: _("Day %(n)s: decide how the plan goes on") % {"n": day},
        }.get(event.kind)
        or event.words
        or event.get_kind_display()
    )


def ring_due(now):
    """Open a task for each clock that is due and has not rung; return how many. Each plan in its own transaction."""
    rung, today = 0, timezone.localdate(now)
    for plan in waiting(today):
        try:
            rung += ring(plan, today=today)
        except Exception:  # one plan that cannot be read keeps nobody else's from being rung
            log.exception("the clocks of plan %s could not be read", plan.pk)
    return rung


def waiting(today):
    """The plans in force with a clock that is due and has not rung, in one query; plans on hold wait.

    Here visits are counted by the clinic's own clock: `ring` counts them by that of the place.
    """
    number = Cast("pk", CharField())
    rung = Task.objects.filter(key=Concat(Value(planning.EVENT), OuterRef("number")))
    visits = (
        Visit.objects.valid()
        .signed()
        .exclude(purpose=VisitKind.Purpose.ADVICE)
        .filter(episode=OuterRef("plan__episode"), visited_at__date__gte=OuterRef("plan__started_on"))
    )
    kept = Coalesce(Subquery(visits.order_by().values("episode").annotate(n=Count("pk")).values("n")), 0)
    events = PlanEvent.objects.filter(done_at=None, plan__ended_at=None, plan__is_held=False)
    events = events.filter(plan__patient__deceased_on=None).annotate(number=number, kept=kept).exclude(Exists(rung))
    due = events.filter(Q(due_on__lte=today) | Q(at_visit__lte=F("kept") + 1)).values("plan")
    return list(CarePlan.objects.filter(pk__in=due).select_related("patient", "episode").order_by("pk")[:MOST])


def _due(plan, today):
    """The open events of a plan that ring today and have no task yet, open or closed."""
    events = list(plan.events.filter(done_at=None))  # each knows its plan, for the words of its task
    keys = [planning.event_key(event) for event in events]
    known = set(Task.objects.of(plan.patient).filter(key__in=keys).values_list("key", flat=True))
    kept = len(plan_standing.kept_days(plan))
    for event in events:
        clock = clocks.Clock(event.kind, event.due_on, event.at_visit)
        if planning.event_key(event) not in known and clocks.rings(clock, kept=kept, today=today):
            yield event


@transaction.atomic
def ring(plan, *, today):
    """Open the tasks of one plan that are due and return how many."""
    tasks.hold(plan.patient_id)
    events = list(_due(plan, today))
    for event in events:
        tasks.open_task(
            plan.patient,
            kind=Task.Kind.EXAM if event.kind in (Kind.CHECK, Kind.RE_EXAM) else Task.Kind.OTHER,
            title=title_of(event),
            detail=str(plan.episode),
            key=planning.event_key(event),
            due_on=min(event.due_on or today, today),
        )
    return len(events)


@transaction.atomic
def visit_signed(visit, *, by):
    """Answer the clocks that this signed visit answers: a re-examination also reviews, scored goals are the check."""
    plan = planning.current_plan(visit.episode)
    if plan is None:
        return
    row, day = planning.held(plan), notes.day_of(visit)
    if visit.purpose == RE_EXAM:
        outcome = _("Examined on %(day)s.") % {"day": day.isoformat()}
        deciding.answer_clocks(row, (clocks.RE_EXAM, clocks.REVIEW), outcome=outcome, by=by)
        planning.set_clocks(row, [clocks.next_re_exam(day, len(plan_standing.kept_days(row)))])
    if _was_checked(row, day):
        deciding.answer_clocks(row, (clocks.CHECK,), outcome=_("The goals were scored."), by=by)


def _was_checked(plan, day):
    """Were goals of this plan scored within the week before its first check, or since?"""
    check = PlanEvent.objects.filter(plan=plan, kind=Kind.CHECK, done_at=None).first()
    if check is None or check.due_on is None or day < check.due_on - EARLY:
        return False
    return PlanGoal.objects.filter(plan=plan, now_at__date__gte=check.due_on - EARLY).exists()
