"""Medicines, allergies and operations that a health history names, and which of them are not on the lists yet."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from patients.answer_meaning import condition_changes
from patients.models import Allergy, Medication, Procedure
from patients.questions import load, targets

MOST_ROWS = 200  # of each list; nobody has more
NOT_NAMED = ("none", "unsure")
KINDS: dict[str, Any] = {"medicine": Medication, "allergy": Allergy, "operation": Procedure}


@dataclass(frozen=True)
class Named:
    """One thing to put on a list: which list, its place among the answers, what it is called, and what goes with it.

    `code` is the condition that the same answer states, or empty: that row carries the safety term.
    """

    kind: str
    which: str
    label: str
    fields: dict = field(default_factory=dict)
    code: str = ""


def read(answers):
    """Return everything these answers name, in the order of the questions."""
    return [*_medicines(answers), *_allergies(answers), *_operations(answers)]


def _medicines(answers):
    for number, row in enumerate(answers.get("medicines") or []):
        dose = ", ".join(row[name] for name in ("dose", "how_often") if row.get(name))
        fields = {"dose": dose[:120], **_day("started_on", row.get("since"))}
        yield Named("medicine", str(number), str(row.get("name", ""))[:250], {k: v for k, v in fields.items() if v})


def _allergies(answers):
    codes = {change.slug for change in condition_changes({"allergies": answers.get("allergies") or []})}
    details = str(answers.get("allergy_details") or "")[:200]
    for choice in load().question("allergies").choices:
        if choice.value in (answers.get("allergies") or []) and choice.value not in NOT_NAMED:
            code = next((slug for slug in targets(choice.maps_to, "condition") if slug in codes), "")
            yield Named("allergy", choice.value, str(choice.label), {"reaction": details} if details else {}, code)


def _operations(answers):
    for number, row in enumerate(answers.get("surgeries") or []):
        told = [row[name] for name in ("operation", "body_part") if row.get(name)]
        day = _day("performed_on", row.get("date"))
        when = [] if day or not row.get("date") else [row["date"]]
        yield Named("operation", str(number), ", ".join([*told, *when])[:250], day)


def _day(name, told):
    """A whole date as a field; a year or "last spring" is words."""
    try:
        return {name: date.fromisoformat(str(told))} if told else {}
    except ValueError:
        return {}


def lists_of(patient):
    """Return {kind: rows} of what is on the patient's lists now; what ended or was an error is not."""
    current = {"medicine": {"stopped_on": None}, "allergy": {"ended_on": None}, "operation": {}}
    return {
        kind: list(model.objects.of(patient).filter(entered_in_error_at=None, **current[kind])[:MOST_ROWS])
        for kind, model in KINDS.items()
    }


def missing(named, lists):
    """Return those of `named` that no row of their list says already."""
    return [one for one in named if one.label and not any(_is_said_by(row, one) for row in lists[one.kind])]


def _is_said_by(row, one):
    if one.code and getattr(row, "code", "") == one.code:
        return True
    here, there = _words(row.label), _words(one.label)
    return there <= here or (one.kind != "operation" and here <= there)  # a knee listed hides no other knee


def _words(label):
    return {word.strip(".,;()").casefold() for word in label.split()} - {""}
