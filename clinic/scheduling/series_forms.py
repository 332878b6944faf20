"""Forms of a series: its rule, and where its rest moves to."""

from datetime import timedelta

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.scheduling import recurrence
from clinic.scheduling.clock_reading import read_clock
from clinic.scheduling.models import Practitioner, VisitKind, WorkingHours
from clinic.scheduling.recurrence import MOST_A_WEEK, MOST_WEEKS, Rule
from clinic.scheduling.series import Shift

DATE = {"type": "date"}
TIME = {"type": "time", "step": "300"}
NUMBER = {"class": "field num", "inputmode": "numeric"}


def _helper(form, *fields):
    helper = FormHelper(form)
    helper.form_tag = helper.disable_csrf = False
    helper.layout = Layout(*fields)
    return helper


class SeriesForm(forms.Form):
    """Two times a week for three weeks, then a re-examination, near 10:15; or certain weekdays."""

    use_required_attribute = False  # closed, its fields are out of sight

    series = forms.BooleanField(label=_("Make it a series"), required=False)
    per_week = forms.IntegerField(
        label=_("Times a week"), min_value=1, max_value=MOST_A_WEEK, initial=2, widget=forms.NumberInput(NUMBER),
        error_messages={"required": _("Say how many times a week.")},
    )  # fmt: skip
    weeks = forms.IntegerField(
        label=_("Weeks"), min_value=1, max_value=MOST_WEEKS, initial=3, widget=forms.NumberInput(NUMBER),
        error_messages={"required": _("Say for how many weeks.")},
    )  # fmt: skip
    then = forms.ModelChoiceField(
        VisitKind.objects.filter(is_active=True), label=_("Then"), required=False, empty_label=_("nothing more"),
        widget=forms.Select({"class": "field"}),
    )  # fmt: skip
    # Empty: at the time of the first visit.
    near = forms.TimeField(
        label=_("Near"), required=False, widget=forms.TimeInput(TIME | {"class": "field"}, format="%H:%M")
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On certain days"), choices=WorkingHours.Weekday, coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = self.fields["then"].queryset  # type: ignore[attr-defined]
        self.fields["then"].initial = kinds.filter(purpose=VisitKind.Purpose.RE_EXAM).first()

    @property
    def helper(self):
        return _helper(self, "series", Row("per_week", "weeks", "then", "near"), "weekdays")

    def rule(self, *, starts_on, clock, practitioner):
        """Return the `Rule` that is asked for, from the first visit on; `near` and `weekdays` count before it."""
        asked = self.cleaned_data
        clock, hours = asked["near"] or clock, practitioner.hours.all()
        there = {block.weekday for block in hours if block.opens <= clock < block.closes}
        open_days = there or {block.weekday for block in hours}
        days = asked["weekdays"] or recurrence.spread(asked["per_week"], starts_on.weekday(), open_days)
        return Rule(starts_on, clock.replace(second=0), tuple(sorted(days)), asked["weeks"], bool(asked["then"]))


class MoveRestForm(forms.Form):
    """Where the first of the rest goes; the others follow by as many days, at that time, with that practitioner."""

    day = forms.DateField(label=_("First of them on"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(TIME, format="%H:%M"))
    practitioner = forms.ModelChoiceField(
        Practitioner.objects.active(), label=_("With"), required=False, empty_label=_("the same practitioner")
    )

    def __init__(self, *args, first=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.start = first.starts_at.astimezone(first.location.zone) if first else None
        if self.start:
            self.fields["day"].initial, self.fields["time"].initial = self.start.date(), self.start.time()

    @property
    def helper(self):
        return _helper(self, Row(Column("day"), Column("time"), Column("practitioner")))

    def clean_day(self):
        """A day within a year of the visit: farther is a mistyped year."""
        day = self.cleaned_data["day"]
        if self.start and abs(day - self.start.date()) > timedelta(days=366):
            raise forms.ValidationError(_("This day is too far away. Please check the year."))
        return day

    def shift(self):
        """Return the `Shift` from where the first one is to where it shall be."""
        asked, start = self.cleaned_data, self.start
        if start is None:
            return Shift()
        same = asked["time"] == start.time().replace(second=0, microsecond=0)
        return Shift((asked["day"] - start.date()).days, None if same else asked["time"], asked["practitioner"])


class AddVisitForm(forms.Form):
    """One more visit of the series."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(TIME, format="%H:%M"))

    @property
    def helper(self):
        return _helper(self, Row(Column("day"), Column("time")))

    def starts_at(self, practitioner):
        """Return the aware time on the practitioner's clock, or None with the error at its field."""
        return read_clock(self, practitioner.location.zone)
