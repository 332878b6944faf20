"""A form for one kind of treatment, built from the kind's definition: choices, numbers with unit and usual range."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.anatomy import muscles, regions, segments, sites
from clinic.anatomy.sides import LETTERS
from clinic.charting.card import finishing
from clinic.charting.forms import Plain
from clinic.charting.kinds import devices, parameters, sessions
from clinic.charting.kinds.setting_fields import PLACES, field_of, stored

PREFIX = "t"
LONGEST = 180  # minutes of one treatment
# Asked elsewhere on the card: the response on the row once it is known, the consent in the documents.
NOT_ASKED = {"response", "consent_id"}
PLACED_BY = {"segments", "site", "muscles", "muscle", "region"}  # settings that say where, so that nobody asks twice
OTHER_SIDE = [
    ("", "–"),
    ("left", gettext_lazy("left")),
    ("right", gettext_lazy("right")),
    ("both", gettext_lazy("both")),
]


class TreatmentForm(Plain):
    """One treatment of `kind`; `phase` and `context` (see `sessions.known_at`) decide the usual ranges.

    After `is_valid`, `given` is what `treating.apply` takes: segments, regions, side, minutes, the kind's own values;
    `device` is the device chosen from `offered`, or None.
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
    indication = forms.CharField(label=gettext_lazy("Why it is used"), required=False, max_length=300)

    def __init__(self, kind, data=None, *, phase="", initial=None, context=None, offered=(), last_used=None):
        self.kind, self.phase, self.required_names = kind, phase, set()
        self.context, self.offered = context or {}, list(offered)
        super().__init__(data, prefix=PREFIX, initial=initial)
        asked = [d for d in kind.definition["parameters"] if d["name"] not in NOT_ASKED and not d.get("is_retired")]
        self.definitions = {definition["name"]: definition for definition in asked}
        self._ask_settings()
        self._ask_measured()
        self._ask_device(last_used)
        for name in self.required_names & self.fields.keys():
            self.fields[name].widget.attrs["data-asked"] = ""
        self.mark()

    @classmethod
    def of(cls, visit, kind, user, data=None, *, initial=None):
        """The form at a visit: with the ranges of its phase and session, and the devices that are in use today."""
        offered = devices.offered(kind, devices.today_at(visit))
        room = visit.appointment.room if visit.appointment else None
        return cls(
            kind,
            data,
            phase=finishing.row_phase(visit),
            initial=initial,
            context=sessions.known_at(visit, kind),
            offered=offered,
            last_used=devices.last_used(offered, by=user, room=room),
        )

    def _ask_settings(self):
        known = {**self.context, "phase": self.phase}
        for name, definition in self.definitions.items():
            if name == "segments":
                continue
            self.fields[name] = field_of(definition, known)
            if definition["required"]:
                self.required_names.add(name)
        if "segments" in self.definitions:
            del self.fields["side"]
            self.required_names.add("where")
        if self.definitions.keys() & PLACED_BY:
            self.fields.pop("regions", None)
        if not self.kind.is_timed and "minutes" not in self.definitions:
            del self.fields["minutes"]

    def _ask_measured(self):
        """What a range is measured by although it is no setting: the body weight for the pull on the low back."""
        for name in sorted(parameters.MEASURED & parameters.asked_of_visit(self.kind.definition)):
            field = forms.FloatField(
                label=_("Body weight"),
                required=False,
                min_value=1,
                max_value=1500,
                initial=self.context.get(name),
                widget=forms.TextInput({"inputmode": "decimal"}),
                help_text=_("The usual force is measured by it."),
            )
            setattr(field, "unit", "lb")  # noqa: B010 (read by the tag that shows a setting)
            self.fields[name] = field

    def _ask_device(self, last_used):
        if self.offered:
            choices = [("", "–"), *[(str(d.pk), d.name) for d in self.offered]]
            chosen = str(last_used.pk) if last_used else ""
            self.fields["device"] = forms.ChoiceField(
                label=_("Device"), required=False, choices=choices, initial=chosen
            )
            self.required_names.add("device")

    def _settings(self, asked):
        names = [n for n in self.definitions if n in self.fields and n not in ("side", "regions")]
        names += ["where"] if self.places_itself else []
        extra = ["minutes", *sorted(parameters.MEASURED), "device", "indication"]
        names += [n for n in extra if n in self.fields and n not in names]
        wanted = self.required_names | {"minutes"} | parameters.MEASURED
        return [self[n] for n in names if (n in wanted) == asked]

    @property
    def places_itself(self):
        """Does the kind ask by a setting of its own where it is given? Then segments are one more thing to say."""
        return bool(self.definitions.keys() & PLACED_BY) and "segments" not in self.definitions

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

    @property
    def device(self):
        """The device that was chosen, or None."""
        chosen = self.cleaned_data.get("device", "") if self.is_bound else self["device"].value()
        return next((device for device in self.offered if str(device.pk) == chosen), None)

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
        self._check_values(data)
        self._ask_for_days()
        if (data.get("minutes") or 0) > LONGEST:
            self.add_error("minutes", _("Enter at most 180 minutes."))
        if not self.errors:
            self._place(data)
        return data

    def _check_values(self, data):
        """What is refused stands at its field; what is unusual asks for a reason, which is kept."""
        found = parameters.check(self.kind.definition, self.values, phase=self.phase, draft=True, context=self.context)
        for name, message in found.errors.items():
            self.add_error(name if name in self.fields else "where" if name == "segments" else None, message)
        if found.deviations and not data.get("deviation_reason"):
            for name, message in found.deviations.items():
                self.add_error(name if name in self.fields else None, message)
            self.add_error("deviation_reason", _("Keep it? Say why; the reason stays with the note."))

    def _ask_for_days(self):
        """A day on which somebody must act is not left for later."""
        told = parameters.unfinished(self.kind.definition, self.values, context=self.context)
        for name, definition in self.definitions.items():
            if definition["type"] == "date" and name in told and name not in self.errors:
                self.add_error(name, told[name])

    def _values(self, data):
        """The kind's own parameters as they are stored in JSON; what was left open is left out."""
        values = {}
        for name, definition in self.definitions.items():
            value = data.get(name)
            if name == "segments" and self.segments:
                values[name] = self.segments
            elif value not in (None, "", []) and name != "segments":
                values[name] = stored(definition, value)
        beside = ("deviation_reason", "indication", *sorted(parameters.MEASURED))
        return values | {name: data[name] for name in beside if data.get(name)}

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
