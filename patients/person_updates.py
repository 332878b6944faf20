"""What a health history says about the person (how to reach them, what to call them) where the record says otherwise.

The front desk accepts or refuses each of it. Only these answers are read from the database, never one about health.
"""

import re
from dataclasses import dataclass
from typing import cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Field
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.accounts.roles import require
from clinic.audit.models import AuditEvent
from clinic.audit.recording import record
from patients import registering
from patients.models import Intake, Patient
from patients.questions import load

REFUSED = "person.details_refused"
CHECKED = ("birth_date", "sex")  # the identity of a person: accepted only by somebody who has looked at a document
NOBODY = ("none", "unsure")
_REGION_AND_CODE = re.compile(r"^(?P<state>\D*?)[\s,]*(?P<postal_code>[A-Z]{0,2}\d[\dA-Z -]{2,9})?$", re.IGNORECASE)


class NothingToDecide(Exception):
    """None of these details waits: they were decided before, or the record says the same."""


class NotChecked(Exception):
    """A birth date or sex is changed only by somebody who says that they have checked it."""


class BadDetail(Exception):
    """What was given does not fit the record; `label` names the detail, `message` says what is wrong."""

    def __init__(self, label, message):
        super().__init__(label, message)
        self.label, self.message = label, message


@dataclass(frozen=True)
class Detail:
    """One detail that differs: its question, what the record says, what was given, and the fields it would change."""

    key: str
    label: str
    now: str
    given: str
    fields: dict

    @property
    def needs_check(self):
        return any(name in CHECKED for name in self.fields)


# --- reading


def waiting(patient):
    """Return the details of the newest handed-in history that differ from the record and that nobody has decided."""
    newest = None if patient.deceased_on else _newest(patient)
    if newest is None or not (found := list(_differing(patient, newest[2]))):
        return []
    refused, before = _refused(patient, newest[0]), _as_it_was(patient, newest[1])
    return [one for one in found if one.key not in refused and not _changed_since(before, patient, one)]


def _newest(patient):
    keys = list(READERS)
    rows = Intake.objects.of(patient).submitted().order_by("-submitted_at", "-pk")
    row = rows.values_list("pk", "submitted_at", *[f"answers__{key}" for key in (*keys, *BESIDE)]).first()
    return (row[0], row[1], dict(zip((*keys, *BESIDE), row[2:], strict=True))) if row else None


def _refused(patient, intake_id):
    """The details of this history that were refused: the log remembers it, the record does not."""
    rows = AuditEvent.objects.filter(
        patient_id=patient.pk, action=REFUSED, object_type=Intake._meta.label_lower, object_id=str(intake_id)
    )
    return {key for details in rows.values_list("details", flat=True) for key in details["keys"]}


def _differing(patient, answers):
    for key, reader in READERS.items():
        if answers[key] in (None, "", [], {}):
            continue
        fields = {name: value for name, value in reader(patient, answers).items() if not _same(patient, name, value)}
        if fields:
            yield _detail(patient, key, fields)


def _same(patient, name, value):
    now = getattr(patient, name)
    if isinstance(now, str) and isinstance(value, str):
        return " ".join(now.casefold().split()) == " ".join(value.casefold().split())
    return now == value


def _detail(patient, key, fields):
    label = load().question(key).text
    return Detail(
        key, label, _words(patient, {n: getattr(patient, n) for n in fields}), _words(patient, fields), fields
    )


def _words(patient, fields):
    return ", ".join(filter(None, (_word(name, value) for name, value in fields.items()))) or "–"


def _field(name):
    return cast("Field", Patient._meta.get_field(name))


def _word(name, value):
    if name == "needs_interpreter":
        return _("yes") if value else _("no")
    if name == "birth_date":
        return date_format(value, "DATE_FORMAT")
    choices = dict(_field(name).flatchoices)
    return str(choices.get(value, value))


def _as_it_was(patient, moment):
    """The record as it was when the history came in; the oldest one kept when it is younger."""
    return patient.history.filter(history_date__lte=moment).first() or patient.history.last()


def _changed_since(before, patient, detail):
    """Did the desk change one of these fields after the history came in? Then the record knows better."""
    return before is not None and any(getattr(before, name) != getattr(patient, name) for name in detail.fields)


# --- what an answer says of the record, {field: value}


def _text(name):
    return lambda patient, answers: {name: str(answers[name]).strip()}


def _interpreter(patient, answers):
    told = {"yes": True, "no": False}.get(answers["interpreter"])
    return {} if told is None else {"needs_interpreter": told}


def _emergency(patient, answers):
    rows = [row for row in answers["emergency_contact"] if isinstance(row, dict)]
    first = rows[0] if rows else {}
    told = {f"emergency_{name}": str(first.get(name) or "").strip() for name in ("name", "relation", "phone")}
    return told if told["emergency_name"] else {}


def _address(patient, answers):
    """The address in the record's four fields; a part that is not told stays while the town is the same."""
    parts = [part.strip() for part in str(answers["address"]).replace("\n", ",").split(",") if part.strip()]
    if not parts:
        return {}
    tail = _REGION_AND_CODE.match(parts[-1]) if len(parts) > 2 else None
    if tail is None or len(parts) < 3:
        street, town = ", ".join(parts[:-1] or parts), parts[-1] if len(parts) > 1 else ""
        told = {"street": street, "city": town}
        kept = town.casefold() == patient.city.casefold() or not town
        return {"street": street} if kept else {**told, "state": "", "postal_code": ""}
    region = {name: (value or "").strip() for name, value in tail.groupdict().items()}
    return {"street": ", ".join(parts[:-2]), "city": parts[-2], **region}


def _access(patient, answers):
    """The needs in words, as the record keeps them; "none" is none."""
    ticked = answers["access_needs"] if isinstance(answers["access_needs"], list) else [answers["access_needs"]]
    question = load().question("access_needs")
    labels = [str(c.label) for c in question.choices if c.value in ticked and c.value not in (*NOBODY, "other")]
    told = [*labels, *filter(None, [str(answers.get("access_details") or "").strip()])]
    return {"access_needs": ", ".join(told)} if told or "none" in ticked else {}


def _birth(patient, answers):
    day = parse_date(str(answers["date_of_birth"]))
    return {"birth_date": day} if day else {}


READERS = {
    "preferred_name": _text("preferred_name"),
    "pronouns": _text("pronouns"),
    "phone": _text("phone"),
    "email": _text("email"),
    "address": _address,
    "preferred_channel": _text("preferred_channel"),
    "language": _text("language"),
    "interpreter": _interpreter,
    "access_needs": _access,
    "emergency_contact": _emergency,
    "occupation": _text("occupation"),
    "date_of_birth": _birth,
    "sex": _text("sex"),
}
BESIDE = ("access_details",)  # read with another answer


# --- deciding


@transaction.atomic
def accept(patient, keys, *, by, is_checked=False):
    """Take these details into the record and return the patient.

    Raises `NothingToDecide`, `NotChecked` (birth date or sex without `is_checked`), `BadDetail`; then nothing changed.
    """
    require(by, "person.accept")
    row = Patient.objects.select_for_update(no_key=True, of=("self",)).get(pk=patient.pk)
    chosen = _chosen(row, keys)
    if any(one.needs_check for one in chosen) and not is_checked:
        raise NotChecked
    fields = {name: value for one in chosen for name, value in one.fields.items()}
    _refuse_bad(row, chosen)
    return registering.change(row, by=by, **fields)


@transaction.atomic
def refuse(patient, keys, *, by):
    """Leave the record as it is: these details of this history are not offered again. Raises `NothingToDecide`."""
    require(by, "person.accept")
    row = Patient.objects.select_for_update(no_key=True, of=("self",)).get(pk=patient.pk)
    chosen = _chosen(row, keys)
    intake = Intake.objects.of(row).submitted().only("pk").order_by("-submitted_at", "-pk")[0]
    record(REFUSED, intake, by=by, patient=row, keys=sorted(one.key for one in chosen))
    return row


def _chosen(patient, keys):
    chosen = [one for one in waiting(patient) if one.key in keys]
    if not chosen:
        raise NothingToDecide
    return chosen


def _refuse_bad(patient, chosen):
    """What patients type is text: an address without an @, a name that is too long. Raises `BadDetail`."""
    for one in chosen:
        for name, value in one.fields.items():
            try:
                _field(name).clean(value, patient)
            except ValidationError as error:
                raise BadDetail(one.label, " ".join(error.messages)) from error
