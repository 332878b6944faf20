"""The travel card's part about services: what the day may bill, each line with its reason; nothing is set by itself."""

from functools import cached_property

from django.utils.translation import gettext as _

from clinic.charting.card.card_part import CardPart
from clinic.charting.card.card_refusals import Refused
from clinic.charting.coded import coding

FIELD = "service"


class CodingCard(CardPart):
    """Lines to tick, and one button that takes the ticked ones over."""

    name = "coding"

    def __init__(self, card, data=None):
        super().__init__(card, data)
        self.error = ""

    def do_take_over(self, _what, user):
        try:
            coding.take_over(self.visit, keys=set(self.data.getlist(FIELD)), by=user)
        except coding.NothingChosen:
            self.error = _("Tick at least one service.")
            self.card.kept.discard(f"part {self.name}")
            raise Refused from None

    def do_clear_codes(self, _what, user):
        coding.clear(self.visit, by=user)

    # --- what the page shows

    @cached_property
    def advice(self):
        return coding.advise_under(self.visit, self.cover, self.card.plan.plan)

    @property
    def cover(self):
        """Who paid on the day of the visit, or None."""
        return self.card.on_file.first("coverages")

    @cached_property
    def lines(self):
        """(line, the clinic's service, is it ticked) for the page; a line that something speaks against is not."""
        named = coding.services() if self.advice.lines else {}
        taken = {each["key"] for each in self.visit.codes}
        lines = [line for line in self.advice.lines if line.key in named]
        return [(line, named[line.key], self._is_ticked(line, taken)) for line in lines]

    def _is_ticked(self, line, taken):
        if not line.units:
            return False
        if self.error:
            return line.key in self.data.getlist(FIELD)
        return line.key in taken if taken else not (line.blocked or line.key.startswith("em_"))

    @property
    def is_behind(self):
        """Were services taken over that the note no longer says?"""
        return bool(self.visit.codes) and not coding.is_as_advised(self.visit, self.advice)
