"""What goes into a plot and what comes out: frames, days, scores, and the finished marks, lines and words. Pure.

Lengths are units of the drawing's view box.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

CIRCLE, TRIANGLE, SQUARE, BAR = "circle", "triangle", "square", "bar"


@dataclass(frozen=True)
class Frame:
    """Where a plot lies in its drawing: the scale reaches from `left` to `right`, from `bottom` up to `top`.

    `letter` is the width a letter of the words needs; `has_words` is False for a small plot of marks alone.
    """

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    letter: float = 7.6
    inset: float = 8
    has_words: bool = True

    @property
    def view_box(self) -> str:
        """The box of the drawing, as SVG takes it."""
        return f"0 0 {self.width:g} {self.height:g}"

    def y(self, value: float, lowest: float, highest: float) -> float:
        """The height of a value; one outside of the scale lies at its edge."""
        share = (min(max(value, lowest), highest) - lowest) / (highest - lowest)
        return round(self.bottom - share * (self.bottom - self.top), 1)


WIDE = Frame(640, 182, left=30, right=628, top=32, bottom=148)
NARROW = Frame(340, 196, left=26, right=334, top=34, bottom=160, letter=6.8)
SMALL = Frame(190, 44, left=4, right=186, top=6, bottom=40, inset=6, has_words=False)


@dataclass(frozen=True)
class Days:
    """The stretch of days that several plots share, each laid out from left to right."""

    first: date
    last: date

    def x(self, day: date, frame: Frame) -> float:
        """The place of a day; a day outside of the stretch lies at its edge, one day alone in the middle."""
        span, inner = (self.last - self.first).days, frame.right - frame.left - 2 * frame.inset
        if span <= 0:
            return round(frame.left + frame.inset + inner / 2, 1)
        gone = min(max((day - self.first).days, 0), span)
        return round(frame.left + frame.inset + inner * gone / span, 1)


@dataclass(frozen=True)
class Score:
    """One value of a day, and how it is written."""

    day: date
    value: float
    words: str


@dataclass(frozen=True)
class Visit:
    """A day on which the patient came, with the letters of what was given."""

    day: date
    letters: str


@dataclass(frozen=True)
class Clock:
    """A day of the plan that is looked out for, such as a re-examination; `short` stands where words have no room."""

    day: date
    words: str
    short: str = ""


@dataclass(frozen=True)
class Content:
    """What one plot shows. `goal` is the value aimed at and its words; `rules` are the values with a line across."""

    scores: Sequence[Score]
    days: Days
    rules: Sequence[float]
    shape: str = CIRCLE
    goal: tuple[float, str] | None = None
    visits: Sequence[Visit] = ()
    missed: Sequence[date] = ()
    clocks: Sequence[Clock] = ()

    @property
    def lowest(self) -> float:
        """The value at the foot of the scale."""
        return self.rules[0]

    @property
    def highest(self) -> float:
        """The value at the top of the scale."""
        return self.rules[-1]


@dataclass(frozen=True)
class Word:
    """Words in the drawing: `anchor` (start, middle, end) says which part of them stands at `x`."""

    text: str
    x: float
    y: float
    anchor: str = "middle"


@dataclass(frozen=True)
class Point:
    """One score: its place, the path of its mark, and its number where there is room for it."""

    x: float
    y: float
    mark: str
    word: Word | None = None


@dataclass(frozen=True)
class Bar:
    """One score as a bar that stands on the foot of the scale."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Rule:
    """A line across, or down for a day of the plan, with its words where there is room."""

    at: float
    word: Word | None = None


@dataclass(frozen=True)
class Plot:
    """A finished drawing."""

    frame: Frame
    shape: str
    points: tuple[Point, ...]
    path: str
    bars: tuple[Bar, ...]
    rules: tuple[Rule, ...]
    goal: Rule | None
    clocks: tuple[Rule, ...]
    visits: tuple[tuple[str, Word | None], ...]
    missed: tuple[str, ...]
