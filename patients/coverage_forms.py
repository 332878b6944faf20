"""The form of a new cover: who pays, and what that changes."""

from datetime import timedelta

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.models import Coverage

LONGEST_AGO, LONGEST_AHEAD = timedelta(days=365 * 20), timedelta(days=366)  # beyond them a year was mistyped


def _day():
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class CoverageForm(forms.ModelForm):
    """A payer from one day on."""

    payer = forms.ChoiceField(label=_("Payer"), choices=Coverage.Payer.choices, widget=forms.RadioSelect)

    class Meta:
        model = Coverage
        fields = ["payer", "name", "member_number", "since", "unit_rule", "notice_signed_on"]
        widgets = {
            "unit_rule": forms.RadioSelect,
            "since": _day(),
            "notice_signed_on": _day(),
            "name": forms.TextInput({"autocomplete": "off"}),
            "member_number": forms.TextInput({"autocomplete": "off"}),
        }
        help_texts = {
            "unit_rule": _("As the payer's contract says; Medicare counts the minutes together."),
            "notice_signed_on": _("Medicare only: the patient signed that a service may not be paid."),
        }

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = helper.disable_csrf = False
        helper.layout = Layout(
            "payer", Row(Column("name"), Column("member_number")), "since", "unit_rule", "notice_signed_on"
        )
        return helper

    def clean_since(self):
        day, today = self.cleaned_data["since"], timezone.localdate()
        if not today - LONGEST_AGO <= day <= today + LONGEST_AHEAD:
            raise forms.ValidationError(_("A cover began within the last 20 years, or begins within the next."))
        return day

    def clean_notice_signed_on(self):
        signed = self.cleaned_data["notice_signed_on"]
        if signed and signed > timezone.localdate():
            raise forms.ValidationError(_("This day is in the future."))
        return signed

    def clean(self):
        data = super().clean() or self.cleaned_data
        if data.get("payer") == Coverage.Payer.MEDICARE and data.get("unit_rule") == Coverage.UnitRule.EACH:
            self.add_error("unit_rule", _("Medicare counts the minutes of all timed services together."))
        return data
