"""Keeping the health record: a fact is added, ended on a day, or marked as entered in error; nothing is deleted."""

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from patients.models import Allergy, Condition, Medication, Procedure
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
    """Add a medicine (`dose`, `started_on`) and return it."""
    return _add(Medication, patient, by, {"label": label, **fields})


@transaction.atomic
def add_allergy(patient, *, label, by, **fields):
    """Add an allergy (`code`, `reaction`, `criticality`) and return it."""
    return _add(Allergy, patient, by, {"label": label, **fields})


@transaction.atomic
def add_procedure(patient, *, label, by, **fields):
    """Add an operation or other procedure (`performed_on`) and return it."""
    return _add(Procedure, patient, by, {"label": label, **fields})


def _locked(row):
    return type(row).objects.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)


@transaction.atomic
def end(fact, *, by, on=None):
    """Note that a condition is resolved, a medicine stopped or an allergy gone since `on` (today) and return it.

    Raises `AlreadyEnded`, `EndsBeforeItBegan`.
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
    return row


resolve_condition = end


@transaction.atomic
def enter_in_error(fact, *, by):
    """Mark a fact as entered in error and return it: it stays readable and no rule counts it. Raises `AlreadyEnded`."""
    require(by, "health.change")
    row = _locked(fact)
    if row.entered_in_error_at:
        raise AlreadyEnded
    row.entered_in_error_at = timezone.now()
    row._history_user = by
    row.save(update_fields=["entered_in_error_at"])
    record(f"health.{row._meta.model_name}_entered_in_error", row, by=by, patient=row.patient_id)
    return row
