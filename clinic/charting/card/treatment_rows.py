"""The rows of what was given, changed where they stand on the travel card: place, minutes, today's checks, a reason."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.anatomy import segments, sites
from clinic.anatomy.regions import safety_region
from clinic.anatomy.sides import TYPED, WORDS
from clinic.charting.card.card_refusals import Refused
from clinic.charting.forms import Plain
from clinic.charting.kinds import parameters, treating
from clinic.charting.kinds.quantities import in_words
from clinic.charting.models import TreatmentApplied
from clinic.charting.safety import SafetyCheck

# What a kind asks anew each time: one tap on the row. {parameter: [(value, words)]}
CHECKS = {
    "skin_pre": [("clear", gettext_lazy("Skin intact")), ("other", gettext_lazy("Changed"))],
    "sensation_tested": [("yes", gettext_lazy("Feels warm and cold"))],
    "intensity_felt": [
        ("sensory", gettext_lazy("Tingling")),
        ("motor", gettext_lazy("Twitching")),
        ("strong", gettext_lazy("Strong")),
    ],
}
SITES = {str(site.label).lower(): site for site in sites.SITES}


def names_asked(kind):
    """The names of the parameters that a kind has."""
    return {definition["name"] for definition in kind.definition["parameters"]}


def where_typed(treatment):
    """How the place of a treatment is typed, such as "L4 R, SI R" or "Low back, R"; empty when it has none to type."""
    if treatment.segments:
        return ", ".join(treatment.segments)
    site = sites.BY_SLUG.get(treatment.parameters.get("site", ""))
    return ", ".join(filter(None, [str(site.label), treatment.side])) if site else ""


class RowForm(Plain):
    """One stored treatment: only what its kind has. After `is_valid`, `changes` is what `treating.change` takes.

    The page sends back what it showed: a field is changed by whoever changed it there, not because the row has become
    another meanwhile (by a click on the spine map, or in another window).
    """

    where = forms.CharField(label=gettext_lazy("where"), required=False, max_length=200)
    minutes = forms.IntegerField(
        label=gettext_lazy("minutes"),
        required=False,
        min_value=1,
        max_value=180,
        widget=forms.TextInput({"inputmode": "numeric", "maxlength": 3}),
    )
    deviation_reason = forms.CharField(
        label=gettext_lazy("Reason for the unusual value"), required=False, max_length=300
    )
    reason = forms.CharField(label=gettext_lazy("Reason to go on"), required=False, max_length=300)

    def __init__(self, row, data=None, *, phase=""):
        self.row, self.phase, asked = row, phase, names_asked(row.kind)
        kept = {name: row.parameters.get(name, "") for name in ("deviation_reason", *CHECKS)}
        super().__init__(
            data, prefix=f"row-{row.pk}", initial={**kept, "where": where_typed(row), "minutes": row.minutes}
        )
        self.check_names = [name for name in CHECKS if name in asked]
        for name in self.check_names:
            self.fields[name] = _check_field(row, name)
        self.places_by_site = "segments" not in asked
        if not asked & {"segments", "site"}:
            del self.fields["where"]
        elif self.places_by_site:
            self.fields["where"].widget.attrs["list"] = "sites"
        if not (row.kind.is_timed or "minutes" in asked):
            del self.fields["minutes"]
        for name, field in self.fields.items():
            field.show_hidden_initial = name != "reason"
        self.mark()

    @property
    def shown(self):
        """The fields whose value the page shows, for the hidden fields that say what it showed."""
        return [self[name] for name in self.fields if self.fields[name].show_hidden_initial]

    @property
    def checks(self):
        """The bound fields of what is asked anew each time."""
        return [self[name] for name in self.check_names]

    def clean_where(self):
        """The segments typed, or (site, side)."""
        typed = self.cleaned_data["where"]
        if self.places_by_site:
            return _site_typed(typed)
        try:
            parts = [part for part in typed.replace(";", ",").split(",") if part.strip()]
            return list(dict.fromkeys(str(segments.parse(part)) for part in parts))
        except segments.UnknownSegment as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self):
        data = self.cleaned_data
        changed = {name for name in self.changed_data if name in data}
        self.changes = self._place(data) if "where" in changed else {"values": {}}
        if "minutes" in changed:
            self.changes["minutes"] = data["minutes"]
        for name in changed & {"deviation_reason", *self.check_names}:
            self.changes["values"][name] = data[name]
        self._ask_for_the_unusual(data)
        return data

    def _place(self, data):
        if not self.places_by_site:
            return {"values": {}, "segments": data["where"]}
        site, side = data["where"]
        regions = [safety_region(site.region)] if site and site.region else []
        values = {"site": site.slug if site else "", "side": WORDS[side] or ("midline" if site else "")}
        return {"values": values, "regions": regions, "side": side}

    def _ask_for_the_unusual(self, data):
        """Minutes outside the usual range stay with a reason (facts 4.6)."""
        if "minutes" not in self.changes or "minutes" not in names_asked(self.row.kind) or not data["minutes"]:
            return
        values = {**self.row.parameters, **self.changes["values"], "minutes": data["minutes"]}
        unusual = parameters.check(self.row.kind.definition, values, phase=self.phase, draft=True).deviations
        if "minutes" in unusual and not data.get("deviation_reason"):
            self.add_error("minutes", unusual["minutes"])
            self.add_error("deviation_reason", _("Keep it? Say why; the reason stays with the note."))


def _check_field(row, name):
    """One tap for the usual answers; an answer given elsewhere in other words stays as it is."""
    choices: list[tuple[str, Any]] = list(CHECKS[name])
    stored = row.parameters.get(name, "")
    if stored and stored not in dict(choices):
        choices[-1] = (stored, in_words(stored))
    label = next(d["label"] for d in row.kind.definition["parameters"] if d["name"] == name)
    return forms.ChoiceField(label=label, required=False, choices=choices, widget=forms.RadioSelect)


def _site_typed(typed):
    """("Low back, R") -> its site and side; a place nobody knows is refused with an example."""
    place, comma, letter = typed.strip().rpartition(",")
    if not comma:
        place, letter = typed, ""
    site, side = SITES.get(place.strip().lower()), TYPED.get(letter.strip().lower())
    if typed.strip() and (site is None or side is None):
        raise forms.ValidationError(_("Type a place of the list and a side, such as Low back, R."))
    return site, side or ""


@dataclass
class RowLine:
    """One row on the card: what is stored, its form (none for who only reads), and what refused its change."""

    row: TreatmentApplied
    form: RowForm | None = None
    check: SafetyCheck | None = None
    missing: tuple[str, ...] = ()

    @property
    def is_wrong(self):
        return bool(self.check or self.missing or (self.form and self.form.is_bound and self.form.errors))


class TreatmentRows:
    """The rows on one card; `data` is what was posted, `leaving` the row that is just being taken out."""

    def __init__(self, treatments: list[TreatmentApplied], data: Any = None, *, may_change=False, phase="", leaving=""):
        self.leaving = leaving
        self.lines = [RowLine(row, _form(row, data, phase) if may_change else None) for row in treatments]

    def __iter__(self):
        return iter(self.lines)

    @property
    def carried(self):
        """The rows nobody has said anything about today."""
        return [line.row for line in self.lines if line.row.is_carried]

    @property
    def skin_not_noted(self):
        """The rows that count and whose skin check is not noted yet."""
        rows = [line.row for line in self.lines if "skin_pre" in names_asked(line.row.kind)]
        return [row for row in rows if not row.is_carried and not row.parameters.get("skin_pre")]

    def _changed(self):
        for line in self.lines:
            leaves = str(line.row.pk) == self.leaving
            if line.form and line.form.is_bound and line.form.has_changed() and not leaves:
                yield line

    def keep(self, by, acknowledged=""):
        """Keep what was changed, each row by itself. Raises `Refused`; the row says why."""
        changed = list(self._changed())
        for line in changed:
            if line.form.is_valid():
                _keep(line, by, acknowledged=acknowledged == str(line.row.pk))
        if any(line.is_wrong for line in changed):
            raise Refused

    def keep_what_goes(self, by):
        """Autosave: keep what is right and what no rule speaks against, and return the forms of these rows."""
        kept = []
        for line in self._changed():
            if line.form.is_valid():
                _keep(line, by, acknowledged=False)
            if not line.is_wrong:
                kept.append(line.form)
        return kept

    def take_over(self, before):
        """Show again what refused a change on the card before this one."""
        told = {line.row.pk: line for line in before}
        for line in self.lines:
            if known := told.get(line.row.pk):
                line.check, line.missing = known.check, known.missing


def _form(row, data, phase):
    posted = data if data and any(key.startswith(f"row-{row.pk}-") for key in data) else None
    return RowForm(row, posted, phase=phase)


def _keep(line, by, acknowledged):
    reason = line.form.cleaned_data["reason"]
    try:
        line.row = treating.change(line.row, by=by, reason=reason, acknowledged=acknowledged, **line.form.changes)
    except treating.NotExamined as refusal:
        line.missing = tuple(refusal.standing.missing)
    except (treating.Contraindicated, treating.ReasonNeeded, treating.AcknowledgementNeeded) as refusal:
        line.check = refusal.check
    except treating.BadParameters as bad:
        for name, message in bad.errors.items():
            field = {"site": "where", "segments": "where"}.get(name, name)
            line.form.add_error(field if field in line.form.fields else None, message)
