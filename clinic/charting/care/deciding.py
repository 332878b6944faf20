"""How a plan goes on: with recorded improvement, or with a reason that is kept beside what was measured.

The decisions of facts S4-5: continue, modify, refer, image, hold, discharge, maintenance. A decision never changes; a
later one is a new row.
"""

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting.care import clocks, measuring, planning
from clinic.charting.models import CarePlan, PlanDecision, PlanEvent
from patients import tasks

Decision = PlanDecision.Decision
ANSWERED = (clocks.REVIEW, clocks.DECISION)  # the clocks that a decision answers
RUNS_ON = {Decision.CONTINUE, Decision.MODIFY, Decision.REFER, Decision.IMAGE, Decision.MAINTENANCE}


class ReasonNeeded(Exception):
    """This decision is kept with its reason; going on needs one where nothing has improved."""


class EndNeeded(Exception):
    """A discharge says why the plan ends."""


@transaction.atomic
def decide(plan, *, decision, by, because="", visit=None, end_because="", today=None):
    """Keep a decision about a plan with what was measured until `today`, do what it says, and return it.

    Holding stops the clocks, discharging ends the plan (`end_because` is one of `CarePlan.EndedBecause`), maintenance
    makes it care without the aim of further gain; what goes on gets its next review and decision.
    Raises `ReasonNeeded`, `EndNeeded`, `planning.PlanEnded`, ValueError.
    """
    require(by, "plan.change")
    decision, because = Decision(decision), because.strip()[:300]
    row, today = planning.held(plan), today or timezone.localdate()
    found = measuring.of_plan(row, today=today)
    if not because and (decision != Decision.CONTINUE or not found.has_improved):
        raise ReasonNeeded
    if decision == Decision.DISCHARGE and end_because not in CarePlan.EndedBecause:
        raise EndNeeded
    day = clocks.day_of(measuring.began_on(row), today)
    made = PlanDecision.objects.create(
        plan=row,
        visit=visit,
        decision=decision,
        because=because,
        progress=found.flag,
        measured=measuring.rows_to_store(found, row.goals.all()),
        day=max(day, 0),
        decided_by=by,
    )
    record("plan.decided", made, by=by, patient=row.patient_id, decision=decision.value, progress=found.flag)
    _do(row, made, end_because, today)
    return made


def _do(plan, made, end_because, today):
    decision, by = made.decision, made.decided_by
    answer_clocks(plan, ANSWERED, outcome=made.get_decision_display(), by=by)
    if decision == Decision.DISCHARGE:
        planning.end(plan, because=end_because, by=by, note=made.because)
        return
    plan.is_held = decision == Decision.HOLD
    plan.is_maintenance = plan.is_maintenance or decision == Decision.MAINTENANCE
    plan.save(update_fields=["is_held", "is_maintenance"])
    if decision in RUNS_ON:
        planning.set_clocks(plan, clocks.next_round(today))


def answer_clocks(plan, kinds, *, outcome, by):
    """Mark what was open of these kinds as done, and close the tasks about it. The caller holds the plan."""
    for event in PlanEvent.objects.filter(plan=plan, kind__in=kinds, done_at=None):
        event.done_at, event.done_by = timezone.now(), by
        event.save(update_fields=["done_at", "done_by"])
        tasks.close_about(plan.patient, key=planning.event_key(event), outcome=str(outcome), by=by)


def asks_first(standing, found):
    """Must a decision be taken before a note is signed? Its day has come and no improvement is recorded."""
    return standing.decision_due and not found.has_improved
