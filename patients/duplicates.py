"""Is this person known already, and which records of the file may be one person? (How alike: `patients.matching`.)

Candidates come from the index of search tokens: those born on the same day or on one that a slip of the fingers makes
of it, and those with the same phone; what their names say decides.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from patients import matching
from patients.models import Merge, Patient, SearchToken

MOST, MOST_CANDIDATES = 5, 1000
CHUNK, MOST_LOOKED_AT, MOST_PAIRS = 200, 2000, 25  # records read together, in one look, and pairs shown of it
TOKENS_AT_ONCE = 5000


def person_of(patient):
    """Return what is compared of a record."""
    return matching.Person(
        patient.given_name,
        patient.family_name,
        patient.birth_date,
        patient.preferred_name,
        patient.phone,
        patient.sex,
    )


def tokens_of(person):
    """Return the search tokens that somebody who may be this person has one of."""
    found = {f"{day:%Y%m%d}" for day in matching.near_dates(person.birth_date)}
    return found | {matching.digits_of(person.phone)} - {""}


def likely_same(*, given_name, family_name, birth_date, phone=""):
    """Return up to five patients who are likely this person, the most alike first, each with its `likeness`.

    A record that was merged into another is found by what it says, and answered by the one that is kept.
    """
    return _most_alike(matching.Person(given_name, family_name, birth_date, phone=phone))


def like(patient):
    """Return up to five other records that are likely the same person as this one."""
    return _most_alike(person_of(patient), but=patient.merged_into_id or patient.pk)


def _most_alike(person, but=None):
    with_token = SearchToken.objects.filter(token__in=tokens_of(person)).values("patient")
    best: dict[int, Any] = {}
    for row in Patient.objects.filter(pk__in=with_token).select_related("merged_into")[:MOST_CANDIDATES]:
        kept: Any = row.merged_into or row
        likeness = matching.compare(person, person_of(row))
        if likeness.is_likely and kept.pk != but and likeness.score > _score(best.get(kept.pk)):
            kept.likeness = likeness
            best[kept.pk] = kept
    return sorted(best.values(), key=lambda kept: (-kept.likeness.score, kept.pk))[:MOST]


def _score(patient):
    return 0 if patient is None else patient.likeness.score


# --- across the whole file


@dataclass(frozen=True)
class Pair:
    """Two records that are likely one person, the older one first."""

    older: Patient
    newer: Patient
    likeness: matching.Likeness

    @property
    def both(self):
        return self.older, self.newer


@dataclass(frozen=True)
class Look:
    """The likely pairs among the records that were looked at, and from which number to look on (None: all seen)."""

    pairs: list
    looked_at: int
    go_on_below: int | None


def across(below=None):
    """Look through the records, the newest first, for older ones that are likely the same person.

    Bounded: it stops after 2,000 records, or earlier with 25 pairs; the caller looks on from there. Pairs that were
    proposed or decided before are left out.
    """
    pairs, looked_at = [], 0
    while looked_at < MOST_LOOKED_AT and len(pairs) < MOST_PAIRS:
        rows = Patient.objects.kept().order_by("-pk")
        chunk = list((rows if below is None else rows.filter(pk__lt=below))[:CHUNK])
        pairs += _pairs_of(chunk)
        looked_at += len(chunk)
        if len(chunk) < CHUNK:
            return Look(pairs, looked_at, None)
        below = chunk[-1].pk
    return Look(pairs, looked_at, below)


def _pairs_of(chunk):
    """Return the likely pairs of each of these records with an older one, the most alike first."""
    meeting = _meeting(chunk)
    others = Patient.objects.kept().in_bulk({pk for _newer, pk in meeting})
    newer = {row.pk: row for row in chunk}
    found = [
        Pair(others[old], newer[new], matching.compare(person_of(others[old]), person_of(newer[new])))
        for new, old in meeting
        if old in others
    ]
    likely = [pair for pair in found if pair.likeness.is_likely]
    known = _known_pairs(likely)
    likely = [pair for pair in likely if frozenset((pair.older.pk, pair.newer.pk)) not in known]
    return sorted(likely, key=lambda pair: (-pair.likeness.score, -pair.newer.pk, pair.older.pk))


def _meeting(chunk):
    """Return {(newer, older)} of records that share a birth date (or nearly) or a phone."""
    wanting = defaultdict(set)
    for row in chunk:
        for token in tokens_of(person_of(row)):
            wanting[token].add(row.pk)
    met = set()
    tokens = list(wanting)
    for start in range(0, len(tokens), TOKENS_AT_ONCE):
        rows = SearchToken.objects.filter(token__in=tokens[start : start + TOKENS_AT_ONCE])
        for token, pk in rows.values_list("token", "patient"):
            met |= {(new, pk) for new in wanting[token] if pk < new}
    return met


def _known_pairs(pairs):
    """Return the pairs (as sets of two numbers) that somebody has proposed before, whatever became of it."""
    numbers = {row.pk for pair in pairs for row in (pair.older, pair.newer)}
    rows = Merge.objects.filter(Q(kept__in=numbers) & Q(absorbed__in=numbers))
    return {frozenset(pair) for pair in rows.values_list("kept", "absorbed")}
