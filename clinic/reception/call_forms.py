"""What the desk notes of an attempt to reach somebody."""

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.models import CallLog


class CallForm(forms.Form):
    """One attempt: how it ended is the button, the note is optional. `appointment` is the visit the row speaks of."""

    outcome = forms.ChoiceField(choices=CallLog.Outcome)
    note = forms.CharField(
        max_length=200,
        required=False,
        error_messages={"max_length": _("At most 200 letters. Nothing about health here.")},
    )
    appointment = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
