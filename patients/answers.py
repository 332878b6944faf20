"""From what was typed, tapped or ticked to a value that can be kept (plain JSON values), or a friendly refusal.

An empty answer to a question that may be skipped becomes None; what is kept never holds control characters.
"""

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext_lazy as _

from patients.questions import Question

NONE, UNSURE = "none", "unsure"
LONGEST_TEXT, LONGEST_CELL, MOST_ROWS, MOST_SPOTS = 4000, 500, 50, 60  # our own limits
EARLIEST = date(1900, 1, 1)
SIDES = ("left", "right", "middle", "both")
_SLUG = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_NUMBER = re.compile(r"-?\d{1,9}(?:[.,]\d{1,4})?", re.ASCII)


class BadAnswer(ValueError):
    """An answer that cannot be kept; `message` says at the field what is wrong and what to do."""

    def __init__(self, message):
        self.message = message
        super().__init__(message)

    def __str__(self) -> str:
        return str(self.message)


def clean(question: Question, raw: object, *, today: date | None = None) -> object:
    """The value to keep for what was given, None when it was left open. Raises BadAnswer.

    Dates come back as YYYY-MM-DD; `today` (the clinic's date) refuses dates in the future. Numbers come back as int
    or float, ticks as a list in the order of the choices, lists as dicts, the movement grid as region -> movement ->
    effect. Lists, body maps and grids may be given as JSON text.
    """
    raw = _readable(raw)
    if raw is None or raw in ("", [], {}):
        if question.required:
            raise BadAnswer(_missing(question))
        return None
    if question.type == "date":
        return _date(raw, today)
    return _CLEANERS[question.type](question, raw)


def _readable(raw: object) -> object:
    """Text without control characters and outer blanks; everything inside lists and dicts as well."""
    if isinstance(raw, str):
        kept = (
            sign for sign in unicodedata.normalize("NFC", raw) if sign in "\n\t" or unicodedata.category(sign) != "Cc"
        )
        return "".join(sign for sign in kept if not "\ud800" <= sign <= "\udfff").strip()
    if isinstance(raw, list | tuple):
        return [_readable(item) for item in raw]
    if isinstance(raw, dict):
        return {str(key): _readable(value) for key, value in raw.items()}
    return raw


def _missing(question: Question):
    if question.type in ("choice", "yes_no_unsure", "scale_0_10"):
        return _("Choose one answer.")
    if question.type == "multi":
        return (
            _("Tick all that fit, or choose 'None of these'.") if NONE in question.values else _("Tick all that fit.")
        )
    if question.type == "body_map":
        return _("Mark at least one spot on the body.")
    if question.type == "movement_grid":
        return _("Answer for at least one painful area.")
    return _("Please answer this question.")


def _text(question: Question, raw: object) -> str:
    if not isinstance(raw, str):
        raise BadAnswer(_("Answer in words."))
    if len(raw) > LONGEST_TEXT:
        raise BadAnswer(_("Please shorten this to %(limit)d characters.") % {"limit": LONGEST_TEXT})
    return raw


def _date(raw: object, today: date | None) -> str:
    try:
        day = raw if type(raw) is date else date.fromisoformat(str(raw))
    except ValueError:
        raise BadAnswer(_("Give a date that exists, as year-month-day, for example 2024-03-09.")) from None
    if day < EARLIEST:
        raise BadAnswer(_("This date is too long ago. Check the year."))
    if today and day > today:
        raise BadAnswer(_("This date is in the future. Check the year."))
    return day.isoformat()


def _choice(question: Question, raw: object) -> str:
    if raw not in question.values:
        raise BadAnswer(_("Choose one of the answers shown."))
    return str(raw)


def _multi(question: Question, raw: object) -> list[str]:
    ticked = [raw] if isinstance(raw, str) else raw
    if not isinstance(ticked, list) or any(value not in question.values for value in ticked):
        raise BadAnswer(_("Choose only from the answers shown."))
    if NONE in ticked and len(set(ticked)) > 1:
        raise BadAnswer(_("Choose either 'None of these' or the items that fit, not both."))
    return [value for value in question.values if value in ticked]


def _number(question: Question, raw: object) -> int | float:
    if isinstance(raw, bool) or not _NUMBER.fullmatch(str(raw)):
        raise BadAnswer(_("Give a number, for example 3."))
    number = float(str(raw).replace(",", "."))
    if question.min is not None and number < question.min:
        raise BadAnswer(_("Give a number of at least %(limit)s.") % {"limit": question.min})
    if question.max is not None and number > question.max:
        raise BadAnswer(_("Give a number of at most %(limit)s.") % {"limit": question.max})
    return int(number) if number.is_integer() else number


def _score(raw: object) -> int:
    if isinstance(raw, bool) or str(raw) not in {str(score) for score in range(11)}:
        raise BadAnswer(_("Choose a whole number from 0 to 10."))
    return int(str(raw))


def _scale(question: Question, raw: object) -> int:
    return _score(raw)


def _from_json(raw: object, kind: type):
    """The list or dict that was sent, also when it came as JSON text."""
    if isinstance(raw, str):
        try:
            raw = _readable(json.loads(raw))
        except (ValueError, RecursionError):
            raw = None
    if not isinstance(raw, kind):
        raise BadAnswer(_("This answer did not arrive whole. Please enter it again."))
    return raw


def _cell(name: str, raw: object) -> object:
    if raw is None or raw == "":
        return ""
    if name == "score_0_10":
        return _score(raw)
    if not isinstance(raw, str | int | float) or len(str(raw)) > LONGEST_CELL:
        raise BadAnswer(_("Please shorten '%(field)s'.") % {"field": name.replace("_", " ")})
    return str(raw)


def _row(question: Question, number: int, raw: object) -> dict[str, object]:
    if not isinstance(raw, dict) or not set(raw) <= set(question.fields):
        raise BadAnswer(_("This answer did not arrive whole. Please enter it again."))
    row = {name: _cell(name, raw.get(name)) for name in question.fields}
    needed = (question.fields[0], *(name for name in question.fields if name == "score_0_10"))
    open_cell = next((name for name in needed if row[name] == ""), "")
    if open_cell and any(value != "" for value in row.values()):
        what = _("score") if open_cell == "score_0_10" else open_cell.replace("_", " ")
        raise BadAnswer(_("Line %(number)d: fill in '%(field)s'.") % {"number": number, "field": what})
    return row


def _list(question: Question, raw: object) -> list[dict[str, object]] | None:
    rows = [_row(question, number, row) for number, row in enumerate(_from_json(raw, list), start=1)]
    rows = [row for row in rows if any(value != "" for value in row.values())]
    if not rows and question.required:
        raise BadAnswer(_missing(question))
    if rows and len(rows) < question.min_items:
        raise BadAnswer(_("Name at least %(least)d.") % {"least": question.min_items})
    most = question.max_items or MOST_ROWS
    if len(rows) > most:
        raise BadAnswer(_("Name at most %(most)d.") % {"most": most})
    return rows or None


def _spot(raw: object) -> dict[str, object]:
    allowed = {"site", "side", "score_0_10", "quality", "spreads_to", "spreads_side"}
    if not isinstance(raw, dict) or not set(raw) <= allowed or not _is_slug(raw.get("site")):
        raise BadAnswer(_("This spot on the body is not known. Please mark it again."))
    side, spreads_to, quality = raw.get("side") or "", raw.get("spreads_to") or "", raw.get("quality") or []
    qualities = [quality] if isinstance(quality, str) else quality
    if side not in ("", *SIDES) or not (spreads_to == "" or _is_slug(spreads_to)):
        raise BadAnswer(_("This spot on the body is not known. Please mark it again."))
    if raw.get("spreads_side", "") not in ("", *SIDES):
        raise BadAnswer(_("This spot on the body is not known. Please mark it again."))
    if not isinstance(qualities, list) or len(qualities) > 20 or not all(_is_slug(word) for word in qualities):
        raise BadAnswer(_("Choose only from the answers shown."))
    score = raw.get("score_0_10")
    score = None if score in (None, "") else _score(score)
    spot = {"site": raw["site"], "side": side, "score_0_10": score, "quality": qualities, "spreads_to": spreads_to}
    return spot | ({"spreads_side": raw["spreads_side"]} if spreads_to and "spreads_side" in raw else {})


def _is_slug(value: object) -> bool:
    return isinstance(value, str) and _SLUG.fullmatch(value) is not None


def _body_map(question: Question, raw: object) -> list[dict[str, object]]:
    spots = [_spot(spot) for spot in _from_json(raw, list)]
    if len(spots) > MOST_SPOTS:
        raise BadAnswer(_("Mark at most %(most)d spots.") % {"most": MOST_SPOTS})
    if not spots:
        raise BadAnswer(_missing(question))
    return spots


def _movement_grid(question: Question, raw: object) -> dict[str, dict[str, str]]:
    grid = _from_json(raw, dict)
    movements = [row.value for row in question.rows]
    cleaned = {}
    for region in question.regions:
        if region in grid:
            cleaned[region] = _movements(question, movements, grid[region])
    if set(grid) - set(question.regions):
        raise BadAnswer(_("Choose only from the areas shown."))
    if not cleaned:
        raise BadAnswer(_missing(question))
    return cleaned


def _movements(question: Question, movements: list[str], told: object) -> dict[str, str]:
    if not isinstance(told, dict) or not set(told) <= set(movements):
        raise BadAnswer(_("Choose only from the movements shown."))
    effects = {movement: told.get(movement) or question.default for movement in movements}
    if any(effect not in question.values for effect in effects.values()):
        raise BadAnswer(_("Choose only from the answers shown."))
    return effects


_CLEANERS: dict[str, Callable] = {
    "text": _text,
    "choice": _choice,
    "yes_no_unsure": _choice,
    "multi": _multi,
    "number": _number,
    "scale_0_10": _scale,
    "list_of": _list,
    "body_map": _body_map,
    "movement_grid": _movement_grid,
}
