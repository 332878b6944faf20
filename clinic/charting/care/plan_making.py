"""Writing a plan: when it starts, its phases and visits, when it stops, what is done at home, who agreed to it."""

from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting.care import clocks, planning
from clinic.charting.models import PlanEvent, PlanPhase
from patients import tasks

TEXTS = ("aim", "stop_rule", "home_tasks")


class Agreed(Exception):
    """The patient agreed to this plan before; a change of it is agreed anew."""


class ChangedSince(Exception):
    """The plan is no longer as the page showed it: somebody wrote, changed or ended it meanwhile."""


def stand_of(plan):
    """A short sign of what a plan says now, by which a page that knows an older stand is noticed; empty for none."""
    if plan is None:
        return ""
    told = [plan.pk, plan.started_on, plan.first_check_on, plan.planned_visits, *(getattr(plan, t) for t in TEXTS)]
    told += [(one.name, one.visits, one.weeks) for one in plan.phases.all()]
    return sha256(repr(told).encode()).hexdigest()[:16]


@transaction.atomic
def write(episode, *, by, started_on, first_check_on=None, planned_visits=None, phases=(), seen=None, **texts):
    """Write the plan of a complaint (made if there is none) and return it.

    `phases` are (name, visits, weeks) in their order; `texts` are some of `TEXTS`. Days that change move the clocks
    that have not been answered. A change of visits or phases asks for the patient's yes anew. `seen` is the stand that
    the page knows, None where none was shown. Raises `ChangedSince`.
    """
    require(by, "plan.change")
    tasks.hold(episode.patient_id)
    if seen is not None and seen != stand_of(planning.current_plan(episode)):
        raise ChangedSince
    plan = planning.opened(episode, by, started_on=started_on)
    before = _agreed_part(plan)
    plan.started_on = started_on
    plan.first_check_on = clocks.first_check(started_on, first_check_on)
    plan.planned_visits = planned_visits
    for name in TEXTS:
        if name in texts:
            setattr(plan, name, texts[name].strip()[:300])
    _write_phases(plan, phases)
    _move_clocks(plan)
    if _agreed_part(plan) != before:
        plan.agreed_at = plan.agreed_by = None
        plan.agreed_words = ""
    plan.save()
    record("plan.written", plan, by=by, patient=plan.patient_id)
    return plan


def _agreed_part(plan):
    phases = [(one.name, one.visits, one.weeks) for one in PlanPhase.objects.filter(plan=plan)]
    return plan.planned_visits, plan.started_on, phases


def _write_phases(plan, phases):
    plan.phases.exclude(name__in=[name for name, _visits, _weeks in phases]).delete()
    for order, (name, visits, weeks) in enumerate(phases, start=1):
        told = {"visits": visits, "weeks": weeks, "order": order}
        PlanPhase.objects.update_or_create(plan=plan, name=name, defaults=told)


def _move_clocks(plan):
    """The first round follows the days of the plan until a decision began another round."""
    if plan.decisions.exists():
        return
    for clock in clocks.first_round(plan.started_on, plan.first_check_on):
        waiting = PlanEvent.objects.filter(plan=plan, kind=clock.kind, done_at=None)
        waiting.update(due_on=clock.due_on, at_visit=clock.at_visit)
        if not plan.events.filter(kind=clock.kind).exists():
            planning.set_clocks(plan, [clock])


@transaction.atomic
def agree(plan, *, words, by):
    """Note that the patient agreed to the plan, in words such as "in the room, with her daughter"; return it.

    Raises `Agreed`, `planning.PlanEnded`.
    """
    require(by, "plan.change")
    row = planning.held(plan)
    if row.agreed_at:
        raise Agreed
    row.agreed_at, row.agreed_by, row.agreed_words = timezone.now(), by, words.strip()[:200]
    row.save(update_fields=["agreed_at", "agreed_by", "agreed_words"])
    record("plan.agreed", row, by=by, patient=row.patient_id)
    return row
