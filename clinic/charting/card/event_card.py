"""The travel card's part about adverse events: reported in the room, beside the treatment after which it happened."""

from clinic.accounts.roles import can, require
from clinic.charting.card.card_part import CardPart
from clinic.charting.card.card_refusals import Refused
from clinic.charting.events import adverse_events
from clinic.charting.events.event_forms import EventForm
from clinic.charting.kinds.quantities import in_words

PREFIX = "event"
# Reactions that are expected and pass by themselves; anything else is offered to be reported (facts S2-7).
EXPECTED = ("", "none", "soreness")


def reaction_of(treatment):
    """The words of a reaction beyond the expected, noted on a treatment row; empty when there is none."""
    told = str(treatment.parameters.get("adverse_event", "")).strip()
    reaction = str(treatment.parameters.get("reaction", ""))
    return told or (str(in_words(reaction)) if reaction not in EXPECTED else "")


class EventPart(CardPart):
    """A folded form for one event of today; it opens by itself when a treatment row names a reaction."""

    name = "event"
    treating = frozenset({"event"})

    def __init__(self, card, data=None):
        super().__init__(card, data)
        self.may_report = can(card.user, "adverse_event.add")
        self.reacted = next(((row, told) for row in card.treatments if (told := reaction_of(row))), None)
        posted = card.data if self.may_report and self._is_on(card.data) else None
        self.form = EventForm(posted, kinds=card.kinds, initial=self._initial(), prefix=PREFIX).mark()
        del self.form.fields["visit"]  # it is this one
        self.is_reported = False

    def _is_on(self, data):
        return data is not None and f"{PREFIX}-what" in data

    def _initial(self):
        row, told = self.reacted or (None, "")
        return {"what": told, "kind": row.kind_id} if row else {}

    @property
    def is_typed(self):
        """Was something written that the page did not propose itself?"""
        return self.form.is_bound and self.form["what"].data.strip() not in ("", self._initial().get("what", ""))

    @property
    def is_open(self):
        """Is something wrong in it, or named on a treatment row and not reported yet?"""
        wrong = self.form.is_bound and bool(self.form.errors)
        return wrong or (self.reacted is not None and not self.visit.adverse_events.exists())

    def is_valid(self):
        pressed = self.form.is_bound and self.card.data.get("do") == "event"
        return not (self.is_typed or pressed) or self.form.is_valid()

    def keep(self, user):
        """What was typed is a report, whichever button was pressed."""
        if self.is_typed:
            self._report(user)

    def do_event(self, _what, user):
        require(user, "adverse_event.add")
        if self.is_reported:
            return
        if not (self.form.is_bound and self.form.is_valid()):
            raise Refused
        self._report(user)

    def _report(self, user):
        adverse_events.report(self.visit.patient, visit=self.visit, by=user, **self.form.said())
        self.is_reported = True
