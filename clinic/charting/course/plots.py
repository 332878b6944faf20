"""From scores to the geometry of a plot over days. Pure; a template writes the SVG with classes and no style.

Words are placed where they meet nothing else, or left out: the table behind each plot holds every number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise, product
from math import ceil

from clinic.charting.course.plot_parts import (
    BAR,
    SQUARE,
    TRIANGLE,
    WIDE,
    Bar,
    Clock,
    Content,
    Days,
    Frame,
    Plot,
    Point,
    Rule,
    Score,
    Word,
)

RISE, FALL = 10, 2.5  # how far words reach above and below the line they stand on
CAPITAL = 1.3  # how much wider a capital is than the other letters, such as those of the treatments under a visit
HALF = 4.0  # half the width of a mark
LEAST_GAP = 9.5  # two marks side by side do not touch
WIDEST_BAR = 14.0
Spots = list[tuple[float, float, Score]]  # x, y and what lies there
CLOCK_LINE = 12  # where the words of the days of a plan stand: over everything else


@dataclass
class Room:
    """The places in a frame that are taken: each a box of left, top, right, bottom."""

    frame: Frame
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def take(self, text: str, x: float, y: float, anchor: str = "middle") -> Word | None:
        """The words at this place, or None when they would leave the drawing or meet something."""
        box = self.box(text, x, y, anchor)
        if not self.frame.has_words or not text or box[0] < 0 or box[2] > self.frame.width or box[1] < 0:
            return None
        if any(meet(box, other) for other in self.taken):
            return None
        self.taken.append(box)
        return Word(text, round(x, 1), round(y, 1), anchor)

    def box(self, text: str, x: float, y: float, anchor: str) -> tuple[float, float, float, float]:
        """The place that words take."""
        width = sum(CAPITAL if one.isupper() else 1 for one in text) * self.frame.letter
        left = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
        return left, y - RISE, left + width, y + FALL


def meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    """Do two boxes lie over each other?"""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def scale(highest: float, parts: int = 3) -> tuple[int, ...]:
    """The lines of a scale that has no end of its own, such as spasms a week: from 0 past `highest`, in even steps."""
    step = next((s for s in (1, 2, 5, 10, 20, 50) if s * parts >= highest), 100)
    return tuple(range(0, step * max(2, ceil(highest / step)) + 1, step))


def apart(places: Sequence[float], gap: float = LEAST_GAP) -> list[int]:
    """Which of the places, in ascending order, to keep so that none lies nearer than `gap` to the next.

    The last is always kept, and the first unless it lies too near to it.
    """
    if not places:
        return []
    kept, first = [len(places) - 1], places[0]
    for index in range(len(places) - 2, 0, -1):
        if places[kept[-1]] - places[index] >= gap and places[index] - first >= gap:
            kept.append(index)
    if len(places) > 1 and places[kept[-1]] - first >= gap:
        kept.append(0)
    return kept[::-1]


def draw(content: Content, frame: Frame = WIDE) -> Plot:
    """Lay the content out in the frame; scores are in the order of their days."""
    places = [content.days.x(score.day, frame) for score in content.scores]
    chosen = apart(places)
    spots = [(places[n], _y(content, frame, content.scores[n].value), content.scores[n]) for n in chosen]
    room = Room(frame)
    clocks = _clocks(content.clocks, content.days, room)
    room.taken += [(x - HALF, y - HALF, x + HALF, y + HALF) for x, y, _score in spots]
    words = _numbers(spots, room, content.shape == BAR)
    visits, missed = _feet(content, room)
    return Plot(
        frame=frame,
        shape=content.shape,
        points=tuple(Point(x, y, _mark(content.shape, x, y), words.get(x)) for x, y, _score in spots),
        path="M" + "L".join(f"{x:g} {y:g}" for x, y, _score in spots) if len(spots) > 1 else "",
        bars=_bars(spots, frame) if content.shape == BAR else (),
        rules=tuple(_rule(value, content, frame) for value in content.rules),
        goal=_goal(content, room),
        clocks=clocks,
        visits=visits,
        missed=missed,
    )


def _y(content: Content, frame: Frame, value: float) -> float:
    return frame.y(value, content.lowest, content.highest)


def _rule(value: float, content: Content, frame: Frame) -> Rule:
    y = _y(content, frame, value)
    return Rule(y, Word(f"{value:g}", frame.left - 6, y + 3.5, "end") if frame.has_words else None)


def _clocks(clocks: Sequence[Clock], days: Days, room: Room) -> tuple[Rule, ...]:
    """The days of the plan; their words stand right or left of the line, however all of them fit, else in short."""
    places = [days.x(clock.day, room.frame) for clock in clocks]
    words: Sequence[Word | None] = [None] * len(clocks)
    for told in ([clock.words for clock in clocks], [clock.short for clock in clocks]):
        for sides in product(("start", "end"), repeat=len(clocks)):
            trial = Room(room.frame)
            tried = [
                trial.take(text, x + (4 if side == "start" else -4), CLOCK_LINE, side)
                for text, x, side in zip(told, places, sides, strict=True)
            ]
            if all(tried) and not all(words):
                words, room.taken = tried, [*room.taken, *trial.taken]
    return tuple(Rule(x, word) for x, word in zip(places, words, strict=True))


def _numbers(spots: Spots, room: Room, is_bar: bool) -> dict[float, Word]:
    """The number of each score by its x: the newest and the first choose before the others."""
    order = [*spots[-1:], *spots[:1], *spots[-2:0:-1]]
    found: dict[float, Word] = {}
    for x, y, score in order:
        if x not in found:
            word = room.take(score.words, x, y - 8) or (None if is_bar else room.take(score.words, x, y + 16))
            found |= {x: word} if word else {}
    return found


def _goal(content: Content, room: Room) -> Rule | None:
    """The line of the goal; its words stand where they meet nothing, from the right."""
    if content.goal is None:
        return None
    value, words = content.goal
    y, width = _y(content, room.frame, value), room.frame.right - room.frame.left
    tries = ((room.frame.left + width * share, y + down) for share in (0.86, 0.7, 0.5, 0.3, 0.12) for down in (-4, 13))
    return Rule(y, next((word for at in tries if (word := room.take(words, *at))), None))


def _feet(content: Content, room: Room) -> tuple[tuple[tuple[str, Word | None], ...], tuple[str, ...]]:
    """What stands under the axis: missed visits as crosses, kept ones as diamonds with their letters."""
    frame, y = room.frame, room.frame.bottom + 10
    missed = _spread(content.missed, content.days, frame)
    came = {content.days.x(visit.day, frame): visit for visit in content.visits}
    kept = [x for x in sorted(came) if all(abs(x - other) >= LEAST_GAP for other in missed)]
    shown = [kept[n] for n in apart(kept)]
    letters = {x: room.take(came[x].letters, x, y + 18) for x in reversed(shown)}
    visits = tuple((f"M{x:g} {y - 4.2:g}l4.2 4.2-4.2 4.2-4.2-4.2z", letters[x]) for x in shown)
    return visits, tuple(f"M{x - 3:g} {y - 3:g}l6 6m0-6-6 6" for x in missed)


def _spread(days: Iterable[date], stretch: Days, frame: Frame) -> list[float]:
    places = sorted({stretch.x(day, frame) for day in days})
    return [places[n] for n in apart(places)]


def _bars(spots: Spots, frame: Frame) -> tuple[Bar, ...]:
    gaps = [after[0] - before[0] for before, after in pairwise(spots)]
    width = round(min([WIDEST_BAR, frame.inset * 1.9, *(gap * 0.8 for gap in gaps)]), 1)
    return tuple(Bar(round(x - width / 2, 1), y, width, round(frame.bottom - y, 1)) for x, y, _score in spots)


def _mark(shape: str, x: float, y: float) -> str:
    if shape == TRIANGLE:
        return f"M{x:g} {y - 5:g}l4.8 8.4h-9.6z"
    if shape == SQUARE:
        return f"M{x - 3.5:g} {y - 3.5:g}h7v7h-7z"
    return f"M{x - 3.6:g} {y:g}a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0-7.2 0z"
