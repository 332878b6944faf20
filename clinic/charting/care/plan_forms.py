"""The forms of the plan's tab: the plan itself, a goal, who agreed, a decision."""

from datetime import timedelta
from typing import cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.charting.care import clocks, deciding, goals, plan_making
from clinic.charting.forms import Plain
from clinic.charting.models import CarePlan, PlanDecision, PlanGoal, PlanPhase

Decision = PlanDecision.Decision
LONGEST_AGO, LONGEST_AHEAD = timedelta(days=366), timedelta(days=60)
PHASES = tuple(PlanPhase.Name)


def _day(label, help_text=""):
    return forms.DateField(
        label=label, required=False, help_text=help_text, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


def _count(label, highest):
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=highest)


def _words(label, help_text="", longest=300):
    return forms.CharField(label=label, required=False, max_length=longest, help_text=help_text)


class PlanForm(Plain):
    """When a plan starts, its phases, when it stops, what is done at home; `seen` is the stand that was read."""

    seen = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)
    aim = _words(gettext_lazy("Aim"), gettext_lazy("In the patient’s words."))
    started_on = _day(gettext_lazy("Starts on"))
    first_check_on = _day(gettext_lazy("First check on"), gettext_lazy("2 to 4 weeks after the start."))
    planned_visits = _count(gettext_lazy("Visits in all"), 60)
    relief_visits = _count(gettext_lazy("Relief, visits"), 60)
    relief_weeks = _count(gettext_lazy("Relief, weeks"), 26)
    restore_visits = _count(gettext_lazy("Restore, visits"), 60)
    restore_weeks = _count(gettext_lazy("Restore, weeks"), 26)
    prevent_visits = _count(gettext_lazy("Prevent, visits"), 60)
    prevent_weeks = _count(gettext_lazy("Prevent, weeks"), 26)
    stop_rule = _words(gettext_lazy("It stops when"))
    home_tasks = _words(gettext_lazy("At home"))

    @classmethod
    def of(cls, plan=None, template=None, data=None, auto_id="id_%s"):
        """The form of a plan, of a new one, or of a starting point."""
        initial = _of_plan(plan) if plan else _of_template(template, timezone.localdate())
        initial["seen"] = plan_making.stand_of(plan)
        return cls(data, initial=initial, auto_id=auto_id).mark()

    @classmethod
    def again(cls, plan, typed):
        """What was typed about a plan that was changed meanwhile: it replaces what stands now once it is sent again."""
        form = cls({**typed.dict(), "seen": plan_making.stand_of(plan)}, initial=_of_plan(plan) if plan else {})
        form.add_error(None, _("This plan was changed meanwhile. Look at it above; kept again, yours replaces it."))
        return form.mark()

    def clean_started_on(self):
        day, today = self.cleaned_data["started_on"], timezone.localdate()
        if day is None:
            raise forms.ValidationError(_("Say on which day it starts; its clocks count from there."))
        stands = day == self.initial.get("started_on")  # a long plan keeps the day on which it began
        if not stands and not today - LONGEST_AGO <= day <= today + LONGEST_AHEAD:
            raise forms.ValidationError(_("The start lies within the last year or the next two months."))
        return day

    def clean(self):
        data = self.cleaned_data
        self._check_check(data.get("started_on"), data.get("first_check_on"))
        for name in PHASES:
            self._check_phase(name)
        in_phases = sum(visits for _name, visits, _weeks in self.phases())
        if not self.errors and data.get("planned_visits") and in_phases > data["planned_visits"]:
            told = _("The phases have %(n)s visits together; plan at least as many.") % {"n": in_phases}
            self.add_error("planned_visits", told)
        return data

    def _check_check(self, start, check):
        if start and check and check != clocks.first_check(start, check):
            self.add_error("first_check_on", _("The first check lies 2 to 4 weeks after the start."))

    def _check_phase(self, name):
        visits, weeks = self.cleaned_data.get(f"{name}_visits"), self.cleaned_data.get(f"{name}_weeks")
        missing = "weeks" if visits and not weeks else "visits" if weeks and not visits else ""
        if missing and f"{name}_{missing}" not in self.errors:
            self.add_error(f"{name}_{missing}", _("A phase has visits and weeks."))

    def phases(self):
        """(name, visits, weeks) of the phases that were filled in."""
        told = [(name, *(self.cleaned_data.get(f"{name}_{what}") for what in ("visits", "weeks"))) for name in PHASES]
        return [(str(name), visits, weeks) for name, visits, weeks in told if visits and weeks]

    @property
    def given(self):
        """What `plan_making.write` takes; the visits in all are those of the phases when they are left open."""
        data, phases = self.cleaned_data, self.phases()
        told = {name: data[name] for name in ("seen", "aim", "started_on", "first_check_on", "stop_rule", "home_tasks")}
        in_all = data["planned_visits"] or sum(visits for _name, visits, _weeks in phases) or None
        return {**told, "planned_visits": in_all, "phases": phases}


def _of_plan(plan):
    names = ("aim", "started_on", "first_check_on", "planned_visits", "stop_rule", "home_tasks")
    told = {name: getattr(plan, name) for name in names}
    return told | _of_phases((one.name, one.visits, one.weeks) for one in plan.phases.all())


def _of_template(template, today):
    if template is None:
        return {"started_on": today}
    return {
        "started_on": today,
        "first_check_on": today + timedelta(days=template.first_check_days),
        "planned_visits": template.planned_visits,
        "stop_rule": template.stop_rule,
        **_of_phases(template.phases),
    }


def _of_phases(phases):
    told = [((f"{name}_visits", visits), (f"{name}_weeks", weeks)) for name, visits, weeks in phases]
    return dict(pair for pairs in told for pair in pairs)


class GoalForm(Plain):
    """Something the patient wants to be able to do again: from, to, by when."""

    what = forms.CharField(label=gettext_lazy("Activity"), max_length=120)
    measure = forms.ChoiceField(label=gettext_lazy("Measured as"), choices=PlanGoal.Measure.choices)
    start = forms.DecimalField(label=gettext_lazy("At the start"), min_value=0, max_digits=5, decimal_places=1)
    target = forms.DecimalField(label=gettext_lazy("Target"), min_value=0, max_digits=5, decimal_places=1)
    target_on = _day(gettext_lazy("By"))

    def clean(self):
        data = self.cleaned_data
        for name in ("start", "target"):
            self._check_number(name, data.get("measure"), data.get(name))
        if data.get("start") is not None and data.get("start") == data.get("target"):
            self.add_error("target", _("A target differs from where it starts."))
        return data

    def _check_number(self, name, measure, number):
        if not measure or number is None:
            return
        try:
            goals.check(measure, number)
        except goals.OutOfRange as error:
            self.add_error(name, _("From 0 to %(n)s on this measure.") % {"n": error.highest})


class MissForm(Plain):
    """Why a goal was not reached."""

    goal = forms.ChoiceField(label=gettext_lazy("Goal"))
    because = forms.CharField(label=gettext_lazy("Why it was not reached"), max_length=300)

    def __init__(self, data=None, *, plan, **kwargs):
        super().__init__(data, **kwargs)
        self.open = {str(goal.pk): goal for goal in plan.goals.all() if goal.reached_at is None}
        cast(forms.ChoiceField, self.fields["goal"]).choices = [(pk, goal.what) for pk, goal in self.open.items()]

    @property
    def chosen(self):
        """The goal that was chosen, after `is_valid`."""
        return self.open[self.cleaned_data["goal"]]


class AgreeForm(Plain):
    """Who agreed to the plan, in words."""

    words = forms.CharField(
        label=gettext_lazy("Agreed with"),
        max_length=200,
        help_text=gettext_lazy("For example: the patient, in the room, after the findings were explained."),
    )


class DecideForm(Plain):
    """How a plan goes on, with its reason."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"), choices=[("", gettext_lazy("Decide")), *Decision.choices], required=False
    )
    because = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=300)
    end_because = forms.ChoiceField(
        label=gettext_lazy("Discharged because"),
        choices=[("", gettext_lazy("Only with a discharge")), *CarePlan.EndedBecause.choices],
        required=False,
    )

    def __init__(self, *args, has_improved=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.has_improved = has_improved

    def clean(self):
        data = self.cleaned_data
        chosen = data.get("decision")
        if not chosen and "decision" not in self.errors:
            self.add_error("decision", _("What was decided?"))
        if chosen and not data.get("because"):
            self._ask_reason(chosen)
        if chosen == Decision.DISCHARGE and not data.get("end_because"):
            self.add_error("end_because", _("Say why the plan ends."))
        return data

    def _ask_reason(self, chosen):
        if chosen != Decision.CONTINUE:
            self.add_error("because", _("Say why; the reason stays with the decision."))
        elif not self.has_improved:
            self.add_error("because", _("No improvement is recorded: say why it goes on all the same."))

    def keep(self, plan, *, by, visit=None):
        """Keep the decision and return it, or None with the messages at their fields. Raises `planning.PlanEnded`."""
        if self.is_valid():
            try:
                return deciding.decide(plan, by=by, visit=visit, **self.cleaned_data)
            except deciding.ReasonNeeded:  # a score came in meanwhile
                self.has_improved = False
                self._ask_reason(self.cleaned_data["decision"])
        self.mark()
        return None
