"""The form of an absence: who is away (or what is closed), from when to when, and one word why."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.accounts.roles import can
from clinic.practice.models import Location
from clinic.scheduling import availability, slots
from clinic.scheduling.handing_on import FOR_GOOD, Gap
from clinic.scheduling.models import Appointment, Practitioner, TimeOff

# Words for the day sheet, where all staff read them: nothing about anybody's health.
REASONS = (
    ("Away", _("Away")),
    ("Holiday", _("Holiday")),
    ("Course", _("Course")),
    ("Family", _("Family")),
    ("Closed", _("Closed")),
    ("Left", _("Has left the clinic")),
)
DAY, TIME = {"type": "date"}, {"type": "time", "step": "300"}


class AwayForm(forms.Form):
    """Without times the whole day counts, without a last day only the first one."""

    practitioner = forms.ModelChoiceField(
        Practitioner.objects.active().select_related("location"),
        label=_("Who"),
        error_messages={"required": _("Choose who is away.")},
    )
    location = forms.ModelChoiceField(
        Location.objects.all(), label=_("Closed place"), required=False, empty_label=_("all places")
    )
    from_day = forms.DateField(label=_("From"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))
    from_time = forms.TimeField(
        label=_("At (empty: all day)"), required=False, widget=forms.TimeInput(TIME, format="%H:%M")
    )
    to_day = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(DAY, format="%Y-%m-%d"))
    to_time = forms.TimeField(
        label=_("At (empty: to its end)"), required=False, widget=forms.TimeInput(TIME, format="%H:%M")
    )
    reason = forms.CharField(label=_("Reason"), max_length=120, required=False, widget=forms.Select)
    for_good = forms.BooleanField(label=_("Leaves for good from that day on"), required=False)
    off = forms.ModelChoiceField(TimeOff.objects.all(), required=False, widget=forms.HiddenInput)
    after = forms.ModelChoiceField(Appointment.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["after"].queryset = Appointment.objects.for_user(user)  # type: ignore[attr-defined]
        given = self.data.get("reason") or self.initial.get("reason")
        own = [(given, given)] if given and given not in dict(REASONS) else []  # as it was typed in the settings
        self.fields["reason"].widget.choices = [*REASONS, *own]
        if can(user, "setting.change"):
            self.fields["practitioner"].required = False
            self.fields["practitioner"].empty_label = _("nobody: the clinic is closed")  # type: ignore[attr-defined]
        else:
            del self.fields["location"], self.fields["off"]

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = helper.disable_csrf = False
        who = [Column(name) for name in ("practitioner", "location", "reason") if name in self.fields]
        when = [Column(name) for name in ("from_day", "from_time", "to_day", "to_time")]
        hidden = [name for name in ("off", "after") if name in self.fields]
        helper.layout = Layout(Row(*who), Row(*when), "for_good", *hidden)
        return helper

    def clean(self):
        cleaned = super().clean() or {}
        if not self.errors and self._is_near(cleaned):
            cleaned["gap"] = self._gap(cleaned)
        return cleaned

    def _is_near(self, given):
        """Refuse a mistyped year before it is counted with."""
        for name in ("from_day", "to_day"):
            if given[name] and given[name] - timezone.localdate() > availability.FURTHEST:
                self.add_error(name, _("This day is too far away. Please check the year."))
                return False
        return True

    def _gap(self, given):
        who, place = given["practitioner"], given.get("location")
        at = who.location if who else place
        zone = at.zone if at else timezone.get_current_timezone()
        start = self._moment("from_time", given["from_day"], given["from_time"], zone)
        last = given["to_day"] or given["from_day"]
        end = self._moment("to_time", last, given["to_time"], zone, ends=True)
        if not (start and end) or not self._check(start, end, given):
            return None
        reason = given["reason"] or ("Left" if given["for_good"] else "Away")
        end = start + FOR_GOOD if given["for_good"] else end
        return Gap(start, end, who, None if who else place, reason, for_good=given["for_good"])

    def _moment(self, name, day, clock, zone, *, ends=False):
        """Return the moment on the clock of the place; without a time the edge of the day."""
        try:
            return slots.on_clock(day, clock, zone) if clock else availability.day_span(day, zone)[ends]
        except (slots.TimeDoesNotExist, slots.TimeIsAmbiguous):
            self.add_error(name, _("The clock is changed that night: this time comes twice or never."))
        return None

    def _check(self, start, end, given):
        if given["for_good"]:
            if not given["practitioner"]:
                self.add_error("practitioner", _("Choose who leaves."))
        elif end <= start:
            self.add_error("to_day" if given["to_day"] else "to_time", _("It ends before it begins."))
        elif end <= timezone.now():
            self.add_error("from_day", _("This time has gone."))
        return not self.errors
