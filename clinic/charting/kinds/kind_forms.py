"""Forms of the kinds of treatment: one of the clinic's own with its settings as rows, and what a shipped one allows."""

import math

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.charting.contraindications.rule_forms import TREATMENTS
from clinic.charting.forms import Plain
from clinic.charting.kinds import kind_changes, kind_definitions
from clinic.charting.kinds.kind_definitions import Setting
from clinic.charting.kinds.quantities import SIGNS, in_words
from clinic.charting.models import TreatmentKind

NONE = "none"
ATTENDANCE = [
    ("one_to_one", gettext_lazy("Hands on, one to one")),
    ("constant", gettext_lazy("Somebody stays all the time")),
    ("supervised", gettext_lazy("It runs by itself, somebody looks in")),
    ("none", gettext_lazy("Nobody is needed")),
]
ICONS = [
    ("hand", gettext_lazy("Hand")),
    ("adjust", gettext_lazy("Adjustment")),
    ("wave", gettext_lazy("Wave")),
    ("bolt", gettext_lazy("Current")),
    ("heat", gettext_lazy("Heat")),
    ("drop", gettext_lazy("Drop")),
    ("stones", gettext_lazy("Stones")),
    ("person", gettext_lazy("Person")),
    ("clock", gettext_lazy("Clock")),
]
TABLES = [
    ("", "–"),
    *[(name, label) for name, label in TREATMENTS],
    (NONE, gettext_lazy("None of them: no rule speaks")),
]
EMPTY_ROWS, MOST_ROWS = 6, 24


def _reason(required):
    return forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=kind_changes.REASON,
        required=required,
        help_text=gettext_lazy("It stays with the kind, with your name and the time."),
    )


class KindForm(Plain):
    """What every kind has, and under which rules a new one stands."""

    label = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    icon = forms.ChoiceField(label=gettext_lazy("Drawing"), choices=ICONS, initial="hand", widget=forms.RadioSelect)
    attendance = forms.ChoiceField(label=gettext_lazy("Who is with the patient"), choices=ATTENDANCE)
    is_timed = forms.BooleanField(
        label=gettext_lazy("Counted in minutes"),
        required=False,
        help_text=gettext_lazy("The card asks for its minutes."),
    )
    stands_under = forms.ChoiceField(
        label=gettext_lazy("Contraindications"),
        choices=TABLES,
        help_text=gettext_lazy(
            "It is checked like this treatment. With “none” no rule ever warns of it: not of pregnancy, not of blood "
            "thinners, not of a pacemaker."
        ),
    )
    evidence_note = forms.CharField(
        label=gettext_lazy("What is known of its effect"),
        required=False,
        max_length=600,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Shown to the clinician on the card. Say it with its source."),
    )
    source = forms.CharField(label=gettext_lazy("Source"), required=False, max_length=200)
    order = forms.IntegerField(label=gettext_lazy("Order"), min_value=1, max_value=9999, initial=500)
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)
    because = _reason(required=False)

    def __init__(self, data=None, *, kind=None):
        self.kind = kind
        super().__init__(data, initial=self._stored(kind) if kind else None)
        self.mark()

    def _stored(self, kind):
        stored = {name: getattr(kind, name) for name in kind_changes.OWN}
        return {**stored, "stands_under": kind_definitions.stands_under(kind.definition) or NONE}

    def clean_label(self):
        return _free_label(self.cleaned_data["label"], self.kind)

    def clean(self):
        _ask_for_source(self)
        if self.kind and not self.cleaned_data.get("because", "").strip():
            self.add_error("because", _("Say why it is changed."))
        return self.cleaned_data

    def fields_for_deed(self):
        """What `kind_changes.add` and `change_own` take, without the settings."""
        data = self.cleaned_data
        table = data["stands_under"]
        plain = {name: data[name] for name in (*kind_changes.OWN, "because")}
        return {**plain, "stands_under": "" if table == NONE else table}


def _free_label(label, kind):
    same = TreatmentKind.objects.filter(label__iexact=label.strip()).exclude(pk=kind.pk if kind else 0)
    if same.exists():
        raise forms.ValidationError(_("There is a kind of this name."))
    return label.strip()


def _ask_for_source(form):
    if form.cleaned_data.get("evidence_note") and not form.cleaned_data.get("source"):
        form.add_error("source", _("Who says so? A note on the effect has its source."))


class SettingForm(Plain):
    """One row of the settings; an empty row is left out. Errors are those of `kind_definitions.complaint`."""

    name = forms.CharField(required=False, max_length=kind_definitions.NAME_LENGTH, widget=forms.HiddenInput)
    label = forms.CharField(label=gettext_lazy("Setting"), required=False, max_length=60)
    type = forms.ChoiceField(
        label=gettext_lazy("Type"), required=False, choices=list(kind_definitions.TYPES.items()), initial="number"
    )
    unit = forms.CharField(label=gettext_lazy("Unit"), required=False, max_length=12)
    lowest = forms.FloatField(label=gettext_lazy("From"), required=False, widget=forms.TextInput)
    highest = forms.FloatField(label=gettext_lazy("To"), required=False, widget=forms.TextInput)
    is_soft = forms.BooleanField(label=gettext_lazy("Outside: ask why"), required=False)
    is_required = forms.BooleanField(label=gettext_lazy("Asked first"), required=False)
    choices = forms.CharField(label=gettext_lazy("Choices"), required=False, max_length=400)
    gone = forms.BooleanField(label=gettext_lazy("Take away"), required=False)

    def clean_choices(self):
        return tuple(filter(None, (part.strip() for part in self.cleaned_data["choices"].split(","))))

    def clean(self):
        data = self.cleaned_data
        for name in ("lowest", "highest"):
            if data.get(name) is not None and not math.isfinite(data[name]):
                self.add_error(name, _("Enter a number."))
        if not self.errors and self.is_given and (wrong := kind_definitions.complaint(self.setting())):
            self.add_error(*wrong)
        return data

    @property
    def is_given(self):
        """Does the row say anything?"""
        data = self.cleaned_data
        return bool(data.get("name") or (self.has_changed() and not data.get("gone")))

    def setting(self):
        """The row as a `Setting`; one that is taken away is retired."""
        data = self.cleaned_data
        same = ("name", "label", "type", "unit", "lowest", "highest", "is_soft", "is_required", "choices")
        given = {name: data[name] for name in same}
        return Setting(**{**given, "type": data["type"] or "number", "is_retired": data["gone"]})


class BaseSettings(forms.BaseFormSet):
    """The rows; a name stands once."""

    def clean(self):
        seen = set()
        for form in self.forms:
            if form.errors or not form.is_given:
                continue
            name = kind_definitions.name_of(form.setting())
            if name in seen:
                form.add_error("label", _("There are two settings of this name."))
            seen.add(name)

    @property
    def given(self):
        """The rows that say something."""
        return [form for form in self.forms if form.is_given]

    def settings(self):
        """The `Setting`s of the rows that say something."""
        return [form.setting() for form in self.given]


_Settings = forms.formset_factory(SettingForm, BaseSettings, extra=EMPTY_ROWS, max_num=MOST_ROWS, validate_max=True)


def settings_forms(data=None, *, kind=None):
    """The rows of a kind (of a new one: empty rows), each field with its small control."""
    stored = [p for p in kind.definition["parameters"] if not p.get("is_retired")] if kind else []
    rows = _Settings(data, prefix="s", initial=[_initial(kind_definitions.setting_of(p)) for p in stored])
    for place, form in enumerate(rows.forms):
        if place < len(stored):  # what was charted speaks by its type and unit
            form.fields["type"].disabled = form.fields["unit"].disabled = True
        form.mark()
    return rows


def _initial(setting):
    return {**vars(setting), "choices": ", ".join(setting.choices), "gone": False}


class ShippedForm(Plain):
    """What may be changed of a shipped kind besides its usual ranges."""

    label = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    order = forms.IntegerField(label=gettext_lazy("Order"), min_value=1, max_value=9999)
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False)
    stands_under = forms.ChoiceField(
        label=gettext_lazy("Contraindications"), required=False, choices=[row for row in TABLES if row[0] != NONE]
    )
    evidence_note = forms.CharField(
        label=gettext_lazy("What is known of its effect"),
        required=False,
        max_length=600,
        widget=forms.Textarea({"rows": 3}),
    )
    source = forms.CharField(label=gettext_lazy("Source"), required=False, max_length=200)
    because = _reason(required=True)

    def __init__(self, data=None, *, kind):
        self.kind = kind
        stored = {name: getattr(kind, name) for name in kind_changes.PLAIN}
        super().__init__(data, initial={**stored, "stands_under": kind_definitions.stands_under(kind.definition)})
        if not kind.definition.get("usage_note"):
            del self.fields["stands_under"]
        self.mark()

    def clean_label(self):
        return _free_label(self.cleaned_data["label"], self.kind)

    def clean(self):
        data = self.cleaned_data
        _ask_for_source(self)
        if data.get("is_active") and "stands_under" in self.fields and not data.get("stands_under"):
            self.add_error("stands_under", _("Choose under which contraindications it stands before it is used."))
        return data

    def fields_for_deed(self):
        """What `kind_changes.adjust` takes, without the ranges."""
        return dict(self.cleaned_data)


class RangesForm(Plain):
    """The usual ranges of a shipped kind, from and to, in the unit of each setting."""

    def __init__(self, data=None, *, kind):
        self.rows = list(kind_changes.soft_places(kind.definition))
        super().__init__(data, prefix="r")
        for number, (parameter, _place, entry) in enumerate(self.rows):
            for end in ("min", "max"):
                if not isinstance(entry.get(end), str):
                    self.fields[f"{number}-{end}"] = self._bound(parameter, entry.get(end), end)
        self.mark()

    def _bound(self, parameter, initial, end):
        name = _("%(setting)s, from") if end == "min" else _("%(setting)s, to")
        field = forms.FloatField(label=name % {"setting": parameter["label"]}, required=False, widget=forms.TextInput)
        field.initial = initial
        return field

    def clean(self):
        for number in range(len(self.rows)):
            ends = [self.cleaned_data.get(f"{number}-{end}") for end in ("min", "max")]
            for end, bound in zip(("min", "max"), ends, strict=True):
                if bound is not None and (not math.isfinite(bound) or bound < 0):
                    self.add_error(f"{number}-{end}", _("Enter a number from 0 up."))
            lowest, highest = ends
            if lowest is not None and highest is not None and lowest > highest:
                self.add_error(f"{number}-max", _("The range ends before it begins."))
        return self.cleaned_data

    @property
    def lines(self):
        """What the page shows: (label, when it holds, unit, from, to, source); a bound that is measured is told."""
        for number, (parameter, place, entry) in enumerate(self.rows):
            when = "" if place is None else when_words(entry["when"])
            ends = [self._shown(number, entry, end) for end in ("min", "max")]
            yield parameter["label"], when, SIGNS.get(parameter["unit"], parameter["unit"]), *ends, entry.get("src", "")

    def _shown(self, number, entry, end):
        name = f"{number}-{end}"
        return {"field": self[name]} if name in self.fields else {"told": entry[end].replace("_", " ")}

    def ranges(self):
        """What `kind_changes.adjust` takes."""
        bound = self.cleaned_data.get
        return {
            (parameter["name"], place): (bound(f"{number}-min"), bound(f"{number}-max"))
            for number, (parameter, place, _entry) in enumerate(self.rows)
        }


def when_words(condition):
    """When a range holds, in words: `mode=='tens_low_rate'` is "tens low rate"."""
    return in_words(condition.partition("==")[2].strip("' ") or condition)
