"""The two forms of the public site. What is typed here is only kept and shown to staff; it opens nothing."""

import re
import unicodedata
from datetime import date

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

OLDEST = date(1900, 1, 1)


def check_one_line(text):
    """Raise `ValidationError` for line breaks and other control characters: they would write a mail's next header."""
    if any(unicodedata.category(letter) in {"Cc", "Zl", "Zp", "Cs"} for letter in text):
        raise ValidationError(_("Write this on one line, without tabs or line breaks."), code="one_line")


def check_phone(text):
    """Raise `ValidationError` unless `text` could be dialled: 7 to 15 digits with the usual signs and an extension."""
    number, _sep, _extension = text.lower().partition("x")
    digits = re.sub(r"\D", "", number)
    if not re.fullmatch(r"[\d\s().+/-]+(?:\s*(?:ext\.?|x)\s*\d{1,6})?", text, re.I) or not 7 <= len(digits) <= 15:
        raise ValidationError(
            _("Enter a number we can dial, with its area code. Example: (802) 555-0117."), code="phone"
        )


class PlainHelper(FormHelper):
    """Fields only: the page writes the form tag, its hidden values and its buttons."""

    def __init__(self, *fields):
        super().__init__()
        self.form_tag = False
        self.layout = Layout(*fields)


class ContactForm(forms.Form):
    """Who asks, and what."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        validators=[check_one_line],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name, so that we know whom to ask for.")},
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        validators=[check_one_line, check_phone],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        error_messages={"required": _("Enter a phone number, so that we can call you.")},
    )
    question = forms.CharField(
        label=_("What would you like to ask?"),
        max_length=500,
        required=False,
        help_text=_("If you like. We cannot diagnose from a form."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("Keep it to 500 characters; tell us the rest on the phone.")},
    )


class CallForm(ContactForm):
    """Asks to be called back before anything is booked."""

    best_time = forms.ChoiceField(
        label=_("When is good?"),
        choices=[
            ("any", _("Any time")),
            ("morning", _("Morning")),
            ("afternoon", _("Afternoon")),
            ("evening", _("After 5 p.m.")),
        ],
        initial="any",
        widget=forms.RadioSelect,
    )

    @property
    def helper(self):
        return PlainHelper("name", "phone", Field("best_time", template="website/_chips.html"), "question")


class RequestForm(ContactForm):
    """Asks for the time that was chosen on the page before."""

    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        help_text=_("For the confirmation. Leave it out if you prefer a call."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    birth_date = forms.DateField(
        label=_("Birth date"),
        required=False,
        help_text=_("If you like. It helps us not to mix you up with somebody of the same name."),
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
    )

    @property
    def helper(self):
        return PlainHelper("name", Div("phone", "email", css_class="fields"), "birth_date", "question")

    def clean_birth_date(self):
        day = self.cleaned_data["birth_date"]
        if day and not OLDEST <= day <= timezone.localdate():
            raise ValidationError(_("Enter a birth date between 1900 and today, or leave it empty."), code="birth_date")
        return day
