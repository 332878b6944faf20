"""Consents as cards, for the intake and the portal: what each text says, how it stands, what was just sent for it."""

from dataclasses import dataclass
from types import SimpleNamespace

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from patients import consents, signatures
from patients.consent_forms import CardForm
from patients.consent_standing import Standing, standings
from patients.consent_words import AFTER_NO, NO, YES, blocks, body_of, language_of, state_words, title_of
from patients.consents import ADULT_AGE
from patients.typing_in import is_typing

PAGE = "consents"  # the topic of the intake on whose page the cards stand


@dataclass(frozen=True)
class Card:
    """One consent text with its choices, its signature, and the answer that stands."""

    standing: Standing
    form: CardForm
    is_child: bool
    asks_relation: bool  # of a child, and where somebody else may sign

    @property
    def name(self):
        return self.form.prefix

    @property
    def title(self):
        return title_of(self.standing.text)

    @property
    def blocks(self):
        return blocks(body_of(self.standing.text))

    @property
    def choices(self):
        """(value, words, chosen) for yes and no."""
        kind, chosen = self.standing.kind, self.form["answer"].value() or ""
        words = (("yes", YES.get(kind, _("I agree"))), ("no", NO.get(kind, _("I do not agree"))))
        return [(value, label, value == chosen) for value, label in words]

    @property
    def after_no(self):
        return AFTER_NO[self.standing.kind]

    @property
    def words(self):
        return state_words(self.standing)

    @property
    def is_settled(self):
        """Is there an answer to this text that stands?"""
        return not self.standing.is_open

    @property
    def drawn(self):
        """The drawing as it was just sent, as a path; what is no drawing is not drawn."""
        try:
            return signatures.path(signatures.read(self.form["drawing"].value() or ""))
        except signatures.BadDrawing:
            return ""

    @property
    def signed(self):
        """The drawing of the answer that stands, as a path."""
        return signatures.path(self.standing.answer.drawing) if self.standing.answer else ""

    @property
    def problems(self):
        """What is wrong with what was sent, as the summary above the page shows it."""
        asked = SimpleNamespace(text=f"{self.title}:")
        return [
            SimpleNamespace(name=f"{self.name}-{field}", question=asked, error=error)
            for field, errors in self.form.errors.items()
            for error in errors
        ]


def sent(person, data, *, by_other=False):
    """Return a bound form for each text that stood on the page that was sent."""
    needs = by_other or person.age < ADULT_AGE
    forms = [CardForm(data, consent_text=text, needs_relation=needs) for text in consents.texts_in_force().values()]
    return [form for form in forms if f"{form.prefix}-text" in data]


def sign(person, forms, *, intake=None, by=None):
    """Sign what was answered and is right; return the forms that were refused, by kind of text."""
    refused = {}
    for form in forms:
        if not form.is_valid():
            refused[form.consent_text.kind] = form
        elif form.is_answered:
            text = form.consent_text
            language = language_of(text, get_language())
            try:
                consents.sign(person, text=text, language=language, intake=intake, by=by, **form.values())
            except consents.OldText:  # a new version came between reading and signing
                form.add_error("text", form.CHANGED)
                refused[text.kind] = form
    return refused


def cards(person, *, refused=None, by_other=False):
    """Return the `Card` of every text for this person; a refused form stands in place of an empty one."""
    refused, child = refused or {}, person.age < ADULT_AGE
    return [
        Card(one, refused.get(one.kind) or CardForm(consent_text=one.text), child, child or by_other)
        for one in standings(person)
    ]


def card(person, kind, *, by_other=False):
    """Return the card of one kind of text, or None when there is no such text."""
    return next((one for one in cards(person, by_other=by_other) if one.standing.kind == kind), None)


def template(page):
    """The name of the template that shows this page of the intake."""
    return "consents" if page.key == PAGE else "page"


def on_page(filling, page, user, refused=None):
    """What the page of the intake with the consents shows beside its questions; nothing for other pages.

    Somebody of the clinic who types the answers in signs nothing in the patient's name.
    """
    if page.key != PAGE:
        return {}
    if is_typing(user, filling.intake.patient):
        return {"is_typed_in": True}
    by_other = filling.answers.get("proxy_needed") == "yes"
    shown = cards(filling.intake.patient, refused=refused, by_other=by_other)
    return {"cards": shown, "has_open": any(not one.is_settled for one in shown)}


def sign_on_page(filling, page, user, data):
    """Sign what was sent with the page of the intake; return the refused forms by kind."""
    person = filling.intake.patient
    if page.key != PAGE or is_typing(user, person):
        return {}
    return sign(person, sent(person, data), intake=filling.intake)


def lines(filling, page):
    """The consents for reading through: (title, words, is open), as the answers of the page are told."""
    if page.key != PAGE:
        return []
    left_open = _("Not answered. We ask you at the visit.")
    return [
        (title_of(one.text), [left_open if one.is_open else state_words(one)], one.is_open)
        for one in standings(filling.intake.patient)
    ]
