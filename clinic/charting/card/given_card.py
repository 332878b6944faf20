"""Beside each treatment on the travel card: its device, its clock, who gives it, and needles that are still in."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from clinic.accounts.roles import can
from clinic.charting.card import finishing
from clinic.charting.card.card_part import CardPart
from clinic.charting.card.card_refusals import Refused
from clinic.charting.kinds import devices, timing, treating
from clinic.charting.models import TreatmentApplied


def needles_name(pk):
    """The name of the field for the needles that came out."""
    return f"needles-{pk}"


def came_out(treatment):
    """How many needles came out, as it is typed; empty while nobody has counted them."""
    return str(treatment.parameters.get("needles_out", ""))


@dataclass(frozen=True)
class Beside:
    """What stands beside one treatment: `today` judges its device, `wrong` is what refused the needles typed."""

    row: TreatmentApplied
    today: date
    may_change: bool
    typed: str = ""
    wrong: str = ""

    @property
    def is_overdue(self):
        """Is the safety check of its device overdue?"""
        return bool(self.row.device) and devices.is_overdue(self.row.device, self.today)

    @property
    def is_running(self):
        return bool(self.row.started_at) and not self.row.ended_at

    @property
    def may_start(self):
        """Can it be timed: something with minutes, given today, that has not been started?"""
        names = {definition["name"] for definition in self.row.kind.definition["parameters"]}
        has_minutes = self.row.kind.is_timed or "minutes" in names
        return self.may_change and has_minutes and not (self.row.started_at or self.row.is_carried)

    @property
    def measured(self):
        """The whole minutes that were measured, or None."""
        return timing.measured_minutes(self.row)

    @property
    def may_take(self):
        """Do the minutes measured and those charted differ?"""
        return self.may_change and self.measured is not None and self.measured != self.row.minutes

    @property
    def counts_needles(self):
        names = {definition["name"] for definition in self.row.kind.definition["parameters"]}
        return "needles_out" in names

    @property
    def needles(self):
        """How many are still in, or None where none were counted."""
        went_in, came_out = (self.row.parameters.get(name) for name in ("needles_in", "needles_out"))
        return None if went_in is None else int(went_in) - int(came_out or 0)

    @property
    def shown(self):
        """The needles that came out, as the field shows them."""
        return came_out(self.row)

    @property
    def given_by(self):
        """Who gave it, where that is not the practitioner who answers for it."""
        return self.row.performed_by if self.row.supervised_by_id else None

    @property
    def is_shown(self):
        """Is there anything to say beside this row?"""
        told = self.row.device or self.row.started_at or self.given_by or self.row.parameters.get("indication")
        return bool(told or self.counts_needles or self.may_start)


class GivenPart(CardPart):
    """Devices, clocks and needles of the treatments on the card; a therapist keeps them too."""

    name = "given"
    kept_by_therapists = True
    treating = frozenset({"start_timing", "stop_timing", "take_timed"})

    def __init__(self, card: Any, data: Any = None) -> None:
        super().__init__(card, data)
        self.may_change = can(card.user, "treatment.change")
        self.typed: dict[int, str] = self._typed(card.data or {}) if self.may_change else {}
        self.wrong: dict[int, str] = {}

    def _typed(self, data):
        """Needles typed that differ from what is stored, by row; what the page showed itself was not typed there."""
        found = {row.pk: data[needles_name(row.pk)].strip() for row in self._rows() if needles_name(row.pk) in data}
        stored = {row.pk: came_out(row) for row in self._rows()}
        shown = {pk: data.get(f"initial-{needles_name(pk)}") for pk in found}
        return {pk: text for pk, text in found.items() if text not in (stored[pk], shown[pk])}

    def _rows(self):
        return self.card.treatments

    @cached_property
    def beside(self):
        """What stands beside each treatment, by its id."""
        today = devices.today_at(self.visit)
        return {
            row.pk: Beside(row, today, self.may_change, self.typed.get(row.pk, ""), self.wrong.get(row.pk, ""))
            for row in self._rows()
        }

    def is_valid(self):
        for pk, text in self.typed.items():
            if text and not (text.isdecimal() and len(text) < 4):
                self.wrong[pk] = _("Enter a whole number.")
        return not self.wrong

    def keep(self, user):
        for row in self._rows():
            if row.pk in self.typed:
                text = self.typed[row.pk]
                try:
                    treating.change(row, by=user, values={"needles_out": int(text) if text else ""})
                except treating.BadParameters as bad:
                    self.wrong[row.pk] = " ".join(bad.errors.values())
                    raise Refused from bad

    def before_signing(self, user):
        if points := finishing.open_points(self.visit):
            self.card.errors["sign"] = " ".join(points)
            raise Refused

    def _row(self, pk):
        return next((row for row in self._rows() if str(row.pk) == pk), None)

    def do_start_timing(self, pk, user):
        if row := self._row(pk):
            timing.start(row, by=user)

    def do_stop_timing(self, pk, user):
        if row := self._row(pk):
            with suppress(timing.NotStarted):
                timing.stop(row, by=user)

    def do_take_timed(self, pk, user):
        if row := self._row(pk):
            with suppress(timing.NotStarted):
                timing.take_minutes(row, by=user)
