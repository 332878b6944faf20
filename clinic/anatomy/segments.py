"""The segments of the spine, the ribs and the joints beyond: what is adjusted, how it is typed, its codes.

Two mappings are kept apart because they disagree. Adjustment coding counts the sacroiliac joint as pelvic and the
joint of rib and spine as thoracic; the site list of the M99 diagnoses counts the first as sacral, the second as rib
cage, the occiput (occipitocervical) as head and the hip as pelvic. The M99 sites are from memory of that list and
await a coder's eye. SNOMED CT ids are those of the published DICOM anatomy lists; all ribs and the front of the rib
cage share one id.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from .regions import EXTRASPINAL_CMT, M99_REGIONS, safety_region
from .sides import BOTH, LEFT, MIDLINE, RIGHT, TYPED

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ANY_SIDE = (MIDLINE, LEFT, RIGHT, BOTH)
PAIRED = (LEFT, RIGHT, BOTH)


class UnknownSegment(ValueError):
    """What was typed is not a segment or has a side it cannot have; the text says so and what to type instead."""


@dataclass(frozen=True)
class Segment:
    """One segment: stored code, the words people read, regions and codes, place in the order, and the sides it has.

    `region` is where it lies; `cmt_region` what adjustment coding counts it as; `m99` the ICD-10-CM code of its
    dysfunction; `snomed` may be empty. `short` is how a note writes it.
    """

    code: str
    label: "StrOrPromise"
    region: str
    cmt_region: str
    m99: str
    snomed: str
    order: int
    sides: tuple[str, ...]
    short: str


@dataclass(frozen=True)
class SegmentSide:
    """A segment and the side meant: L, R, B (both) or empty for the midline."""

    segment: Segment
    side: str

    def __str__(self) -> str:
        return describe(self.segment.code, self.side)


_NAMES: dict[str, "StrOrPromise"] = {
    "C0": _("C0 occiput"),
    "C1": _("C1 atlas"),
    "C2": _("C2 axis"),
    "S": _("Sacrum"),
    "SI": _("Sacroiliac joint"),
    "CO": _("Coccyx"),
    "R1": _("First rib at the spine"),
    "R2": _("Second rib at the spine"),
    "R3": _("Third rib at the spine"),
    "R4": _("Fourth rib at the spine"),
    "R5": _("Fifth rib at the spine"),
    "R6": _("Sixth rib at the spine"),
    "R7": _("Seventh rib at the spine"),
    "R8": _("Eighth rib at the spine"),
    "R9": _("Ninth rib at the spine"),
    "R10": _("Tenth rib at the spine"),
    "R11": _("Eleventh rib at the spine"),
    "R12": _("Twelfth rib at the spine"),
    "TMJ": _("Jaw joint"),
    "SH": _("Shoulder"),
    "EL": _("Elbow"),
    "WR": _("Wrist"),
    "HA": _("Hand"),
    "RC": _("Rib cage, front"),
    "HIP": _("Hip joint"),
    "KN": _("Knee"),
    "AN": _("Ankle"),
    "FT": _("Foot"),
}
"""The segments that have a name besides their code."""

_LEVELS = (
    ("C", 0, "cervical", "M99.01", "31640002 14806007 39976000 113205007 5329002 36978003 36054005 87391001"),
    (
        "T",
        1,
        "thoracic",
        "M99.02",
        "64864005 53733008 1626008 73071006 56401006 45296009 62487009 11068009 82687006 7610001 12989004 23215003",
    ),
    ("L", 1, "lumbar", "M99.03", "66794005 14293000 36470004 11994002 49668003"),
)
_RIB = "113197003"

# Code, how a note writes it, where it lies and is counted, M99 site, SNOMED CT id. From the jaw down.
_BEYOND = (
    ("TMJ", "TMJ", "head", "M99.00", "53620006"),
    ("SH", "Shoulder", "upper_limb", "M99.07", "16982005"),
    ("EL", "Elbow", "upper_limb", "M99.07", "16953009"),
    ("WR", "Wrist", "upper_limb", "M99.07", "74670003"),
    ("HA", "Hand", "upper_limb", "M99.07", "85562004"),
    ("RC", "Ribcage", "rib_cage", "M99.08", _RIB),
    ("HIP", "Hip", "lower_limb", "M99.05", "24136001"),
    ("KN", "Knee", "lower_limb", "M99.06", "49076000"),
    ("AN", "Ankle", "lower_limb", "M99.06", "70258002"),
    ("FT", "Foot", "lower_limb", "M99.06", "56459004"),
)
_SHORT = {"S": "Sacrum", "CO": "Coccyx", **{code: short for code, short, *_rest in _BEYOND}}


def _all_segments() -> list[Segment]:
    rows: list[tuple[str, str, str, str, str, tuple[str, ...]]] = [
        (f"{letter}{first + step}", region, region, m99, snomed, ANY_SIDE)
        for letter, first, region, m99, ids in _LEVELS
        for step, snomed in enumerate(ids.split())
    ]
    rows += [
        ("S", "sacral", "sacral", "M99.04", "54735007", ANY_SIDE),
        ("SI", "pelvic", "pelvic", "M99.04", "39723000", (LEFT, RIGHT)),
        ("CO", "sacral", "sacral", "M99.04", "64688005", (MIDLINE,)),
    ]
    rows += [(f"R{number}", "rib_cage", "thoracic", "M99.08", _RIB, PAIRED) for number in range(1, 13)]
    rows += [(code, region, region, m99, snomed, PAIRED) for code, _short, region, m99, snomed in _BEYOND]
    return [_segment(order, *row) for order, row in enumerate(rows)]


def _segment(order: int, code: str, region: str, cmt: str, m99: str, snomed: str, sides: tuple[str, ...]) -> Segment:
    if code == "C0":
        m99 = "M99.00"  # occipitocervical stands under the head in the site list
    return Segment(code, _NAMES.get(code, code), region, cmt, m99, snomed, order, sides, _SHORT.get(code, code))


SEGMENTS = tuple(_all_segments())
"""Every segment in anatomical order: C0 to coccyx, the ribs, then what lies beyond the spine."""

BY_CODE = {segment.code: segment for segment in SEGMENTS}

EXTRASPINAL = tuple(segment for segment in SEGMENTS if segment.cmt_region in EXTRASPINAL_CMT)
"""The joints beyond the spine, from the jaw to the foot; an adjustment of them is counted apart (facts 4.3)."""

SPINE = tuple(s for s in SEGMENTS if s not in EXTRASPINAL and not s.code.startswith("R"))
"""The segments drawn on the spine map, from the occiput down."""

_WORDS = {
    "occiput": "C0",
    "occ": "C0",
    "atlas": "C1",
    "axis": "C2",
    "s": "S",
    "sac": "S",
    "sacrum": "S",
    "si": "SI",
    "sij": "SI",
    "sijoint": "SI",
    "sacroiliac": "SI",
    "sacroiliacjoint": "SI",
    "ilium": "SI",
    "co": "CO",
    "coc": "CO",
    "coccyx": "CO",
    "jaw": "TMJ",
    **{word.lower(): code for code, short, *_rest in _BEYOND for word in (code, short)},
}
_STEMS = {"c": "C", "t": "T", "d": "T", "th": "T", "l": "L", "r": "R", "rib": "R"}
_NUMBERED = re.compile(r"([a-z]+) ?(0|[1-9][0-9]?) ?([a-z]*)")
_SEPARATORS = re.compile(r"[\s,.\-/]+")


def parse(text: str) -> SegmentSide:
    """The segment and side meant by `L4 R`, `l4r`, `si l`, `t11 left`, `C2`, `L4 b`, `sacrum`, `rib 5 left`.

    D is read as T, as Medicare allows. Raises UnknownSegment with a sentence for the person who typed.
    """
    typed = text.strip()
    if not typed:
        raise UnknownSegment(str(_("Type a segment and a side, such as L4 R.")))
    plain = _SEPARATORS.sub(" ", typed.lower())
    numbered = _NUMBERED.fullmatch(plain)
    found = _read_numbered(*numbered.groups()) if numbered else _read_words(plain)
    if found is None:
        message = _("“%(typed)s” is not a segment. Type a level and a side, such as L4 R, T11 left, SI L or sacrum.")
        raise UnknownSegment(str(message % {"typed": typed[:40]}))
    segment, side = found
    _check_side(segment, side, typed)
    return SegmentSide(segment, side)


def _read_numbered(stem: str, number: str, side: str) -> tuple[Segment, str] | None:
    segment = BY_CODE.get(f"{_STEMS.get(stem, '?')}{number}")
    return (segment, TYPED[side]) if segment and side in TYPED else None


def _read_words(plain: str) -> tuple[Segment, str] | None:
    if plain.startswith(" "):
        return None  # a sign before the segment, such as minus, means something else to whoever typed it
    joined = plain.replace(" ", "")
    for word, side in TYPED.items():
        code = _WORDS.get(joined.removesuffix(word))
        if code and joined.endswith(word):
            return BY_CODE[code], side
    return None


def _check_side(segment: Segment, side: str, typed: str) -> None:
    if side in segment.sides:
        return
    given = {"typed": typed[:40], "short": segment.short}
    if side == MIDLINE:
        message = _("“%(typed)s” needs a side: %(short)s L or %(short)s R.")
    elif segment.sides == (MIDLINE,):
        message = _("“%(typed)s”: the coccyx has no side. For the occiput type C0, with a zero.")
    else:
        message = _("“%(typed)s”: note the sides one by one, %(short)s L and %(short)s R.")
    raise UnknownSegment(str(message % given))


def describe(code: str, side: str = MIDLINE) -> str:
    """How a note writes a segment, `L4 R`, which `parse` reads again; the letters are the same in every language.

    `side` is L, R, B or empty. Raises UnknownSegment for a code or side that is not stored here.
    """
    segment = _known(code)
    if side not in segment.sides and side != MIDLINE:
        raise UnknownSegment(str(_("%(short)s has no side “%(side)s”.") % {"short": segment.short, "side": side}))
    return f"{segment.short} {side}".strip()


def regions_of(codes: Iterable[str]) -> frozenset[str]:
    """The regions of the safety rules that these segments touch; raises UnknownSegment.

    A joint between two regions counts in both: the region where it lies, the region of adjustment coding and the
    region of its diagnosis. So the sacroiliac joint is pelvic and sacral, a rib thoracic and thorax, a hip limb and
    pelvic.
    """
    segments = [_known(code) for code in codes]
    named = {name for each in segments for name in (each.region, each.cmt_region, M99_REGIONS[each.m99])}
    return frozenset(map(safety_region, named))


def cmt_regions_of(codes: Iterable[str]) -> frozenset[str]:
    """The regions that adjustment coding counts for these segments, each once; raises UnknownSegment."""
    return frozenset(_known(code).cmt_region for code in codes)


def m99_of(codes: Iterable[str]) -> tuple[str, ...]:
    """The distinct M99 codes of these segments, in code order; raises UnknownSegment."""
    return tuple(sorted({_known(code).m99 for code in codes}))


def _known(code: str) -> Segment:
    if code not in BY_CODE:
        raise UnknownSegment(str(_("“%(typed)s” is not a segment.") % {"typed": str(code)[:40]}))
    return BY_CODE[code]
