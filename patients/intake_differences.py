"""What differs between two versions of a health history, in words, the most worrying first. Pure.

Lists, body maps and movement grids are compared part by part: a medicine that was added is one thing that is new,
whatever its place in the list and however its name was typed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from patients.answer_words import in_words, is_open
from patients.questions import Question, Topic, load

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
ALARMING, SAFETY, HEALTH, OTHER, PERSON = range(5)  # the lower stands further up
_ABOUT_THE_PERSON = ("about_you", "consents")
_CALM = ("no", "none", "not_applicable", "better", "not_started")
_UNTOLD = ("", "not_tested")  # a movement nobody tried


@dataclass(frozen=True)
class Part:
    """One part of an answer in words; `differs` when the other version does not say it like this."""

    words: str
    differs: bool = False
    is_answer: bool = True


@dataclass(frozen=True)
class Difference:
    """One question whose answer is not the same any more, with what was said before and after."""

    topic: str
    question: str
    before: tuple[Part, ...]
    after: tuple[Part, ...]
    kind: str
    rank: int
    key: str = ""

    @property
    def is_safety(self) -> bool:
        """Does a safety rule read this answer?"""
        return self.rank in (ALARMING, SAFETY)

    @property
    def is_alarming(self) -> bool:
        """Does a safety rule read something in it that may ask for action?"""
        return self.rank == ALARMING


def compare(older: Mapping, newer: Mapping) -> list[Difference]:
    """Return what differs, safety answers first, within that in the order of the questions."""
    found = [_difference(topic, question, older, newer) for topic, question in _asked(older, newer)]
    found += [_of_a_question_that_is_gone(key, older, newer) for key in _gone(older, newer)]
    return sorted(found, key=lambda one: one.rank)


def unchanged(older: Mapping, newer: Mapping) -> int:
    """How many questions that are answered now have the answer they had before."""
    answered = [q for q in load().questions() if not is_open(newer.get(q.key))]
    return sum(_meaning(q, older.get(q.key)) == _meaning(q, newer.get(q.key)) for q in answered)


def _asked(older: Mapping, newer: Mapping) -> Iterator[tuple[Topic, Question]]:
    for topic in load().topics:
        for question in topic.questions:
            if _meaning(question, older.get(question.key)) != _meaning(question, newer.get(question.key)):
                yield topic, question


def _difference(topic: Topic, question: Question, older: Mapping, newer: Mapping) -> Difference:
    before, after = older.get(question.key), newer.get(question.key)
    said_before, said_after = _parts(question, before), _parts(question, after)
    return Difference(
        topic=topic.title,
        question=question.text,
        before=_told(question, said_before, said_after, question.key in older),
        after=_told(question, said_after, said_before, question.key in newer),
        kind=ADDED if not said_before else REMOVED if not said_after else CHANGED,
        rank=_rank(topic, question, before, after),
        key=question.key,
    )


def _told(question: Question, own: dict, other: dict, was_asked: bool) -> tuple[Part, ...]:
    if not own:
        return (Part(_("Left open") if was_asked else _("Not asked"), is_answer=False),)
    parts = [Part(words, _folded(words) != _folded(other.get(name, ""))) for name, words in own.items()]
    if question.type == "movement_grid":  # sixty cells: only those that moved are worth reading
        return tuple(part for part in parts if part.differs) or (Part(_("As now") if other else "–"),)
    return tuple(parts)


def _folded(words: object) -> str:
    return " ".join(str(words).casefold().split()).strip(" .,;")


def _meaning(question: Question, value: object) -> dict:
    """What is compared: the parts of an answer, whatever their order, capitals and spaces."""
    return {name: _folded(words) for name, words in _parts(question, value).items()}


def _parts(question: Question, value: object) -> dict:
    """An answer as {what names the part: the part in words}; nothing for one that was left open."""
    if is_open(value):
        return {}
    return _SPLITTERS.get(question.type, _whole)(question, value)


def _whole(question: Question, value) -> dict:
    return {"": "; ".join(str(line) for line in in_words(question, value))}


def _ticks(question: Question, value) -> dict:
    return {one: "; ".join(map(str, in_words(question, [one]))) or str(one) for one in value}


def _rows(question: Question, value) -> dict:
    """Rows by what their first column names; two rows of the same name are told apart by their number."""
    named: dict = {}
    for row in value:
        name = _folded(row.get(question.fields[0], ""))
        number = sum(1 for known, _n in named if known == name)
        named[name, number] = "; ".join(map(str, in_words(question, [row])))
    return named


def _spots(question: Question, value) -> dict:
    return {(spot.get("site"), spot.get("side")): str(in_words(question, [spot])[0]) for spot in value}


def _movements(question: Question, value) -> dict:
    return {
        (region, movement): str(in_words(question, {region: {movement: effect}})[0])
        for region, told in value.items()
        for movement, effect in told.items()
        if effect not in _UNTOLD
    }


_SPLITTERS = {"multi": _ticks, "list_of": _rows, "body_map": _spots, "movement_grid": _movements}


# --- what matters most


def _rank(topic: Topic, question: Question, before: object, after: object) -> int:
    if topic.key in _ABOUT_THE_PERSON:
        return PERSON
    meant = (*question.maps_to, *(entry for choice in question.choices for entry in choice.maps_to))
    kinds = {entry.partition(":")[0] for entry in meant}
    if topic.key == "red_flags" or "answer" in kinds:
        return ALARMING if _alarms(before, after) else SAFETY
    if kinds & {"condition", "unanswered"} or topic.key in ("history", "medicines", "devices", "pregnancy"):
        return HEALTH
    return OTHER


def _alarms(before: object, after: object) -> bool:
    """Is there now something that was not there: a yes, a tick, a doubt, or no answer where there was one?"""
    if is_open(after):
        return not is_open(before)
    now, then = (set(value) if isinstance(value, list) else {value} for value in (after, before or []))
    return bool({one for one in now - then if one not in _CALM and one != 0})


# --- questions of an earlier questionnaire


def _gone(older: Mapping, newer: Mapping) -> list[str]:
    known = {question.key for question in load().questions()}
    keys = dict.fromkeys((*older, *newer))
    return [key for key in keys if key not in known and (older.get(key) or None) != (newer.get(key) or None)]


def _of_a_question_that_is_gone(key: str, older: Mapping, newer: Mapping) -> Difference:
    """Answers to a question that is asked no more, as they are kept."""
    before, after = older.get(key), newer.get(key)
    return Difference(
        topic=_("Asked earlier"),
        question=str(key).replace("_", " ").capitalize(),
        before=(Part(_("Not asked") if is_open(before) else str(before), not is_open(before)),),
        after=(Part(_("Not asked") if is_open(after) else str(after), not is_open(after)),),
        kind=ADDED if is_open(before) else REMOVED if is_open(after) else CHANGED,
        rank=OTHER,
        key=str(key),
    )
