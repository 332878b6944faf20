"""Forms that only the desk uses."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from patients import languages
from patients.models import Patient


class ContactForm(forms.ModelForm):
    """How to reach a patient, and what the front desk should know; nothing about their health."""

    class Meta:
        model = Patient
        fields = [
            "phone",
            "email",
            "preferred_channel",
            "preferred_name",
            "pronouns",
            "language",
            "needs_interpreter",
            "access_needs",
            "street",
            "city",
            "state",
            "postal_code",
            "emergency_name",
            "emergency_relation",
            "emergency_phone",
            "desk_note",
        ]
        help_texts = {
            "desk_note": _("For everyone at the front desk. Nothing about health: that belongs in the chart.")
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].widget = forms.Select(choices=languages.offered(self.instance.language))

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = helper.disable_csrf = False
        helper.layout = Layout(
            Row(Column("phone"), Column("email"), Column("preferred_channel")),
            Row(Column("preferred_name"), Column("pronouns"), Column("language")),
            Row(Column("needs_interpreter"), Column("access_needs")),
            "street",
            Row(Column("city"), Column("state"), Column("postal_code")),
            Row(Column("emergency_name"), Column("emergency_relation"), Column("emergency_phone")),
            "desk_note",
        )
        return helper

    def clean(self):
        cleaned = super().clean() or {}
        by_mail = cleaned.get("preferred_channel") == Patient.Channel.EMAIL
        if by_mail and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("Enter an e-mail address, or choose another way to reach the patient."))
        return cleaned

    def changes(self):
        """The fields that were changed, for `registering.change`."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class CancelForm(forms.Form):
    """Why a visit is cancelled; the row stays with this reason."""

    because = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Short and without anything about health, for example: child ill, no ride, asked to move."),
        widget=forms.TextInput({"list": "reasons", "autocomplete": "off"}),
        error_messages={"required": _("Give a short reason: a cancelled visit is kept with it.")},
    )

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = helper.disable_csrf = False
        helper.layout = Layout("because")
        return helper


class LateCancelForm(CancelForm):
    """Beside the reason: whether the fee that the rule proposes is waived, and why."""

    waive = forms.BooleanField(label=_("Waive it"), required=False)
    waived_because = forms.CharField(
        label=_("Why it is waived"),
        max_length=200,
        required=False,
        help_text=_("For example: first time, snow, our mistake. Nothing about health."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    @property
    def helper(self):
        helper = super().helper
        helper.layout.extend(["waive", "waived_because"])
        return helper

    def clean(self):
        """A waived fee needs its reason, and a reason without the tick waives too: nobody writes one by chance."""
        cleaned = super().clean() or {}
        if cleaned.get("waive") and not cleaned.get("waived_because") and "waived_because" not in self.errors:
            self.add_error("waived_because", _("Say in a few words why the fee is waived."))
        return cleaned
