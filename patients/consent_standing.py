"""How a person's consents stand today: the newest answer to each kind of text, in words of one state."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.consents import texts_in_force
from patients.models import Consent, ConsentText

# What the front desk asks after: reading these takes a person; how to write to somebody is their own choice.
PAPERS = (ConsentText.Kind.TREATMENT, ConsentText.Kind.MANIPULATION, ConsentText.Kind.PRIVACY)
MOST_ROWS = 200
WORDS = {
    "given": _("Agreed"),
    "refused": _("Not agreed"),
    "withdrawn": _("Taken back"),
    "ended": _("Has run out"),
    "missing": _("Not asked yet"),
}


@dataclass(frozen=True)
class Standing:
    """One kind of text: what is in force, and every answer to it, newest first."""

    text: ConsentText
    answers: tuple[Consent, ...]
    today: date

    @property
    def kind(self):
        return self.text.kind

    @property
    def answer(self):
        """The answer that counts, or None."""
        return self.answers[0] if self.answers else None

    @property
    def earlier(self):
        return self.answers[1:]

    @property
    def state(self):
        """given, refused, withdrawn, ended or missing."""
        if self.answer is None:
            return "missing"
        if not self.answer.is_given:
            return "withdrawn" if self.earlier and self.earlier[0].is_given else "refused"
        return "ended" if self.answer.valid_until and self.answer.valid_until < self.today else "given"

    @property
    def words(self):
        return WORDS[self.state]

    @property
    def is_of_older_text(self):
        """The text has changed since it was answered; the answer stands, and the new text is offered."""
        return self.answer is not None and self.answer.text_id != self.text.pk

    @property
    def is_open(self):
        """Is an answer still wanted: none yet, run out, or given to an older text?"""
        return self.state in ("missing", "ended") or self.is_of_older_text


def standings(patient, today=None):
    """Return the `Standing` of each kind of text, in their order: two queries."""
    today = today or timezone.localdate()
    rows = Consent.objects.of(patient).select_related("text", "recorded_by", "explained_by")
    answers = {}
    for row in rows.order_by("-signed_at", "-pk")[:MOST_ROWS]:
        answers.setdefault(row.text.kind, []).append(row)
    return [Standing(text, tuple(answers.get(kind, ())), today) for kind, text in texts_in_force().items()]


def desk_status(patient, today=None):
    """Return (state, number) for the front desk, which sees no more: refused, missing or signed, and how many.

    A yes that has run out is missing. One query, without texts and signatures.
    """
    today = today or timezone.localdate()
    rows = Consent.objects.of(patient).filter(text__kind__in=PAPERS).order_by("signed_at", "pk")
    newest = {kind: (given, until) for kind, given, until in rows.values_list("text__kind", "is_given", "valid_until")}
    if refused := sum(not given for given, _until in newest.values()):
        return "refused", refused
    stands = sum(until is None or until >= today for _given, until in newest.values())
    return ("signed", stands) if stands == len(PAPERS) else ("missing", len(PAPERS) - stands)
