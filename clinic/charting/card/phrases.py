"""Phrases at hand in the texts of a note, and the patient's words of today that a tap takes over."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clinic.charting import notes
from clinic.charting.card.card_part import CardPart
from clinic.charting.models import Phrase, Visit


def at_hand(practitioner):
    """Return [(part of the note, its letter, phrases)]: the clinic's and those of this practitioner, in their order."""
    rows = list(Phrase.objects.for_practitioner(practitioner))
    groups = [(part.value, str(part.label), [row for row in rows if row.part == part]) for part in Phrase.Part]
    return [group for group in groups if group[2]]


def words_of(check_in):
    """Return what the patient said on arriving as sentences that may stand in S; nothing for none. Pure."""
    if check_in is None:
        return []
    words, pain = check_in.words.strip().rstrip("."), _("pain %(n)s") % {"n": check_in.pain}
    if words:
        return [f"{capfirst(words)}, {pain}."]
    change = check_in.get_change_display().lower() if check_in.change else ""
    since = _("%(change)s since the last visit") % {"change": capfirst(change)} if change else ""
    return [f"{since}, {pain}." if since else f"{capfirst(pain)}."]


def joined(text, words):
    """Return a text with these words after it, on the same line. Pure."""
    return f"{text.rstrip()} {words}".strip()


class PhrasesPart(CardPart):
    """The phrases behind "/" and the chips under S. Nothing of them is in the note before somebody chose it."""

    name = "phrases"

    @property
    def groups(self):
        """The phrases of whoever writes."""
        return at_hand(getattr(self.card.user, "practitioner", None)) if self.card.may_write else []

    @property
    def chips(self):
        """The patient's words of today that do not stand in S yet."""
        check_in = getattr(self.visit.appointment, "check_in", None)
        said = self.card.note["subjective"].value() or ""
        return [words for words in words_of(check_in) if words not in said] if self.card.may_write else []

    def do_say(self, place, user):
        """Put one of the chips after what stands in S."""
        chips = self.chips
        if place.isdecimal() and len(place) < 3 and int(place) < len(chips):
            stored = Visit.objects.only("version", "subjective").get(pk=self.visit.pk)
            said = joined(stored.subjective, chips[int(place)])
            notes.save(self.visit, version=stored.version, by=user, subjective=said)
