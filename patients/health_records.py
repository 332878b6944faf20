"""Keeping the health record: a fact is added, ended on a day, or marked as entered in error; nothing is deleted.

What a medicine tells of its taker (`told_by_medicines`) comes and goes with it.
"""

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from patients import told_by_medicines
from patients.models import Allergy, Condition, Medication, Patient, Procedure
from patients.models.health import Source

# The column that says since when a fact no longer holds; a procedure is past anyway.
ENDS = {Condition: "resolved_on", Medication: "stopped_on", Allergy: "ended_on"}


class AlreadyEnded(Exception):
    """The fact was ended or entered in error before."""


class EndsBeforeItBegan(Exception):
    """The day of the end lies before the day of the onset."""


def _add(model, patient, by, fields):
    require(by, "health.add")
    row = model(patient=patient, source=Source.CLINICIAN, recorded_by=by, **fields)
    row._history_user = by
    row.save(force_insert=True)
    record(f"health.{model._meta.model_name}_added", row, by=by, patient=patient)
    return row


@transaction.atomic
def add_condition(patient, *, label, by, **fields):
    """Add a condition and return it; `code` is a slug of the safety vocabulary or empty."""
    return _add(Condition, patient, by, {"label": label, **fields})


@transaction.atomic
def add_medication(patient, *, label, by, **fields):
    """Add a medicine (`dose`, `started_on`) with the conditions it tells of, and return it."""
    require(by, "health.add")
    _hold_person(patient)
    row = _add(Medication, patient, by, {"label": label, **fields})
    for told in told_by_medicines.missing(row):
        _add(Condition, patient, by, told)
    return row


@transaction.atomic
def add_allergy(patient, *, label, by, **fields):
    """Add an allergy (`code`, `reaction`, `criticality`) and return it."""
    return _add(Allergy, patient, by, {"label": label, **fields})


@transaction.atomic
def add_procedure(patient, *, label, by, **fields):
    """Add an operation or other procedure (`performed_on`) and return it."""
    return _add(Procedure, patient, by, {"label": label, **fields})


def _hold_person(patient):
    """Lock the person, so that two medicines that tell of the same neither add it twice nor end it beside the other."""
    Patient.objects.select_for_update(no_key=True, of=("self",)).get(pk=patient.merged_into_id or patient.pk)


def _locked(row):
    if isinstance(row, Medication):
        _hold_person(row.patient)
    return type(row).objects.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)


@transaction.atomic
def end(fact, *, by, on=None):
    """Note that a condition is resolved, a medicine stopped or an allergy gone since `on` (today) and return it.

    What only this medicine told of ends with it. Raises `AlreadyEnded`, `EndsBeforeItBegan`.
    """
    require(by, "health.change")
    row, column, day = _locked(fact), ENDS[type(fact)], on or timezone.localdate()
    if getattr(row, column) or row.entered_in_error_at:
        raise AlreadyEnded
    began = getattr(row, "onset_on", None) or getattr(row, "started_on", None)
    if began and day < began:
        raise EndsBeforeItBegan
    setattr(row, column, day)
    row._history_user = by
    row.save(update_fields=[column])
    record(f"health.{row._meta.model_name}_ended", row, by=by, patient=row.patient_id)
    for told in _told_only_by(row):
        if told.is_active:
            end(told, by=by, on=max(day, told.onset_on or day))
    return row


def _told_only_by(row):
    return told_by_medicines.told_only_by(row) if isinstance(row, Medication) else ()


resolve_condition = end


@transaction.atomic
def enter_in_error(fact, *, by):
    """Mark a fact as entered in error and return it: it stays readable and no rule counts it. Raises `AlreadyEnded`.

    What only this medicine told of was an error too.
    """
    require(by, "health.change")
    row = _locked(fact)
    if row.entered_in_error_at:
        raise AlreadyEnded
    row.entered_in_error_at = timezone.now()
    row._history_user = by
    row.save(update_fields=["entered_in_error_at"])
    record(f"health.{row._meta.model_name}_entered_in_error", row, by=by, patient=row.patient_id)
    for told in _told_only_by(row):
        if told.is_active or told.external_id.startswith(f"{told_by_medicines.HERE}{row.pk}-"):
            enter_in_error(told, by=by)  # one that ended with an earlier medicine was true
    return row
