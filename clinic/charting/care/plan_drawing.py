"""The line of a plan: its visits, today, and what falls due, as a drawing. Pure: days go in, places come out."""

from dataclasses import dataclass
from itertools import islice

LEFT, RIGHT = 14, 374  # the middles of what stands at the ends of the line, inside its round caps
WIDTH, HEIGHT = 388, 74
ROWS, ROW = 4, 30  # of labels below the line, and the height of each beyond the first
WORD, WHEN = 6, 5.4  # px that a letter takes, of the bold word and of the day under it
APART = 8  # px between two labels of a row
BEFORE = {"middle": 0.5, "start": 0, "end": 1}  # the share of a label that stands before its mark, best first
EDGE = 42  # nearer than this to an end, today's words lean inwards
MOST = 40  # marks; beyond that they run into each other


@dataclass(frozen=True)
class Label:
    """What falls due: its place on the line, its words, on which of the rows below, and how it is set."""

    x: float
    word: str
    when: str
    row: int
    anchor: str
    is_next: bool

    @property
    def diamond(self):
        """The path of its mark on the line."""
        return f"M{self.x} 29l7 7-7 7-7-7z"

    @property
    def y(self):
        return 58 + ROW * self.row

    @property
    def y_when(self):
        return self.y + 13

    @property
    def span(self):
        """From where to where its words reach, in px."""
        wide = max(len(self.word) * WORD, len(self.when) * WHEN)
        begins = self.x - BEFORE[self.anchor] * wide
        return begins, begins + wide

    @property
    def is_inside(self):
        begins, ends = self.span
        return begins >= 0 and ends <= WIDTH

    def touches(self, other):
        """Do the words of two labels run into each other?"""
        (begins, ends), (others, until) = self.span, other.span
        return self.row == other.row and begins < until + APART and others < ends + APART


@dataclass(frozen=True)
class Line:
    """The whole drawing; `now` is the place of today, or None before the plan starts."""

    now: float | None
    now_anchor: str
    visits: list[float]
    missed: list[float]
    labels: list[Label]

    @property
    def past(self):
        """The path of the part that lies behind."""
        return "" if self.now is None else f"M{LEFT} 30H{self.now}V42H{LEFT}a6 6 0 0 1 0-12z"

    @property
    def height(self):
        return HEIGHT + ROW * max((label.row for label in self.labels), default=0)

    @property
    def crosses(self):
        return [f"M{x - 2.4:.1f} 33.6l4.8 4.8m0-4.8-4.8 4.8" for x in self.missed]


def _lean(x):
    """How a text is set so that it stays inside the drawing."""
    return "start" if x < LEFT + EDGE else "end" if x > RIGHT - EDGE else "middle"


def draw(day, visits, missed, due, last=42):
    """Draw a plan on its `day`; all numbers are days of the plan. `due` are (day, word, when), `last` its end at least.

    Visits before the plan and days past its end stand at the ends of the line.
    """
    last = max([last, day, *(number for number, _word, _when in due)])

    def place(number):
        share = (min(max(number, 1), last) - 1) / max(last - 1, 1)
        return round(LEFT + (RIGHT - LEFT) * share, 1)

    now = place(day) if day >= 1 else None
    spread = [place(number) for number in visits[-MOST:]]
    return Line(now, _lean(now or LEFT), spread, [place(n) for n in missed[-MOST:]], _labels(due, place))


def _labels(due, place):
    """What would run into its neighbour leans away or goes a row down; what fits in no row is left out."""
    placed: list[Label] = []
    for number, word, when in sorted(due):
        x, is_next = place(number), not placed
        tries = (Label(x, word, when, row, lean, is_next) for row in range(ROWS) for lean in BEFORE)
        free = (one for one in tries if one.is_inside and not any(one.touches(other) for other in placed))
        placed.extend(islice(free, 1))
    return placed
