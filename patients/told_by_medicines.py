"""What a medicine tells of the person who takes it: a blood thinner on the list is a condition that every rule reads.

The conditions made of a list here and those an import makes are worded alike, and end with the last such medicine.
"""

from django.db.models import Q
from django.utils import timezone

from patients.models import Condition, Medication
from patients.vocabulary import by_medication

Certainty = Condition.Certainty
HERE, IMPORTED = "medication-", "medicine:"  # how the `external_id` of a condition begins that a medicine told of


def fields_of(match, medicine):
    """Return label, code and certainty of the condition that a medicine of this name tells of.

    One that only suggests a condition leaves it an open question.
    """
    certainty = Certainty.OPEN if match.prompt_only else Certainty.STATED
    return {"label": f"{match.term.label}: {medicine}"[:250], "code": match.term.slug, "certainty": certainty.value}


def taken_by(patient):
    """Return the medicines this person takes today, merged records included."""
    rows = Medication.objects.of(patient).filter(entered_in_error_at=None)
    return rows.filter(Q(stopped_on=None) | Q(stopped_on__gt=timezone.localdate()))


def matches_of(medicine):
    """Return the terms that the name and the dose of this medicine point at; the dose may name its form."""
    return by_medication(f"{medicine.label} {medicine.dose}")


def missing(medicine):
    """Return the fields of the conditions this medicine tells of and the chart does not say as clearly."""
    matches = matches_of(medicine) if taken_by(medicine.patient).filter(pk=medicine.pk).exists() else []
    codes = [match.term.slug for match in matches]
    rows = Condition.objects.of(medicine.patient).active().filter(code__in=codes)
    said = {(code, certainty == Certainty.OPEN) for code, certainty in rows.values_list("code", "certainty")}
    return [_condition(medicine, match) for match in matches if not _is_said(match, said)]


def _is_said(match, said):
    code = match.term.slug
    return (code, False) in said or (match.prompt_only and (code, True) in said)


def _condition(medicine, match):
    since = {"onset_on": medicine.started_on, "external_id": f"{HERE}{medicine.pk}-{match.term.slug}"}
    return {**fields_of(match, medicine.label), **since}


def told_only_by(medicine):
    """Lock and return the conditions a medicine has told of that no other medicine of this person names.

    Those that are over are among them; what a person noted stands by itself.
    """
    others = taken_by(medicine.patient).exclude(pk=medicine.pk)
    named = {match.term.slug for other in others for match in matches_of(other)}
    codes = {match.term.slug for match in matches_of(medicine)} - named
    rows = Condition.objects.select_for_update(no_key=True, of=("self",)).of(medicine.patient)
    rows = rows.filter(code__in=codes, entered_in_error_at=None)
    return rows.filter(Q(external_id__startswith=HERE) | Q(external_id__startswith=IMPORTED)).order_by("pk")
