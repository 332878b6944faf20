"""What a part of the travel card is that lives in a module of its own: it reads its fields and has its buttons."""

from typing import Any


class CardPart:
    """One part of the card: `data` is what was posted, or None when the page is shown (or this user may not write).

    A button named `do="word:what"` is answered by the method `do_word(what, user)`; what it returns goes to the page
    (see `TravelCard.press`). Raise `card_refusals.Refused` to bring the page back with what is wrong. A part whose
    buttons a therapist may press too names them in `treating`.
    """

    name = ""
    kept_by_therapists = False  # is what is typed in this part kept for those too who may not write the note?
    treating: frozenset[str] = frozenset()

    def __init__(self, card: Any, data: Any = None) -> None:
        self.card, self.visit, self.data = card, card.visit, data

    def is_valid(self) -> bool:
        """Check every form of the part, so that each message shows."""
        return True

    def keep(self, user: Any) -> None:
        """Keep what was typed; called after `is_valid`, before the deed of the button."""

    def before_signing(self, user: Any) -> None:
        """Refuse the signature by raising `Refused`; called after everything typed was kept."""

    def after_signing(self, user: Any) -> None:
        """Do what a signature brings with it; called once the note is signed."""
