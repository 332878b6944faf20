"""One question of the intake as a page shows it: its controls, what is in them, and what was sent back.

`Asked` hands a kept value, or one just typed and read by `reading_answers`, to `intake/question/<type>.html`.
"""

import json
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from clinic.anatomy.body_marks import drawing, places, target_side
from clinic.anatomy.sites import MIDDLE, PAIN_SITES
from patients.answer_words import place_words
from patients.answers import MOST_ROWS
from patients.column_labels import REGIONS, column_label
from patients.questionnaire import Question, load

BLANK_ROWS = 3
SHORT_LABEL = 16  # characters
NO_IDEAS = ("none", "other")
SCORES = tuple(str(score) for score in range(11))
LONG_TEXT = {"mechanism_story", "worse_with", "better_with", "illness_details", "allergy_details", "device_details"}
LONG_TEXT |= {"chief_complaint", "supplements", "prior_reaction", "goal_words", "pregnancy_problems", "contact_limits"}
LONG_TEXT |= {"exercise", "diet", "address", "relief_position"}
AUTOCOMPLETE = {"legal_name": "name", "phone": "tel", "email": "email", "address": "street-address"}
AUTOCOMPLETE |= {"date_of_birth": "bday", "preferred_name": "nickname", "occupation": "organization-title"}

# Which region of the movement grid a marked place asks about.
REGION_OF_SITE = {
    **dict.fromkeys(("head", "neck", "anterior_neck"), "neck"),
    **dict.fromkeys(("upper_back", "mid_back", "chest"), "mid_back"),
    **dict.fromkeys(("low_back", "buttock"), "low_back"),
    **dict.fromkeys(("shoulder", "upper_arm"), "shoulder"),
    **dict.fromkeys(("hip", "thigh_front", "thigh_back"), "hip"),
    "knee": "knee",
    **dict.fromkeys(("calf", "shin"), "calf"),
}


@dataclass(frozen=True)
class Option:
    """One thing that can be chosen."""

    value: str
    label: object
    is_chosen: bool


@dataclass(frozen=True)
class Place:
    """One place and side of the body: its value in the form, its words, and what is told of it when it is marked."""

    value: str
    label: object
    is_marked: bool
    score: str
    spreads_to: str
    is_back: bool

    @property
    def is_middle(self):
        return self.value.endswith(".")

    @property
    def scores(self):
        """The choices of the small list beside a marked place."""
        return [Option(score, score, score == self.score) for score in SCORES]

    @property
    def targets(self):
        """Where pain of this place may spread to; one chosen before is offered whatever it is."""
        values = targets_of(self.value)
        values += (self.spreads_to,) if self.spreads_to not in ("", *values) else ()
        return [Option(value, _words(value), value == self.spreads_to) for value in values]


@dataclass(frozen=True)
class Asked:
    """One question on a page: `value` in its controls, the answer that is `kept`, `error` if something is wrong."""

    question: Question
    value: Any = None
    error: object = ""
    regions: tuple[str, ...] = field(default=())
    kept: Any = None

    @property
    def name(self):
        return field_name(self.question)

    @property
    def had_name(self):
        return had_name(self.question)

    @property
    def had(self):
        """The mark of the answer that this page is opened with."""
        return digest(self.question, self.kept)

    @property
    def template(self):
        return f"intake/question/{self.question.type}.html"

    @property
    def is_single(self):
        """One control with one label; everything else is a group with a legend."""
        return self.question.type in ("text", "date", "number")

    @property
    def help(self):
        """The hint under the question; the body map's is about the drawing that is really there."""
        if self.question.type == "body_map":
            return _("Tap the drawing, or tick the list. Mark as many places as you need.")
        return self.question.help

    @property
    def is_short(self):
        """All choices are short enough for two beside each other on a phone."""
        return all(len(choice.label) <= SHORT_LABEL for choice in self.question.choices)

    @property
    def is_long(self):
        return self.question.key in LONG_TEXT

    @property
    def autocomplete(self):
        return AUTOCOMPLETE.get(self.question.key, "off")

    @property
    def described_by(self):
        """Ids of the hint and the error, for aria-describedby."""
        ids = [f"{self.name}-hint"] * bool(self.help) + [f"{self.name}-error"] * bool(self.error)
        return " ".join(ids)

    @property
    def text(self):
        """What stands in a single control."""
        return "" if self.value is None else str(self.value)

    @property
    def options(self):
        chosen = self.value if isinstance(self.value, list) else [self.text]
        return [Option(choice.value, choice.label, choice.value in chosen) for choice in self.question.choices]

    @property
    def scores(self):
        return [Option(score, score, score == self.text) for score in SCORES]

    @property
    def ends(self):
        """The words at the two ends of a score of pain; other scores say theirs in the hint."""
        is_pain = self.question.key.startswith(("pain_", "spasm_"))
        return (_("0 no pain"), _("10 worst you can imagine")) if is_pain else ()

    @property
    def ideas(self):
        """What may be typed into the first column of a list, to choose from: the everyday loads, for the goals."""
        if self.question.key != "goal_activities":
            return []
        return [choice.label for choice in load().question("load_limited").choices if choice.value not in NO_IDEAS]

    @property
    def columns(self):
        return [(name, column_label(name)) for name in self.question.fields]

    @property
    def most_rows(self):
        return self.question.max_items or MOST_ROWS

    @property
    def least_rows(self):
        """Rows that stay when script takes the blank ones away."""
        return max(self.question.min_items, 1)

    @property
    def rows(self):
        """Rows of a list: those that are filled and blank ones up to three, at least one blank, never too many."""
        filled = [row for row in self.value or [] if isinstance(row, dict)]
        count = min(max(BLANK_ROWS, self.least_rows, len(filled) + 1), self.most_rows)
        return [self._cells(number, filled[number] if number < len(filled) else {}) for number in range(count)]

    def _cells(self, number, row):
        return {
            "number": number + 1,
            "cells": [
                {
                    "name": f"{self.name}-{number}-{name}",
                    "label": column_label(name),
                    "value": str(row.get(name, "") if row.get(name) is not None else ""),
                    "is_score": name == "score_0_10",
                }
                for name in self.question.fields
            ],
        }

    @cached_property
    def places(self):
        marked = {place: spot for spot in self.value or [] for place in places(spot)}
        return [
            Place(
                value=f"{site.slug}.{side}",
                label=place_words(site.slug, side),
                is_marked=f"{site.slug}.{side}" in marked,
                score=_score_text(marked.get(f"{site.slug}.{side}", {})),
                spreads_to=_target_value(marked.get(f"{site.slug}.{side}", {}), side),
                is_back=site.back and not site.front,
            )
            for site, side in all_places()
        ]

    @property
    def back_places(self):
        return [place for place in self.places if place.is_back]

    @property
    def other_places(self):
        return [place for place in self.places if not place.is_back]

    @property
    def other_is_open(self):
        return any(place.is_marked for place in self.other_places)

    @property
    def drawing(self):
        """The body chart with what is marked and where it spreads to; each part mirrors a place of the list."""
        return drawing(self.value or [])

    @property
    def grids(self):
        """The movement grid: one table of movements for each painful area."""
        told = self.value if isinstance(self.value, dict) else {}
        return [self._grid(region, told.get(region) or {}) for region in self.regions]

    def _grid(self, region, effects):
        return {
            "region": region,
            "label": REGIONS[region],
            "moves": [
                {
                    "name": f"{self.name}-{region}-{row.value}",
                    "value": row.value,
                    "label": row.label,
                    "options": [Option(c.value, c.label, effects.get(row.value) == c.value) for c in _in_order(self)],
                }
                for row in self.question.rows
            ],
        }


def _in_order(asked):
    """Worse, same, better, not tried: from the row that matters most to the one that says nothing."""
    order = ("worse", "same", "better", "not_tested")
    return sorted(asked.question.choices, key=lambda choice: order.index(choice.value))


def _score_text(spot):
    return "" if spot.get("score_0_10") in (None, "") else str(spot["score_0_10"])


def _target_value(spot, side):
    """Where a kept spot spreads to, as the form writes it; told no side, it stays on the side it starts from."""
    to = spot.get("spreads_to")
    return f"{to}.{'' if to in MIDDLE else target_side(spot, side)}" if to else ""


def _words(place):
    site, _dot, side = place.partition(".")
    return place_words(site, side)


def all_places():
    """Every place and side that can be marked: neck and head lie in the middle, all others have a left and a right."""
    return [(site, side) for site in PAIN_SITES for side in (("",) if site.slug in MIDDLE else ("left", "right"))]


@cache
def targets_of(place):
    """The places that pain marked here may spread to: its own side and the middle, and the same place across.

    From the middle it may go to both sides. Pain in both legs is marked on both sides, each with its own arrow.
    """
    site, _dot, side = place.partition(".")
    across = {"left": "right", "right": "left"}.get(side)
    return tuple(
        f"{other.slug}.{its_side}"
        for other, its_side in all_places()
        if f"{other.slug}.{its_side}" != place
        and (not side or its_side in ("", side) or (its_side == across and other.slug == site))
    )


def field_name(question):
    """The name of the question's control in the form."""
    return f"q-{question.key}"


def had_name(question):
    """The name of the hidden field that says which answer the page was opened with."""
    return f"had-{question.key}"


def digest(question, value):
    """A mark that tells two answers to a question apart and tells nothing of either."""
    told = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return salted_hmac("clinic.portal.intake", f"{question.key} {told}").hexdigest()[:16]


def regions_asked(spots):
    """The areas of the movement grid that the marked places ask about; the low back when none was marked."""
    found = {REGION_OF_SITE.get(str(spot.get("site")), "other") for spot in spots or [] if isinstance(spot, dict)}
    return tuple(region for region in REGIONS if region in found) or ("low_back",)
