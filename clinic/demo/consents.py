"""Consents of the demo: most who have been here have signed, one has run out, one was taken back, one wants no mail."""

import random
from datetime import timedelta
from math import sin

from clinic.charting.models import TreatmentApplied
from patients.consents import ADULT_AGE, months_on, texts_in_force
from patients.models import Consent

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
THRUSTS = ("adjustment", "manual_therapy")
NOTHING, NO_TEXTS = 0.06, 0.3  # shares of the people: signed nothing yet, wants no text messages


def write(rows, handed_in, *, seed, now, zone, by):
    """Create the consents of everybody who has been here or has handed in a history; return them.

    What is missing, has run out or was taken back belongs to people without an adjustment: the notes tell of no
    warning about it.
    """
    rng, texts = random.Random(f"{seed} consents"), texts_in_force()  # noqa: S311 (a story, not a secret)
    signed = {row.patient: row.started_at - timedelta(minutes=12) for row in reversed(rows) if row.started_at}
    signed |= {one.patient: one.submitted_at for one in handed_in if one.submitted_at}
    made = []
    for patient, at in sorted(signed.items(), key=lambda pair: (pair[1], pair[0].pk)):
        if rng.random() >= NOTHING:
            made += _papers(rng, patient, texts, at.astimezone(zone))
    adjusted = set(TreatmentApplied.objects.filter(kind__slug__in=THRUSTS).values_list("visit__patient", flat=True))
    quiet = [one for one in made if one.text.kind == "manipulation" and one.patient.pk not in adjusted]
    _grow_old(quiet[:1])
    made = [one for one in made if one not in quiet[1:3]]
    Consent.objects.bulk_create(made)
    return [*made, *_changes(quiet[3:], texts, now, by)]


def _papers(rng, patient, texts, at):
    """What one person answered, a minute apart; a child's parent signs."""
    drawing = _drawn(rng)
    for number, (kind, text) in enumerate(texts.items()):
        is_given = kind != "sms" or rng.random() >= NO_TEXTS
        yield _answer(patient, text, at + timedelta(minutes=number), is_given, drawing if number < 2 else [])


def _answer(patient, text, at, is_given, drawing):
    child = patient.age < ADULT_AGE
    return Consent(
        patient=patient,
        text=text,
        is_given=is_given,
        signed_at=at,
        signed_name=(patient.emergency_name if child else patient.full_name) if is_given else "",
        signed_as="guardian" if child and is_given else "patient",
        relation=patient.emergency_relation or "parent" if child and is_given else "",
        drawing=drawing if is_given else [],
        valid_until=months_on(at.date(), text.valid_months) if is_given and text.valid_months else None,
    )


def _drawn(rng):
    """Two waves that look like a hand in a hurry."""
    speed, high = rng.uniform(0.25, 0.5), rng.randint(120, 230)
    first = [[90 + 12 * n, round(560 + high * sin(n * speed) * (1 - n / 60))] for n in range(40)]
    second = [[480 + 11 * n, round(600 + high * 0.7 * sin(n * speed * 1.4 + 1) * (1 - n / 50))] for n in range(36)]
    return [first, second]


def _grow_old(rows):
    """Thirteen months have passed since these were signed."""
    for one in rows:
        one.signed_at -= timedelta(days=396)
        one.valid_until = months_on(one.signed_at.date(), one.text.valid_months)


def _changes(quiet, texts, now, by):
    """One consent to adjustment was taken back by phone, and one person wants no mail."""
    told = {"is_given": False, "recorded_by": by}
    called = ("manipulation", "Called: no adjustments for now"), ("email", "Prefers the phone")
    changes = [
        Consent(
            patient=one.patient,
            text=texts[kind],
            because=because,
            signed_at=max(one.signed_at + HOUR, now - DAY),
            **told,
        )
        for one, (kind, because) in zip(quiet[-2:], called, strict=False)
    ]
    return Consent.objects.bulk_create(changes)
