"""What kept answers mean: the facts for the safety rules, the conditions for the record, the movements to spare.

When two questions fill one safety answer the more worrying one counts: yes, then not sure, then no; a question that
was skipped beside an answered one adds nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from patients.expressions import Facts, Pass, is_open, parse
from patients.questions import Choice, Question, load, targets

YES, NO, UNSURE = "yes", "no", "unsure"
OPEN, _SKIPPED = "unanswered", "skipped"
_CERTAINTY = (_SKIPPED, NO, OPEN, YES)  # the later wins
ADULT = 18  # RF28
_WEIGHT = {YES: 3, UNSURE: 2, NO: 1}
_ABOVE = re.compile(r"(\w+)\[>(\d+)\]")
_NO_WORDS = {"no", "none", "never", "nothing", "n/a", "na", "-", "nope", "not"}
_NO_WORDS |= {"nunca", "nada", "ninguno", "ninguna", "jamás", "jamas", "no tengo", "no aplica"}
_UNSURE_WORDS = {"unsure", "not sure", "?", "don't know", "dont know", "do not know", "maybe"}
_UNSURE_WORDS |= {"no sé", "no se", "no lo sé", "no lo se", "no estoy seguro", "no estoy segura"}
_UNSURE_WORDS |= {"tal vez", "talvez", "quizás", "quizas", "quizá", "quiza"}


@dataclass(frozen=True)
class ConditionAnswer:
    """What the answers say about one condition: 'yes', or 'unanswered', which counts until someone answers it."""

    slug: str
    state: dict[str, str] = field(default_factory=dict)
    certainty: str = YES
    source_question: str = ""


def age_on(birth_date: date | None, day: date) -> int | None:
    """Whole years on a day; None without a birth date or before birth. 29 February counts from 1 March."""
    if birth_date is None or birth_date > day:
        return None
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def safety_facts(
    answers: Mapping[str, object],
    *,
    age: int | None = None,
    birth_date: date | None = None,
    on: date | None = None,
    sex: str = "",
    conditions: Iterable[str] = (),
    visit_kind: str = "initial",
    weeks_in_care: float = 0,
    clinic_min_age: int = 0,
) -> Facts:
    """The facts that `red_flags.evaluate` reads, from kept answers and what the record says.

    Age is `age`, or worked out from `birth_date` on the day `on`; without either the answer date_of_birth counts.
    Conditions answered yes join those on the record. A follow-up that was not asked because its lead question is
    settled counts as no; every other missing answer stays open.
    """
    given = dict(answers)
    if age is None and on:
        age = age_on(birth_date or _day(given.get("date_of_birth")), on)
    sex = sex or str(given.get("sex") or "")
    known = {"visit_kind": visit_kind, "weeks_in_care": weeks_in_care, "clinic_min_age": clinic_min_age}
    slugs = {change.slug for change in condition_changes(answers) if change.certainty == YES}
    facts = Facts({**given, **_safety_answers(given), **known}, age, sex, frozenset(conditions) | slugs)
    settled = {**facts.answers, **_not_asked(facts)}
    _settle_second_ways(settled, age, given)
    return Facts(settled, age, sex, facts.conditions)


def condition_changes(answers: Mapping[str, object]) -> list[ConditionAnswer]:
    """One entry per condition answered yes or left unanswered, in the order of the questions.

    Not sure leaves a condition unanswered, and so does a question that was asked and left empty (its key is there
    with None) unless another question settled it. A key that is not in `answers` was not asked and changes nothing.
    """
    found: dict[str, ConditionAnswer] = {}
    for question in load().questions():
        if question.key not in answers:
            continue
        for change in _conditions_of(question, answers[question.key]):
            found[change.slug] = _joined(found.get(change.slug), change)
    told = (change for change in found.values() if change.certainty != NO)
    return [replace(change, certainty=OPEN) if change.certainty == _SKIPPED else change for change in told]


def prompted(answers: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Safety questions that these answers ask again, key -> the questions that did; the answers do not answer them."""
    asked: dict[str, list[str]] = {}
    for question in load().questions():
        value = answers.get(question.key)
        keys = question.targets("prompts") if value == YES else ()
        for choice in _chosen(question, value):
            keys += targets(choice.maps_to, "prompts")
        for key in keys:
            asked.setdefault(key, []).append(question.key)
    return {key: tuple(dict.fromkeys(sources)) for key, sources in asked.items()}


def movement_to_spare(grid: Mapping[str, Mapping[str, str]] | None) -> list[str]:
    """Movements that make it worse in any painful area, in the order of the grid, for the plan and the portal."""
    worse = {movement for moves in (grid or {}).values() for movement, effect in moves.items() if effect == "worse"}
    return [row.value for row in load().question("movement_grid").rows if row.value in worse]


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _safety_answers(given: Mapping[str, object]) -> dict[str, object]:
    """Every answer the safety rules read, the more worrying of all questions that fill it."""
    settled: dict[str, object] = {}
    for question in load().questions():
        for key, reading in _readings(question, given.get(question.key)):
            if _weight(reading) >= _weight(settled.get(key, given.get(key))):
                settled[key] = reading
    return settled


def _weight(reading: object) -> int:
    if reading is None or reading == "":
        return -1
    return _WEIGHT.get(reading, 0) if isinstance(reading, str) else 0


def _readings(question: Question, value: object) -> Iterator[tuple[str, object]]:
    for target in question.targets("answer"):
        above = _ABOVE.fullmatch(target)
        yield (above[1], _is_above(value, int(above[2]))) if above else (target, value)
    for choice in question.choices:
        for target in targets(choice.maps_to, "answer"):
            yield target, _is_chosen(choice, value)


def _is_above(value: object, limit: int) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return YES if value > limit else NO
    return UNSURE if value == UNSURE else None


def _is_chosen(choice: Choice, value: object) -> str | None:
    ticked = value if isinstance(value, list | tuple) else [value] if value else []
    if not ticked:
        return None
    return YES if choice.value in ticked else UNSURE if UNSURE in ticked else NO


def _not_asked(facts: Facts) -> dict[str, object]:
    """No, for safety questions that cannot have been asked: their rule is false even if open answers fit."""
    quiet: dict[str, object] = {}
    for question in load().questions():
        keys = question.targets("flag") + question.targets("answer")
        if keys and question.shown_when and not parse(question.shown_when).holds(facts, Pass.SOFT):
            quiet.update({key: NO for key in keys if facts.answers.get(key) in (None, "")})
    return quiet


def _settle_second_ways(settled: dict[str, object], age: int | None, given: Mapping[str, object]) -> None:
    """A fact that was answered one way is not open because its second way was not used."""
    if settled.get("RF28") in (None, "") and age is not None:
        settled["RF28"] = YES if age < ADULT else NO
    if settled.get("morning_stiffness_min") in (None, "") and settled.get("RF23f") in (YES, NO):
        settled["morning_stiffness_min"] = 0
    if "mechanism" not in given and settled.get("RF08") in (YES, NO):
        settled["mechanism"] = NO


def _chosen(question: Question, value: object) -> list[Choice]:
    ticked = value if isinstance(value, list | tuple) else [value]
    return [choice for choice in question.choices if choice.value in ticked]


def _read(target: str) -> tuple[str, dict[str, str]]:
    """'pregnancy[status=yes]' as slug and state."""
    slug, _, told = target.rstrip("]").partition("[")
    return slug, dict(pair.split("=") for pair in told.split(",")) if told else {}


def _conditions_of(question: Question, value: object) -> Iterator[ConditionAnswer]:
    """What this answer says about every condition the question can name."""
    own = question.targets("condition")
    chosen = _chosen(question, value) if question.type != "text" else []
    said = [target for choice in chosen for target in targets(choice.maps_to, "condition")]
    left_open = [target for choice in chosen for target in targets(choice.maps_to, "unanswered")]
    for target in said or (own if _says_yes(question, value) else ()):
        slug, state = _read(target)
        yield ConditionAnswer(slug, state, YES, question.key)
    for target in left_open:
        yield ConditionAnswer(target, {}, OPEN, question.key)
    otherwise = _SKIPPED if value in (None, "", []) else OPEN if _is_unsure(question, value) else NO
    offered = (target for choice in question.choices for target in targets(choice.maps_to, "condition"))
    for slug in dict.fromkeys(_read(target)[0] for target in (*own, *offered)):
        yield ConditionAnswer(slug, {}, otherwise, question.key)


def _is_unsure(question: Question, value: object) -> bool:
    if question.type == "text":
        return _bare(value) in _UNSURE_WORDS
    return is_open(value)


def _bare(value: object) -> str:
    """What was written, without case and without the marks around it."""
    return str(value or "").strip().strip(".!").lower()


def _says_yes(question: Question, value: object) -> bool:
    if question.type != "text":
        return value == YES
    words = _bare(value)
    return bool(words) and words not in _NO_WORDS | _UNSURE_WORDS


def _joined(before: ConditionAnswer | None, now: ConditionAnswer) -> ConditionAnswer:
    if before is None or _CERTAINTY.index(now.certainty) > _CERTAINTY.index(before.certainty):
        return now
    if now.certainty == before.certainty == YES:
        return ConditionAnswer(before.slug, {**now.state, **before.state}, YES, before.source_question)
    return before
