"""The intake questionnaire in one place: its questions, cleaning of answers, and what the answers mean."""

from patients.answer_meaning import (
    ConditionAnswer,
    age_on,
    condition_changes,
    movement_to_spare,
    prompted,
    safety_facts,
)
from patients.answers import BadAnswer, clean
from patients.questions import BadQuestionnaire, Choice, Question, Questionnaire, Topic, load, shown

__all__ = [
    "BadAnswer",
    "BadQuestionnaire",
    "Choice",
    "ConditionAnswer",
    "Question",
    "Questionnaire",
    "Topic",
    "age_on",
    "clean",
    "condition_changes",
    "load",
    "movement_to_spare",
    "prompted",
    "safety_facts",
    "shown",
]
