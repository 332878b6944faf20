"""A signature drawn by hand: strokes of points between 0 and 1000, checked here and drawn again as a path. Pure."""

import json

SIZE, MOST_POINTS, MOST_STROKES, MOST_CHARACTERS = 1000, 4000, 200, 60_000
WIDE = 3  # the field is three times as wide as it is high


class BadDrawing(ValueError):
    """What was sent is no drawing of ours: wrong types, out of the field, or too long."""


def _is_point(value):
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(type(one) is int and 0 <= one <= SIZE for one in value)  # a bool is an int, but not of this type
    )


def checked(drawing):
    """Return the strokes if every one is a list of points in the field, and they are not too many."""
    if not isinstance(drawing, list) or len(drawing) > MOST_STROKES:
        raise BadDrawing
    if not all(isinstance(stroke, list) and stroke for stroke in drawing):
        raise BadDrawing
    if sum(map(len, drawing)) > MOST_POINTS or not all(_is_point(point) for stroke in drawing for point in stroke):
        raise BadDrawing
    return drawing


def read(text):
    """Return the strokes in what a form sent; nothing sent is nothing drawn."""
    if len(text) > MOST_CHARACTERS:
        raise BadDrawing
    try:
        return checked(json.loads(text)) if text.strip() else []
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadDrawing from error


def path(drawing):
    """Return the strokes as the data of one SVG path in a field of 3000 by 1000; a single point is a dot."""
    return "".join(_stroke(stroke) for stroke in drawing)


def _stroke(stroke):
    (x, y), *rest = stroke
    return f"M{x * WIDE} {y}" + ("".join(f"L{x * WIDE} {y}" for x, y in rest) or "h0")
