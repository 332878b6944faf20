"""The travel card's forms: the texts of the note, one row per finding, and a treatment with its own settings."""

from typing import cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.anatomy import muscles, segments
from clinic.anatomy.sides import WORDS
from clinic.charting.models import Addendum, Visit
from clinic.charting.models.findings import Side

GRADES = [("", "–"), *[(n, str(n)) for n in range(5)]]
AXIS = [("", "–"), *[(n, str(n)) for n in range(11)]]
SIDES = [(Side.LEFT, _("L")), (Side.RIGHT, _("R")), (Side.BOTH, _("both"))]


class Plain(forms.Form):
    """A form that renders itself whole; the travel card places the same fields by hand in its grid."""

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = False
        helper.layout = Layout(*self.fields)
        return helper

    def mark(self):
        """Give each field its small control class and tie errors to it."""
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("class", "f")
            if self.is_bound and name in self.errors:
                field.widget.attrs["aria-invalid"] = "true"
                field.widget.attrs["aria-describedby"] = f"{self[name].auto_id}-e"
        return self


def _number(choices, label):
    return forms.TypedChoiceField(label=label, choices=choices, coerce=int, empty_value=None, required=False)


class NoteForm(Plain):
    """S, O, A and P of an unsigned note; `version` is the one that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    subjective = forms.CharField(
        label=_("Subjective"), required=False, max_length=8000, widget=forms.Textarea({"rows": 2, "maxlength": 8000})
    )
    objective = forms.CharField(
        label=_("Objective, other"), required=False, max_length=8000, widget=forms.Textarea({"rows": 2})
    )
    assessment = forms.CharField(
        label=_("Assessment"), required=False, max_length=8000, widget=forms.Textarea({"rows": 1})
    )
    plan = forms.CharField(label=_("Plan"), required=False, max_length=8000, widget=forms.Textarea({"rows": 1}))
    change = forms.ChoiceField(
        label=_("Since last"), required=False, choices=Visit.Change.choices, widget=forms.RadioSelect
    )
    pain = _number(AXIS, _("Pain 0 to 10"))
    spare_movement = forms.CharField(label=_("Movement to spare"), required=False, max_length=120)
    spare_until = forms.DateField(label=_("until"), required=False, widget=forms.DateInput({"type": "date"}))

    TEXTS = ("subjective", "objective", "assessment", "plan")

    @classmethod
    def of(cls, visit, data=None):
        """The form of one note: bound to what was typed, or showing what is stored."""
        names = [name for name in cls.base_fields if name != "version"]
        initial = {"version": visit.version, **{name: getattr(visit, name) for name in names}}
        return cls(data, initial=initial).mark()

    def note(self):
        """What `notes.save` takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def _given(data, form_class):
    """What was typed for a new row; what was left open takes nothing from a row that is on the note already."""
    return {name: data[name] for name in form_class.base_fields if data[name] not in (None, "", False)}


def _listed(words, label):
    """A short text with a list of words (a `datalist` of the page) to choose from."""
    widget = forms.TextInput({"list": words, "autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=40, widget=widget)


class SegmentForm(Plain):
    """P.A.R.T. of one segment: pain and tone 0 to 4, asymmetry and range in a word."""

    pain = _number(GRADES, _("Pain"))
    asymmetry = _listed("listings", _("Asymmetry"))
    range_of_motion = _listed("ranges", _("Range"))
    tone = _number(GRADES, _("Tone"))


class NewSegmentForm(SegmentForm):
    """A segment that is not on the note yet, typed as `L4 R`."""

    segment = forms.CharField(label=_("Segment and side"), required=False, max_length=40)
    field_order = ("segment", "pain", "asymmetry", "range_of_motion", "tone")

    def clean_segment(self):
        typed = self.cleaned_data["segment"].strip()
        if not typed:
            return None
        try:
            return segments.parse(typed)
        except segments.UnknownSegment as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self):
        graded = [name for name in SegmentForm.base_fields if self.cleaned_data.get(name) not in (None, "")]
        if graded and self.cleaned_data.get("segment") is None and "segment" not in self.errors:
            self.add_error("segment", _("Which segment? Type a level and a side, such as L4 R."))
        return self.cleaned_data

    def found(self):
        """The grades for `notes.note_segment`."""
        return _given(self.cleaned_data, SegmentForm)


class MuscleForm(Plain):
    """Spasm of one muscle, 0 to 4, before and after treatment; how tender it is and whether it has a trigger point."""

    spasm_before = _number(GRADES, _("Before"))
    spasm_after = _number(GRADES, _("After"))
    tenderness = _number(GRADES, _("Tender"))
    has_trigger_point = forms.BooleanField(label=_("Trigger point"), required=False)


class NewMuscleForm(MuscleForm):
    """A muscle that is not on the note yet."""

    muscle = forms.ChoiceField(
        label=_("Muscle"),
        required=False,
        choices=[("", _("Add a muscle")), *[(m.slug, m.label) for m in muscles.MUSCLES]],
    )
    side = forms.ChoiceField(label=_("Side"), required=False, choices=[("", "–"), *SIDES])
    field_order = ("muscle", "side", "spasm_before", "spasm_after", "tenderness", "has_trigger_point")

    def suggest(self, findings):
        """Put the muscles of the regions found today first."""
        found = {segments.BY_CODE[finding.segment] for finding in findings}
        near, others = muscles.split_by({name for one in found for name in (one.region, one.cmt_region)})
        blank = ("", _("Add a muscle"))
        groups = [(_("Where something was found"), near), (_("Others"), others)] if near else [("", others)]
        listed = [(label, [(m.slug, m.label) for m in group]) for label, group in groups if group]
        field = cast("forms.ChoiceField", self.fields["muscle"])
        field.choices = [blank, *(listed if near else listed[0][1])]

    def clean(self):
        graded = [name for name in MuscleForm.base_fields if self.cleaned_data.get(name) not in (None, False)]
        if graded and not self.cleaned_data.get("muscle"):
            self.add_error("muscle", _("Which muscle? Choose one from the list."))
        return self.cleaned_data

    def found(self):
        """The grades for `notes.note_muscle`."""
        return _given(self.cleaned_data, MuscleForm)


class AddendumForm(Plain):
    """A text added to a signed note."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Addendum.Kind.choices)
    text = forms.CharField(label=_("Text"), max_length=8000, widget=forms.Textarea({"rows": 3}))


class ReleaseForm(Plain):
    """What the patient reads about the visit."""

    summary = forms.CharField(label=_("Summary in plain words"), max_length=8000, widget=forms.Textarea({"rows": 6}))


def side_word(letter):
    """The word of the safety rules for a side's letter."""
    return WORDS.get(letter, "")
