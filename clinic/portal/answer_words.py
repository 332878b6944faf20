"""A kept answer in words, for reading through before it is handed in and for the record afterwards."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.anatomy.sites import BY_SLUG
from clinic.portal.asking import SIDED
from clinic.portal.column_labels import REGIONS, column_label
from patients.questionnaire import load


def in_words(question, value):
    """Return the lines that say this answer; an answer that was left open is one line that says so."""
    if is_open(value):
        return [_("Left open")]
    return _WRITERS.get(question.type, _plain)(question, value)


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
    return [choice.label for choice in question.choices if choice.value in ticked]


def _scale(question, value):
    return [_("%(score)s of 10") % {"score": value}]


def _rows(question, value):
    return ["; ".join(f"{column_label(name)}: {row[name]}" for name in row if row[name] != "") for row in value]


def _places(question, value):
    return [_place(spot) for spot in value]


def _place(spot):
    site = BY_SLUG.get(spot["site"])
    words = SIDED.get(spot.get("side") or "", "%(site)s") % {"site": site.label if site else spot["site"]}
    score = spot.get("score_0_10")
    return words if score is None else _("%(place)s: %(score)s of 10") % {"place": words, "score": score}


def _grid(question, value):
    effects = {choice.value: choice.label for choice in question.choices}
    lines = []
    for region, told in value.items():
        tried = [f"{row.label}: {effects[told[row.value]]}" for row in question.rows if _was_tried(told, row)]
        lines.append(f"{REGIONS[region]}. " + ("; ".join(tried) or _("Nothing tried")))
    return lines


def _was_tried(told, row):
    return told.get(row.value) not in (None, "not_tested")


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
    """Return [(topic title, [(question text, lines, left open)])] of every question asked, for an intake handed in."""
    told = []
    for topic in load().topics:
        pairs = [line_of(question, answers) for question in topic.questions if question.key in answers]
        if pairs:
            told.append((topic.title, pairs))
    return told
