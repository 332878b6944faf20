"""Forms to type in a score, one for each measure. What cannot be scored is refused at the field, with the reason.

Texts of questionnaires that belong to others are not here: their paper is at hand, and only its numbers are typed.
"""

from collections.abc import Callable
from datetime import datetime, time

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.outcomes import scoring
from clinic.outcomes.models import Response

MODES = (Response.Mode.VISIT, Response.Mode.PAPER, Response.Mode.PHONE)
REASONS = {
    "out_of_range": gettext_lazy("This lies outside the scale."),
    "too_few_activities": gettext_lazy("Three to five activities with a number each are needed."),
    "unknown_item": gettext_lazy("The statements have the numbers 1 to 24."),
    "duplicate_item": gettext_lazy("One number stands here twice."),
    "too_many_missing": gettext_lazy("At most one of the ten may be left out."),
}
FIRST_YEAR = 1980  # before it a year was mistyped: no measure is older
NO_REASON = gettext_lazy("This cannot be scored.")


def _number(label, most, *, required=False, least=0, **attrs):
    field = forms.IntegerField(label=label, min_value=least, max_value=most, required=required)
    field.widget.attrs.update({"inputmode": "numeric", **attrs})
    return field


class ScoreForm(forms.Form):
    """Common to all: the day, and how the answers were given. Subclasses turn what was typed into a score."""

    measure, form_version = "", "1"

    on = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput({"type": "date"}))
    mode = forms.ChoiceField(label=gettext_lazy("How it was asked"), choices=[(mode, mode.label) for mode in MODES])
    language = forms.ChoiceField(label=gettext_lazy("Language of the form"), choices=settings.LANGUAGES)

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("initial", {}).setdefault("on", timezone.localdate())
        kwargs.setdefault("prefix", self.measure)
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name not in ("on", "mode", "language")])

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = False
        helper.layout = Layout(*self.fields)
        return helper

    def clean_on(self):
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is in the future."))
        if day.year < FIRST_YEAR:
            raise forms.ValidationError(_("This day lies too far back."))
        return day

    def clean(self):
        data = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                data["score"], data["answers"] = self.scored(data)
            except scoring.ScoreRefused as refused:
                self.add_error(self.blamed(data), REASONS.get(refused.reason, NO_REASON))
        return data

    def scored(self, data):
        """Return the score and the single answers as they are kept. Raises `scoring.ScoreRefused`."""
        raise NotImplementedError

    def blamed(self, data):
        """The field at which a refusal stands: the first."""
        return next(iter(self.fields))

    def entered(self):
        """Return what `recording.enter_score` takes, after `is_valid`."""
        data = self.cleaned_data
        today = data["on"] == timezone.localdate()
        noon = timezone.make_aware(datetime.combine(data["on"], time(12)))
        return {
            "measure": self.measure,
            "score": data["score"],
            "answers": data["answers"],
            "mode": data["mode"],
            "language": data["language"],
            "form_version": self.form_version,
            "at": None if today else noon,
        }


class PainForm(ScoreForm):
    """Pain now, and if asked at its best, worst and on average."""

    measure = "nrs_pain"

    now = _number(gettext_lazy("Pain now, 0 to 10"), 10, required=True)
    best = _number(gettext_lazy("At its best"), 10)
    worst = _number(gettext_lazy("At its worst"), 10)
    average = _number(gettext_lazy("On average"), 10)

    def scored(self, data):
        answers = {key: data[key] for key in ("now", "best", "worst", "average") if data[key] is not None}
        return scoring.score_nrs(data["now"]).value, answers


class SpasmsForm(ScoreForm):
    """The spasms of the last seven days."""

    measure = "spasms"

    count = _number(gettext_lazy("Spasms in the last 7 days"), scoring.MOST_SPASMS, required=True)
    minutes = _number(gettext_lazy("How long, minutes on average"), 1440)
    strength = _number(gettext_lazy("How strong, 0 to 10"), 10)

    def scored(self, data):
        answers = {key: data[key] for key in ("count", "minutes", "strength") if data[key] is not None}
        return data["count"], answers


class RolandMorrisForm(ScoreForm):
    """Roland-Morris: the numbers of the statements that were ticked on the form, or only their count."""

    measure, form_version = "rmdq", "1983"

    ticked = forms.CharField(
        label=gettext_lazy("Numbers ticked on the form"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Such as 1 3 8 12. What is not ticked counts 0."),
    )
    total = _number(gettext_lazy("Or only how many, 0 to 24"), scoring.RMDQ_STATEMENTS)

    def clean_ticked(self):
        words = self.cleaned_data["ticked"].replace(",", " ").split()
        if not all(word.isdecimal() for word in words):
            raise forms.ValidationError(_("Type numbers from 1 to 24, with a space between."))
        return [int(word) for word in words]

    def clean(self):
        data = super().clean()
        if not self.errors and data["ticked"] and data["total"] not in (None, len(data["ticked"])):
            self.add_error("total", _("%(n)s numbers stand above.") % {"n": len(data["ticked"])})
        elif "ticked" in data and not data["ticked"] and data.get("total") is None and "total" not in self.errors:
            self.add_error("ticked", _("Type the numbers that were ticked, or how many: 0 when there is none."))
        return data

    def scored(self, data):
        if data["ticked"]:
            return scoring.score_rmdq(data["ticked"]).value, {"ticked": sorted(data["ticked"])}
        return data["total"] or 0, {"total": data["total"]}


class FunctionForm(ScoreForm):
    """The patient's own activities, three to five, each from 0 (unable) to 10 (as before)."""

    measure, form_version = "psfs", "1995"

    def __init__(self, *args, activities=(), **kwargs):
        super().__init__(*args, **kwargs)
        for place in range(1, scoring.PSFS_MOST + 1):
            asked = place <= scoring.PSFS_FEWEST
            what = forms.CharField(label=_("Activity %(n)s") % {"n": place}, max_length=120, required=asked)
            what.initial = activities[place - 1] if place <= len(activities) else ""
            self.fields[f"what{place}"] = what
            label = _("How it goes, 0 unable to 10 as before")
            self.fields[f"score{place}"] = _number(label, 10, required=asked)
        self.order_fields([name for name in self.fields if name not in ("on", "mode", "language")])

    def scored(self, data):
        pairs = [(data[f"what{n}"], data[f"score{n}"]) for n in range(1, scoring.PSFS_MOST + 1)]
        activities = [{"what": what, "score": score} for what, score in pairs if what or score is not None]
        if not all(one["what"] for one in activities) or any(one["score"] is None for one in activities):
            raise scoring.ScoreRefused("too_few_activities")
        return scoring.score_psfs([one["score"] for one in activities]).value, {"activities": activities}


class GlobalChangeForm(ScoreForm):
    """How the patient finds it in all, against the start."""

    measure = "global_change"

    step = forms.TypedChoiceField(
        label=gettext_lazy("In all, since the start"),
        coerce=int,
        choices=[
            ("", "–"),
            (3, gettext_lazy("Much better")),
            (2, gettext_lazy("Better")),
            (1, gettext_lazy("A little better")),
            (0, gettext_lazy("The same")),
            (-1, gettext_lazy("A little worse")),
            (-2, gettext_lazy("Worse")),
            (-3, gettext_lazy("Much worse")),
        ],
    )

    def scored(self, data):
        return scoring.score_global_change(data["step"]).value, {"step": data["step"]}


class _IndexForm(ScoreForm):
    """A form on paper with ten parts of 0 to 5 points, of which one may be left out: only its sum is typed."""

    total: Callable[..., scoring.Score]

    points = _number(gettext_lazy("Sum of the points, 0 to 50"), 50, required=True)
    answered = forms.TypedChoiceField(
        label=gettext_lazy("Parts answered"),
        coerce=int,
        choices=[(10, gettext_lazy("all 10")), (9, gettext_lazy("9, one was left out"))],
    )

    def scored(self, data):
        score = self.total(data["points"], data["answered"])
        answers = {"points": data["points"], "answered": data["answered"], "percent": float(score.percent or 0)}
        return score.value, answers


class OswestryForm(_IndexForm):
    """Oswestry, version 2.1a; kept in percent."""

    measure, form_version, total = "odi", "2.1a", staticmethod(scoring.score_odi_total)


class NeckForm(_IndexForm):
    """Neck disability index; kept in points, 0 to 50."""

    measure, form_version, total = "ndi", "1991", staticmethod(scoring.score_ndi_total)


FORMS = {
    form.measure: form
    for form in (PainForm, SpasmsForm, RolandMorrisForm, FunctionForm, GlobalChangeForm, OswestryForm, NeckForm)
}
