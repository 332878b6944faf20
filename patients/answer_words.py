"""A kept answer in words, for reading through before it is handed in and for the record afterwards."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.anatomy.body_marks import target_side
from clinic.anatomy.sites import BY_SLUG, MIDDLE
from patients.column_labels import REGIONS, column_label
from patients.questions import load

SIDED: dict[str, Any] = {
    "left": gettext_lazy("%(site)s, left"),
    "right": gettext_lazy("%(site)s, right"),
    "": "%(site)s",
}
SIDED |= {"both": gettext_lazy("%(site)s, both sides"), "middle": "%(site)s"}


def in_words(question, value):
    """Return the lines that say this answer; an answer that was left open is one line that says so.

    An answer of an earlier questionnaire that no longer fits its question is told as it was kept, never left out.
    """
    if is_open(value):
        return [_("Left open")]
    try:
        return _WRITERS.get(question.type, _plain)(question, value)
    except (TypeError, ValueError, AttributeError, KeyError):
        return as_kept(value)


def as_kept(value):
    """The lines of an answer that no question explains any more."""
    if isinstance(value, dict):
        return [f"{_named(name)}: {'; '.join(as_kept(part))}" for name, part in value.items() if not is_open(part)]
    if isinstance(value, list):
        return ["; ".join(as_kept(part)) for part in value if not is_open(part)]
    return [str(value)]


def _named(key):
    return str(key).replace("_", " ").capitalize()


def is_open(value):
    """Was the question shown and left without an answer?"""
    return value in (None, "", [], {})


def line_of(question, answers):
    """Return (question text, lines, left open) for one question of an intake."""
    value = answers.get(question.key)
    return question.text, in_words(question, value), is_open(value)


def _plain(question, value):
    return [str(value)]


def _chosen(question, value):
    ticked = value if isinstance(value, list) else [value]
    gone = [_named(one) for one in ticked if one not in question.values]
    return [choice.label for choice in question.choices if choice.value in ticked] + gone


def _scale(question, value):
    return [_("%(score)s of 10") % {"score": value}]


def _rows(question, value):
    return ["; ".join(f"{column_label(name)}: {row[name]}" for name in _columns(question, row)) for row in value]


def _columns(question, row):
    """The filled columns in the order of the question (a database may keep them in another), then those it lost."""
    known = [name for name in question.fields if name in row]
    return [name for name in (*known, *(set(row) - set(known))) if row[name] not in ("", None)]


def _places(question, value):
    return [_place(spot) for spot in value]


def place_words(site, side):
    """A place of the body in words, such as "Low back, right"; a site that is gone is told by its slug."""
    known = BY_SLUG.get(site)
    label = str(known.label) if known else _named(site)
    return SIDED.get(side or "", "%(site)s") % {"site": label}


def _place(spot):
    words, score = place_words(spot["site"], spot.get("side")), spot.get("score_0_10")
    if score is not None:
        words = _("%(place)s: %(score)s of 10") % {"place": words, "score": score}
    if not spot.get("spreads_to"):
        return words
    to = place_words(spot["spreads_to"], _drawn_side(spot))
    return _("%(place)s, spreads to %(to)s") % {"place": words, "to": to[:1].lower() + to[1:]}


def _drawn_side(spot):
    """The side it spreads to, said only of a site that has one."""
    site = BY_SLUG.get(spot["spreads_to"])
    return target_side(spot) if site and site.slug not in MIDDLE else ""


def _grid(question, value):
    effects = {choice.value: choice.label for choice in question.choices}
    moves = {row.value: row.label for row in question.rows}
    lines = []
    for region, told in value.items():
        names = [*moves, *(name for name in told if name not in moves)]
        tried = {name: told[name] for name in names if told.get(name) not in (None, "", "not_tested")}
        said = [f"{moves.get(name) or _named(name)}: {effects.get(how) or _named(how)}" for name, how in tried.items()]
        lines.append(f"{REGIONS.get(region) or _named(region)}. " + ("; ".join(said) or _("Nothing tried")))
    return lines


def _day(question, value):
    return [date_format(date.fromisoformat(value), "DATE_FORMAT")]


_WRITERS = {
    "date": _day,
    "choice": _chosen,
    "yes_no_unsure": _chosen,
    "multi": _chosen,
    "scale_0_10": _scale,
    "list_of": _rows,
    "body_map": _places,
    "movement_grid": _grid,
}


def whole_intake(answers):
    """Return [(topic title, [(question text, lines, left open)])] of every question asked, for an intake handed in.

    What was asked in an earlier questionnaire and is asked no more stands at the end.
    """
    told = []
    for topic in load().topics:
        pairs = [line_of(question, answers) for question in topic.questions if question.key in answers]
        if pairs:
            told.append((topic.title, pairs))
    known = {question.key for question in load().questions()}
    gone = [(_named(key), as_kept(value), False) for key, value in answers.items() if key not in known and value]
    return told + ([(_("Asked earlier"), gone)] if gone else [])
