"""The spine map seen from behind: one row for each drawn segment, from the occiput to the coccyx.

All numbers are units of the drawing (`VIEW_BOX`). As the view is from behind, the person's left is at the left. The
sacroiliac joint has a row for each side; every other segment one row, whose left or right of the midline is the side.
Vertebrae are drawn from three proportions each; a template renders the shapes with classes and needs no numbers.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from .segments import BY_CODE, SPINE, Segment, describe
from .sides import BOTH, LEFT, MIDLINE, RIGHT

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WIDTH, HEIGHT = 306, 692
VIEW_BOX = f"0 0 {WIDTH} {HEIGHT}"
MIDDLE_X = 118.0
ROW_X, ROW_WIDTH = 1, 304
SIDE_X = {LEFT: 54.0, RIGHT: 182.0, MIDLINE: MIDDLE_X}
HEADING_Y = 11
EARLIER_X = (213.0, 245.0, 277.0)
"""Where the marks of the last three visits stand, the oldest first; the letter of the side follows 8 units later."""
LETTER_OFFSET, EARLIER_HEADING_OFFSET = 8, 5


@dataclass(frozen=True)
class Shape:
    """One path of the drawing and its class: vb bone, sp spinous process, occ ridge, ghost pelvis, hole, rule."""

    css: str
    path: str


@dataclass(frozen=True)
class Row:
    """One segment's row: code, side it is tied to (empty: either), words, where it lies, and its own shapes."""

    code: str
    side: str
    text: str
    label: "StrOrPromise"
    top: float
    height: float
    label_x: float
    label_y: float
    shapes: tuple[Shape, ...]

    @property
    def key(self) -> str:
        """The id of the row in a page: `L4`, `SI-L`."""
        return f"{self.code}-{self.side}" if self.side else self.code

    @property
    def middle(self) -> float:
        """The height at which marks stand."""
        return self.top + self.height / 2

    @property
    def text_y(self) -> float:
        """The baseline of a side letter beside a mark."""
        return round(self.middle + 3.65, 2)


@dataclass(frozen=True)
class _Build:
    """The heights (from the top of the row) that the vertebrae of one part of the spine share."""

    row: float
    top: float
    neck: float
    tip: float
    armpit: float
    hip: float
    waist: float
    foot: float
    bottom: float
    crest: float
    crest_end: float


_BUILDS = {
    "C": _Build(20.5, 0.5, 5.7, 4.5, 10.9, 13.3, 15.4, 17.0, 19.4, 6.4, 18.85),
    "T": _Build(21.5, 0.5, 6.1, 2.0, 11.4, 13.9, 16.15, 17.9, 20.3, 6.7, 23.4),
    "L": _Build(25.5, 0.7, 7.5, 5.6, 13.5, 16.5, 19.1, 21.6, 24.0, 8.0, 23.4),
}
_LONG_CREST_C7 = 2.0  # the seventh neck vertebra is felt through the skin

# Half width of the body at its upper edge, half span of the transverse processes.
_PROPORTIONS = {
    "C": ((16.1, 33.5), (16.7, 26.5), (15.3, 27.5), (15.9, 28.5), (16.5, 29.5), (17.1, 30.5), (17.7, 31.5)),
    "T": (
        *((15.5, 38.5), (15.9, 37.5), (16.4, 36.5), (16.8, 35.5), (17.3, 34.5), (17.8, 33.5)),
        *((18.2, 32.5), (18.7, 31.5), (19.1, 30.5), (19.6, 29.5), (20.1, 28.3), (20.5, 27.1)),
    ),
    "L": ((21.8, 42.8), (22.6, 44.1), (23.4, 45.4), (24.2, 42.8), (25.0, 41.5)),
}
_FIRST_ROW, _GAP = 22.5, 1.0
_LOWER_ROWS = (("S", MIDLINE, 25.0), ("SI", LEFT, 21.0), ("SI", RIGHT, 21.0), ("CO", MIDLINE, 21.0))
_RULE_AFTER = ("C7", "T12", "L5")

_OCCIPUT = (
    Shape(
        "vb",
        "M89 36.75C88 25.75 98 22.75 118 22.75C138 22.75 148 25.75 147 36.75C142 36.75 138 41.75 131 40.75"
        "C126 38.75 123 37.25 118 37.25C113 37.25 110 38.75 105 40.75C98 41.75 94 36.75 89 36.75Z",
    ),
    Shape("occ", "M101 30.75Q118 35.75 135 30.75"),
)
_JOINTS = {
    LEFT: Shape("vb", "M89 600.5C86 612.5 91 628.5 99 642.5L94.4 643.5C85.6 630.5 80.5 612.5 84.4 599.5Z"),
    RIGHT: Shape("vb", "M147 600.5C150 612.5 145 628.5 137 642.5L141.6 643.5C150.4 630.5 155.5 612.5 151.6 599.5Z"),
}
_SACRAL_HOLES = ((12, 609.5), (10.75, 622.5), (8.5, 635.5), (6, 648.5))


@cache
def rows() -> tuple[Row, ...]:
    """The rows from the occiput down, in the order of the spine."""
    drawn, top = [], _FIRST_ROW
    for segment in SPINE:
        if segment.code in ("S", "SI", "CO"):
            continue
        height = 20.5 if segment.code == "C0" else _BUILDS[segment.code[0]].row
        shapes = _OCCIPUT if segment.code == "C0" else _vertebra(segment, top)
        drawn.append(_row(segment, MIDLINE, top, height, shapes))
        top += height + _GAP
    for code, side, height in _LOWER_ROWS:
        drawn.append(_row(BY_CODE[code], side, top, height, (_JOINTS[side],) if side else ()))
        top += height + _GAP
    return tuple(drawn)


def backdrop() -> tuple[Shape, ...]:
    """The pelvis, sacrum and coccyx, drawn over the rows and not clickable themselves."""
    holes = [
        Shape("hole", _oval(MIDDLE_X + direction * offset, y)) for offset, y in _SACRAL_HOLES for direction in (-1, 1)
    ]
    return (
        Shape(
            "ghost",
            "M92 598.5C74 584.5 56 590.5 54 610.5C52 630.5 70 644.5 78 672.5"
            "M144 598.5C162 584.5 180 590.5 182 610.5C184 630.5 166 644.5 158 672.5",
        ),
        Shape(
            "vb",
            "M91 598.5Q118 593.5 145 598.5C148 614.5 142 626.5 136 638.5C131 650.5 127 658.5 123 662.5"
            "Q118 664.5 113 662.5C109 658.5 105 650.5 100 638.5C94 626.5 88 614.5 91 598.5Z",
        ),
        *holes,
        Shape("sp", "M118 604.5C120.4 608.5 120 640.5 118 646.5C116 640.5 115.6 608.5 118 604.5Z"),
        Shape(
            "vb",
            "M112.5 668.5Q118 666 123.5 668.5L122.6 674.1Q118 675.5 113.4 674.1Z"
            "M114 675.9Q118 677.5 122 675.9L121 680.5Q118 681.5 115 680.5Z"
            "M115.6 682.3Q118 683.3 120.4 682.3L118.9 686.5Q118 687.3 117.1 686.5Z",
        ),
    )


def rules() -> tuple[Shape, ...]:
    """The thin lines between neck, upper back, low back and pelvis."""
    ends = {row.code: row.top + row.height + _GAP / 2 for row in rows()}
    return tuple(Shape("rule", f"M8 {_n(ends[code])}h290") for code in _RULE_AFTER)


def mark_xs(side: str) -> tuple[float, ...]:
    """Where today's marks stand for a side; two places for both. Raises KeyError for a side that is not one."""
    return (SIDE_X[LEFT], SIDE_X[RIGHT]) if side == BOTH else (SIDE_X[side],)


def diamond(x: float, y: float, size: float = 6.2) -> str:
    """The path of an adjusted mark around a point; `size` is half its width (3.6 for an earlier visit)."""
    s = _n(size)
    return f"M{_n(x)} {_n(y - size)}l{s} {s}-{s} {s}-{s}-{s}z"


def _row(segment: Segment, side: str, top: float, height: float, shapes: tuple[Shape, ...]) -> Row:
    wide = segment.short != segment.code  # a whole word needs more room than a code
    label_y = round(top + height / 2 + 4, 2)
    return Row(
        segment.code,
        side,
        describe(segment.code, side),
        segment.label,
        top,
        height,
        50 if wide else 32,
        label_y,
        shapes,
    )


def _vertebra(segment: Segment, top: float) -> tuple[Shape, Shape]:
    part, number = segment.code[0], int(segment.code[1:])
    build = _BUILDS[part]
    half, span = _PROPORTIONS[part][number - 1]
    end = build.crest_end + (_LONG_CREST_C7 if segment.code == "C7" else 0)
    return Shape("vb", _bone(build, half, span, top)), Shape("sp", _crest(build.crest, end, top))


def _bone(build: _Build, half: float, span: float, top: float) -> str:
    """The outline of a vertebra: its right half from the upper edge down, then the mirrored half back up."""
    shoulder = build.top + 4
    right = [
        (half - 4, build.top),
        (half, build.top),
        (half, shoulder),
        (0.65 * half + 0.35 * span + 0.5, build.neck),
        (span - 2.5, build.tip - 0.4),
        (span, build.tip),
        (span + 3.1, build.tip + 2.2),
        (span, build.tip + 4.6),
        (span - 3.5, build.tip + 5.6),
        (0.7 * half + 0.3 * span + 0.45, build.armpit),
        (half - 1, build.hip),
        (half - 2.5, build.waist),
        (half - 0.5, build.foot),
        (half - 0.5, build.bottom),
        (half - 4, build.bottom),
    ]
    left = [(-x, y) for x, y in reversed(right)]
    return _path("L Q C Q C Q Q L Q Q C Q C Q", [left[-1], *right, *left], top)


def _crest(start: float, end: float, top: float) -> str:
    points = [(0, start), (2.4, start + 1), (3, end - 3), (0, end), (-3, end - 3), (-2.4, start + 1), (0, start)]
    return _path("C C", points, top)


def _path(commands: str, points: list[tuple[float, float]], top: float) -> str:
    placed = iter([f"{_n(MIDDLE_X + x)} {_n(top + y)}" for x, y in points])
    drawn = [f"M{next(placed)}"]
    for command in commands.split():
        drawn.append(command + " ".join(next(placed) for _ in range({"L": 1, "Q": 2, "C": 3}[command])))
    return "".join(drawn) + "Z"


def _oval(x: float, y: float) -> str:
    return f"M{_n(x - 2.1)} {_n(y)}a2.1 2.8 0 1 0 4.2 0a2.1 2.8 0 1 0-4.2 0Z"


def _n(number: float) -> str:
    return f"{round(number, 2):g}"
