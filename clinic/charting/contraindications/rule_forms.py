"""Forms of the contraindication table: a shipped rule is changed, a rule of the clinic's own is written."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.anatomy import regions, sites
from clinic.charting.contraindications import rule_changes
from clinic.charting.contraindications.rule_table import RuleError, parse_expression, rule_from_row
from clinic.charting.models import Contraindication, TreatmentKind
from clinic.charting.models.tables import Level
from patients.models import SafetyTerm
from patients.vocabulary import read_terms

TREATMENTS = [
    ("smt_hvla", _("Adjustment by thrust")),
    ("smt_low_force", _("Adjustment with low force")),
    ("ultrasound", _("Ultrasound")),
    ("estim", _("Electrical stimulation")),
    ("massage", _("Massage and work by hand")),
    ("heat", _("Heat")),
    ("ice", _("Cold")),
    ("traction", _("Traction")),
    ("needling", _("Needling")),
    ("electro_needling", _("Needling with current")),
    ("soft_collar", _("Soft collar")),
    ("exercise", _("Exercise")),
]
TRIGGERS = [
    ("condition", _("A condition, device, medicine or allergy")),
    ("sign", _("A sign found or told")),
    ("site", _("A body site that is treated")),
    ("parameter", _("A setting of the treatment")),
    ("age", _("An age")),
    ("consent", _("A consent")),
]
SCOPES = [
    ("global", _("Anywhere on the body")),
    ("region", _("Only in the regions ticked, wherever the condition is")),
    ("same_region", _("Only in the region of the condition")),
    ("treated_site", _("Only at the site and side of the condition")),
]
UNKNOWN = [
    ("everywhere", _("as any site: the rule speaks")),
    ("ignore", _("as nothing: the rule waits for a site")),
]
HARMLESS = {"level_when": "", "regions": "lumbar", "scope": "global", "subject": "x=1"}


class ChangeForm(forms.ModelForm):
    """A rule with the reason for changing it."""

    because = forms.CharField(
        label=_("Reason for the change"),
        max_length=300,
        required=False,
        help_text=_("Needed for every change; it stays with the rule, with your name and the time."),
    )

    class Meta:
        model = Contraindication
        fields = rule_changes.CHANGEABLE

    def clean(self):
        data = super().clean() or self.cleaned_data
        if set(self.changed_data) - {"because"} and not (data.get("because") or "").strip():
            self.add_error("because", _("Say why this rule is changed."))
        return data


class AddForm(forms.ModelForm):
    """A rule of the clinic's own, in the words of the table."""

    treatment = forms.ChoiceField(label=_("Treatment"), choices=[("", "–"), *TREATMENTS])
    trigger = forms.ChoiceField(label=_("What speaks against it"), choices=TRIGGERS)
    subject = forms.CharField(
        label=_("Which one"),
        max_length=120,
        widget=forms.TextInput({"list": "rule-subjects", "autocomplete": "off"}),
        help_text=_(
            "The short name from the safety vocabulary or of a body site, or an expression: "
            "age<=12, technique=drop, consent=refused."
        ),
    )
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices, initial=Level.RELATIVE)
    scope = forms.ChoiceField(label=_("Where it holds"), choices=SCOPES)
    regions = forms.MultipleChoiceField(
        label=_("Regions"),
        required=False,
        choices=[(region.code, region.label) for region in regions.REGIONS],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked means all."),
    )
    unknown_site = forms.ChoiceField(label=_("A site nobody recorded counts"), choices=UNKNOWN)
    level_when = forms.CharField(
        label=_("Other level when"),
        max_length=200,
        required=False,
        help_text=_("State and level, such as severity=mild:P; N means that the rule is silent then."),
    )
    because = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("It stays with the rule, with your name and the time.")
    )

    class Meta:
        model = Contraindication
        fields = rule_changes.ADDABLE

    def clean_regions(self):
        return ";".join(self.cleaned_data["regions"])

    def clean_level_when(self):
        return self.cleaned_data["level_when"].replace(" ", "")

    def clean(self):
        data = super().clean() or self.cleaned_data
        if not self.errors:
            self._check_row(data)
        if not self.errors:
            self._check_meaning(data)
        return data

    def _check_row(self, data):
        """The table's own reader has the last word; its complaint goes to the field that causes it."""
        row = rule_changes.as_row({name: data[name] for name in rule_changes.ADDABLE})
        try:
            rule_from_row(row)
        except RuleError:
            self.add_error(_culprit(row), _("The table cannot read this. Please check how it is written."))

    def _check_meaning(self, data):
        """A name that nothing ever has would make a rule that never speaks."""
        checks = {
            "condition": _unknown_term,
            "sign": _unknown_term,
            "site": _unknown_site,
            "parameter": _unknown_setting,
        }
        if complaint := checks.get(data["trigger"], _nothing_wrong)(data):
            self.add_error("subject", complaint)
        elif unknown := _unknown_states(data):
            self.add_error(
                "level_when", _("No such detail is kept for this: %(names)s.") % {"names": ", ".join(unknown)}
            )
        elif _stands_already(data):
            self.add_error("subject", _("There is a rule like this already. Change that one."))


def _culprit(row):
    """The field without whose content the row can be read."""
    for name, harmless in HARMLESS.items():
        subject = {"trigger": "parameter"} if name == "subject" else {}
        try:
            rule_from_row({**row, **subject, name: harmless})
        except RuleError:
            continue
        return "regions" if name == "scope" else name
    return "subject"


def _nothing_wrong(data):
    return ""


def _unknown_term(data):
    kind = SafetyTerm.objects.filter(slug=data["subject"]).values_list("kind", flat=True).first()
    if kind is None:
        return _("The safety vocabulary has no such word.")
    if (kind == "sign") != (data["trigger"] == "sign"):
        return _("The vocabulary keeps this word as another kind of thing.")
    return ""


def _unknown_site(data):
    return "" if data["subject"] in sites.BY_SLUG else _("There is no such body site.")


def _unknown_setting(data):
    kinds = TreatmentKind.objects.values_list("definition", flat=True)
    known = {setting["name"] for definition in kinds for setting in definition["parameters"]}
    known |= {"electrode_site", "electrode_path", "use"}
    names = {name for name, _operator, _value in parse_expression(data["subject"])}
    return "" if names <= known else _("No treatment has a setting of this name.")


def _unknown_states(data):
    """Names in `level_when` that the vocabulary does not declare for the subject."""
    declared = read_terms()[data["subject"]].states if data["subject"] in read_terms() else {}
    pairs = [pair.rpartition(":")[0] for pair in data["level_when"].split(";") if pair]
    return sorted({name for text in pairs for name, _operator, _value in parse_expression(text)} - declared.keys())


def _stands_already(data):
    same = ("treatment", "trigger", "subject", "scope", "regions")
    return Contraindication.objects.filter(**{name: data[name] for name in same}).exists()


def suggestions():
    """Return (short name, label) of every condition, sign and body site, for the list under "Which one"."""
    terms = SafetyTerm.objects.values_list("slug", "label")
    return [*terms, *((site.slug, site.label) for site in sites.SITES)]
