"""From scores to the geometry of a small drawing. Pure; a template writes the SVG with classes and no style."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 340, 190
LEFT, RIGHT, TOP, BOTTOM = 30, 14, 22, 30
LONGEST_WITH_EACH_VALUE = 7  # with more points only the first and the last score are written beside theirs


@dataclass(frozen=True)
class Point:
    """One score: where it lies, its value, its day, where its number stands, and whether the number is written."""

    x: float
    y: float
    value: int
    day: date
    has_label: bool

    @property
    def label_y(self) -> float:
        """The number stands above its point."""
        return self.y - 10


@dataclass(frozen=True)
class Rule:
    """One horizontal line of the scale with its number."""

    y: float
    value: int

    @property
    def label_y(self) -> float:
        """The middle of the digits on the line."""
        return self.y + 5


@dataclass(frozen=True)
class DateLabel:
    """A day under the plot; `anchor` says which end of the words stands at `x`."""

    x: float
    day: date
    anchor: str


@dataclass(frozen=True)
class Plot:
    """A line through scores over time, with its scale and its days."""

    points: tuple[Point, ...]
    path: str
    rules: tuple[Rule, ...]
    dates: tuple[DateLabel, ...]
    view_box: str = f"0 0 {WIDTH} {HEIGHT}"
    left: float = LEFT
    right: float = WIDTH - RIGHT
    date_y: float = HEIGHT - 8

    @property
    def has_line(self) -> bool:
        """One score alone is a point, not a line."""
        return len(self.points) > 1


def line(scores: Sequence[tuple[date, int]], *, lowest: int = 0, highest: int = 10) -> Plot | None:
    """Lay out (day, score) pairs, oldest first, from left to right by day; None without scores.

    Scores of one day are kept apart by their order. Scores outside the scale raise ValueError.
    """
    if not scores:
        return None
    if any(not lowest <= value <= highest for _day, value in scores):
        raise ValueError(f"a score lies outside {lowest} to {highest}")
    places = _places([day for day, _value in scores])
    wordy = len(scores) <= LONGEST_WITH_EACH_VALUE
    points = tuple(
        Point(x, _y(value, lowest, highest), value, day, wordy or index in (0, len(scores) - 1))
        for index, ((day, value), x) in enumerate(zip(scores, places, strict=True))
    )
    path = "M" + "L".join(f"{point.x:g} {point.y:g}" for point in points)
    rules = tuple(Rule(_y(value, lowest, highest), value) for value in (lowest, (lowest + highest) // 2, highest))
    return Plot(points, path, rules, _dates(points))


def _y(value: int, lowest: int, highest: int) -> float:
    share = (value - lowest) / (highest - lowest)
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _places(days: list[date]) -> list[float]:
    """An x for each day in proportion to time; when all fall on one day, in their order."""
    inner, span = WIDTH - LEFT - RIGHT - 20, (days[-1] - days[0]).days
    if len(days) == 1:
        return [LEFT + 10 + inner / 2]
    if span == 0:
        return [round(LEFT + 10 + inner * index / (len(days) - 1), 1) for index in range(len(days))]
    return [round(LEFT + 10 + inner * (day - days[0]).days / span, 1) for day in days]


def _dates(points: tuple[Point, ...]) -> tuple[DateLabel, ...]:
    """The first and the last day, once when they are the same."""
    first, last = points[0], points[-1]
    if first.day == last.day:
        return (DateLabel((first.x + last.x) / 2, first.day, "mid"),)
    return (DateLabel(LEFT, first.day, "start"), DateLabel(WIDTH - RIGHT, last.day, "end"))
