"""An intake on its way: which pages and questions this person gets, what is in them, what is still open.

A question is asked by its rule (`shown_when`). When a lead answer changes, follow-ups that are no longer asked lose
their answers: left in place, an old yes would still raise its flag.
"""

from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from clinic.portal import asking
from clinic.portal.prefill import from_record
from clinic.portal.reading_answers import read
from patients import intake as intakes
from patients.questionnaire import BadAnswer, Question, Topic, clean, load, safety_facts, shown

RED_FLAGS = "red_flags"
ASKED = "asked"  # hidden fields: the questions that stood on the page that was sent


@dataclass(frozen=True)
class Page:
    """One topic as this person gets it: the questions asked now, whether it is complete, and its place in the row."""

    topic: Topic
    questions: tuple[Question, ...]
    is_done: bool
    number: int

    @property
    def key(self):
        return self.topic.key


@dataclass(frozen=True)
class Saved:
    """What a sent page came to: refusals by question key, the raw values, follow-ups that are asked only now."""

    errors: dict
    raw: dict
    more: tuple

    @property
    def is_complete(self):
        return not self.errors and not self.more


class Filling:
    """One open intake with what the record knows about the person (read once)."""

    def __init__(self, intake):
        self.intake = intake
        self.known = intakes.person_facts(intake)
        self.topics = tuple((topic, _asked_of_patient(topic)) for topic in load().topics)

    @cached_property
    def answers(self):
        """The kept answers, and what the clinic knows where nothing was answered yet."""
        return {**from_record(self.intake.patient), **self.intake.answers}

    def shown_keys(self, answers):
        """Keys of the questions that are asked when these are the answers; hidden ones do not lead to others."""
        everything = {question.key: question for _topic, questions in self.topics for question in questions}
        while True:
            facts = safety_facts(answers, **self.known)
            keys = {key for key, question in everything.items() if shown(question, facts)}
            if not (stray := (answers.keys() & everything.keys()) - keys):
                return keys
            answers = {key: value for key, value in answers.items() if key not in stray}

    @cached_property
    def pages(self):
        """The pages this person gets, in order; a page none of whose questions is asked is left out."""
        keys, pages = self.shown_keys(self.answers), []
        for topic, questions in self.topics:
            asked = tuple(question for question in questions if question.key in keys)
            if asked:
                pages.append(Page(topic, asked, self._is_done(topic, asked), len(pages) + 1))
        return tuple(pages)

    def _is_done(self, topic, questions):
        kept = self.intake.answers
        return topic.key in self.intake.pages_done and all(
            question.key in kept and not (question.required and kept[question.key] is None) for question in questions
        )

    @property
    def is_complete(self):
        return all(page.is_done for page in self.pages)

    @property
    def next_open(self):
        """The first page that is not complete, or None."""
        return next((page for page in self.pages if not page.is_done), None)

    def page(self, key):
        """The page with this key, or None when there is none for this person."""
        return next((page for page in self.pages if page.key == key), None)

    def asked(self, page, saved=None):
        """The questions of a page with what is in their controls; after a refused save with what was typed."""
        errors, raw = (saved.errors, saved.raw) if saved else ({}, {})
        values, regions = {**self.answers, **raw}, asking.regions_asked(self.answers.get("pain_sites"))
        return [asking.Asked(q, values.get(q.key), errors.get(q.key, ""), regions) for q in page.questions]

    def save(self, page, data):
        """Keep what was sent for one page (valid answers also when others are refused) and return `Saved`.

        Raises `patients.intake.AlreadyHandedIn`.
        """
        sent, today = set(data.getlist(ASKED)), timezone.localdate()
        given, errors, raw = {}, {}, {}
        for question in _asked_of_patient(page.topic):
            if question.key in sent:
                raw[question.key] = read(question, data)
                try:
                    given[question.key] = clean(question, raw[question.key], today=today)
                except BadAnswer as refusal:
                    errors[question.key] = refusal.message
        keys = self.shown_keys({**self.answers, **given})
        errors = {key: message for key, message in errors.items() if key in keys}
        more = tuple(q.key for q in _asked_of_patient(page.topic) if q.key in keys and q.key not in sent)
        saved = Saved(errors, raw, more)
        self._keep(page, {key: value for key, value in given.items() if key in keys}, keys, saved.is_complete)
        return saved

    def _keep(self, page, given, keys, done):
        asked = {question.key for _topic, questions in self.topics for question in questions}
        stray = tuple((self.intake.answers.keys() & asked) - keys)
        row = intakes.save_page(self.intake, page=page.key, answers=given, forget=stray, done=done)
        self.intake.answers, self.intake.pages_done, self.intake.saved_at = row.answers, row.pages_done, row.saved_at
        for name in ("answers", "pages"):
            self.__dict__.pop(name, None)


def _asked_of_patient(topic):
    return tuple(question for question in topic.questions if question.filled_by != "clinician")
