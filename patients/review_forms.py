"""Forms of the clinician's review of a health history."""

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.health_forms import ConditionForm
from patients.vocabulary import read_terms

NUMBER = "number"  # a state that is a figure, such as weeks


class CorrectionForm(ConditionForm):
    """What a clinician knows better about a condition: its term, how it stands, where and since when."""

    field_order = ("code", "label", "state", "site", "side", "onset_on")

    def __init__(self, data=None, *, condition):
        self.condition = condition
        first = {name: getattr(condition, name) for name in ("code", "label", "site", "side", "onset_on")}
        super().__init__(data, initial=first, prefix=f"correct-{condition.pk}")
        self.fields["label"].required = False
        self.fields["label"].help_text = _("Left empty, it is called as its term is.")
        self.declared = read_terms()[condition.code].states if condition.code in read_terms() else {}
        for name, values in self.declared.items():
            self.fields[f"state_{name}"] = _state_field(name, values, condition.state.get(name, ""))

    def clean(self):
        data = super().clean()
        if not data.get("code") and not data.get("label"):
            self.add_error("label", _("Choose a term, or say in words what it is."))
        return data

    def given(self):
        """The values for `judging.correct`; the states of another term are not carried over."""
        data = self.cleaned_data
        renamed = data["code"] != self.condition.code and data["label"] == self.condition.label
        fields = {name: data[name] for name in ("code", "site", "side", "onset_on")}
        fields["label"] = "" if renamed and data["code"] else data["label"]
        return {**fields, "state": self._state(data)}

    def _state(self, data):
        if data["code"] != self.condition.code:
            return {}
        told = {name: str(data[f"state_{name}"]) for name in self.declared if data[f"state_{name}"] not in ("", None)}
        kept = {name: value for name, value in self.condition.state.items() if name not in self.declared}
        return {**kept, **told}


def _state_field(name, values, now):
    label = name.replace("_", " ").capitalize()
    if values == (NUMBER,):
        return forms.IntegerField(label=label, required=False, min_value=0, max_value=999, initial=now or None)
    choices = [("", _("not known")), *((value, value.replace("_", " ")) for value in values)]
    return forms.ChoiceField(label=label, required=False, choices=choices, initial=now)
