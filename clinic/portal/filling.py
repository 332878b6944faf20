"""An intake on its way: which pages and questions this person gets, what is in them, what is still open.

A question is asked by its rule (`shown_when`). Saving a page touches the questions that stood on it and the follow-ups
that its answers hide: those lose their answers, for left in place an old yes would still raise its flag. Everything
else stays as it is, whatever order the pages come in and from however many windows.
"""

from dataclasses import dataclass
from functools import cached_property

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.portal import asking
from clinic.portal.prefill import from_record
from clinic.portal.reading_answers import read
from patients import intake as intakes
from patients.expressions import parse
from patients.models import Intake
from patients.questionnaire import BadAnswer, Question, Topic, clean, load, safety_facts, shown

RED_FLAGS = "red_flags"
ASKED = "asked"  # hidden fields: the questions that stood on the page that was sent
CHANGED_MEANWHILE = _("This was answered in another window meanwhile. Check it, then save again to keep what is here.")


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
class Sent:
    """What a form held: the questions on it, the value to keep by question key, refusals, and what was typed here."""

    asked: frozenset
    given: dict
    errors: dict
    raw: dict


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
            facts = safety_facts(answers, **self._known(answers))
            keys = {key for key, question in everything.items() if shown(question, facts)}
            if not (stray := (answers.keys() & everything.keys()) - keys):
                return keys
            answers = {key: value for key, value in answers.items() if key not in stray}

    def _known(self, answers):
        """What the record knows; a record that says neither female nor male leaves the sex to the answer."""
        patient = self.intake.patient
        is_left = patient.sex == patient.Sex.OTHER and answers.get("sex")
        return {**self.known, "sex": "" if is_left else patient.sex}

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
        kept, values = self.answers, {**self.answers, **raw}
        regions = asking.regions_asked(kept.get("pain_sites"))
        return [
            asking.Asked(q, values.get(q.key), errors.get(q.key, ""), regions, kept.get(q.key)) for q in page.questions
        ]

    @transaction.atomic
    def save(self, page, data):
        """Keep what was sent for one page (valid answers also when others are refused) and return `Saved`.

        An answer that another window gave meanwhile stands unless this window changed it too: then it is asked again.
        Raises `patients.intake.AlreadyHandedIn`.
        """
        self._take(Intake.objects.select_for_update(no_key=True, of=("self",)).get(pk=self.intake.pk))
        sent = self._sent(page, data)
        keys = self.shown_keys({**self.answers, **sent.given})
        errors = {key: message for key, message in sent.errors.items() if key in keys}
        more = tuple(q.key for q in _asked_of_patient(page.topic) if q.key in keys and q.key not in sent.asked)
        saved = Saved(errors, sent.raw, more)
        self._keep(page, {key: value for key, value in sent.given.items() if key in keys}, keys, saved.is_complete)
        return saved

    def _sent(self, page, data):
        asked, today = frozenset(data.getlist(ASKED)), timezone.localdate()
        given, errors, raw = {}, {}, {}
        for question in _asked_of_patient(page.topic):
            if question.key not in asked or self._is_of_another_window(question, data):
                continue
            raw[question.key] = read(question, data)
            try:
                given[question.key] = self._mine(question, clean(question, raw[question.key], today=today), data)
            except BadAnswer as refusal:
                errors[question.key] = refusal.message
        return Sent(asked, given, errors, raw)

    def _is_of_another_window(self, question, data):
        """Was the answer changed elsewhere since this page was opened, and left here as it stood?"""
        had = data.get(asking.had_name(question))
        if had in (None, asking.digest(question, self.answers.get(question.key))):
            return False
        sent = read(question, data)
        try:
            stood = clean(question, sent)
        except BadAnswer:
            stood = sent if sent else None
        return had == asking.digest(question, stood)

    def _mine(self, question, value, data):
        """This window's answer. Raises `BadAnswer` when another window gave a different one meanwhile."""
        kept, had = self.answers.get(question.key), data.get(asking.had_name(question))
        if had in (None, asking.digest(question, kept)) or value == kept:
            return value
        raise BadAnswer(CHANGED_MEANWHILE)

    def _keep(self, page, given, keys, done):
        forget = tuple(self._hidden_by(page, keys))
        row = intakes.save_page(self.intake, page=page.key, answers=given, forget=forget, done=done)
        self._take(row)

    def _hidden_by(self, page, keys):
        """Follow-ups with an answer that are not asked any more because of this page."""
        asked_before = self.shown_keys(self.answers)
        leads = {name for q in page.topic.questions for name in (q.key, *q.targets("answer"))}
        silent = self.intake.answers.keys() - keys
        for question in (question for _topic, questions in self.topics for question in questions):
            if question.key in silent and (question.key in asked_before or parse(question.shown_when).keys & leads):
                yield question.key

    def drop_hidden(self):
        """Leave out answers that no page shows, before it is handed in: what is handed in is what was read through.

        What a clinician adds is not on the patient's pages and stays.
        """
        added = {question.key for question in load().questions() if question.filled_by == "clinician"}
        stray = tuple(self.intake.answers.keys() - self.shown_keys(self.answers) - added)
        if stray:
            self._take(intakes.save_page(self.intake, page="", answers={}, forget=stray, done=False))

    def _take(self, row):
        """Read on from this state of the row."""
        self.intake.answers, self.intake.pages_done, self.intake.saved_at = row.answers, row.pages_done, row.saved_at
        for name in ("answers", "pages"):
            self.__dict__.pop(name, None)


def _asked_of_patient(topic):
    return tuple(question for question in topic.questions if question.filled_by != "clinician")
