"""Notes that colleagues pin to a patient for everybody who meets them: put up, taken down, never deleted.

Nothing clinical: everybody at the desk reads them. `clinical_word` finds what most likely belongs into the chart.
"""

import re
import unicodedata
from functools import lru_cache

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from patients.models import Patient, StickyNote
from patients.vocabulary import read_terms

MOST_UP = 5
EVERYDAY = {"smoking", "frailty", "under treatment", "soft tissue", "inner thighs", "its covering"}  # said at any desk
# What people write of somebody's health in one plain word, beside the names that the vocabulary has.
PLAIN = (
    *("pain", "painful", "cancer", "tumour", "tumor", "pregnant", "pacemaker", "implant", "surgery", "operation"),
    *("fracture", "allergy", "allergic", "infection", "diabetic", "epileptic", "seizure", "stroke", "hernia", "hiv"),
    *("depression", "anxiety", "dementia", "diagnosis", "medication", "insulin", "blood thinner", "steroid"),
)


class TooManyNotes(Exception):
    """As many notes are up as anybody reads; one has to come down first."""


class AlreadyDown(Exception):
    """The note was taken down before."""


class EndsBeforeToday(Exception):
    """A note that is shown until a day which has gone would never be seen."""


@transaction.atomic
def put_up(patient, *, text, by, until=None):
    """Pin a note to the patient and return it. Raises `TooManyNotes`, `EndsBeforeToday`."""
    require(by, "note.stick")
    row = Patient.objects.select_for_update(no_key=True, of=("self",)).get(pk=patient.pk)
    if until and until < timezone.localdate():
        raise EndsBeforeToday
    if StickyNote.objects.of(row).up().count() >= MOST_UP:
        raise TooManyNotes
    note = StickyNote.objects.create(patient=row, text=text, until=until, put_up_by=by)
    record("note.put_up", note, by=by, patient=row)
    return note


@transaction.atomic
def take_down(note, *, by):
    """Take a note down and return it; who did it and when stays. Raises `AlreadyDown`."""
    require(by, "note.stick")
    row = StickyNote.objects.select_for_update(no_key=True, of=("self",)).get(pk=note.pk)
    if row.taken_down_at:
        raise AlreadyDown
    row.taken_down_at, row.taken_down_by = timezone.now(), by
    row.save(update_fields=["taken_down_at", "taken_down_by"])
    record("note.taken_down", row, by=by, patient=row.patient_id)
    return row


# --- what does not belong on a note


def clinical_word(text):
    """Return the first word or phrase of `text` that names a condition, sign or medicine, or an empty string."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    found = _clinical().search(plain)
    return found.group(0) if found else ""


@lru_cache(maxsize=1)
def _clinical():
    """One pattern of the labels and medicines of the safety vocabulary, the longest first."""
    terms = read_terms().values()
    words = {name for term in terms for name in term.medication_terms}
    words |= {part.casefold() for term in terms for part in _names_in(term.label)}
    named = sorted(words.union(PLAIN) - EVERYDAY, key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, named))})(?!\w)")


def _names_in(label):
    """Return the names a label holds: "Blood thinner (anticoagulant)" has two. Of "Fever or chills" no word is lone:

    parts of one word are everyday words ("Hot, swollen joint now") and would be asked about all day.
    """
    bare, _bracket, inner = label.partition(" (")
    parts = re.split(r",| or | and ", bare)
    return {bare, inner.rstrip(")")} - {""} | {part.strip() for part in parts if " " in part.strip()}
