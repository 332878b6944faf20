"""The diagnoses of an unsigned note, in order: billable codes only, and none beside one that excludes it."""

import re

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting import notes
from clinic.charting.coded import code_rules
from clinic.charting.models import DiagnosisCode, FavouriteCode, VisitDiagnosis

MOST_FOUND = 12


class UnknownCode(ValueError):
    """No code of the list is meant by the typed text; `found` are those whose words fit."""

    def __init__(self, typed, found=()):
        super().__init__(typed)
        self.found = list(found)


class NotBillable(UnknownCode):
    """A heading, not a code: `found` are its parts. `is_retired` says that it was a code in an earlier edition."""

    def __init__(self, header, found):
        super().__init__(header, found)
        self.header, self.is_retired = header, header in code_rules.RETIRED


class Excluded(Exception):
    """The code never stands beside one that is on the note; `clashes` say which and why."""

    def __init__(self, code, clashes):
        super().__init__(f"{code}: {clashes[0].other}")
        self.code, self.clashes = code, clashes

    @property
    def may_override(self):
        """May a reason let them stand side by side?"""
        return all(clash.may_override for clash in self.clashes)


class NotAPractitioner(Exception):
    """Only a practitioner has favourites."""


def found(typed):
    """Return up to MOST_FOUND codes for what was typed: the beginning of a code, or words of the title."""
    return list(DiagnosisCode.objects.matching(_legible(typed)[:80])[:MOST_FOUND])


def code_from(typed):
    """Return the `DiagnosisCode` meant by "M54.50", "m5450" or "M54.50 Low back pain ...".

    Raises `NotBillable` for a heading and `UnknownCode` for anything else that is no code.
    """
    word = _as_written(typed)
    if row := DiagnosisCode.objects.filter(code=word).first():
        return row
    if re.fullmatch(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?", word) and (parts := _parts(word)):
        raise NotBillable(word, parts)
    raise UnknownCode(typed, found(typed))


def _legible(typed):
    """What was typed without signs that no keyboard writes and no database takes."""
    return "".join(sign for sign in typed if sign.isprintable()).strip()


def _as_written(typed):
    """The code at the beginning of what was typed, with its point: "m5450 low" is M54.50."""
    plain = _legible(typed).split(" ")[0].upper().replace(".", "").rstrip("-")
    return f"{plain[:3]}.{plain[3:]}" if len(plain) > 3 else plain


def _parts(header):
    return list(DiagnosisCode.objects.below(header).order_by("-is_picked", "code")[:MOST_FOUND])


@transaction.atomic
def add(visit, *, code, by, because="", is_carried=False):
    """Put a code at the end of the note's diagnoses and return the row; the same code twice stays one row.

    `because` lets it stand beside one that excludes it, where the rules allow a reason. Raises `Excluded`,
    `notes.AlreadySigned`.
    """
    require(by, "visit.change")
    row = notes.locked(visit)
    standing = list(row.diagnoses.select_related("code"))
    clashes = code_rules.clashes(code, [each.code for each in standing])
    refusal = Excluded(code.code, clashes) if clashes else None
    if refusal and not (refusal.may_override and because.strip()):
        raise refusal
    last = max((each.position for each in standing), default=0)
    told = {"position": last + 1, "because": because.strip()[:200] if clashes else "", "is_carried": is_carried}
    diagnosis, created = VisitDiagnosis.objects.get_or_create(visit=row, code=code, defaults=told)
    if created:
        notes.touched(row, by)
    if created and clashes:
        others = sorted(clash.other for clash in clashes)
        record("diagnosis.overridden", diagnosis, by=by, patient=row.patient_id, code=code.code, beside=others)
    return diagnosis


def that_fit(carried, standing):
    """Return the codes of an earlier note that may join those of this one: not there yet, excluded by none.

    One that stood with a reason stays behind: reasons are given anew, never carried over.
    """
    codes, fitting = [each.code for each in standing], []
    for row in carried:
        if row.code not in codes and not code_rules.clashes(row.code, codes):
            codes.append(row.code)
            fitting.append(row.code)
    return fitting


@transaction.atomic
def remove(diagnosis, *, by):
    """Take a diagnosis out of an unsigned note. Raises `notes.AlreadySigned`."""
    require(by, "visit.change")
    row = notes.locked(diagnosis.visit)
    diagnosis.delete()
    notes.touched(row, by)


@transaction.atomic
def put_first(diagnosis, *, by):
    """Make a diagnosis the primary one; the others keep their order. Raises `notes.AlreadySigned`."""
    require(by, "visit.change")
    row = notes.locked(diagnosis.visit)
    rows = sorted(row.diagnoses.all(), key=lambda each: (each.pk != diagnosis.pk, each.position, each.pk))
    for position, each in enumerate(rows, 1):
        each.position = position
    VisitDiagnosis.objects.bulk_update(rows, ["position"])
    notes.touched(row, by)


def at_hand(user):
    """The codes of the pick list and of this user's favourites, in code order, each with `is_favourite`: one query."""
    mine = Exists(FavouriteCode.objects.filter(practitioner__user=user, code=OuterRef("pk")))
    rows = DiagnosisCode.objects.annotate(is_favourite=mine)
    return list(rows.filter(Q(is_picked=True) | Q(is_favourite=True)).order_by("code"))


@transaction.atomic
def favour(code, *, by):
    """Keep a code at hand for the practitioner `by`; twice is once. Raises `NotAPractitioner`."""
    require(by, "visit.change")
    FavouriteCode.objects.get_or_create(practitioner=_practitioner(by), code=code)


@transaction.atomic
def unfavour(code, *, by):
    """Take a code out of the favourites of `by`. Raises `NotAPractitioner`."""
    require(by, "visit.change")
    FavouriteCode.objects.filter(practitioner=_practitioner(by), code=code).delete()


def _practitioner(user):
    if not hasattr(user, "practitioner"):
        raise NotAPractitioner
    return user.practitioner
