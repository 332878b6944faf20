"""The body chart: front and back outline whose parts are the sites a patient or clinician marks.

Each shape is drawn once, for the half at the viewer's left, in units of the drawing around the midline; the other
half is its mirror image. Seen from the front the viewer's left is the person's right; seen from behind it is the
person's left. A template renders paths with classes and needs no numbers of its own.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from .sides import LEFT, MIDLINE, RIGHT

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

VIEW_BOX = "14 4 300 368"


@dataclass(frozen=True)
class Part:
    """One clickable part: its view, the site and side (L, R or empty) it stands for, and the path to draw."""

    view: str
    site: str
    side: str
    path: str

    @property
    def key(self) -> str:
        """The id of the part in a page, such as `back-low_back-R`; unique in the drawing."""
        return "-".join(filter(None, (self.view, self.site, self.side)))


@dataclass(frozen=True)
class Caption:
    """A word on the drawing (`front`, `back`, or the side letter L or R) and where its middle stands."""

    text: "StrOrPromise"
    x: float
    y: float


@dataclass(frozen=True)
class Figure:
    """One view: its parts, the outline behind them, the creases in front, and the captions."""

    view: str
    parts: tuple[Part, ...]
    outline: str
    creases: str
    captions: tuple[Caption, ...]


CENTRE = {"front": 80, "back": 248}
_NAMES = {"front": _("front"), "back": _("back")}

_NECK = "M-8.5 44 L8.5 44 C8.5 52 9 57 12 61 C10 64 6 66 0 66 C-6 66 -10 64 -12 61 C-9 57 -8.5 52 -8.5 44Z"
_HEAD = "M0 10 C12 10 18 19 17.5 30 C17 41 11 51 0 51 C-11 51 -17 41 -17.5 30 C-18 19 -12 10 0 10Z"
_THIGH = "M-28 181 C-22 184 -8 186 -2 189 C-2 208 -4 226 -7 246 L-23 246 C-28 226 -30 202 -28 181Z"
_LOWER_LEG = "M-22 269 L-8 269 C-6 284 -8 304 -12 326 L-20 326 C-25 304 -25 284 -22 269Z"

_MIDDLE = {
    "front": {"anterior_neck": _NECK, "head": _HEAD},
    "back": {"neck": _NECK, "head": _HEAD},
}

_LIMBS = {
    "shoulder": "M-11 61 C-16 66 -26 67 -32 71 C-38 75 -40 82 -40 90 L-27 92 C-24 84 -20 77 -12 72Z",
    "upper_arm": "M-40 91 L-27 93 C-28 106 -30 116 -32 128 L-44 126 C-44 112 -43 102 -40 91Z",
    "forearm": "M-44 127 L-32 129 C-33 144 -36 156 -40 170 L-49 168 C-49 152 -47 140 -44 127Z",
    "hand": "M-49 169 L-40 171 C-40 179 -41 190 -45 194 C-49 196 -52 190 -52 184 C-52 178 -51 173 -49 169Z",
    "knee": "M-23 247 L-7 247 C-6 254 -7 262 -8 268 L-22 268 C-24 262 -24 254 -23 247Z",
    "foot": "M-20 327 L-12 327 C-10 334 -9 341 -11 345 C-16 348 -23 348 -26 345 C-26 340 -22 334 -20 327Z",
}

_HALVES = {
    "front": {
        **_LIMBS,
        "chest": "M-0.6 67 C-5 67 -9 70 -12 73 C-19 78 -23 84 -26 92 C-26 102 -24 110 -23 118 L-0.6 118Z",
        "abdomen": "M-23 119 L-0.6 119 L-0.6 156 L-23 152 C-25 148 -24 140 -23 134 C-22.4 129 -22.6 124 -23 119Z",
        "hip": "M-23 153 L-0.6 157 L-0.6 186 C-4 188 -8 186 -14 184 C-20 182 -26 182 -28 180 C-29 170 -27 160 -23 153Z",
        "thigh_front": _THIGH,
        "shin": _LOWER_LEG,
    },
    "back": {
        **_LIMBS,
        "upper_back": "M-0.6 67 C-5 67 -9 70 -12 73 C-19 78 -23 84 -26 92 C-26 97 -25.4 101 -24.6 106 L-0.6 106Z",
        "mid_back": "M-24.5 107 L-0.6 107 L-0.6 131 L-22.7 131 C-22.2 123 -23 115 -24.5 107Z",
        "low_back": "M-22.8 132 L-0.6 132 L-0.6 158 L-25.4 158 C-24 150 -23 142 -22.8 132Z",
        "buttock": "M-25.7 159 L-0.6 159 L-0.6 186 C-3 190 -10 190 -16 188"
        " C-22 187 -27 185 -28 182 C-29 174 -28 166 -25.7 159Z",
        "thigh_back": _THIGH,
        "calf": _LOWER_LEG,
    },
}

_CREASES = {
    "front": "M74 69Q66 70 58 74M86 69Q94 70 102 74M62 104Q70 108 77 104M98 104Q90 108 83 104M79.4 140h1.2",
    "back": "M248 70V184M234 84Q238 92 237 100M262 84Q258 92 259 100",
}
_SIDES_AT = {"front": (RIGHT, LEFT), "back": (LEFT, RIGHT)}  # at the viewer's left, at the viewer's right
_LETTER_OFFSET, _LETTER_Y, _NAME_Y = 56, 40, 366


@cache
def figures() -> tuple[Figure, Figure]:
    """The front and the back view, side by side in one drawing of `VIEW_BOX`."""
    return _figure("front"), _figure("back")


def parts() -> tuple[Part, ...]:
    """Every part of both views."""
    return tuple(part for figure in figures() for part in figure.parts)


def _figure(view: str) -> Figure:
    centre = CENTRE[view]
    at_left, at_right = _SIDES_AT[view]
    drawn = [Part(view, site, MIDLINE, _placed(shape, centre)) for site, shape in _MIDDLE[view].items()]
    for site, shape in _HALVES[view].items():
        drawn.append(Part(view, site, at_left, _placed(shape, centre)))
        drawn.append(Part(view, site, at_right, _placed(shape, centre, mirrored=True)))
    captions = (
        Caption(_NAMES[view], centre, _NAME_Y),
        Caption(at_left, centre - _LETTER_OFFSET, _LETTER_Y),
        Caption(at_right, centre + _LETTER_OFFSET, _LETTER_Y),
    )
    return Figure(view, tuple(drawn), "".join(part.path for part in drawn), _CREASES[view], captions)


def _placed(shape: str, centre: float, *, mirrored: bool = False) -> str:
    """The shape's path in the drawing; every second number is an x measured from the midline."""
    words = shape.replace("Z", "").split()
    for place in range(0, len(words), 2):
        letter = words[place][0] if words[place][0].isalpha() else ""
        x = float(words[place].removeprefix(letter))
        words[place] = f"{letter}{centre + (-x if mirrored else x):g}"
    return " ".join(words) + "Z"
