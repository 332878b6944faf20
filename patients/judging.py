"""Judging what a patient said about their health: accepted, corrected, over, or not so; each can be put back.

What was said first stays readable in the history of the row, whatever a clinician makes of it.
"""

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from patients import health_records, named_in_intake
from patients.models import Condition, Patient, SafetyTerm
from patients.vocabulary import read_terms

Certainty = Condition.Certainty
WAITING = (Certainty.STATED, Certainty.OPEN)
# What a judgement may change, and what is put back with it.
JUDGED = ("certainty", "label", "code", "state", "site", "side", "onset_on", "resolved_on")
QUIET = ("activity", "recency")  # states that come to rest when a condition is over
TO_CORRECT = {"label", "code", "state", "site", "side", "onset_on"}


class AlreadyJudged(Exception):
    """Somebody has accepted, corrected or ruled this out before, or it is no longer counted."""


class NotJudged(Exception):
    """Nobody has judged this yet, or what was said first is not kept: there is nothing to put back."""


class OnTheList(Exception):
    """The medicine, allergy or operation stands on its list already."""


class NotNamed(Exception):
    """The health history names no such medicine, allergy or operation."""


def _locked(condition):
    return Condition.objects.select_for_update(no_key=True, of=("self",)).get(pk=condition.pk)


def _waiting(condition, among=WAITING):
    """Lock and return a condition that still waits to be judged. Raises `AlreadyJudged`."""
    row = _locked(condition)
    if row.certainty not in among or not row.is_active:
        raise AlreadyJudged
    return row


def _keep_original(row):
    """Write down what was said before it is changed: conditions of an intake come without a first line of history."""
    if not row.history.exists():
        Condition.history.bulk_history_create([row], default_date=row.recorded_at)


def _judge(row, deed, by, **fields):
    _keep_original(row)
    _write(row, by, **fields, judged_at=timezone.now(), judged_by=by)
    record(f"health.condition_{deed}", row, by=by, patient=row.patient_id)
    return row


def _write(row, by, **fields):
    for name, value in fields.items():
        setattr(row, name, value)
    row._history_user = by
    row.save(update_fields=list(fields))


@transaction.atomic
def confirm(condition, *, by):
    """Accept what was said and return the row. Raises `AlreadyJudged`."""
    require(by, "health.change")
    return _judge(_waiting(condition), "confirmed", by, certainty=Certainty.CONFIRMED)


@transaction.atomic
def over(condition, *, by):
    """Note that it was so and is no longer: resolved today, its states at rest. Raises `AlreadyJudged`."""
    require(by, "health.change")
    row = _waiting(condition)
    return _judge(row, "over", by, certainty=Certainty.CONFIRMED, resolved_on=timezone.localdate(), state=_at_rest(row))


def _at_rest(row):
    declared = read_terms()[row.code].states if row.code in read_terms() else {}
    return {**row.state, **{name: declared[name][-1] for name in QUIET if name in declared}}


@transaction.atomic
def rule_out(condition, *, by):
    """Note that it is not so: it stays readable and no rule counts it. Raises `AlreadyJudged`."""
    require(by, "health.change")
    return _judge(_waiting(condition), "ruled_out", by, certainty=Certainty.RULED_OUT)


@transaction.atomic
def correct(condition, *, by, **fields):
    """Accept it with what a clinician knows better (`TO_CORRECT`) and return the row. Raises `AlreadyJudged`."""
    require(by, "health.change")
    if unknown := set(fields) - TO_CORRECT:
        raise TypeError(f"a correction does not change {', '.join(sorted(unknown))}")
    row = _waiting(condition)
    if fields.get("code") and not fields.get("label"):
        fields["label"] = SafetyTerm.objects.values_list("label", flat=True).get(pk=fields["code"])
    return _judge(row, "corrected", by, certainty=Certainty.CONFIRMED, **fields)


@transaction.atomic
def answer_open(condition, *, yes, by):
    """Answer a question the patient left open: yes records it, no rules it out. Raises `AlreadyJudged`."""
    require(by, "health.change")
    row = _waiting(condition, among=(Certainty.OPEN,))
    return _judge(row, "answered", by, certainty=Certainty.CONFIRMED if yes else Certainty.RULED_OUT)


@transaction.atomic
def put_back(condition, *, by):
    """Take a judgement back: the row says again what the patient said, and counts again. Raises `NotJudged`."""
    require(by, "health.change")
    row = _locked(condition)
    said = row.history.filter(judged_at=None).first() if row.judged_at else None
    if said is None or row.entered_in_error_at:
        raise NotJudged
    _write(row, by, **{name: getattr(said, name) for name in JUDGED}, judged_at=None, judged_by=None)
    record("health.condition_put_back", row, by=by, patient=row.patient_id)
    return row


@transaction.atomic
def add_to_list(intake, *, kind, which, by):
    """Put a medicine, allergy or operation that the health history names on its list and return the row.

    A condition that says the same (an allergy to latex) is accepted with it. Raises `NotNamed`, `OnTheList`.
    """
    require(by, "health.add")
    kept = intake.patient.merged_into_id or intake.patient_id
    patient = Patient.objects.select_for_update(no_key=True, of=("self",)).get(pk=kept)
    one = next((n for n in named_in_intake.read(intake.answers) if (n.kind, n.which) == (kind, which)), None)
    if one is None:
        raise NotNamed
    if one not in named_in_intake.missing([one], named_in_intake.lists_of(patient)):
        raise OnTheList
    _accept_the_same(patient, one, by)
    return ADD[kind](patient, by=by, label=one.label, **one.fields)


def _accept_the_same(patient, named, by):
    if not named.code:
        return
    waiting = Condition.objects.of(patient).to_confirm().filter(code=named.code)
    for row in waiting.select_for_update(no_key=True, of=("self",)):
        _judge(row, "confirmed", by, certainty=Certainty.CONFIRMED)


ADD = {
    "medicine": health_records.add_medication,
    "allergy": health_records.add_allergy,
    "operation": health_records.add_procedure,
}
