"""The conservative plan of one complaint: what is aimed at and which treatments are meant, each held against the rules.

Absolute is not planned, relative only with a stored reason, a precaution only once it was seen. What the rules say
later is `rechecking`'s.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting import safety
from clinic.charting.care import clocks
from clinic.charting.kinds import parameters
from clinic.charting.kinds.treating import (
    AcknowledgementNeeded,
    BadParameters,
    Contraindicated,
    ReasonNeeded,
    regions_treated,
)
from clinic.charting.models import CarePlan, PlanEvent, PlannedTreatment
from patients import tasks

Because = CarePlan.EndedBecause
EVENT = "plan-event:"
AIM = CarePlan._meta.get_field("aim").max_length


class PlanEnded(Exception):
    """The plan was ended before: it takes no treatment and no other aim."""


def task_key(planned):
    """What the task about a planned treatment that is held back is known by."""
    return f"planned:{planned.pk}"


def event_key(event):
    """What the task about a clock of a plan is known by."""
    return f"{EVENT}{event.pk}"


def current_plan(episode):
    """The plan of this complaint that is in force, or None."""
    return CarePlan.objects.filter(episode=episode).current().first()


def opened(episode, by, *, started_on=None):
    """The plan in force, held for writing, or a new one whose clocks begin on the day given, else today."""
    tasks.hold(episode.patient_id)
    plan = current_plan(episode)
    if plan is None:
        day = started_on or timezone.localdate()
        plan = CarePlan.objects.create(patient_id=episode.patient_id, episode=episode, made_by=by, started_on=day)
        set_clocks(plan, clocks.first_round(day))
        record("plan.made", plan, by=by, patient=episode.patient_id)
    return plan


def set_clocks(plan, wanted):
    """Put what is to be done before a plan."""
    PlanEvent.objects.bulk_create(
        PlanEvent(plan=plan, kind=clock.kind, due_on=clock.due_on, at_visit=clock.at_visit) for clock in wanted
    )


@transaction.atomic
def aim_at(episode, *, aim, by):
    """Say what the plan of this complaint aims at (the plan is made if there is none) and return it."""
    require(by, "plan.change")
    plan = opened(episode, by)
    if plan.aim != aim.strip()[:AIM]:
        plan.aim = aim.strip()[:AIM]
        plan.save(update_fields=["aim"])
        record("plan.aim_set", plan, by=by, patient=plan.patient_id)
    return plan


def _allowed(found, reason, acknowledged):
    if found.strictest == "A":
        raise Contraindicated(found)
    if found.strictest == "R" and not reason.strip():
        raise ReasonNeeded(found)
    if found.strictest == "P" and not acknowledged:
        raise AcknowledgementNeeded(found)


def _told(found, reason, by):
    """What is stored of a check: the warnings under their rules' version, and why it is planned all the same."""
    return {
        "strictest": found.strictest,
        "warnings": found.as_rows(),
        "rules_version": found.rules_version,
        "override_reason": reason.strip()[:300],
        "overridden_by": by if reason.strip() else None,
        "since_strictest": "",
        "since_warnings": [],
    }


@transaction.atomic
def plan_treatment(
    episode, *, kind, by, segments=(), regions=(), side="", minutes=None, values=None, reason="", acknowledged=False
):
    """Put one treatment on the plan of a complaint (made if there is none) and return it.

    Takes what `treating.apply` takes. Raises `BadParameters`, `Contraindicated`, `ReasonNeeded`,
    `AcknowledgementNeeded`.
    """
    require(by, "plan.change")
    values, regions = dict(values or {}), regions_treated(segments, regions)
    if minutes and "minutes" not in values:
        values["minutes"] = minutes
    checked = parameters.check(kind.definition, values, phase=episode.phase_on(timezone.localdate()), draft=True)
    if not checked.ok:
        raise BadParameters(checked.errors)
    plan = opened(episode, by)
    found = safety.check(episode.patient, kind, values, regions=regions, side=side)
    _allowed(found, reason, acknowledged)
    planned = PlannedTreatment.objects.create(
        plan=plan,
        kind=kind,
        regions=regions,
        side=side,
        parameters=values,
        planned_by=by,
        **_told(found, reason, by),
    )
    record("plan.treatment_planned", planned, by=by, patient=plan.patient_id, kind=kind.slug, level=found.strictest)
    return planned


def _locked(planned):
    tasks.hold(planned.plan.patient_id)
    rows = PlannedTreatment.objects.select_for_update(no_key=True, of=("self",)).select_related("plan__patient", "kind")
    row = rows.get(pk=planned.pk)
    if row.ended_at or row.plan.ended_at:
        raise PlanEnded
    return row


@transaction.atomic
def keep(planned, *, by, reason="", acknowledged=False):
    """Keep a treatment on the plan although something new speaks against it, and return it; the rules are asked anew.

    Raises `Contraindicated`, `ReasonNeeded`, `AcknowledgementNeeded`, `PlanEnded`.
    """
    require(by, "plan.change")
    row = _locked(planned)
    found = safety.check(row.plan.patient, row.kind, row.parameters, regions=row.regions, side=row.side)
    _allowed(found, reason, acknowledged)
    told = _told(found, reason, by)
    for name, value in told.items():
        setattr(row, name, value)
    row.save(update_fields=[*told])
    tasks.close_about(row.plan.patient, key=task_key(row), outcome=reason or str(_("Seen; it stays planned.")), by=by)
    record("plan.treatment_kept", row, by=by, patient=row.plan.patient_id, level=found.strictest)
    return row


@transaction.atomic
def take_off(planned, *, by):
    """Take a treatment off the plan and return it; what was planned stays readable. Raises `PlanEnded`."""
    require(by, "plan.change")
    row = _locked(planned)
    row.ended_at, row.ended_by = timezone.now(), by
    row.save(update_fields=["ended_at", "ended_by"])
    tasks.close_about(row.plan.patient, key=task_key(row), outcome=str(_("Taken off the plan.")), by=by)
    record("plan.treatment_taken_off", row, by=by, patient=row.plan.patient_id)
    return row


def held(plan):
    """Lock a plan under its person and return it afresh. Raises `PlanEnded`."""
    tasks.hold(plan.patient_id)
    row = CarePlan.objects.select_for_update(no_key=True, of=("self",)).select_related("patient").get(pk=plan.pk)
    if row.ended_at:
        raise PlanEnded
    return row


@transaction.atomic
def end(plan, *, because, by, note=""):
    """End a plan for one of the reasons in `Because` and return it. Raises `PlanEnded`, ValueError.

    What its clocks asked for is closed with it.
    """
    require(by, "plan.change")
    because = Because(because)
    row = held(plan)
    row.ended_at, row.ended_by, row.ended_because = timezone.now(), by, because.value
    row.ended_note = note.strip()[:300]
    row.save(update_fields=["ended_at", "ended_by", "ended_because", "ended_note"])
    keys = [task_key(planned) for planned in row.treatments.filter(ended_at=None)]
    keys += [event_key(event) for event in row.events.filter(done_at=None)]
    for key in keys:
        tasks.close_about(row.patient, key=key, outcome=str(because.label), by=by)
    record("plan.ended", row, by=by, patient=row.patient_id, because=because.value)
    return row
