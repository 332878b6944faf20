"""The first-run wizard on one page: four short sections."""

import zoneinfo
from datetime import time

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Fieldset, Layout, Row, Submit
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from clinic.accounts.models import normalise_email
from clinic.practice.models import check_zone
from clinic.scheduling.models import WorkingHours

OFTEN = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "Europe/London",
)


def zones():
    """The zones to choose from: those used most first, then all others by name."""
    rest = sorted(
        z for z in zoneinfo.available_timezones() if "/" in z and not z.startswith(("Etc/", "posix", "right"))
    )
    return [("", _("Choose ...")), *((z, z.replace("_", " ")) for z in (*OFTEN, *(z for z in rest if z not in OFTEN)))]


class ClockInput(forms.TimeInput):
    input_type = "time"


class SetUpForm(forms.Form):
    """What `scheduling.founding.found` needs."""

    code = forms.CharField(label=_("Set-up code"), help_text=_("It stands in the window where the clinic was started."))
    clinic_name = forms.CharField(label=_("Name of the clinic"), max_length=120)
    phone = forms.CharField(label=_("Phone"), max_length=40)
    street = forms.CharField(label=_("Street and number"), max_length=120, required=False)
    city = forms.CharField(label=_("City"), max_length=80)
    state = forms.CharField(label=_("State"), max_length=40, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones, validators=[check_zone])
    admin_name = forms.CharField(label=_("Your name"), max_length=120)
    admin_email = forms.EmailField(label=_("Your e-mail"))
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(render_value=False), help_text=_("12 characters or more.")
    )
    practitioner_name = forms.CharField(
        label=_("First practitioner"),
        max_length=120,
        help_text=_("Write your own name again if you treat patients yourself."),
    )
    credentials = forms.CharField(label=_("Credentials"), max_length=40, initial="DC")
    licence_number = forms.CharField(label=_("Licence number"), max_length=40)
    licence_state = forms.CharField(label=_("Licence state"), max_length=40)
    licence_expires_on = forms.DateField(
        label=_("Licence valid to"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    days = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        choices=WorkingHours.Weekday.choices,
        coerce=int,
        initial=[0, 1, 2, 3, 4],
        widget=forms.CheckboxSelectMultiple,
    )
    opens = forms.TimeField(label=_("Opens"), initial=time(8), widget=ClockInput(format="%H:%M"))
    closes = forms.TimeField(label=_("Closes"), initial=time(18), widget=ClockInput(format="%H:%M"))
    break_from = forms.TimeField(label=_("Break from"), required=False, widget=ClockInput(format="%H:%M"))
    break_to = forms.TimeField(label=_("Break to"), required=False, widget=ClockInput(format="%H:%M"))

    def __init__(self, *args, expected_code="", **kwargs):
        super().__init__(*args, **kwargs)
        self.expected_code = expected_code

    @property
    def helper(self):
        helper = FormHelper()
        helper.layout = Layout(
            Fieldset(_("The clinic"), "code", "clinic_name", "phone"),
            Fieldset(_("Where"), "street", Row(Column("city"), Column("state"), Column("postal_code")), "time_zone"),
            Fieldset(_("The first administrator"), "admin_name", "admin_email", "password"),
            Fieldset(
                _("The first practitioner"),
                "practitioner_name",
                "credentials",
                Row(Column("licence_number"), Column("licence_state"), Column("licence_expires_on")),
            ),
            Fieldset(
                _("Hours"),
                "days",
                Row(Column("opens"), Column("closes")),
                Row(Column("break_from"), Column("break_to")),
            ),
            Submit("found", _("Open the clinic")),
        )
        return helper

    def clean_code(self):
        if self.cleaned_data["code"].strip() != self.expected_code:
            raise forms.ValidationError(_("This is not the set-up code. Copy it from the window where you started."))
        return self.cleaned_data["code"]

    def clean_admin_email(self):
        return normalise_email(self.cleaned_data["admin_email"])

    def clean_password(self):
        validate_password(self.cleaned_data["password"])
        return self.cleaned_data["password"]

    def clean(self):
        given = super().clean() or {}
        opens, closes = given.get("opens"), given.get("closes")
        begins, ends = given.get("break_from"), given.get("break_to")
        if opens and closes and closes <= opens:
            self.add_error("closes", _("The clinic closes before it opens. Choose a later time."))
        elif opens and closes and (begins or ends) and not (begins and ends and opens < begins < ends < closes):
            self.add_error("break_from", _("Give both times of the break, inside the opening hours, or neither."))
        return given

    def deed(self):
        """Return the arguments of `founding.found`."""
        d = self.cleaned_data
        pause = (d["break_from"], d["break_to"])
        blocks = [(d["opens"], pause[0]), (pause[1], d["closes"])] if all(pause) else [(d["opens"], d["closes"])]
        place = {name: d[name] for name in ("street", "city", "state", "postal_code", "time_zone", "phone")}
        licence = {name: d[name] for name in ("credentials", "licence_number", "licence_state", "licence_expires_on")}
        return {
            "clinic": {"name": d["clinic_name"], "phone": d["phone"]},
            "location": {"name": d["clinic_name"][:80], **place},
            "admin": {"display_name": d["admin_name"], "email": d["admin_email"]},
            "password": d["password"],
            "practitioner": {"name": d["practitioner_name"], **licence},
            "days": d["days"],
            "blocks": blocks,
        }
