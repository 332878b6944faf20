"""The questions of the intake: topics, questions and choices as data (`data/intake.yaml`), read once a language."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from django.utils.translation import get_language

from patients import question_words
from patients.expressions import Facts, Pass, parse

DATA = Path(__file__).parent / "data"
TYPES = (
    "text",
    "date",
    "choice",
    "yes_no_unsure",
    "multi",
    "number",
    "scale_0_10",
    "list_of",
    "body_map",
    "movement_grid",
)
TARGETS = ("field", "condition", "unanswered", "answer", "flag", "prompts")


class BadQuestionnaire(ValueError):
    """A question that cannot be used; the message names its key and what is wrong."""


@dataclass(frozen=True)
class Choice:
    """One choice of a question, or one row of a movement grid; `maps_to` is what choosing it means."""

    value: str
    label: str
    maps_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """One question in the patient's words.

    `shown_when` is a rule ('' means always), `maps_to` what the answer means (`field:`, `condition:`, `unanswered:`,
    `answer:`, `flag:`, `prompts:`). `fields` are the columns of a list, `rows` and `regions` those of the movement
    grid, `per_site` what is asked of each spot on the body map. `filled_by`: patient, clinician or both.
    """

    key: str
    text: str
    type: str
    help: str
    choices: tuple[Choice, ...]
    required: bool
    shown_when: str
    maps_to: tuple[str, ...]
    source: str
    filled_by: str
    note: str = ""
    fields: tuple[str, ...] = ()
    rows: tuple[Choice, ...] = ()
    regions: tuple[str, ...] = ()
    per_site: tuple[str, ...] = ()
    default: str = ""
    min: float | None = None
    max: float | None = None
    min_items: int = 0
    max_items: int = 0

    @property
    def values(self) -> tuple[str, ...]:
        """The values that can be chosen."""
        return tuple(choice.value for choice in self.choices)

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything the question says to a person."""
        return (self.text, self.help, *(part.label for part in (*self.choices, *self.rows)))

    def targets(self, kind: str) -> tuple[str, ...]:
        """What stands behind `kind:` in the question's own maps_to."""
        return targets(self.maps_to, kind)


@dataclass(frozen=True)
class Topic:
    """One page of the intake."""

    key: str
    title: str
    intro: str
    filled_by: str
    questions: tuple[Question, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """What the page says above its questions."""
        return (self.title, self.intro)


@dataclass(frozen=True)
class Questionnaire:
    """The whole intake at one version."""

    version: int
    topics: tuple[Topic, ...]

    def questions(self) -> Iterator[Question]:
        """Every question, in the order it is asked."""
        return (question for topic in self.topics for question in topic.questions)

    def question(self, key: str) -> Question:
        """The question with this key. Raises KeyError."""
        for question in self.questions():
            if question.key == key:
                return question
        raise KeyError(key)

    def topic(self, key: str) -> Topic:
        """The topic with this key. Raises KeyError."""
        for topic in self.topics:
            if topic.key == key:
                return topic
        raise KeyError(key)


def targets(maps_to: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """What stands behind `kind:` among these maps_to entries."""
    return tuple(entry.partition(":")[2] for entry in maps_to if entry.partition(":")[0] == kind)


def shown(question: Question, facts: Facts) -> bool:
    """Whether the question is asked of this person now.

    A follow-up waits until the question before it is answered; an unknown age or sex never hides a question.
    `facts.answers` should hold `visit_kind` ('initial' at the first intake), which hides questions about care so far.
    """
    return not question.shown_when or parse(question.shown_when).holds(facts, Pass.SHOW)


def load(path: Path = DATA / "intake.yaml") -> Questionnaire:
    """Return the questionnaire in the language that is active, English where a text has no translation.

    Raises BadQuestionnaire for a question it cannot use, BadExpression for a bad rule.
    """
    return _in_language(path, (get_language() or "en").partition("-")[0])


@lru_cache(maxsize=8)
def _in_language(path: Path, language: str) -> Questionnaire:
    words = question_words.read(question_words.beside(path, language))
    return question_words.worded(_read(path), words) if words else _read(path)


@lru_cache(maxsize=4)
def _read(path: Path) -> Questionnaire:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    told = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 (both loaders are the safe ones)
    questionnaire = Questionnaire(told["version"], tuple(_topic(raw) for raw in told["topics"]))
    keys = [question.key for question in questionnaire.questions()]
    double = {key for key in keys if keys.count(key) > 1}
    if double:
        raise BadQuestionnaire(f"question {min(double)} stands in the questionnaire twice")
    return questionnaire


def _topic(raw: dict) -> Topic:
    asked_of = raw.get("filled_by", "patient")
    questions = tuple(_question(question, asked_of) for question in raw["questions"])
    return Topic(raw["key"], raw["title"], raw["intro"], asked_of, questions)


def _maps_to(raw: dict, key: str) -> tuple[str, ...]:
    entries = tuple(part for part in raw.get("maps_to", "").split(";") if part)
    for entry in entries:
        if entry.partition(":")[0] not in TARGETS:
            raise BadQuestionnaire(f"question {key}: {entry!r} maps to nothing known")
    return entries


def _choices(raw: list[dict], key: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(one["value"] if "value" in one else one["key"], one["label"], _maps_to(one, key)) for one in raw
    )


def _question(raw: dict, asked_of: str) -> Question:
    key = raw["key"]
    if raw["type"] not in TYPES:
        raise BadQuestionnaire(f"question {key}: type {raw['type']!r} is not known")
    if raw["shown_when"]:
        parse(raw["shown_when"])
    return Question(
        key=key,
        text=raw["text"],
        type=raw["type"],
        help=raw["help"],
        choices=_choices(raw["choices"], key),
        required=raw["required"],
        shown_when=raw["shown_when"],
        maps_to=_maps_to(raw, key),
        source=raw["source"],
        filled_by=raw.get("filled_by", asked_of),
        note=raw.get("note", ""),
        fields=tuple(raw.get("fields", ())),
        rows=_choices(raw.get("rows", []), key),
        regions=tuple(raw.get("per_region", ())),
        per_site=tuple(raw.get("per_site", ())),
        default=raw.get("default", ""),
        min=raw.get("min"),
        max=raw.get("max"),
        min_items=raw.get("min_items", 0),
        max_items=raw.get("max_items", 0),
    )
