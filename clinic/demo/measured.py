"""What the invented practitioners measured at the first visit of a complaint, and what they tried again later."""

from clinic.anatomy import nerve_levels
from clinic.charting.findings import physical_tests
from clinic.charting.models import NerveTest, ProvokingMovement, RangeOfMotion

MOVED = {  # degrees of an invented, stiff patient: (least, most)
    "cervical": {"flexion": (28, 45), "extension": (30, 50), "rotation_left": (40, 70), "rotation_right": (40, 70)},
    "thoracic": {"rotation_left": (20, 40), "rotation_right": (20, 40)},
    "lumbar": {"flexion": (25, 55), "extension": (8, 22), "side_bend_left": (12, 25), "side_bend_right": (12, 25)},
}
LIMB = {"cervical": nerve_levels.ARMS}
TRIED = ("flexion", "extension", "lift", "sustained_sit", "cough")


def measure(note, story, rng):
    """Put ranges, a nerve screen and tried movements on the first note of a complaint; it is not stored yet."""
    region = story.region if story.region in MOVED else "lumbar"
    for movement, (least, most) in MOVED[region].items():
        note.ranges_of_motion.append(
            RangeOfMotion(
                visit=note.visit,
                region=region,
                movement=movement,
                degrees=rng.randint(least, most),
                is_painful=rng.random() < 0.35,
            )
        )
    if story.radiates:
        _screen(note, LIMB.get(region, nerve_levels.LEGS), rng)
    for movement in TRIED:
        effect = rng.choices(("worse", "same", "better", "not_tried"), (5, 4, 1, 1))[0]
        note.provoking_movements.append(ProvokingMovement(visit=note.visit, movement=movement, effect=effect))


def _screen(note, limb, rng):
    """Everything normal but, for some, one reflex."""
    places = physical_tests.screen_of(limb)
    reflexes = [place for place in places if place.kind == NerveTest.Kind.REFLEX]
    weak = rng.choice(reflexes) if rng.random() < 0.3 else None
    for place in places:
        result = NerveTest.Result.REDUCED if place == weak else NerveTest.Result.NORMAL
        found = {"kind": place.kind, "level": place.level, "side": place.side}
        note.nerve_tests.append(NerveTest(visit=note.visit, result=result, **found))
