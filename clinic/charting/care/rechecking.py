"""Planned treatments held against the rules again when something new is known of the patient.

What became stricter is written beside what was stored, and a clinician gets one task for it; nothing is taken off a
plan by itself.
"""

import logging
from dataclasses import asdict
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.audit.recording import record
from clinic.charting import safety
from clinic.charting.care import planning
from clinic.charting.models import CarePlan, Contraindication, PlannedTreatment
from patients import tasks
from patients.models import Alert, Allergy, Condition, Consent, Medication, Merge, Patient, Procedure, Task

log = logging.getLogger(__name__)

MOST, DAILY = 50, timedelta(days=1)  # plans of one round; states that elapse and birthdays are seen within a day


def news(stored, found):
    """Return the warnings of a check that were not stored, or were stored as milder; strictest first. Pure."""
    order, known = safety.ORDER.index, {}
    for row in stored:
        known[row["rule"]] = min(row["level"], known.get(row["rule"], row["level"]), key=order)
    return [w for w in found.warnings if w.rule not in known or order(w.level) < order(known[w.rule])]


def checks_of(rows, patient):
    """What the rules say to each of these planned treatments now."""
    return safety.check_each(patient, [(row.kind, row.parameters, row.regions, row.side) for row in rows])


@transaction.atomic
def recheck(patient, *, now=None):
    """Hold every current plan of this person against the rules; return the planned treatments with something new."""
    tasks.hold(patient.pk)
    rows = list(PlannedTreatment.objects.of(patient).current().select_related("kind", "plan"))
    held = [row for row, found in zip(rows, checks_of(rows, patient), strict=True) if _rechecked(row, found, patient)]
    CarePlan.objects.of(patient).current().update(checked_at=now or timezone.now())
    return held


def recheck_later(patient):
    """Recheck once what is being written is written; should that fail, the worker's next round does it."""
    transaction.on_commit(partial(recheck, patient), robust=True)


def _rechecked(row, found, patient):
    """Write what is new on the row, with a task when it was not known before; return whether something is."""
    found = news(row.warnings, found)
    told = [asdict(warning) for warning in found]
    if told != row.since_warnings:
        row.since_strictest, row.since_warnings = found[0].level if found else "", told
        row.save(update_fields=["since_strictest", "since_warnings"])
        if found:
            _ask(row, patient)
        record("plan.rechecked", row, patient=row.plan.patient_id, level=row.since_strictest)
    return bool(found)


def _ask(row, patient):
    """Ask a clinician to look at the planned treatment again: one task, however often something is new."""
    tasks.open_task(
        patient,
        kind=Task.Kind.SAFETY,
        title=_("Planned %(what)s: look at it again") % {"what": row.kind.label.lower()},
        detail=" ".join(warning["message"] for warning in row.since_warnings),
        key=planning.task_key(row),
    )


# --- whose plans have something new


def _newest(rows, column, who):
    """{record: newest time of this column}."""
    rows = rows.exclude(**{column: None}).order_by().values(who).annotate(newest=Max(column))
    return rows.values_list(who, "newest")


def _facts_since(since):
    """{record: the newest time at which something was noted about it that rules may speak of}.

    Two records joined or taken apart count as well: each then has other facts than before.
    """
    newest = {}
    told = [(model.history, "history_date") for model in (Condition, Medication, Allergy)]
    told += [(model.objects, "recorded_at") for model in (Condition, Medication, Allergy, Procedure)]
    told += [(Condition.objects, "judged_at"), (Alert.objects, "raised_at"), (Alert.objects, "ended_at")]
    told += [(Consent.objects, "signed_at")]
    asked = [(rows, column, "patient_id") for rows, column in told]
    asked += [
        (Merge.objects, time, side) for time in ("decided_at", "undone_at") for side in ("kept_id", "absorbed_id")
    ]
    for rows, column, who in asked:
        for patient, moment in _newest(rows.filter(**{f"{column}__gt": since}), column, who):
            newest[patient] = max(moment, newest.get(patient, moment))
    return newest


def _by_person(newest):
    """The same by the person's kept record: a merged record's news are the person's."""
    kept = Patient.objects.filter(pk__in=newest).values_list("pk", Coalesce("merged_into", "pk"))
    found = {}
    for record_id, person in kept:
        found[person] = max(newest[record_id], found.get(person, newest[record_id]))
    return found


def due(now):
    """Return the people whose current plans were not checked since something new, or for a day; longest first."""
    plans = CarePlan.objects.current().filter(patient__deceased_on=None)
    plans = list(
        plans.annotate(person=Coalesce("patient__merged_into", "patient"))
        .order_by("checked_at", "pk")
        .values_list("person", Coalesce("checked_at", "made_at"), "checked_at")
    )
    if not plans:
        return []
    facts = _by_person(_facts_since(min(since for _person, since, _checked in plans)))
    rules = Contraindication.objects.aggregate(newest=Max("changed_at"))["newest"]
    waiting = [
        person
        for person, since, checked in plans
        if checked is None or since <= now - DAILY or (rules and rules > since) or facts.get(person, since) > since
    ]
    return list(dict.fromkeys(waiting))[:MOST]


def recheck_due(now):
    """Check the plans that are due, each person in a transaction of their own; return how many people were checked."""
    done, people = 0, Patient.objects.in_bulk(due(now))
    for patient in people.values():
        try:
            recheck(patient, now=now)
            done += 1
        except Exception:  # one plan that cannot be read keeps nobody else's from being checked
            log.exception("the plan of record %s could not be checked", patient.pk)
    return done
