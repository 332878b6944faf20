"""Taking a person into our care and keeping who they are up to date."""

import uuid

from django.db import IntegrityError, transaction

from clinic.accounts.models import RoleGrant, User, normalise_email
from clinic.accounts.roles import Role, require
from clinic.audit.recording import record
from patients import granting, indexing
from patients.models import Patient

FIRST_CHART_NUMBER = 10_000


class AddressBelongsToAnother(Exception):
    """This e-mail address is already another person's account."""


@transaction.atomic
def register(*, by, **fields):
    """Create a patient with a chart number, findable at once, and return the row."""
    require(by, "patient.add")
    patient = create(**fields)
    record("patient.registered", patient, by=by, patient=patient)
    return patient


def create(**fields):
    """Insert a patient without asking who does it: for `register`, the import and the demo."""
    patient = Patient(chart_number=f"new-{uuid.uuid4().hex[:12]}", **fields)
    Patient.objects.bulk_create([patient])  # no history row for the number that is not final yet
    patient.chart_number = str(FIRST_CHART_NUMBER + patient.pk)
    patient.save(update_fields=["chart_number"])
    indexing.index(patient)
    return patient


@transaction.atomic
def change(patient, *, by, **fields):
    """Change what is known about the person (not their health) and return the row."""
    require(by, "patient.change")
    row = Patient.objects.select_for_update(no_key=True, of=("self",)).get(pk=patient.pk)
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=list(fields))
    indexing.index(row)
    if "birth_date" in fields:
        granting.follow_birth_date(row, by=by)
    record("patient.changed", row, by=by, patient=row, fields=sorted(fields))
    return row


@transaction.atomic
def open_account(patient, *, email, password):
    """Give the patient an account of their own, as the invitation promised, and return the user.

    Raises `AddressBelongsToAnother`: a family's shared address belongs to one person, the others get grants.
    """
    row = Patient.objects.select_for_update(no_key=True, of=("self",)).get(pk=patient.pk)
    if row.user_id or User.objects.filter(email=normalise_email(email)).exists():
        raise AddressBelongsToAnother
    user = _new_user(row, email, password)
    RoleGrant.objects.create(user=user, role=Role.PATIENT)
    row.user = user
    row.save(update_fields=["user"])
    record("account.opened", user, by=user, patient=row)
    return user


def _new_user(patient, email, password):
    """Create the account; whoever took the same address a moment ago is found by the database."""
    name = patient.full_name[: User._meta.get_field("display_name").max_length]
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, display_name=name)
    except IntegrityError as error:
        raise AddressBelongsToAnother from error
