"""What the travel card's buttons do that put several treatments on the note at once: same as last, and presets."""

from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from clinic.charting import notes
from clinic.charting.card import carrying, one_tap, presets
from clinic.charting.card.card_refusals import Refused
from clinic.charting.kinds import treating
from clinic.charting.models import Preset

SAME, PRESET = "same", "preset-"
LONGEST_NAME = Preset._meta.get_field("name").max_length


def set_named(text):
    """The name of a set as a page sends it: `same`, `preset-12`, or empty for anything else."""
    return text if text == SAME or (text.startswith(PRESET) and text.removeprefix(PRESET).isdecimal()) else ""


class OneTapButtons:
    """Part of `TravelCard`. `waiting` says which set was put on: what was held back of it stands on the card."""

    visit: Any
    user: Any
    data: Any
    treatments: list
    examining: Any
    on_file: Any
    errors: dict[str, str]
    waiting: str
    may_write: bool

    def address(self, goes_to):
        """Where the page goes after a button: the note, with the kind to open and what is still held back."""
        told = [f"kind={goes_to}"] if goes_to else []
        told += [f"waiting={self.waiting}"] if self.waiting else []
        return f"{self.visit.get_absolute_url()}?{'&'.join(told)}#treatments" if told else self.visit.get_absolute_url()

    @cached_property
    def presets(self):
        """The presets of the practitioner whose note this is, with the clinic's."""
        return self.on_file.rows("presets")

    def _uses(self):
        """The treatments of the set that was put on last."""
        if self.waiting == SAME:
            try:
                return carrying.uses_of(carrying.last_visit(self.visit))
            except carrying.NoVisitBefore:
                return []
        pk = self.waiting.removeprefix(PRESET)
        chosen = [preset for preset in self.presets if self.waiting.startswith(PRESET) and str(preset.pk) == pk]
        return presets.uses_of(chosen[0]) if chosen else []

    @cached_property
    def held(self):
        """What some rule held back of the set that was put on, as the rules stand now."""
        uses = self._uses() if self.waiting else []
        return one_tap.held(self.visit, self.treatments, uses, self.examining.standing) if uses else []

    def _do_same_as_last(self, _what):
        try:
            carrying.same_as_last(self.visit, by=self.user)
        except carrying.NoVisitBefore as error:
            self.errors["same"] = _("There is no earlier visit to take over from.")
            raise Refused from error
        self.waiting = SAME

    def _do_preset(self, pk):
        for preset in self.presets:
            if str(preset.pk) == pk:
                presets.put_on(self.visit, preset, by=self.user)
                self.waiting = f"{PRESET}{pk}"

    def _do_put_on(self, key):
        """Put on what was held, with the reason typed beside it."""
        self._put_on(key, self.data.get(f"held-{key}", ""))

    def _do_put_on_offered(self, key):
        """Put on what was held, with the reason written last time: tapping it is giving it again today."""
        self._put_on(key, next((use.reason for use in self._uses() if use.key == key), ""))

    def _put_on(self, key, reason):
        is_carried = self.waiting == SAME
        try:
            one_tap.put_on_one(self.visit, self._uses(), key, by=self.user, reason=reason, is_carried=is_carried)
        except one_tap.NothingHeld:
            return  # the second of two clicks
        except treating.ReasonNeeded as refusal:
            self.errors[f"held-{key}"] = _("Say why; the reason stays with the note.")
            raise Refused from refusal
        except one_tap.REFUSALS as refusal:
            raise Refused from refusal  # the card says what stops it

    def _do_accept_check_in(self, _what):
        check_in = getattr(self.visit.appointment, "check_in", None) if self.visit.appointment else None
        if check_in:
            notes.accept_check_in(self.visit, check_in, by=self.user)

    def _said_although_alike(self):
        """What was typed when the sign bar asked what is different today."""
        return (self.data or {}).get("alike_because", "")

    def _do_drop_carried(self, _what):
        """Take out the rows nobody has said anything about: they were not done today."""
        for row in self.treatments:
            if row.is_carried:
                treating.withdraw(row, by=self.user)

    def _do_keep_preset(self, _what):
        name = self.data.get("preset_name", "").strip()[:LONGEST_NAME]
        if not name:
            self._refuse_preset(_("Give it a name."))
        try:
            presets.keep(self.visit, name=name, by=self.user)
        except presets.NameTaken:
            self._refuse_preset(_("You have a preset of this name. Choose another."))
        except presets.NothingToKeep:
            self._refuse_preset(_("There is no treatment on the note yet."))

    def _refuse_preset(self, told):
        self.errors["preset_name"] = told
        raise Refused
