"""What is measured at a visit beside segments and muscles: range of motion, the nerve screen, what provokes.

There are no usual values beside the degrees: the tables in print are not ours to copy, so the last measured value of
the patient stands there instead.
"""

from dataclasses import dataclass

from django.db import transaction

from clinic.accounts.roles import require
from clinic.anatomy import nerve_levels
from clinic.anatomy.sides import LEFT, RIGHT
from clinic.audit.recording import record
from clinic.charting import notes
from clinic.charting.models import NerveTest, ProvokingMovement, RangeOfMotion

Kind, Result = NerveTest.Kind, NerveTest.Result
REGIONS = ("cervical", "thoracic", "lumbar")
MOST_DEGREES = 180
RESULTS = {
    Kind.REFLEX: (Result.NORMAL, Result.REDUCED, Result.ABSENT, Result.INCREASED),
    Kind.STRENGTH: (Result.NORMAL, Result.REDUCED, Result.ABSENT),
    Kind.FEELING: (Result.NORMAL, Result.REDUCED, Result.ABSENT, Result.INCREASED),
    Kind.TENSION: (Result.NORMAL, Result.POSITIVE),
}


class ImpossibleResult(Exception):
    """A test does not have this result: a reflex is not positive, a tension test not reduced."""


@dataclass(frozen=True)
class Place:
    """One test of the nerve screen on one side, before it has a result."""

    kind: str
    level: str
    side: str


def screen_of(limb):
    """Return every `Place` of the screen of arms or legs, root by root, then the tension tests. Pure."""
    places = []
    for root in limb.roots:
        kinds = [Kind.STRENGTH, Kind.FEELING, *([Kind.REFLEX] if root.tendon else [])]
        places += [Place(kind, root.level, side) for kind in kinds for side in (LEFT, RIGHT)]
    places += [Place(Kind.TENSION, test.slug, side) for test in limb.tensions for side in (LEFT, RIGHT)]
    return places


@transaction.atomic
def note_range(visit, *, region, movement, degrees=None, is_painful=False, by):
    """Keep how far a region moves, in degrees from 0 to 180, and whether it hurts; return the row.

    Neither degrees nor pain takes the row off the note and returns None. Raises `notes.AlreadySigned`.
    """
    require(by, "visit.change")
    row, place = notes.locked(visit), {"region": region, "movement": movement}
    if degrees is None and not is_painful:
        return _take_off(row, row.ranges_of_motion.filter(**place), "range", by)
    found = {"degrees": degrees, "is_painful": is_painful, "is_carried": False}
    kept, _created = RangeOfMotion.objects.update_or_create(visit=row, **place, defaults=found)
    return _noted(row, kept, "range", by, **place)


@transaction.atomic
def note_nerve(visit, *, kind, level, side, result, by):
    """Keep what one test of the nerve screen showed and return the row; an empty result takes it off the note.

    Raises `ImpossibleResult`, `notes.AlreadySigned`.
    """
    require(by, "visit.change")
    row, place = notes.locked(visit), {"kind": kind, "level": level, "side": side}
    if not result:
        return _take_off(row, row.nerve_tests.filter(**place), "nerve", by)
    if result not in RESULTS.get(kind, ()):
        raise ImpossibleResult(f"{kind}: {result}")
    found = {"result": result, "is_carried": False}
    kept, _created = NerveTest.objects.update_or_create(visit=row, **place, defaults=found)
    return _noted(row, kept, "nerve", by, **place)


@transaction.atomic
def find_nerves_normal(visit, *, limb, by):
    """Say that every test of arms or legs without a result was done today and was normal; return how many.

    What was found otherwise stays, today's and what is carried. `limb` is a slug of `nerve_levels`. Raises `KeyError`,
    `notes.AlreadySigned`.
    """
    require(by, "visit.change")
    row, places = notes.locked(visit), screen_of(nerve_levels.BY_SLUG[limb])
    carried = row.nerve_tests.filter(is_carried=True, result=Result.NORMAL)
    carried.filter(level__in={place.level for place in places}).delete()
    known = {Place(test.kind, test.level, test.side) for test in row.nerve_tests.all()}
    todo = [place for place in places if place not in known]
    NerveTest.objects.bulk_create(
        NerveTest(visit=row, kind=one.kind, level=one.level, side=one.side, result=Result.NORMAL) for one in todo
    )
    if todo:
        notes.touched(row, by)
        record("nerves.found_normal", row, by=by, patient=row.patient_id, limb=limb, tests=len(todo))
    return len(todo)


@transaction.atomic
def note_movement(visit, *, movement, effect, by):
    """Keep what a movement of the intake's grid does today and return the row; an empty effect takes it off the note.

    Raises `notes.AlreadySigned`.
    """
    require(by, "visit.change")
    row = notes.locked(visit)
    if not effect:
        return _take_off(row, row.provoking_movements.filter(movement=movement), "movement", by)
    found = {"effect": effect, "is_carried": False}
    kept, _created = ProvokingMovement.objects.update_or_create(visit=row, movement=movement, defaults=found)
    return _noted(row, kept, "movement", by, movement=movement)


@transaction.atomic
def find_same(visit, *, rows, by):
    """Say that what is carried of these rows was measured again today and is the same; return how many.

    `rows` is `ranges_of_motion`, `nerve_tests` or `provoking_movements`. Raises `notes.AlreadySigned`.
    """
    require(by, "visit.change")
    row = notes.locked(visit)
    touched = getattr(row, rows).filter(is_carried=True).update(is_carried=False)
    if touched:
        notes.touched(row, by)
        record("measured.same", row, by=by, patient=row.patient_id, rows=rows, count=touched)
    return touched


def _noted(row, kept, what, by, **place):
    notes.touched(row, by)
    record(f"{what}.noted", kept, by=by, patient=row.patient_id, **{name: str(one) for name, one in place.items()})
    return kept


def _take_off(row, found, what, by):
    """Take rows off the note; the second of two clicks finds nothing."""
    for one in found:
        record(f"{what}.taken_off", one, by=by, patient=row.patient_id)
        one.delete()
        notes.touched(row, by)
