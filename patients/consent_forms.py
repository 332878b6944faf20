"""Forms around consents: the card a patient signs, and what the practitioner records."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.anatomy.regions import REGIONS
from patients import signatures
from patients.consents import ADULT_AGE
from patients.models import Consent, ConsentText

GUARDIAN, PATIENT = Consent.SignedAs.GUARDIAN, Consent.SignedAs.PATIENT


class CardForm(forms.Form):
    """What is sent for one consent text. All empty means: not answered, which is allowed.

    The card has a template of its own (`intake/consents_card.html`), because the text stands between its fields.
    """

    CHANGED = _("This text has changed. Please read it and answer again.")

    text = forms.IntegerField(required=False)
    answer = forms.ChoiceField(
        required=False,
        choices=[("yes", ""), ("no", "")],
        error_messages={"invalid_choice": _("Choose one of the two answers.")},
    )
    name = forms.CharField(
        required=False, max_length=120, error_messages={"max_length": _("Use at most 120 characters.")}
    )
    relation = forms.CharField(
        required=False, max_length=60, error_messages={"max_length": _("Use at most 60 characters.")}
    )
    drawing = forms.CharField(required=False, strip=True)

    def __init__(self, data=None, *, consent_text, needs_relation=False):
        super().__init__(data, prefix=f"consent-{consent_text.kind}")
        self.consent_text, self.needs_relation = consent_text, needs_relation

    def clean_drawing(self):
        """The strokes; what is no drawing is refused here."""
        try:
            return signatures.read(self.cleaned_data["drawing"])
        except signatures.BadDrawing as error:
            raise forms.ValidationError(
                _("The drawing could not be read. Clear it and draw again, or leave it empty.")
            ) from error

    def clean(self):
        """What belongs together: a choice with its signature, on the text as it stands today."""
        data = super().clean() or self.cleaned_data
        answer, name = data.get("answer"), data.get("name", "")
        if "answer" in data and not answer and (name or data.get("drawing")):
            self.add_error("answer", _("Choose an answer, or clear your signature."))
        if answer == "yes":
            self._check_signature(data, name)
        if answer and data.get("text") != self.consent_text.pk:
            self.add_error("text", self.CHANGED)
        return data

    def _check_signature(self, data, name):
        if "name" in data and len(name) < 2:
            self.add_error("name", _("Type your full name to sign."))
        if self.needs_relation and "relation" in data and not data["relation"]:
            self.add_error("relation", _("Say how you are related, for example mother."))

    @property
    def is_answered(self):
        return bool(self.cleaned_data.get("answer"))

    def values(self):
        """What `consents.sign` is told."""
        data = self.cleaned_data
        return {
            "is_given": data["answer"] == "yes",
            "signed_name": data["name"],
            "drawing": data["drawing"],
            "signed_as": GUARDIAN if data["relation"] else PATIENT,
            "relation": data["relation"],
        }


def _kinds():
    return [("", "–"), *ConsentText.Kind.choices]


class TakenForm(forms.Form):
    """A consent given on paper or by word to the practitioner who explained it."""

    HOW = [("paper", _("Signed on paper")), ("word", _("Said in the room"))]

    kind = forms.ChoiceField(label=_("Consent"), choices=_kinds)
    answer = forms.ChoiceField(label=_("Answer"), choices=[("yes", _("Agreed")), ("no", _("Not agreed"))])
    how = forms.ChoiceField(label=_("How it was given"), choices=HOW)
    signed_on = forms.DateField(
        label=_("Day"), required=False, help_text=_("Empty: today."), widget=forms.DateInput({"type": "date"})
    )
    signed_name = forms.CharField(label=_("Name of who answered"), required=False, max_length=120)
    relation = forms.CharField(
        label=_("Relation"), required=False, max_length=60, help_text=_("Only when a parent or guardian answers.")
    )
    regions = forms.MultipleChoiceField(
        label=_("Regions covered"),
        required=False,
        choices=[(region.code, region.label) for region in REGIONS],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For an adjustment. None ticked: all regions."),
    )
    because = forms.CharField(label=_("Note"), required=False, max_length=250)

    def __init__(self, *args, patient=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.patient = patient

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = False
        helper.layout = Layout(*self.fields)
        return helper

    def clean_signed_on(self):
        """Not of tomorrow, nor older than the person."""
        day = self.cleaned_data["signed_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This day is in the future."))
        if day and self.patient and day < self.patient.birth_date:
            raise forms.ValidationError(_("This day is before the birth date."))
        return day

    def clean(self):
        """A yes has a name, and a child's a relation; only an adjustment is agreed to by region."""
        data = super().clean() or self.cleaned_data
        if data.get("answer") == "yes" and len(data.get("signed_name", "")) < 2:
            self.add_error("signed_name", _("Say who agreed."))
        is_child = self.patient is not None and self.patient.age < ADULT_AGE
        if data.get("answer") == "yes" and is_child and not data.get("relation"):
            self.add_error("relation", _("A parent or guardian agrees for a child: say how they are related."))
        if data.get("regions") and data.get("kind") not in (None, ConsentText.Kind.MANIPULATION):
            self.add_error("regions", _("Only the consent to adjustment names regions."))
        return data

    def values(self):
        """What `consents.record_taken` is told beside the text."""
        data = self.cleaned_data
        return {
            "is_given": data["answer"] == "yes",
            "how": str(dict(self.HOW)[data["how"]]),
            "signed_as": GUARDIAN if data["relation"] else PATIENT,
            **{name: data[name] for name in ("signed_on", "signed_name", "relation", "regions", "because")},
        }


class TakeBackForm(forms.Form):
    """The clinic takes a consent back in the patient's name and says why."""

    because = forms.CharField(label=_("What the patient said"), max_length=300)

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = False
        helper.layout = Layout("because")
        return helper
