"""Forms around a person: a note for colleagues, leave to act for them, the day they died."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients import dying, granting, sticking
from patients.models import StickyNote
from patients.naming import scope_words


def _helper(form, *fields):
    helper = FormHelper(form)
    helper.form_tag = helper.disable_csrf = False
    helper.layout = Layout(*fields)
    return helper


def day_field(label, **options):
    """A day as the browser asks for one."""
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **options)


class NoteForm(forms.ModelForm):
    """One note; a text that sounds clinical is asked about once, and kept when somebody ticks that it is not."""

    anyway = forms.BooleanField(label=_("It is not about health: keep it here"), required=False)
    until = day_field(_("Shown until"), required=False, help_text=_("Empty: until somebody takes it down."))

    class Meta:
        model = StickyNote
        fields = ["text", "until"]
        help_texts = {"text": _("Nothing clinical: everybody at the desk reads it.")}
        widgets = {"text": forms.TextInput({"autocomplete": "off"})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.word = sticking.clinical_word(str(self["text"].value() or "")) if self.is_bound else ""
        if not self.word:
            del self.fields["anyway"]

    @property
    def helper(self):
        asked = ["anyway"] if "anyway" in self.fields else []
        return _helper(self, "text", *asked, "until")

    def clean_until(self):
        """A day that has gone would hide the note at once."""
        until = self.cleaned_data["until"]
        if until and until < timezone.localdate():
            raise forms.ValidationError(_("This day has gone. Leave it empty, or choose a later one."))
        return until

    def clean(self):
        cleaned = super().clean() or {}
        if self.word and not cleaned.get("anyway") and "text" not in self.errors:
            asked = _("“%(word)s” looks clinical; put it into the chart instead? If it is not, tick below.")
            self.add_error("text", asked % {"word": self.word})
        return cleaned

    def put_up(self, patient, *, by):
        """Put the note up and return it, or None with the error in the form."""
        try:
            said = self.cleaned_data
            return sticking.put_up(patient, text=said["text"], until=said["until"], by=by)
        except sticking.TooManyNotes:
            self.add_error(None, _("Five notes are up already; nobody reads more. Take one down first."))


SCOPES = [(scope, scope_words(scope)) for scope in granting.SCOPES]
NOT_GIVEN = {
    granting.NoSuchAccount: ("name", _("Nobody signs in with this address yet. Enter their name to open an account.")),
    granting.StaffAccount: ("email", _("Somebody who works here signs in with this address. Use their private one.")),
    granting.OwnRecord: ("email", _("This is the patient's own account; it needs no leave.")),
    granting.HasThatLeave: ("email", _("They act for this patient already. Take that back first to change it.")),
    granting.NothingOpened: ("scopes", _("Tick at least one thing they may do.")),
    granting.IdentityNotSeen: ("identity_seen", _("Write what was shown, for example a passport.")),
    granting.NotAMinor: ("is_guardian", _("The patient is 18 or older and speaks for themselves.")),
    granting.EndsTooEarly: ("ends_on", _("It would be over before it begins: check the days and the 18th birthday.")),
    granting.HasDied: (None, _("This patient has died.")),
}


class GrantForm(forms.Form):
    """Who may act for the patient, in what, and what they have shown of who they are."""

    email = forms.EmailField(label=_("Their e-mail"), help_text=_("The address they sign in with."))
    name = forms.CharField(
        label=_("Their name"),
        max_length=120,
        required=False,
        help_text=_("Needed when they have no account yet: one is opened, and they sign in by a code."),
    )
    relation = forms.CharField(label=_("Relation"), max_length=60, help_text=_("For example mother, husband, carer."))
    is_guardian = forms.BooleanField(label=_("Parent or guardian of a minor"), required=False)
    scopes = forms.MultipleChoiceField(
        label=_("They may"),
        choices=SCOPES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": NOT_GIVEN[granting.NothingOpened][1]},
    )
    identity_seen = forms.CharField(
        label=_("What was shown"),
        max_length=120,
        help_text=_("For example: passport; for a guardian also the birth certificate. No numbers."),
    )
    starts_on = day_field(_("From"), required=False, help_text=_("Empty: from today."))
    ends_on = day_field(_("Until"), required=False, help_text=_("Empty: until it is taken back, or the 18th birthday."))

    @property
    def helper(self):
        return _helper(
            self,
            Row(Column("email"), Column("name")),
            Row(Column("relation"), Column("identity_seen")),
            "is_guardian",
            "scopes",
            Row(Column("starts_on"), Column("ends_on")),
        )

    def clean_identity_seen(self):
        """Spaces are nothing that anybody has shown."""
        return self.cleaned_data["identity_seen"].strip()

    def give(self, patient, *, by):
        """Give the leave and return the grant, or None with the error at its field."""
        try:
            return granting.grant(patient, by=by, **self.cleaned_data)
        except tuple(NOT_GIVEN) as refused:
            self.add_error(*NOT_GIVEN[type(refused)])


class DiedForm(forms.Form):
    """The day, and a tick that it was meant."""

    on = day_field(_("Died on"), error_messages={"required": _("Enter the day; it can be corrected later.")})
    sure = forms.BooleanField(
        label=_("Yes, this person has died"),
        error_messages={"required": _("Tick this, so that nobody is noted as dead by a slip.")},
    )

    @property
    def helper(self):
        return _helper(self, "on", "sure")

    def note(self, deed, patient, *, by):
        """Do the deed and return what ended, or None with the error at the day. Raises `dying.AlreadyNoted`."""
        try:
            return deed(patient, on=self.cleaned_data["on"], by=by)
        except dying.NotTheDay:
            self.add_error("on", _("This day is in the future or before the birth. Please check it."))
