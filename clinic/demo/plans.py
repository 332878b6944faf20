"""Care plans, a crash that was not examined yet, a plan that something new holds back, and what is to be done today.

Written last, on rows that stand: nothing of a signed note is touched.
"""

from datetime import timedelta

from clinic.charting import safety
from clinic.charting.care import planning, rechecking
from clinic.charting.models import CarePlan, Episode, PlannedTreatment, TreatmentApplied, TreatmentKind, Visit
from patients.models import Alert, Condition, Intake, SafetyTerm, Task
from patients.models.health import Source
from patients.tasks import DUE_IN

DAY = timedelta(days=1)
MOST_PLANS, LATELY = 8, timedelta(days=21)
LOW_BACK = {"site": "low_back"}
LISTING = {"technique": "low_force", "listing": "restricted flexion"}
# region of the complaint: (aim, [(kind, its settings, regions)])
MEANT = {
    "lumbar": (
        "Lift the grandchild without guarding",
        (
            ("adjustment", {**LISTING, "segments": ["L4 R"]}, ["lumbar"]),
            ("ultrasound", {**LOW_BACK, "frequency_mhz": 1, "intensity": 0.8, "minutes": 6}, ["lumbar"]),
            ("massage", {"minutes": 10}, ["lumbar"]),
        ),
    ),
    "cervical": (
        "Look over the shoulder when parking, without a catch",
        (
            ("adjustment", {**LISTING, "segments": ["C5 R"]}, ["cervical"]),
            ("massage", {"minutes": 8}, ["cervical"]),
        ),
    ),
}
HELD_BACK = "pacemaker"  # current through the trunk is held back once this is known
KINDS = ("adjustment", "ultrasound", "massage", "estim")
CURRENT = ("estim", {**LOW_BACK, "mode": "ifc", "intensity_felt": "sensory"}, ["lumbar"])


def write(visits, now):
    """Plan the treatments of a few who are in care, hold one plan back, leave one crash unexamined, open the tasks."""
    kinds = {kind.slug: kind for kind in TreatmentKind.objects.filter(slug__in=KINDS)}
    drafts = sorted(
        (visit for visit in visits if not visit.signed_at), key=lambda visit: visit.visited_at, reverse=True
    )
    _plans(visits, drafts, kinds, now)
    low_backs = [visit for visit in drafts if visit.episode.region == "lumbar"]
    if low_backs:
        _hold_back(low_backs[0], kinds, now)
    others = [visit for visit in drafts if visit not in low_backs[:1]]
    if others:
        _crash(others[-1])
    _tasks(now)


def _plans(visits, drafts, kinds, now):
    """Plans of those whose note is open, and of others seen lately."""
    lately = [visit for visit in reversed(visits) if visit.signed_at and visit.visited_at > now - LATELY]
    episodes = {visit.episode_id: visit for visit in (*drafts, *lately) if visit.episode.region in MEANT}
    for visit in list(episodes.values())[:MOST_PLANS]:
        aim, meant = MEANT[visit.episode.region]
        plan = _plan(visit, aim, now)
        for slug, values, regions in meant:
            _meant(plan, visit, kinds[slug], values, regions)


def _plan(visit, aim, now):
    made = min(visit.episode.opened_at + timedelta(minutes=20), now)
    return CarePlan.objects.create(
        patient=visit.patient,
        episode=visit.episode,
        aim=aim,
        made_at=made,
        made_by=visit.practitioner.user,
        checked_at=now,
    )


def _meant(plan, visit, kind, values, regions):
    """Plan a treatment that the rules leave open to this patient; return it, or None."""
    found = safety.check(visit.patient, kind, values, regions=regions)
    if found.strictest in ("A", "R"):
        return None
    return PlannedTreatment.objects.create(
        plan=plan,
        kind=kind,
        regions=regions,
        parameters=values,
        strictest=found.strictest,
        warnings=found.as_rows(),
        rules_version=found.rules_version,
        planned_at=plan.made_at,
        planned_by=plan.made_by,
    )


def _hold_back(visit, kinds, now):
    """Something is told that nobody knew when current was planned: the plan holds it back and asks a clinician."""
    plan = planning.current_plan(visit.episode)
    slug, values, regions = CURRENT
    planned = _meant(plan, visit, kinds[slug], values, regions) if plan else None
    if planned is None:
        return
    Condition.objects.create(
        patient=visit.patient,
        code=HELD_BACK,
        label=SafetyTerm.objects.get(slug=HELD_BACK).label,
        source=Source.INTAKE,
        certainty=Condition.Certainty.STATED,
        recorded_at=now - timedelta(minutes=50),
    )
    rows = list(plan.treatments.select_related("kind"))
    for row, found in zip(rows, rechecking.checks_of(rows, visit.patient), strict=True):
        _note_news(row, safety.SafetyCheck(tuple(rechecking.news(row.warnings, found)), ""), now)


def _note_news(row, new, now):
    if not new.warnings:
        return
    row.since_strictest, row.since_warnings = new.strictest, new.as_rows()
    row.save(update_fields=["since_strictest", "since_warnings"])
    if new.strictest in ("A", "R"):
        Task.objects.create(
            patient=row.plan.patient,
            kind=Task.Kind.SAFETY,
            title=f"Planned {row.kind.label.lower()}: look at it again",
            detail=" ".join(warning.message for warning in new.warnings),
            key=planning.task_key(row),
            due_on=now.date(),
            opened_at=now - timedelta(minutes=49),
        )


def _crash(visit):
    """The note of somebody who comes after a crash: not examined yet, so that no thrust can be given."""
    day = visit.visited_at.date() - 2 * DAY
    episode = Episode.objects.create(
        patient=visit.patient,
        complaint="Back pain since a crash at a crossing",
        region=visit.episode.region,
        onset_on=day,
        mechanism=Episode.Mechanism.CRASH,
        opened_at=visit.visited_at,
        opened_by=visit.practitioner.user,
    )
    TreatmentApplied.objects.filter(visit=visit, kind__slug="adjustment").delete()
    Visit.objects.filter(pk=visit.pk).update(episode=episode)


# --- what is to be done


def _tasks(now):
    """What open flags and unread histories ask for."""
    Task.objects.bulk_create([*_of_alerts(now), *_of_intakes(now)])


def _of_alerts(now):
    told = {"U": "Medical visit today or tomorrow: ", "R": "Medical opinion within two weeks: "}
    due = Alert.objects.open().filter(level__in=[level.value for level in DUE_IN])
    for alert in due.select_related("patient").order_by("pk"):
        yield Task(
            patient=alert.patient,
            kind=Task.Kind.REFER,
            title=told[alert.level] + alert.points_to,
            detail=alert.staff_action,
            alert=alert,
            key=f"flag:{alert.flag}",
            due_on=(alert.raised_at + DUE_IN[alert.level]).date(),
            opened_at=alert.raised_at,
        )


def _of_intakes(now):
    for one in Intake.objects.submitted().filter(reviews=None).select_related("patient").order_by("pk"):
        if one.submitted_at > now - 30 * DAY:
            yield Task(
                patient=one.patient,
                kind=Task.Kind.REVIEW,
                title=f"Read the health history, version {one.version}",
                key="intake",
                due_on=(one.submitted_at + DAY).date(),
                opened_at=one.submitted_at,
            )
