"""The line of a plan: its visits, today, and what falls due, as a drawing. Pure: days go in, places come out."""

from dataclasses import dataclass

LEFT, RIGHT = 14, 374  # the middles of what stands at the ends of the line, inside its round caps
HEIGHT, TALL = 74, 104
ROOM = 86  # px that two labels of one row need between their middles
EDGE = 42  # nearer than this to an end, a label leans inwards
MOST = 40  # marks; beyond that they run into each other


@dataclass(frozen=True)
class Label:
    """What falls due: its place on the line, its words, on which of the two rows below, and how it is set."""

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
        return 58 + 30 * self.row

    @property
    def y_when(self):
        return self.y + 13


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
        return TALL if any(label.row for label in self.labels) else HEIGHT

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
    """Two rows of words: what would run into its neighbour goes to the other row, and what fits in none is left out."""
    placed: list[Label] = []
    for number, word, when in sorted(due):
        x = place(number)
        row = next((row for row in (0, 1) if _is_free(x, row, placed)), None)
        if row is not None:
            placed.append(Label(x, word, when, row, _lean(x), is_next=not placed))
    return placed


def _is_free(x, row, placed):
    return all(abs(x - one.x) >= ROOM for one in placed if one.row == row)
