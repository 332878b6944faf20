"""The form field of one setting of a treatment: its kind of value, its unit, and the range that is usual here."""

from django import forms
from django.utils.translation import gettext as _

from clinic.anatomy import muscles, regions, sites
from clinic.charting.kinds import parameters
from clinic.charting.kinds.quantities import SIGNS, in_words, span

PLACES = [(r.code, r.label) for r in regions.REGIONS]
MUSCLES = [(m.slug, m.label) for m in muscles.MUSCLES]


def field_of(definition, known):
    """Return the form field of one parameter; `known` is what decides its usual range (phase, session ...).

    Nothing is required while the note is a draft; what a whole record holds is marked by the form.
    """
    field = _of_type(definition)
    field.initial = definition["default"]
    field.unit = SIGNS.get(definition["unit"], definition["unit"])
    field.help_text = help_of(definition, known)
    return field


def _of_type(definition):
    kind, name = definition["type"], definition["label"]
    if kind in ("choice", "body_site", "muscle"):
        return _choice(definition, _options(definition))
    if kind in ("multi_muscle", "multi_region"):
        listed = MUSCLES if kind == "multi_muscle" else PLACES
        size = forms.SelectMultiple({"size": 3})
        return forms.MultipleChoiceField(label=name, required=False, choices=listed, widget=size)
    if kind == "number":
        return forms.FloatField(label=name, required=False, widget=forms.TextInput({"inputmode": "decimal"}))
    if kind == "integer":
        return forms.IntegerField(label=name, required=False, widget=forms.TextInput({"inputmode": "numeric"}))
    if kind == "date":
        return forms.DateField(label=name, required=False, widget=forms.DateInput({"type": "date"}))
    return forms.CharField(label=name, required=False, max_length=300)


def _options(definition):
    listed = {"body_site": [(s.slug, s.label) for s in sites.SITES], "muscle": MUSCLES}
    return listed.get(definition["type"]) or [(str(choice), _words(choice)) for choice in definition["choices"]]


def _choice(definition, choices):
    options = choices if definition["default"] is not None else [("", "–"), *choices]
    return forms.ChoiceField(label=definition["label"], required=False, choices=options)


def _words(choice):
    return in_words(choice) if isinstance(choice, str) else str(choice)


def help_of(definition, known):
    """The help line: the range in force here, when it is asked for at all, and what the definition says."""
    parts = [_range_told(definition, known), _only_when(definition), definition["help"]]
    return ". ".join(str(part).rstrip(".") for part in parts if part) + ("." if definition["help"] else "")


def _range_told(definition, known):
    lowest, highest = parameters.usual_range(definition, known)
    if lowest is not None or highest is not None:
        return _("usual %(range)s") % {"range": span(lowest, highest, definition["unit"])}
    if definition["min"] is not None or definition["max"] is not None:
        return span(definition["min"], definition["max"], definition["unit"])
    return ""


def _only_when(definition):
    """For which choice a setting is meant, such as "only for ifc"; the definition says it as mode=='ifc'."""
    _name, equals, choice = definition.get("shown_when", "").partition("==")
    return _("only for %(choice)s") % {"choice": in_words(choice.strip("' "))} if equals else ""


def stored(definition, value):
    """The value as the definition names it: a choice keeps its type, a day is written as text."""
    if definition["type"] == "choice":
        return next((choice for choice in definition["choices"] if str(choice) == value), value)
    return value.isoformat() if definition["type"] == "date" else value
