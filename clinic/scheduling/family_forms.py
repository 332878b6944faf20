"""The form of a family visit: on which day, near which time, with one practitioner or with two."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.scheduling import availability
from clinic.scheduling.models import Practitioner


class FamilyForm(forms.Form):
    """Who comes is chosen beside it."""

    practitioner = forms.ModelChoiceField(
        Practitioner.objects.active().select_related("location"), label=_("With"), empty_label=None
    )
    beside = forms.ModelChoiceField(
        Practitioner.objects.active().select_related("location"), label=_("Side by side with"), required=False,
        empty_label=_("nobody: one after another"),
    )  # fmt: skip
    day = forms.DateField(label=_("Day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    near = forms.TimeField(
        label=_("Near"), required=False, widget=forms.TimeInput({"type": "time", "step": "300"}, format="%H:%M")
    )

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = helper.disable_csrf = False
        helper.layout = Layout(Row(Column("practitioner"), Column("beside")), Row(Column("day"), Column("near")))
        return helper

    def clean_day(self):
        """A day ahead, and within five years: farther is a mistyped year."""
        day = self.cleaned_data["day"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day has gone."))
        if day - timezone.localdate() > availability.FURTHEST:
            raise forms.ValidationError(_("This day is too far away. Please check the year."))
        return day

    @property
    def practitioners(self):
        """One practitioner or two; the same one twice counts once."""
        chosen = self.cleaned_data["practitioner"], self.cleaned_data["beside"]
        return list({p.pk: p for p in chosen if p}.values())
