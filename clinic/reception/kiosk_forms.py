"""What the check-in screen asks. Its pages draw the fields themselves: big, for fingers."""

import re
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.outcomes import checking_in
from clinic.outcomes.models import CheckIn
from clinic.reception.arrivals import SHORTEST_PHONE
from patients.questions import load

NONE, UNSURE = "none", "unsure"
EACH = [("yes", _("Yes")), ("no", _("No")), (UNSURE, _("Not sure"))]


def _digits(label, length, autocomplete):
    limits = {"inputmode": "numeric", "maxlength": length, "autocomplete": "off", "data-part": autocomplete}
    return forms.IntegerField(label=label, required=False, widget=forms.TextInput(limits))


class FindForm(forms.Form):
    """What only the patient knows: the birth date, with the beginning of the last name or the phone number."""

    month = _digits(_("Month"), 2, "month")
    day = _digits(_("Day"), 2, "day")
    year = _digits(_("Year"), 4, "year")
    letters = forms.CharField(
        label=_("Your last name starts with"),
        max_length=80,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    phone = forms.CharField(
        label=_("or your phone number"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off", "data-part": "phone"}),
    )

    def clean(self):
        given = super().clean() or {}
        given["birth_date"] = self._birth_date(given)
        if not given.get("letters") and not given.get("phone"):
            self.add_error("letters", _("Enter the first three letters of your last name, or your phone number."))
        return given

    def clean_phone(self):
        phone = self.cleaned_data["phone"]
        if phone and len(re.sub(r"\D", "", phone)) < SHORTEST_PHONE:
            raise ValidationError(_("Enter the whole number with its area code."))
        return phone

    def _birth_date(self, given):
        try:
            born = date(given["year"], given["month"], given["day"])
        except (KeyError, TypeError, ValueError, OverflowError):
            born = None
        if born is None or not born.year >= 1900 or born > timezone.localdate():
            self.add_error("month", _("Enter your birth date: month, day and the four digits of the year."))
        return born

    @property
    def asked(self):
        """What was typed, as `arrivals.find` takes it."""
        return {name: self.cleaned_data[name] for name in ("birth_date", "letters", "phone")}


def _in_words(row):
    """A red flag as the health history asks it, in the language of the screen."""
    return load().question(row.id).text


def _flags():
    """What can be ticked: the red flags, none of them, or not sure."""
    asked = [(row.id, _in_words(row)) for row in checking_in.table()]
    return [*asked, (NONE, _("None of these")), (UNSURE, _("I am not sure about one of these"))]


class FeelForm(forms.Form):
    """How it is today. Whoever is not sure about a red flag is asked each of them (`each=True`)."""

    pain = forms.TypedChoiceField(
        label=_("Pain now, from 0 to 10"),
        choices=[(n, n) for n in range(11)],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a number: 0 is no pain, 10 the worst you can imagine.")},
    )
    change = forms.ChoiceField(
        label=_("Since your last visit"),
        choices=CheckIn.Change.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose better, about the same, or worse.")},
    )
    words = forms.CharField(
        label=_("Has anything changed?"),
        max_length=200,
        required=False,
        help_text=_("If you like, in a few words. Example: worse after shovelling."),
        error_messages={"max_length": _("Keep it to 200 characters; tell us the rest at the visit.")},
    )
    flags = forms.MultipleChoiceField(
        label=_("Is any of these true now, and new for you?"),
        choices=_flags,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick what is true, or “None of these”.")},
    )

    def __init__(self, *args, is_first=False, each=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.each = each
        if is_first:
            del self.fields["change"]
        if each:
            del self.fields["flags"]
            self.fields |= {row.id: self._one(row) for row in checking_in.table()}

    def _one(self, row):
        return forms.ChoiceField(
            label=_in_words(row),
            choices=EACH,
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose yes, no or not sure.")},
        )

    @property
    def questions(self):
        """The red flags as single questions, when each is asked."""
        return [self[row.id] for row in checking_in.table()] if self.each else []

    def clean_flags(self):
        ticked = self.cleaned_data["flags"]
        if NONE in ticked and len(ticked) > 1:
            raise ValidationError(_("You ticked “None of these” and something else. Please look again."))
        return ticked

    @property
    def wants_each(self):
        """Is somebody not sure, and has not been asked each question yet?"""
        return not self.each and UNSURE in self.cleaned_data["flags"]

    @property
    def answers(self):
        """yes, no or unsure for each red flag."""
        if self.each:
            return {row.id: self.cleaned_data[row.id] for row in checking_in.table()}
        return {row.id: "yes" if row.id in self.cleaned_data["flags"] else "no" for row in checking_in.table()}

    @property
    def given(self):
        """Everything that `checking_in.check_in` keeps."""
        kept = {name: self.cleaned_data.get(name, "") for name in ("pain", "change", "words")}
        return {**kept, "answers": self.answers}
