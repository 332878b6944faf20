"""Forms of the waiting list: what somebody wishes for, and the time that is offered to them."""

from datetime import UTC, datetime

from crispy_forms.bootstrap import InlineCheckboxes
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from clinic.scheduling import waitlist
from clinic.scheduling.models import Appointment, Practitioner, VisitKind, WorkingHours
from patients.models import Patient

MOMENT = "%Y%m%dT%H%MZ"


def day_field(label):
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


def clock_field(label):
    return forms.TimeField(
        label=label, required=False, widget=forms.TimeInput({"type": "time", "step": "300"}, format="%H:%M")
    )


class VisitChoice(forms.ModelChoiceField):
    """A coming visit, told by its time and practitioner."""

    def label_from_instance(self, obj):
        start = timezone.localtime(obj.starts_at, obj.location.zone)
        when = f"{formats.date_format(start, 'D, M j')}, {formats.time_format(start, 'g:i A')}"
        return f"{when}, {obj.practitioner}"


class WaitForm(forms.Form):
    """Who waits and what for. Empty wishes mean "any"."""

    patient = forms.ModelChoiceField(
        Patient.objects.none(),
        widget=forms.HiddenInput,
        error_messages={"required": _("Find the patient first.")},
    )
    kind = forms.ModelChoiceField(VisitKind.objects.filter(is_active=True), label=_("Kind"), empty_label=None)
    practitioner = forms.ModelChoiceField(
        Practitioner.objects.active(), label=_("Practitioner"), required=False, empty_label=_("Anyone")
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days"),
        required=False,
        coerce=int,
        choices=WorkingHours.Weekday.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: any day."),
    )
    earliest = clock_field(_("Not before"))
    latest = clock_field(_("Over by"))
    from_on = day_field(_("From"))
    until_on = day_field(_("Until"))
    instead_of = VisitChoice(
        Appointment.objects.none(),
        label=_("Instead of"),
        required=False,
        empty_label=_("No other visit is given up"),
        help_text=_("When they take an earlier time, this visit is cancelled at once and without a fee."),
    )
    note = forms.CharField(
        label=_("Note for the desk"),
        required=False,
        max_length=200,
        help_text=_("Nothing about health."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        patients = Patient.objects.for_user(user).kept().living()
        self.fields["patient"].queryset = patients  # type: ignore[attr-defined]
        usual = VisitKind.objects.filter(is_active=True, purpose=VisitKind.Purpose.SUBSEQUENT)
        self.fields["kind"].initial = usual.values_list("pk", flat=True).first()
        number = str(self["patient"].value() or "")
        if number.isdecimal() and len(number) < 19:
            coming = waitlist.coming(number, timezone.now()).select_related("practitioner", "location")
            self.fields["instead_of"].queryset = coming.order_by("starts_at")  # type: ignore[attr-defined]

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = helper.disable_csrf = False
        helper.layout = Layout(
            "patient",
            Row(Column("kind"), Column("practitioner")),
            InlineCheckboxes("weekdays"),
            Row(Column("earliest"), Column("latest")),
            Row(Column("from_on"), Column("until_on")),
            "instead_of",
            "note",
        )
        return helper

    def clean_until_on(self):
        """A last day that has gone would take them off the list at once."""
        day = self.cleaned_data["until_on"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("This day has gone."))
        return day

    def clean(self):
        cleaned = super().clean() or {}
        early, late = cleaned.get("earliest"), cleaned.get("latest")
        if early and late and late <= early:
            self.add_error("latest", _("This is not after the earliest time."))
        first, last = cleaned.get("from_on"), cleaned.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", _("This is before the first day."))
        kind, practitioner = cleaned.get("kind"), cleaned.get("practitioner")
        if kind and practitioner and not kind.is_done_by(practitioner):
            told = _("%(who)s does not do this kind of visit. Choose another practitioner or kind.")
            self.add_error("practitioner", told % {"who": practitioner.name})
        return cleaned

    def add(self, *, by):
        """Put them on the list and return the entry; raises as `waitlist.add` does."""
        return waitlist.add(by=by, **self.cleaned_data)


def value_of(start, practitioner):
    """Return a time with somebody as a button carries it."""
    return f"{practitioner.pk}.{start.astimezone(UTC):{MOMENT}}"


class OfferForm(forms.Form):
    """The time that is offered. Any time may be sent; whether it can be had is for the deed to say."""

    at = forms.CharField(max_length=40, error_messages={"required": _("Choose one of the times.")})

    def clean_at(self):
        number, _dot, moment = self.cleaned_data["at"].partition(".")
        try:
            starts_at = datetime.strptime(moment, MOMENT).replace(tzinfo=UTC)
            return starts_at, Practitioner.objects.active().with_hours().get(pk=int(number))
        except (ValueError, OverflowError, Practitioner.DoesNotExist) as error:
            raise forms.ValidationError(_("Choose one of the times.")) from error

    def offer(self, entry, *, by):
        """Hold the time for this entry and return the offer; raises as `waitlist.offer` does."""
        starts_at, practitioner = self.cleaned_data["at"]
        return waitlist.offer(entry, starts_at=starts_at, practitioner=practitioner, by=by)
