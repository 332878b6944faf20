"""Is this person known already? Same birth date and a similar name; never by a phone or an address families share."""

from difflib import SequenceMatcher

from patients import searching
from patients.models import Patient

SIMILAR = 0.75  # share of matching letters: "Annelies Janssen" and "Annelise Jansen" reach 0.90
MOST = 5


def name_likeness(one, other):
    """Return from 0 to 1 how alike two names are, whatever the order of their words and their accents."""
    first, second = (" ".join(sorted(searching.words(name))) for name in (one, other))
    return SequenceMatcher(None, first, second).ratio()


def likely_same(*, given_name, family_name, birth_date):
    """Return up to five patients born on the same day whose name is similar, the most alike first."""
    name = f"{given_name} {family_name}"
    born_then = Patient.objects.filter(birth_date=birth_date, merged_into=None)
    born_then = born_then.filter(search_tokens__token=f"{birth_date:%Y%m%d}")  # the token has an index, the date none
    alike = [(name_likeness(name, patient.full_name), patient) for patient in born_then[:500]]
    found = sorted((pair for pair in alike if pair[0] >= SIMILAR), key=lambda pair: -pair[0])
    return [patient for _, patient in found[:MOST]]
