"""The travel card's part about examination and imaging: what is asked before a thrust, with fields to do it there."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.charting.findings import examining
from clinic.charting.forms import Plain
from clinic.charting.models import Examination, ImagingDecision

Part, Result = Examination.Part, Examination.Result


class ExaminationForm(Plain):
    """What the examination of one part showed."""

    result = forms.ChoiceField(
        label=gettext_lazy("Result"), required=False, choices=Result.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(label=gettext_lazy("What was found"), required=False, max_length=300)

    def clean(self):
        data = self.cleaned_data
        if data.get("result") == Result.ABNORMAL and not data.get("note"):
            self.add_error("note", _("Say in a few words what was found."))
        if data.get("note") and not data.get("result") and "result" not in self.errors:
            self.add_error("result", _("Was it unusual or not?"))
        return data


class NewExaminationForm(ExaminationForm):
    """A part that nobody asked for."""

    part = forms.ChoiceField(
        label=gettext_lazy("Part"), required=False, choices=[("", gettext_lazy("Another part")), *Part.choices]
    )
    field_order = ("part", "result", "note")

    def clean(self):
        data = super().clean()
        if (data.get("result") or data.get("note")) and not data.get("part") and "part" not in self.errors:
            self.add_error("part", _("Which part was examined?"))
        if data.get("part") and not data.get("result") and "result" not in self.errors:
            self.add_error("result", _("Was it unusual or not?"))
        return data


class ImagingForm(Plain):
    """A decision about imaging with its reason."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Imaging decision"),
        required=False,
        choices=[("", gettext_lazy("Decide")), *ImagingDecision.Decision.choices],
    )
    because = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=300)

    def clean(self):
        data = self.cleaned_data
        if data.get("decision") and not data.get("because"):
            self.add_error("because", _("Say why; the reason stays with the decision."))
        if data.get("because") and not data.get("decision") and "decision" not in self.errors:
            self.add_error("decision", _("What was decided?"))
        return data


@dataclass(frozen=True)
class Line:
    """One part on the card: today's row (or nothing yet), or when it was done before."""

    part: Examination.Part
    form: ExaminationForm
    row: Examination | None
    before: Examination | None
    is_open: bool


def _posted(form_class, prefix, data, initial=None):
    """The form, bound only when it was on the page that was posted. Changed is what differs from what that showed."""
    here = data is not None and any(key.startswith(f"{prefix}-") for key in data)
    form = form_class(data if here else None, prefix=prefix, initial=initial)
    for name, field in form.fields.items():
        field.show_hidden_initial = here and form.add_initial_prefix(name) in data
    return form.mark()


class ExaminationCard:
    """What is asked before a thrust and what is known of it (`standing`), with its forms; `data` is what was posted."""

    def __init__(self, visit, standing, data=None):
        self.visit, self.standing = visit, standing
        self.lines = [self._line(part, data) for part in self._parts()]
        self.new = _posted(NewExaminationForm, "newexam", data)
        self.imaging = _posted(ImagingForm, "imaging", data)

    @property
    def today(self):
        """{part: today's row}."""
        return {part: row for part, row in self.standing.examinations.items() if row.visit_id == self.visit.pk}

    def _parts(self):
        return dict.fromkeys([*self.standing.asked.parts, *self.today])

    def _line(self, part, data):
        found, done = self.standing.examinations.get(part), self.standing.is_done(part)
        row = found if found and found.visit_id == self.visit.pk and done else None
        initial = {"result": row.result, "note": row.note} if row else {}
        form = _posted(ExaminationForm, f"exam-{part}", data, initial)
        return Line(Part(part), form, row, found if found and row is None else None, not done)

    @property
    def is_needed(self):
        """Is there something to show at once, or may the card stay folded?"""
        return self.standing.is_asked or bool(self.today) or self.standing.imaging is not None or self.has_errors

    @property
    def has_errors(self):
        return any(form.is_bound and form.errors for form in self._forms())

    @property
    def opens_more(self):
        """Is something wrong in the folded part, or imaging ordered and waiting for its decision?"""
        wrong = any(form.is_bound and form.errors for form in (self.new, self.imaging))
        return wrong or (self.standing.imaging is not None and self.standing.imaging_is_open)

    def _forms(self):
        return [*(line.form for line in self.lines), self.new, self.imaging]

    def is_valid(self):
        """Check every form that was posted, so that each message shows."""
        wrong = [form for form in self._forms() if form.is_bound and not form.is_valid()]
        return not wrong

    def keep(self, by):
        """Keep what was typed; call it after `is_valid`."""
        for line in self.lines:
            if line.form.is_bound and line.form.has_changed() and line.form.cleaned_data["result"]:
                examining.examine(self.visit, part=line.part.value, by=by, **line.form.cleaned_data)
        if self.new.is_bound and self.new.cleaned_data["part"]:
            examining.examine(self.visit, by=by, **self.new.cleaned_data)
        if self.imaging.is_bound and self.imaging.cleaned_data["decision"]:
            examining.decide_imaging(self.visit, by=by, **self.imaging.cleaned_data)

    def take_out(self, part, by):
        """Take today's row of this part out of the note."""
        if row := self.today.get(part):
            examining.take_out(row, by=by)
