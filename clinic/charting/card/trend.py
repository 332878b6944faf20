"""The small drawing of the travel card: the line of pain, and under it the spasms a week, by day. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from clinic.charting.course import plots
from clinic.charting.course.plot_parts import BAR, Bar, Content, Days, Frame, Point, Score, Word

WIDTH, LEFT, RIGHT = 268.0, 14.0, 250.0
PAIN = Frame(WIDTH, 92, LEFT, RIGHT, top=14, bottom=72, inset=6, has_words=False)
SPASMS = Frame(WIDTH, 134, LEFT, RIGHT, top=94, bottom=116, inset=6, has_words=False)


@dataclass(frozen=True)
class Trend:
    """The last scores as drawn. `change` is the newest pain minus that of the day before it, None for the first day."""

    first: Score
    last: Score
    change: int | None
    points: Sequence[Point]
    path: str
    bars: Sequence[Bar] = ()
    spasms: Sequence[Score] = ()
    days: Sequence[tuple[Word, date]] = field(default=())

    @property
    def count(self) -> int:
        """How many scores of pain are drawn."""
        return len(self.points)

    @property
    def height(self) -> int:
        """How high the drawing is: lower without spasms."""
        return 134 if self.bars else 92

    @property
    def foot(self) -> int:
        """Where the days stand."""
        return self.height - 4


def of(pain: Sequence[tuple[date, int]], spasms: Sequence[tuple[date, int]] = ()) -> Trend | None:
    """Lay out (day, score) pairs, oldest first; None without a score of pain. The last score of a day counts."""
    if not pain:
        return None
    scores, counts = _by_day(pain), _by_day(spasms)
    found = [score.day for score in (*scores, *counts)]
    days = Days(min(found), max(found))
    line = plots.draw(Content(scores, days, (0, 5, 10)), PAIN)
    top = max([1, *(score.value for score in counts)])
    under = plots.draw(Content(counts, days, (0, top), BAR), SPASMS)
    return Trend(
        first=scores[0],
        last=scores[-1],
        change=int(scores[-1].value - scores[-2].value) if len(scores) > 1 else None,
        points=line.points,
        path=line.path,
        bars=under.bars,
        spasms=counts,
        days=_ends(days),
    )


def _by_day(pairs: Sequence[tuple[date, int]]) -> list[Score]:
    return [Score(day, value, str(value)) for day, value in dict(pairs).items()]


def _ends(days: Days) -> list[tuple[Word, date]]:
    """The first and the last day, once when they are the same."""
    if days.first == days.last:
        return [(Word("", (LEFT + RIGHT) / 2, 0, "middle"), days.first)]
    return [(Word("", LEFT, 0, "start"), days.first), (Word("", RIGHT, 0, "end"), days.last)]
