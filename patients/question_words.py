"""The questionnaire in another language: its words (`data/intake.<language>.yaml`) laid over the English ones. Pure.

Only what people read is laid over; keys, values, rules and meanings stay, so an answer is the same in every language.
A text without a translation stays English.
"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from patients.questions import Choice, Question, Questionnaire, Topic


def beside(path: Path, language: str) -> Path:
    """The file of words that belongs to this questionnaire: `intake.es.yaml` beside `intake.yaml`."""
    return path.with_suffix(f".{language}{path.suffix}")


def read(path: Path) -> dict:
    """Read a file of words; a language without one has none."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader) if path.is_file() else {}  # noqa: S506 (safe)


def worded(questionnaire: "Questionnaire", words: Mapping) -> "Questionnaire":
    """Return the questionnaire with these words wherever they say something."""
    return replace(questionnaire, topics=tuple(_topic(topic, words) for topic in questionnaire.topics))


def mark(one: "Question | Topic") -> str:
    """A short mark of everything a question or a topic says: another text has another mark."""
    return sha256("\n".join(one.texts).encode()).hexdigest()[:8]


def _topic(topic: "Topic", words: Mapping) -> "Topic":
    own = words.get("topics", {}).get(topic.key, {})
    return replace(
        topic,
        title=own.get("title", topic.title),
        intro=own.get("intro", topic.intro),
        questions=tuple(_question(question, words) for question in topic.questions),
    )


def _question(question: "Question", words: Mapping) -> "Question":
    own, shared = words.get("questions", {}).get(question.key, {}), words.get("words", {})
    return replace(
        question,
        text=own.get("text", question.text),
        help=own.get("help", question.help),
        choices=_labelled(question.choices, own.get("choices", {}), shared),
        rows=_labelled(question.rows, own.get("rows", {}), shared),
    )


def _labelled(parts: "tuple[Choice, ...]", own: Mapping, shared: Mapping) -> "tuple[Choice, ...]":
    return tuple(replace(part, label=own.get(part.value, shared.get(part.label, part.label))) for part in parts)
