"""The travel card's part about what is measured: ranges of motion, the nerve screen, provoking movements.

Folded it shows one line of what is on the note. It is filled in only where somebody opened it: its fields are many,
and most visits need none of them.
"""

import hashlib
from functools import cached_property

from clinic.anatomy import nerve_levels, regions
from clinic.charting.card.card_part import CardPart
from clinic.charting.findings import physical_tests
from clinic.charting.findings.measured_words import lines_of, movement_names
from clinic.charting.findings.measuring_forms import MovementsForm, NervesForm, RangesForm, name_of
from clinic.charting.findings.physical_tests import REGIONS, Kind, Place
from clinic.charting.models import ProvokingMovement, RangeOfMotion
from clinic.charting.models.measurements import Movement
from patients.answer_words import REGIONS as PLACES
from patients.models import Intake

OPEN = "open_measuring"
COLUMNS = (Kind.STRENGTH, Kind.FEELING, Kind.REFLEX)
ROWS = {"ranges": "ranges_of_motion", "nerves": "nerve_tests", "movements": "provoking_movements"}


def stand_of(visit):
    """A short fingerprint of which rows are on the note."""
    rows = [f"{name} {row.pk}" for name in ROWS.values() for row in getattr(visit, name).all()]
    return hashlib.sha256(" ".join(rows).encode()).hexdigest()[:16]


class MeasuringPart(CardPart):
    """What is measured; `is_open` says whether its fields are on the page."""

    name = "measuring"

    def __init__(self, card, data=None):
        super().__init__(card, data)
        self.is_open = bool((card.data or {}).get(OPEN)) or card.opened == self.name
        if self.is_open:
            posted = data if data and data.get(OPEN) else None
            self.ranges = RangesForm(self.visit.ranges_of_motion.all(), posted)
            self.nerves = NervesForm(self.visit.nerve_tests.all(), posted)
            self.movements = MovementsForm(self.visit.provoking_movements.all(), posted)

    @property
    def _forms(self):
        return [form for form in (self.ranges, self.nerves, self.movements) if form.is_bound] if self.is_open else []

    def is_valid(self):
        checked = [form.is_valid() for form in self._forms]  # each of them, so that every message shows
        return all(checked)

    def keep(self, user):
        may_clear = bool(self._forms) and self.data[OPEN] == self.stand
        for form in self._forms:
            form.keep(self.visit, user, may_clear=may_clear)

    # --- the buttons

    def do_nerves_normal(self, limb, user):
        """Every test of these limbs without a result was done and was normal."""
        if limb in nerve_levels.BY_SLUG:
            physical_tests.find_nerves_normal(self.visit, limb=limb, by=user)

    def do_measured_still(self, what, user):
        """What is carried of these rows was measured again and is the same."""
        if what in ROWS:
            physical_tests.find_same(self.visit, rows=ROWS[what], by=user)

    # --- what is shown

    @property
    def stand(self):
        """Goes with the page: one that knows fewer rows than the note has takes none of them off."""
        return stand_of(self.visit)

    @cached_property
    def lines(self):
        """What is on the note, in words."""
        return lines_of(self.visit)

    @property
    def carried(self):
        """Which groups hold rows from the last visit that nobody has touched."""
        return [what for what, rows in ROWS.items() if any(row.is_carried for row in getattr(self.visit, rows).all())]

    @property
    def region_names(self):
        return [str(regions.BY_CODE[region].label) for region in REGIONS]

    @property
    def range_rows(self):
        """(movement, [(region, degrees, pain, what was measured last)]) for the table."""
        return [(movement.label, [self._cell(region, movement.value) for region in REGIONS]) for movement in Movement]

    def _cell(self, region, movement):
        name = f"{region}-{movement}"
        label = str(regions.BY_CODE[region].label)
        return label, self.ranges[name], self.ranges[f"{name}-pain"], self._before.get((region, movement))

    @cached_property
    def _before(self):
        """{(region, movement): degrees} as last measured at an earlier visit of the patient."""
        earlier = RangeOfMotion.objects.of(self.visit.patient).filter(visit__visited_at__lt=self.visit.visited_at)
        rows = earlier.filter(is_carried=False).exclude(degrees=None).order_by("visit__visited_at", "pk")
        return {(region, move): told for region, move, told in rows.values_list("region", "movement", "degrees")}

    @property
    def limbs(self):
        """(limb, [(root, tendon, cells)], [(tension test, cells)]); a cell without a test holds None."""
        return [(limb, self._roots(limb), self._tensions(limb)) for limb in nerve_levels.LIMBS]

    def _roots(self, limb):
        return [(root.level, root.tendon, self._fields(root.level, COLUMNS)) for root in limb.roots]

    def _tensions(self, limb):
        return [(test.label, self._fields(test.slug, (Kind.TENSION,))) for test in limb.tensions]

    def _fields(self, level, kinds):
        names = [(name_of(Place(kind, level, side)), side) for kind in kinds for side in "LR"]
        return [(self.nerves[name] if name in self.nerves.fields else None, side) for name, side in names]

    @property
    def movement_rows(self):
        """(movement, what the patient said in the newest health history, field of today)."""
        return [(words, self._said.get(key, ""), self.movements[key]) for key, words in movement_names().items()]

    @cached_property
    def history(self):
        """The newest health history that was handed in, or None."""
        return Intake.objects.of(self.visit.patient).submitted().order_by("-submitted_at", "-pk").first()

    @cached_property
    def _said(self):
        """{movement: "low back worse, neck same"}; what the patient did not try is left out."""
        grid = self.history.answers.get("movement_grid") or {} if self.history else {}
        effects, said = dict(ProvokingMovement.Effect.choices), {}
        for place, moves in grid.items():
            for movement, effect in moves.items():
                if effect in effects:
                    told = f"{PLACES.get(place, place)}: {effects[effect]}".lower()
                    said[movement] = ", ".join(filter(None, (said.get(movement), told)))
        return said
