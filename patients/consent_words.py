"""A consent text as a page shows it: its words in the reader's language, in blocks, and the words of its choices."""

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from patients.models import ConsentText

HEADING, POINT = "## ", "- "
PRIVACY, EMAIL, SMS = ConsentText.Kind.PRIVACY, ConsentText.Kind.EMAIL, ConsentText.Kind.SMS
# What yes and no are called.
YES = {PRIVACY: _("I received it"), EMAIL: _("Yes, you may"), SMS: _("Yes, you may")}
NO = {PRIVACY: _("I do not confirm this"), EMAIL: _("No, please do not"), SMS: _("No, please do not")}
GIVEN = {PRIVACY: _("Received"), EMAIL: _("You may"), SMS: _("You may")}
REFUSED = {PRIVACY: _("Not confirmed"), EMAIL: _("Please do not"), SMS: _("Please do not")}
# What follows a no, said calmly.
AFTER_NO = {
    ConsentText.Kind.TREATMENT: _("Thank you for telling us. We talk with you before anything is done."),
    ConsentText.Kind.MANIPULATION: _(
        "Thank you for telling us. We do not adjust you, and show you the other ways. Everything else stays the same."
    ),
    PRIVACY: _("That is fine. Your care does not depend on it."),
    EMAIL: _("That is fine. Tell us how else we may reach you."),
    SMS: _("That is fine. We send you no text messages."),
}


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph, or a list of points."""

    kind: str  # h, p or ul
    lines: tuple[str, ...]

    @property
    def text(self):
        return " ".join(self.lines)


def blocks(body):
    """Return the blocks of a text: "## " begins a heading, "- " a point, an empty line ends a block."""
    found, open_kind = [], ""
    for line in body.splitlines():
        kind = _kind(line.strip())
        text = line.strip().removeprefix(HEADING).removeprefix(POINT)
        if kind and kind == open_kind and kind != "h":
            found[-1] = Block(kind, (*found[-1].lines, text))
        elif kind:
            found.append(Block(kind, (text,)))
        open_kind = kind
    return found


def _kind(line):
    if not line:
        return ""
    return "h" if line.startswith(HEADING) else "ul" if line.startswith(POINT) else "p"


def language_of(text, language=None):
    """Return the language this text is read in: Spanish where it is asked for and written, else English."""
    wanted = (language or get_language() or "en").split("-")[0]
    return "es" if wanted == "es" and text.title_es and text.body_es else "en"


def title_of(text, language=None):
    return text.title_es if language_of(text, language) == "es" else text.title


def body_of(text, language=None):
    return text.body_es if language_of(text, language) == "es" else text.body


def state_words(standing):
    """What became of one text, in the words of its choices: "Received", "Please do not", "Taken back"."""
    own = {"given": GIVEN, "refused": REFUSED}.get(standing.state, {})
    return own.get(standing.kind, standing.words)
