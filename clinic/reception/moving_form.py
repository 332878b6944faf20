"""Where a visit is to be moved: what a drag sends, and what the page without a grid asks."""

from datetime import UTC, datetime

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.accounts.roles import can
from clinic.scheduling import booking
from clinic.scheduling.clock_reading import read_clock
from clinic.scheduling.forms import LengthField, lengths
from clinic.scheduling.models import Practitioner, Room


class MoveForm(forms.Form):
    """The new place of a visit; `at` (a free time that was offered) counts before the typed day and time."""

    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput({"type": "time", "step": "300"}, format="%H:%M")
    )
    practitioner = forms.ModelChoiceField(
        Practitioner.objects.active().with_hours(), label=_("Practitioner"), empty_label=None, required=False
    )
    minutes = LengthField()
    room = forms.ModelChoiceField(
        Room.objects.filter(is_active=True), label=_("Room"), empty_label=_("as before, or a free one"), required=False
    )
    overbook_because = forms.CharField(
        label=_("Squeeze in, because"), max_length=200, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    at = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    sequence = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args, visit, user=None, **kwargs):
        self.visit = visit
        super().__init__(*args, **kwargs)
        self.fields["minutes"].widget.choices = lengths(visit.minutes, self.data.get("minutes"))
        if not can(user, "appointment.overbook"):
            del self.fields["overbook_because"]
        start = visit.starts_at.astimezone(visit.practitioner.location.zone)  # the clock on which it is read back
        where = {"practitioner": visit.practitioner_id, "minutes": visit.minutes, "sequence": visit.sequence}
        self.initial = {**self.initial, "day": start.date(), "time": start.time(), **where}

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = helper.disable_csrf = False
        helper.layout = Layout(Row(Column("day"), Column("time"), Column("minutes")), "practitioner", "room")
        helper.layout.extend([name for name in ("overbook_because", "at", "sequence") if name in self.fields])
        return helper

    def clean_at(self):
        """The chosen free time, as the button carries it: ISO with its offset from UTC."""
        try:
            chosen = datetime.fromisoformat(self.cleaned_data["at"] or "none")
        except (ValueError, OverflowError):
            return None
        return chosen.astimezone(UTC) if chosen.tzinfo else None

    def clean(self):
        cleaned = super().clean() or {}
        practitioner = cleaned.get("practitioner") or self.visit.practitioner
        if "practitioner" not in self.errors and not {"day", "time"} & set(self.errors):
            cleaned["starts_at"] = cleaned.get("at") or self._typed(cleaned, practitioner.location.zone)
        return cleaned

    def _typed(self, cleaned, zone):
        if not (cleaned.get("day") and cleaned.get("time")):
            self.add_error("time" if cleaned.get("day") else "day", _("Type the day and the time."))
            return None
        return read_clock(self, zone)

    def move(self, *, by):
        """Move the visit and return it; raises as `booking.move` does."""
        cleaned = self.cleaned_data
        told = {"room": cleaned["room"]} if cleaned["room"] else {}
        return booking.move(
            self.visit,
            starts_at=cleaned["starts_at"],
            practitioner=cleaned["practitioner"],
            minutes=cleaned["minutes"],
            sequence=cleaned["sequence"],
            overbook_because=cleaned.get("overbook_because", ""),
            by=by,
            **told,
        )
