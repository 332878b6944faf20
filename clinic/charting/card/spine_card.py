"""The travel card's spine map: marks by a click, by a key and by typing `L4 R +`, each kept as it is made."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from clinic.anatomy import segments
from clinic.anatomy.sides import BOTH, LEFT, MIDLINE, RIGHT
from clinic.charting import notes
from clinic.charting.card import marking
from clinic.charting.card.card_part import CardPart
from clinic.charting.card.card_refusals import Refused
from clinic.charting.card.marking import adjusted
from clinic.charting.kinds import treating

ERROR = "mark "
REFUSALS = (
    treating.Contraindicated,
    treating.ReasonNeeded,
    treating.AcknowledgementNeeded,
    treating.NotExamined,
    treating.BadParameters,
)


@dataclass(frozen=True)
class NotAdjusted:
    """Why a place is not adjusted: the words, and what may be done (`seen`, `reason`, `how` or nothing)."""

    words: str
    way: str = ""


@dataclass(frozen=True)
class Beyond:
    """One joint beyond the spine in the list under the map: for each side its button, mark and words."""

    label: str
    sides: tuple[tuple[str, str, str], ...]  # (what the button does, mark as written, how it is marked or empty)


# Short lists for asymmetry and range; any other word may be typed (the words of facts 4.2: rotation, restricted ...).
LISTINGS = ("post L", "post R", "rot L", "rot R", "lat L", "lat R", "ant", "sup", "inf", "PI", "AS", "IN", "EX")
RANGES = ("flex", "ext", "rot L", "rot R", "lat L", "lat R", "all ways", "too much")


class SpinePart(CardPart):
    """The map, the list of joints beyond it, and the field beside it in which marks are typed."""

    name = "spine"
    listings, ranges = LISTINGS, RANGES

    # --- what is typed

    def is_valid(self):
        typed = [part for part in (self.data or {}).get("quick", "").split(",") if part.strip()]
        try:
            self.typed = [marking.read(part) for part in typed]
        except segments.UnknownSegment as error:
            self.card.errors["quick"] = str(error)
            return False
        return True

    def keep(self, user):
        for mark, step in self.typed:  # each of them: what one is refused stops none of the others
            self._try(marking.take, mark.segment.code, mark.side, user, step=step)
        self._refuse()

    # --- the buttons

    def do_mark(self, place, user):
        """A click on a place: the next of found, adjusted, clear."""
        return self._press(place, user, marking.click)

    def do_mark_found(self, place, user):
        return self._press(place, user, marking.take, step=marking.FOUND)

    def do_mark_adjusted(self, place, user):
        return self._press(place, user, marking.take, step=marking.ADJUSTED)

    def do_mark_seen(self, place, user):
        """The precaution was read; the place is adjusted."""
        return self._press(place, user, marking.take, step=marking.ADJUSTED, acknowledged=True)

    def do_mark_clear(self, place, user):
        return self._press(place, user, marking.take, step=marking.CLEAR)

    def do_mark_typed(self, _what, _user):
        """What stands in the field beside the map was kept with the rest."""
        return self._stay()

    def do_mark_muscle(self, pk, user):
        """A carried muscle is as it was last time: it counts as found today."""
        for row, _form in self.card.muscles:
            if str(row.pk) == pk and row.is_carried:
                notes.note_muscle(self.visit, muscle=row.muscle, side=row.side, by=user)
        return self._stay()

    def _press(self, place, user, deed, **options):
        if known := read_place(place):
            code, side = known
            self._try(deed, code, side, user, **options)
            self._refuse()
        return self._stay()

    def _stay(self):
        """A treatment that is being typed stays open."""
        return self.card.kind.slug if self.card.kind else ""

    def _try(self, deed, code, side, user, **options):
        try:
            deed(self.visit, segment=code, side=side, by=user, **options)
        except REFUSALS as refusal:
            self.card.errors[f"{ERROR}{segments.describe(code, side)}"] = told(refusal)

    def _refuse(self):
        if self.refused:
            raise Refused

    # --- what is shown

    @property
    def refused(self):
        """{"L4 R": why it is not adjusted}."""
        errors = self.card.errors.items()
        return {key.removeprefix(ERROR): why for key, why in errors if key.startswith(ERROR)}

    @property
    def carried(self):
        """How many findings come from the last visit and were not touched yet."""
        return sum(row.is_carried for row, _form in [*self.card.segments, *self.card.muscles])

    @cached_property
    def beyond(self):
        """The joints beyond the spine, each with its marks of today."""
        return [_beyond(segment, self.visit) for segment in segments.EXTRASPINAL]

    @property
    def is_beyond_in_use(self):
        return any(state for joint in self.beyond for _do, _mark, state in joint.sides)


def read_place(place):
    """Return (code, side) of "L4.R", or None for what is no place; a side it cannot have is the midline."""
    code, _dot, side = place.partition(".")
    segment = segments.BY_CODE.get(code)
    if segment is None:
        return None
    if side in segment.sides:
        return code, side
    return (code, MIDLINE) if MIDLINE in segment.sides else None


def told(refusal):
    """Return the `NotAdjusted` of a refusal."""
    if isinstance(refusal, treating.NotExamined):
        return NotAdjusted(
            _("No thrust yet. Missing: %(what)s.") % {"what": ", ".join(refusal.standing.missing)}, "how"
        )
    if isinstance(refusal, treating.BadParameters):
        return NotAdjusted(" ".join(map(str, refusal.errors.values())), "how")
    words = refusal.check.warnings[0].message
    if isinstance(refusal, treating.AcknowledgementNeeded):
        return NotAdjusted(words, "seen")
    return NotAdjusted(words, "reason" if isinstance(refusal, treating.ReasonNeeded) else "")


def _beyond(segment, visit):
    found = {finding.side: finding for finding in visit.segment_findings.all() if finding.segment == segment.code}
    hit = adjusted(visit)
    return Beyond(str(segment.label), tuple(_side(segment.code, side, found, hit) for side in (LEFT, RIGHT)))


def _side(code, side, found, hit):
    finding, mark = found.get(side) or found.get(BOTH), segments.describe(code, side)
    if {mark, segments.describe(code, BOTH)} & hit:
        state = "adjusted"
    else:
        state = "" if finding is None else "carried" if finding.is_carried else "found"
    return f"mark:{code}.{side}", mark, state
