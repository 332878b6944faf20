"""One question of the intake as a page shows it: its controls, what is in them, and what was sent back.

`Asked` hands a kept value, or one just typed and read by `reading_answers`, to `intake/question/<type>.html`.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from clinic.anatomy.body_drawing import VIEW_BOX, figures
from clinic.anatomy.sides import WORDS
from clinic.anatomy.sites import PAIN_SITES
from clinic.portal.column_labels import REGIONS, column_label
from patients.answers import MOST_ROWS
from patients.questionnaire import Question

BLANK_ROWS = 3
SHORT_LABEL = 16  # characters
SCORES = tuple(str(score) for score in range(11))
LONG_TEXT = {"mechanism_story", "worse_with", "better_with", "illness_details", "allergy_details", "device_details"}
LONG_TEXT |= {"chief_complaint", "supplements", "prior_reaction", "goal_words", "pregnancy_problems", "contact_limits"}
LONG_TEXT |= {"exercise", "diet", "address", "relief_position"}
AUTOCOMPLETE = {"legal_name": "name", "phone": "tel", "email": "email", "address": "street-address"}
AUTOCOMPLETE |= {"date_of_birth": "bday", "preferred_name": "nickname", "occupation": "organization-title"}
SIDED: dict[str, Any] = {"left": _("%(site)s, left"), "right": _("%(site)s, right"), "": "%(site)s"}

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
    """One place and side of the body: its value in the form, its words, whether it is marked and how much it hurts."""

    value: str
    label: object
    is_marked: bool
    score: str
    is_back: bool

    @property
    def is_middle(self):
        return self.value.endswith(".")

    @property
    def scores(self):
        """The choices of the small list beside a marked place."""
        return [Option(score, score, score == self.score) for score in SCORES]


@dataclass(frozen=True)
class Asked:
    """One question on a page. `value` is what its controls hold, `error` what is wrong with it (or empty)."""

    question: Question
    value: Any = None
    error: object = ""
    regions: tuple[str, ...] = field(default=())

    @property
    def name(self):
        return field_name(self.question)

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
        marked = {(spot.get("site"), spot.get("side") or ""): spot for spot in self.value or []}
        return [
            Place(
                value=f"{site.slug}.{side}",
                label=SIDED[side] % {"site": site.label},
                is_marked=(site.slug, side) in marked,
                score=_score_text(marked.get((site.slug, side), {})),
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
        """The body chart: each part with the place of the list that it mirrors."""
        marked = {place.value for place in self.places if place.is_marked}
        return {
            "view_box": VIEW_BOX,
            "figures": [
                {
                    "figure": figure,
                    "parts": [
                        {
                            "path": part.path,
                            "place": (place := f"{part.site}.{WORDS[part.side]}"),
                            "on": place in marked,
                        }
                        for part in figure.parts
                    ],
                }
                for figure in figures()
            ],
        }

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


def all_places():
    """Every place and side that can be marked: neck and head lie in the middle, all others have a left and a right."""
    middle = {"head", "neck", "anterior_neck"}
    return [(site, side) for site in PAIN_SITES for side in (("",) if site.slug in middle else ("left", "right"))]


def field_name(question):
    """The name of the question's control in the form."""
    return f"q-{question.key}"


def regions_asked(spots):
    """The areas of the movement grid that the marked places ask about; the low back when none was marked."""
    found = {REGION_OF_SITE.get(str(spot.get("site")), "other") for spot in spots or [] if isinstance(spot, dict)}
    return tuple(region for region in REGIONS if region in found) or ("low_back",)
