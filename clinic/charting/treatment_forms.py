"""A form for one kind of treatment, built from the kind's definition: choices, numbers with unit and usual range."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.anatomy import muscles, regions, segments, sites
from clinic.anatomy.sides import LETTERS
from clinic.charting import parameters
from clinic.charting.forms import Plain
from clinic.charting.quantities import SIGNS, in_words, span

PREFIX = "t"
LONGEST = 180  # minutes of one treatment
# Asked elsewhere on the card: the response on the row once it is known, the consent in the documents.
NOT_ASKED = {"response", "consent_id"}
PLACES = [(r.code, r.label) for r in regions.REGIONS]
PLACED_BY = {"segments", "site", "muscles", "muscle", "region"}  # settings that say where, so that nobody asks twice
OTHER_SIDE = [
    ("", "–"),
    ("left", gettext_lazy("left")),
    ("right", gettext_lazy("right")),
    ("both", gettext_lazy("both")),
]


def _words(choice):
    return in_words(choice) if isinstance(choice, str) else str(choice)


def _range_help(definition):
    """The help line: what the definition says, or its usual range."""
    if definition["min"] is None and definition["max"] is None:
        return definition["help"]
    usual = _("usual %(range)s") if definition["soft"] else "%(range)s"
    told = usual % {"range": span(definition["min"], definition["max"], definition["unit"])}
    return f"{told}. {definition['help']}" if definition["help"] else told


def _choice(definition, choices):
    label = definition["label"]
    options = choices if definition["default"] is not None else [("", label), *choices]
    return forms.ChoiceField(label=label, required=False, choices=options)


def _field(definition):
    """The form field of one parameter. Nothing is required while the note is a draft; required ones are marked."""
    kind, name = definition["type"], definition["label"]
    if kind == "choice":
        return _choice(definition, [(str(c), _words(c)) for c in definition["choices"]])
    if kind == "body_site":
        return _choice(definition, [(s.slug, s.label) for s in sites.SITES])
    if kind == "muscle":
        return _choice(definition, [(m.slug, m.label) for m in muscles.MUSCLES])
    if kind in ("multi_muscle", "multi_region"):
        listed = [(m.slug, m.label) for m in muscles.MUSCLES] if kind == "multi_muscle" else PLACES
        return forms.MultipleChoiceField(
            label=name, required=False, choices=listed, widget=forms.SelectMultiple({"size": 3})
        )
    if kind == "number":
        return forms.FloatField(label=name, required=False, widget=forms.TextInput({"inputmode": "decimal"}))
    if kind == "integer":
        return forms.IntegerField(label=name, required=False, widget=forms.TextInput({"inputmode": "numeric"}))
    if kind == "date":
        return forms.DateField(label=name, required=False, widget=forms.DateInput({"type": "date"}))
    return forms.CharField(label=name, required=False, max_length=300)


class TreatmentForm(Plain):
    """One treatment of `kind`; `phase` decides the usual ranges.

    After `is_valid`, `given` is what `treating.apply` takes: segments, regions, side, minutes, the kind's own values.
    """

    where = forms.CharField(
        label=gettext_lazy("Segments"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"placeholder": gettext_lazy("L4 R, SI R")}),
    )
    regions = forms.MultipleChoiceField(
        label=gettext_lazy("Regions"), required=False, choices=PLACES, widget=forms.CheckboxSelectMultiple
    )
    side = forms.ChoiceField(label=gettext_lazy("Side"), required=False, choices=OTHER_SIDE)
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"),
        required=False,
        min_value=1,
        max_value=180,
        widget=forms.TextInput({"inputmode": "numeric"}),
    )
    deviation_reason = forms.CharField(
        label=gettext_lazy("Reason for the unusual value"), required=False, max_length=300
    )
    reason = forms.CharField(label=gettext_lazy("Reason to go on"), required=False, max_length=300)

    def __init__(self, kind, data=None, *, phase="", initial=None):
        self.kind, self.phase, self.required_names = kind, phase, set()
        super().__init__(data, prefix=PREFIX, initial=initial)
        self.definitions = {d["name"]: d for d in kind.definition["parameters"] if d["name"] not in NOT_ASKED}
        for name, definition in self.definitions.items():
            if name == "segments":
                continue
            self.fields[name] = field = _field(definition)
            field.initial = definition["default"]
            field.unit = SIGNS.get(definition["unit"], definition["unit"])
            field.help_text = _range_help(definition)
            if definition["required"]:
                self.required_names.add(name)
        if "segments" in self.definitions:
            del self.fields["side"]
        if self.definitions.keys() & PLACED_BY:
            self.fields.pop("regions", None)
        if not kind.is_timed and "minutes" not in self.definitions:
            del self.fields["minutes"]
        self.required_names |= {"where"} if "segments" in self.definitions else set()
        for name in self.required_names & self.fields.keys():
            self.fields[name].widget.attrs["data-asked"] = ""
        self.mark()

    def _settings(self, asked):
        names = [n for n in self.definitions if n in self.fields and n not in ("side", "regions")]
        if "minutes" in self.fields and "minutes" not in names:
            names.append("minutes")
        wanted = self.required_names | {"minutes"}
        return [self[n] for n in names if (n in wanted) == asked]

    @property
    def asked(self):
        """The bound fields of the settings that a whole record holds."""
        return self._settings(True)

    @property
    def optional(self):
        """The bound fields of the other settings."""
        return self._settings(False)

    @property
    def optional_in_use(self):
        """Was one of the other settings filled in, or is one wrong?"""
        return self.is_bound and any(field.errors or field.name in self.changed_data for field in self.optional)

    def clean_where(self):
        """Marks such as "L4 R", in the order typed."""
        typed = [part for part in self.cleaned_data["where"].replace(";", ",").split(",") if part.strip()]
        try:
            return list(dict.fromkeys(str(segments.parse(part)) for part in typed))
        except segments.UnknownSegment as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self):
        data = self.cleaned_data
        self.segments = data.get("where") or []
        self.values = self._values(data)
        checked = parameters.check(self.kind.definition, self.values, phase=self.phase, draft=True)
        for name, message in checked.errors.items():
            self.add_error(name if name in self.fields else "where" if name == "segments" else None, message)
        if checked.deviations and not data.get("deviation_reason"):
            for name, message in checked.deviations.items():
                self.add_error(name if name in self.fields else None, message)
            self.add_error("deviation_reason", _("Keep it? Say why; the reason stays with the note."))
        if (data.get("minutes") or 0) > LONGEST:
            self.add_error("minutes", _("Enter at most 180 minutes."))
        if not self.errors:
            self._place(data)
        return data

    def _values(self, data):
        """The kind's own parameters as they are stored in JSON; what was left open is left out."""
        values = {}
        for name, definition in self.definitions.items():
            value = data.get(name)
            if name == "segments" and self.segments:
                values[name] = self.segments
            elif value not in (None, "", []) and name != "segments":
                values[name] = _stored(definition, value)
        if reason := data.get("deviation_reason"):
            values["deviation_reason"] = reason
        return values

    def _place(self, data):
        """Where it was given, in the words of the safety rules."""
        found = set(data.get("regions") or [])
        if site := sites.BY_SLUG.get(data.get("site", "")):
            found |= {site.region} if site.region else set()
        if data.get("region") in regions.BY_CODE:
            found.add(data["region"])
        muscle_slugs = [*(data.get("muscles") or []), *([data["muscle"]] if data.get("muscle") else [])]
        found |= {muscles.BY_SLUG[slug].region for slug in muscle_slugs if slug in muscles.BY_SLUG}
        side = self.values.get("side") or data.get("side") or ""
        self.given = {
            "segments": self.segments,
            "regions": sorted({regions.safety_region(code) for code in found}),
            "side": LETTERS.get(side, ""),
            "minutes": int(data["minutes"]) if data.get("minutes") else None,
            "values": self.values,
        }


def _stored(definition, value):
    """The value as the definition names it: a choice keeps its type, a day is written as text."""
    if definition["type"] == "choice":
        return next((c for c in definition["choices"] if str(c) == value), value)
    return value.isoformat() if definition["type"] == "date" else value
