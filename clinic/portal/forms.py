"""The one form of the portal's front step: a password of one's own."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.utils.translation import gettext_lazy as _

from clinic.accounts.models import User


class PasswordForm(forms.Form):
    """Choose a password twice; refused by the same rules as everywhere, with the person's name in mind."""

    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("The same password again"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, patient, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = User(email=patient.email, display_name=patient.full_name)
        self.fields["password1"].help_text = " ".join(password_validators_help_texts())

    @property
    def helper(self):
        helper = FormHelper()
        helper.form_tag = False
        helper.layout = Layout("password1", "password2")
        return helper

    def clean_password1(self):
        validate_password(self.cleaned_data["password1"], self.person)
        return self.cleaned_data["password1"]

    def clean_password2(self):
        first, second = self.cleaned_data.get("password1"), self.cleaned_data["password2"]
        if first and first != second:
            raise forms.ValidationError(_("The two passwords differ. Type the same one twice."))
        return second
