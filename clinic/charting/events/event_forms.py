"""Forms of adverse events: reporting one in a few taps, and closing it with how it ended."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.charting.forms import Plain
from clinic.charting.models import AdverseEvent, TreatmentKind

DAY = {"type": "date"}


def _kinds(kinds):
    """The treatments offered, by their number; read where the page has not read them."""
    rows = TreatmentKind.objects.filter(is_active=True).only("label") if kinds is None else kinds
    return [("", _("Not known")), *((row.pk, row.label) for row in rows)]


class EventForm(Plain):
    """What happened after a treatment, how bad it is, what was done, and when to ask again."""

    what = forms.CharField(label=_("What happened"), max_length=400)
    severity = forms.ChoiceField(label=_("How bad"), choices=AdverseEvent.Severity.choices, widget=forms.RadioSelect)
    kind = forms.TypedChoiceField(label=_("After which treatment"), required=False, coerce=int, empty_value=None)
    visit = forms.TypedChoiceField(label=_("After which visit"), required=False, coerce=int, empty_value=None)
    began_on = forms.DateField(label=_("Since"), widget=forms.DateInput(DAY))
    action = forms.CharField(label=_("What was done"), required=False, max_length=400)
    follow_up_on = forms.DateField(label=_("Ask again on"), required=False, widget=forms.DateInput(DAY))

    def __init__(self, data=None, *, visits=(), kinds=None, initial=None, **options):
        super().__init__(data, initial={"began_on": timezone.localdate(), **(initial or {})}, **options)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = _kinds(kinds)
        fields["visit"].choices = [("", _("None")), *visits]

    def clean_began_on(self):
        day = self.cleaned_data["began_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day

    def clean(self):
        data = self.cleaned_data
        severe = data.get("severity") == AdverseEvent.Severity.SEVERE
        if severe and not data.get("action", "").strip():
            self.add_error("action", _("Say what was done; a severe event needs it."))
        began, again = data.get("began_on"), data.get("follow_up_on")
        if began and again and again < began:
            self.add_error("follow_up_on", _("This is before it began."))
        return data

    def said(self):
        """What `adverse_events.report` takes, without the visit."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in ("kind", "visit")}
        kind = self.cleaned_data["kind"]
        return {**said, "kind": TreatmentKind.objects.get(pk=kind) if kind else None}


class CloseEventForm(Plain):
    """How an event ended."""

    outcome = forms.ChoiceField(label=_("How it ended"), choices=[("", "–"), *AdverseEvent.Outcome.choices])
    note = forms.CharField(label=_("In words"), required=False, max_length=400)


class AskAgainForm(Plain):
    """Another day to ask how it is."""

    on = forms.DateField(label=_("Ask again on"), widget=forms.DateInput(DAY))
