"""Who pays in the demo: Medicare from 65 on, else private, a few after a crash or at work, some for themselves."""

import random
from datetime import date

from clinic.charting.models import DiagnosisCode, FavouriteCode
from clinic.scheduling.models import Practitioner
from patients.models import Coverage, Patient

MEDICARE_AGE = 65
OTHERS = (("private", 0.62), ("auto", 0.08), ("work", 0.08), ("self", 0.22))
NAMES = {
    "private": ("Lakeland Health", "Blue Heron Mutual", "Cascade Benefit"),
    "auto": ("Northway Motor", "Harbor Auto"),
    "work": ("State Work Fund",),
}
AT_HAND = ("M54.50", "M54.2", "M62.830", "M99.03")
SAID, NOTICE = 0.9, 0.3  # shares: said who pays; signed the notice


def write(*, seed, now, by):
    """Create one cover for most people, and the favourites of each practitioner."""
    rng, today = random.Random(f"{seed} covers"), now.date()  # noqa: S311 (a story, not a secret)
    people = Patient.objects.filter(merged_into=None, deceased_on=None).order_by("pk")
    made = [_cover(rng, patient, today, by) for patient in people if rng.random() < SAID]
    Coverage.objects.bulk_create(made)
    known = list(DiagnosisCode.objects.filter(code__in=AT_HAND).order_by("code"))
    doctors = Practitioner.objects.exclude(user=None).order_by("pk")
    FavouriteCode.objects.bulk_create(FavouriteCode(practitioner=one, code=code) for one in doctors for code in known)
    return made


def _cover(rng, patient, today, by):
    since = date(today.year, 1, 1)
    age = today.year - patient.birth_date.year
    told = {"patient": patient, "since": since, "added_by": by}
    if age > MEDICARE_AGE:
        signed = since if rng.random() < NOTICE else None
        return Coverage(payer="medicare", member_number=_number(rng), notice_signed_on=signed, **told)
    payer = rng.choices([name for name, _share in OTHERS], [share for _name, share in OTHERS])[0]
    if payer == "self":
        return Coverage(payer=payer, **told)
    rule = rng.choice(("pooled", "each"))
    return Coverage(payer=payer, name=rng.choice(NAMES[payer]), member_number=_number(rng), unit_rule=rule, **told)


def _number(rng):
    return f"{rng.randrange(10**8, 10**9)}"
