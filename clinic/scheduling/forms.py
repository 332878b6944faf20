"""Forms of the deeds of booking: who comes (a patient or a new person), and when to whom."""

import uuid
from datetime import UTC, datetime, timedelta

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.accounts.roles import can
from clinic.scheduling import booking, new_patients
from clinic.scheduling.clock_reading import read_clock
from clinic.scheduling.models import Appointment, Practitioner, Series, VisitKind
from patients.duplicates import likely_same
from patients.models import Patient
from patients.models.people import check_birth_date

FEWEST_DIGITS = 7
GRID = timedelta(minutes=5)
USUAL_LENGTHS = (10, 15, 20, 30, 45, 60, 90)


def next_step(now):
    """Return `now` rounded up to the 5-minute grid of the day sheet."""
    start = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    return start if start == now else start + GRID


def lengths(*own):
    """Return the choices for a visit's length: the usual ones, and those asked for."""
    minutes = sorted({*USUAL_LENGTHS, *(int(n) for n in own if str(n or "").isdecimal() and len(str(n)) < 4)})
    return [(n, _("%(n)s min") % {"n": n}) for n in minutes]


class LengthField(forms.IntegerField):
    """Another length than the usual one, in minutes: chosen from a list, or drawn on the sheet."""

    widget = forms.Select

    def __init__(self, **kwargs):
        super().__init__(label=_("Length"), min_value=5, max_value=480, required=False, **kwargs)


TYPED = ("given_name", "family_name", "birth_date", "phone")  # by which somebody is recognised


class PersonForm(forms.Form):
    """A patient of ours, or a new person in five fields. `duplicates` holds those who may be the same person."""

    patient = forms.ModelChoiceField(Patient.objects.none(), required=False, widget=forms.HiddenInput)
    given_name = forms.CharField(label=_("First name"), max_length=80, required=False)
    family_name = forms.CharField(label=_("Last name"), max_length=80, required=False)
    birth_date = forms.DateField(
        label=_("Birth date"),
        required=False,
        validators=[check_birth_date],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput({"type": "tel", "inputmode": "tel"})
    )
    preferred_channel = forms.ChoiceField(
        label=_("Reminders by"), choices=Patient.Channel, required=False, initial=Patient.Channel.PHONE
    )
    another = forms.BooleanField(required=False, widget=forms.HiddenInput)

    person_fields = ("given_name", "family_name", "birth_date", "phone", "preferred_channel")

    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        patients = Patient.objects.for_user(user).kept().living()
        self.fields["patient"].queryset = patients  # type: ignore[attr-defined]
        self.duplicates = []
        for name in self.person_fields:
            self.fields[name].widget.attrs["autocomplete"] = "off"  # the browser knows the receptionist, not the caller

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = helper.disable_csrf = False
        helper.layout = Layout("patient", "another", *self.person_layout())
        return helper

    def person_layout(self):
        """The five fields of a new person, two by two."""
        return (
            Row(Column("given_name"), Column("family_name")),
            Row(Column("birth_date"), Column("phone")),
            "preferred_channel",
        )

    def clean_phone(self):
        """A phone number has at least seven digits, however it is written."""
        phone = self.cleaned_data["phone"].strip()
        if phone and sum(c.isdigit() for c in phone) < FEWEST_DIGITS:
            raise forms.ValidationError(_("A phone number has at least 7 digits, for example (503) 555-0119."))
        return phone

    def clean(self):
        cleaned = super().clean() or {}
        if "patient" in cleaned and not cleaned["patient"]:
            self._check_person(cleaned)
        return cleaned

    def _check_person(self, cleaned):
        """A new person needs a name, a birth date and a phone, and must not be somebody we know already."""
        for name, missing in (
            ("given_name", _("Find the patient above, or enter the first name of a new one.")),
            ("birth_date", _("Enter the birth date: it tells people of one name apart.")),
            ("phone", _("Enter a phone number, so that we can call when something changes.")),
        ):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, missing)
        if not self.errors and not cleaned["another"] and not self.sent_before():
            self.duplicates = likely_same(**{name: cleaned[name] for name in TYPED})
            if self.duplicates:
                self.add_error(None, _("This may be somebody we know. Take them, or say that it is another person."))

    def sent_before(self):
        """Did this very form do its work already? Then the person it made is no stranger who looks alike."""
        return False

    def person(self):
        """The fields of a new patient, for `registering.register`."""
        chosen = {name: self.cleaned_data[name] for name in self.person_fields}
        return {**chosen, "preferred_channel": chosen["preferred_channel"] or Patient.Channel.PHONE}


class AcceptForm(PersonForm):
    """Who the visitor of the site is: turns their held time into a visit."""

    def accept(self, request, *, by):
        """Accept `request` for the chosen or new patient. Raises `HoldHasEnded`, `PatientIsElsewhere`."""
        if patient := self.cleaned_data["patient"]:
            return booking.accept(request, patient=patient, by=by)
        return new_patients.accept(request, person=self.person(), by=by)


class BookingForm(PersonForm):
    """One visit. `at` (a free time that was offered) counts before the typed day and time; a walk-in is now."""

    kind = forms.ModelChoiceField(VisitKind.objects.filter(is_active=True), label=_("Kind"), empty_label=None)
    practitioner = forms.ModelChoiceField(Practitioner.objects.active(), label=_("Practitioner"), empty_label=None)
    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput({"type": "time", "step": "300"}, format="%H:%M")
    )
    minutes = LengthField()
    overbook_because = forms.CharField(
        label=_("Squeeze in, because"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("Books outside the hours or beside another visit; the reason is kept."),
    )
    at = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    walk_in = forms.BooleanField(required=False, widget=forms.HiddenInput)
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.fields["key"].initial = uuid.uuid4().hex
        self.fields["minutes"].widget.choices = [("", _("as usual")), *lengths(self["minutes"].value())]
        if not can(user, "appointment.overbook"):
            del self.fields["overbook_because"]

    @property
    def helper(self):
        helper = super().helper
        helper.layout.extend(
            ["kind", "practitioner", "minutes", Row(Column("day"), Column("time")), "at", "walk_in", "key"]
        )
        helper.layout.extend(name for name in ("overbook_because",) if name in self.fields)
        return helper

    def clean_at(self):
        """The chosen free time, as the button carries it: ISO with its offset from UTC."""
        if not self.cleaned_data["at"]:
            return None
        try:
            chosen = datetime.fromisoformat(self.cleaned_data["at"])
            return chosen.astimezone(UTC) if chosen.tzinfo else None
        except (ValueError, OverflowError):
            return None

    def clean(self):
        cleaned = super().clean()
        if "practitioner" in cleaned and not {"day", "time"} & set(self.errors):
            cleaned["starts_at"] = self._starts_at(cleaned)
            if cleaned["starts_at"] and booking.is_too_far(cleaned["starts_at"], timezone.now()):
                self.add_error("day", _("This day is too far away. Please check the year."))
        if self.data.get("do") == "anyway" and not cleaned.get("overbook_because"):
            self.add_error(
                "overbook_because" if "overbook_because" in self.fields else None,
                _("Say why: a visit that is squeezed in is kept with its reason."),
            )
        kind, practitioner = cleaned.get("kind"), cleaned.get("practitioner")
        if kind and practitioner and not kind.is_done_by(practitioner):
            told = _("%(who)s does not do this kind of visit. Choose another practitioner or kind.")
            self.add_error("practitioner", told % {"who": practitioner.name})
        return cleaned

    def _starts_at(self, cleaned):
        if cleaned.get("at"):
            return cleaned["at"]
        if cleaned.get("walk_in"):
            return next_step(timezone.now())
        if not (cleaned.get("day") and cleaned.get("time")):
            missing = "time" if cleaned.get("day") else "day"
            self.add_error(missing, _("Choose one of the free times, or type the day and the time."))
            return None
        return read_clock(self, cleaned["practitioner"].location.zone)

    def sent_before(self):
        """A second click on "Book" comes with the same key."""
        key = self.cleaned_data.get("key")
        sent = {"idempotency_key": key}
        return bool(key) and (Appointment.objects.filter(**sent).exists() or Series.objects.filter(**sent).exists())

    def book(self, *, by):
        """Book for the chosen or new patient and return the appointment; raises as `booking.book` does."""
        cleaned = self.cleaned_data
        visit = {name: cleaned[name] for name in ("practitioner", "kind", "starts_at")}
        visit |= {"key": cleaned["key"] or None, "minutes": cleaned["minutes"]}
        visit["overbook_because"] = cleaned.get("overbook_because", "")
        if cleaned["patient"]:
            return booking.book(patient=cleaned["patient"], by=by, **visit)
        return new_patients.book(person=self.person(), by=by, **visit)
