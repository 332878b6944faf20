"""What somebody marked on the body chart: the parts that light up, and an arrow for pain that spreads.

A spot is a dict with `site` and `side`, and where it spreads to with `spreads_to` and `spreads_side`; sides are the
words left, right, both and the empty one. `static/js/intake.js` draws the same curve while it is being chosen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import hypot

from .body_drawing import CENTRE, VIEW_BOX, Part, figures, parts
from .sides import LETTERS, WORDS

BEND, MOST_BEND = 0.22, 26  # how far a curve leaves the straight line, for its length and at most
BARB = 6.5  # length of the two strokes of an arrow's head
_SLANT = (0.82, 0.57)  # cosine and sine of the angle between an arrow's head and its line, 35 degrees
_VIEWS = ("back", "front")  # pain that can be drawn on both is drawn on the back


@dataclass(frozen=True)
class Arrow:
    """Pain that spreads: the line with its head as one path; `crosses` says that it leads to the other view."""

    path: str
    crosses: bool


def place_of(part: Part) -> str:
    """The place a part stands for, as a page writes it, such as `low_back.right` or `neck.`"""
    return f"{part.site}.{WORDS[part.side]}"


def centre_of(part: Part) -> tuple[float, float]:
    """The middle of a part in the drawing, where an arrow begins or ends."""
    numbers = [float(word.lstrip("MLCZ").rstrip("Z")) for word in part.path.split() if word not in "Z"]
    across, down = numbers[::2], numbers[1::2]
    return round((min(across) + max(across)) / 2, 1), round((min(down) + max(down)) / 2, 1)


@cache
def _centres() -> dict[tuple[str, str, str], tuple[float, float]]:
    return {(part.view, part.site, part.side): centre_of(part) for part in parts()}


def places(spot: Mapping) -> tuple[str, ...]:
    """The places one spot marks; both sides are two."""
    side = spot.get("side") or ""
    words = ("left", "right") if side == "both" else ("",) if side == "middle" else (side,)
    return tuple(f"{spot.get('site')}.{word}" for word in words)


def target_side(spot: Mapping, side: str = "") -> str:
    """The side of where it spreads to; told nothing, it is the side it starts from."""
    told = spot.get("spreads_side")
    return (side or str(spot.get("side") or "")) if told is None else str(told)


def arrows(spots: Iterable[Mapping]) -> tuple[Arrow, ...]:
    """One arrow for each spot that spreads to a place on the drawing, in the order of the spots."""
    drawn = []
    for spot in spots:
        for place in places(spot) if spot.get("spreads_to") else ():
            site, _dot, side = place.partition(".")
            arrow = _between((site, side), (str(spot["spreads_to"]), target_side(spot, side)))
            drawn += [arrow] if arrow else []
    return tuple(drawn)


def _between(start: tuple[str, str], end: tuple[str, str]) -> Arrow | None:
    """The arrow between two places, each a site and a side; None when one of them is not on the drawing."""
    routes = [
        (first != second, _VIEWS.index(first), first, here, there)
        for first in _VIEWS
        for second in _VIEWS
        if start != end and (here := _at(first, *start)) and (there := _at(second, *end))
    ]
    if not routes:
        return None
    crosses, _rank, view, here, there = min(routes)
    return Arrow(curve(here, there, CENTRE[view]), crosses)


def _at(view: str, site: str, side: str) -> tuple[float, float] | None:
    letter = LETTERS.get(side, "")
    return _centres().get((view, site, letter)) or _centres().get((view, site, ""))


def curve(start: tuple[float, float], end: tuple[float, float], midline: float) -> str:
    """A curve that bends away from the midline of the body, with a head of two strokes, as one path."""
    (x1, y1), (x2, y2) = start, end
    long = hypot(x2 - x1, y2 - y1) or 1
    bend = min(long * BEND, MOST_BEND)
    across, down = -(y2 - y1) / long * bend, (x2 - x1) / long * bend
    if across * ((x1 + x2) / 2 - midline) < 0:
        across, down = -across, -down
    bent = ((x1 + x2) / 2 + across, (y1 + y2) / 2 + down)
    return f"M{_xy(x1, y1)}Q{_xy(*bent)} {_xy(x2, y2)}{_head(bent, end)}"


def _head(came_from: tuple[float, float], tip: tuple[float, float]) -> str:
    back_x, back_y = came_from[0] - tip[0], came_from[1] - tip[1]
    long = hypot(back_x, back_y) or 1
    back_x, back_y = back_x / long * BARB, back_y / long * BARB
    cos, sin = _SLANT
    one = (tip[0] + back_x * cos - back_y * sin, tip[1] + back_x * sin + back_y * cos)
    other = (tip[0] + back_x * cos + back_y * sin, tip[1] - back_x * sin + back_y * cos)
    return f"M{_xy(*one)}L{_xy(*tip)}L{_xy(*other)}"


def _xy(x: float, y: float) -> str:
    return f"{x:.1f} {y:.1f}"


def drawing(spots: Iterable[Mapping]) -> dict:
    """What `_body_drawing.html` needs to draw the body with these spots marked and their arrows."""
    spots = [spot for spot in spots if isinstance(spot, Mapping)]
    marked = {place for spot in spots for place in places(spot)}
    return {
        "view_box": VIEW_BOX,
        "figures": [{"figure": figure, "parts": [_lit(part, marked) for part in figure.parts]} for figure in figures()],
        "arrows": arrows(spots),
    }


def _lit(part: Part, marked: set[str]) -> dict:
    x, y = centre_of(part)
    place = place_of(part)
    return {"path": part.path, "place": place, "view": part.view, "at": f"{x:.1f} {y:.1f}", "on": place in marked}
