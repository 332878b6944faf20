"""Forms of the chart's history and alerts tabs."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.anatomy.sites import SITES
from patients import health_records
from patients.models import SafetyTerm

COUNTED = ["disease", "state", "device", "medication", "sign", "history"]  # kinds of terms a condition may be
SIDES = [("", "–"), ("left", _("left")), ("right", _("right")), ("both", _("both"))]


def _day(label):
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}))


class HealthForm(forms.Form):
    """Common to the four kinds of facts: what it is, and a day that cannot lie in the future."""

    label = forms.CharField(label=_("What"), max_length=250)

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = False
        helper.layout = Layout(*self.fields)
        return helper

    def clean(self):
        data = super().clean() or self.cleaned_data
        for name, value in list(data.items()):
            if isinstance(self.fields[name], forms.DateField) and value and value > timezone.localdate():
                self.add_error(name, _("This day is in the future."))
        return data


def _terms(kinds):
    rows = SafetyTerm.objects.filter(kind__in=kinds).values_list("slug", "label")
    return [("", _("no rule speaks of it")), *rows]


class ConditionForm(HealthForm):
    """A condition. With a word of the safety vocabulary the rules count it."""

    code = forms.ChoiceField(label=_("Safety term"), required=False, choices=lambda: _terms(COUNTED))
    onset_on = _day(_("Since"))
    site = forms.ChoiceField(label=_("Site"), required=False, choices=[("", "–"), *[(s.slug, s.label) for s in SITES]])
    side = forms.ChoiceField(label=_("Side"), required=False, choices=SIDES)


class MedicationForm(HealthForm):
    """A medicine."""

    dose = forms.CharField(label=_("Dose"), required=False, max_length=120)
    started_on = _day(_("Since"))


class AllergyForm(HealthForm):
    """What the patient does not tolerate."""

    code = forms.ChoiceField(label=_("Safety term"), required=False, choices=lambda: _terms(["allergy"]))
    reaction = forms.CharField(label=_("Reaction"), required=False, max_length=200)


class ProcedureForm(HealthForm):
    """An operation or other procedure."""

    performed_on = _day(_("On"))


class EndAlertForm(forms.Form):
    """Why an alert no longer holds."""

    because = forms.CharField(label=_("Reason"), max_length=300)

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = False
        helper.layout = Layout("because")
        return helper


FACTS = {
    "condition": (ConditionForm, health_records.add_condition),
    "medication": (MedicationForm, health_records.add_medication),
    "allergy": (AllergyForm, health_records.add_allergy),
    "procedure": (ProcedureForm, health_records.add_procedure),
}
