"""The fields of what is measured: one form each for ranges of motion, the nerve screen and provoking movements."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.anatomy import nerve_levels
from clinic.charting.findings import physical_tests
from clinic.charting.findings.measured_words import movement_names
from clinic.charting.findings.physical_tests import MOST_DEGREES, REGIONS, RESULTS, Place
from clinic.charting.forms import Plain
from clinic.charting.models import NerveTest, ProvokingMovement, RangeOfMotion
from clinic.charting.models.measurements import Movement

EFFECTS = ProvokingMovement.Effect.choices


class RangesForm(Plain):
    """Degrees and pain of every movement of the three regions; `rows` are those on the note."""

    def __init__(self, rows, data=None):
        super().__init__(data, prefix="rom")
        self.known = known = {(row.region, row.movement): row for row in rows}
        for region in REGIONS:
            for movement in Movement:
                row = known.get((region, movement.value), RangeOfMotion())
                name = f"{region}-{movement.value}"
                self.fields[name] = forms.IntegerField(
                    label=movement.label,
                    required=False,
                    min_value=0,
                    max_value=MOST_DEGREES,
                    initial=row.degrees,
                    widget=forms.TextInput({"inputmode": "numeric", "size": 3}),
                )
                self.fields[f"{name}-pain"] = forms.BooleanField(
                    label=_("painful"), required=False, initial=row.is_painful
                )
        self.mark()

    def keep(self, visit, by, *, may_clear):
        """Keep the movements whose degrees or pain have changed; what is empty takes a row off if it may."""
        for name in dict.fromkeys(name.removesuffix("-pain") for name in self.changed_data):
            region, _dash, movement = name.partition("-")
            found = {"degrees": self.cleaned_data[name], "is_painful": self.cleaned_data[f"{name}-pain"]}
            if may_clear or self._adds(self.known.get((region, movement)), found):
                physical_tests.note_range(visit, region=region, movement=movement, by=by, **found)

    @staticmethod
    def _adds(row, found):
        """Does a page that knew fewer rows say something of this one? What it left blank is filled in from the row."""
        if row and found["degrees"] is None:
            found["degrees"] = row.degrees
        found["is_painful"] = found["is_painful"] or bool(row and row.is_painful)
        stored = (row.degrees, row.is_painful) if row else (None, False)
        return (found["degrees"], found["is_painful"]) != stored


def name_of(place):
    """The name of a field of the nerve screen."""
    return f"{place.kind}-{place.level}-{place.side}"


class NervesForm(Plain):
    """A result for every test of the screen; nothing is filled in before somebody says so."""

    def __init__(self, rows, data=None):
        super().__init__(data, prefix="nerve")
        known = {Place(row.kind, row.level, row.side): row.result for row in rows}
        self.places = {name_of(one): one for limb in nerve_levels.LIMBS for one in physical_tests.screen_of(limb)}
        for name, place in self.places.items():
            words = [(result.value, result.label.lower()) for result in RESULTS[NerveTest.Kind(place.kind)]]
            self.fields[name] = forms.ChoiceField(
                label=NerveTest.Kind(place.kind).label,
                required=False,
                choices=[("", "–"), *words],
                initial=known.get(place, ""),
            )
        self.mark()

    def keep(self, visit, by, *, may_clear):
        """Keep the tests whose result has changed; an empty one takes its row off if it may."""
        for name in self.changed_data:
            place, result = self.places[name], self.cleaned_data[name]
            if not result and not may_clear:
                continue
            where = {"kind": place.kind, "level": place.level, "side": place.side}
            physical_tests.note_nerve(visit, result=result, by=by, **where)


class MovementsForm(Plain):
    """What each movement of the intake's grid does today."""

    def __init__(self, rows, data=None):
        super().__init__(data, prefix="move")
        known = {row.movement: row.effect for row in rows}
        for movement, words in movement_names().items():
            self.fields[movement] = forms.ChoiceField(
                label=words,
                required=False,
                choices=EFFECTS,
                initial=known.get(movement, ""),
                widget=forms.RadioSelect,
            )
        self.mark()

    def keep(self, visit, by, *, may_clear):
        """Keep the movements whose effect has changed; an empty one takes its row off if it may."""
        for movement in self.changed_data:
            effect = self.cleaned_data[movement]
            if not effect and not may_clear:
                continue
            physical_tests.note_movement(visit, movement=movement, effect=effect, by=by)
