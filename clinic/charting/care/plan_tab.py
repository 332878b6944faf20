"""The chart's tab of plans and tasks: the plan in force with its line, its goals and decisions; earlier plans below."""

from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.accounts.roles import can
from clinic.charting.care import (
    clocks,
    goals,
    measuring,
    plan_deeds,
    plan_drawing,
    plan_standing,
    plan_templates,
)
from clinic.charting.care.plan_forms import AgreeForm, DecideForm, GoalForm, MissForm, PlanForm
from clinic.charting.care.plan_lines import GoalLine
from clinic.charting.models import CarePlan, PlanDecision
from clinic.outcomes import scoring
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import Status
from patients import task_pages
from patients.chart_tabs import Tab

MOST = 40


@dataclass
class Current:
    """A plan in force as the tab shows it."""

    plan: CarePlan
    standing: plan_standing.Standing
    visits: list
    missed: list
    scores: list

    @cached_property
    def progress(self):
        return measuring.of_plan(self.plan, today=self.standing.today, scores=self.scores)

    @property
    def progress_label(self):
        """How it goes, in words; "not enough measured" only where something is missing."""
        flag = PlanDecision.Progress(self.progress.flag)
        return _("Not clear yet") if flag == flag.UNCLEAR and not self.progress.missing else flag.label

    @property
    def edit_form(self):
        return PlanForm.of(self.plan, auto_id=f"id_plan_{self.plan.pk}_%s")

    @property
    def goal_form(self):
        return GoalForm(prefix="goal", auto_id=f"id_{self.plan.pk}_%s").mark()

    @property
    def miss_form(self):
        """Asks why a goal was not reached; None where all are."""
        form = MissForm(plan=self.plan, prefix="miss", auto_id=f"id_{self.plan.pk}_%s").mark()
        return form if form.open else None

    @property
    def letter(self):
        """The address of the letter that the newest decision asks for, or empty."""
        newest = next(iter(self.plan.decisions.all()), None)
        return plan_deeds.letter_of(self.plan, newest.decision) if newest else ""

    @property
    def agree_form(self):
        return AgreeForm(auto_id=f"id_agree_{self.plan.pk}_%s").mark()

    @property
    def decide_form(self):
        return DecideForm(auto_id=f"id_decide_{self.plan.pk}_%s").mark()

    @property
    def readings(self):
        return [(measuring.name_of(one.measure), one) for one in self.progress.readings]

    @property
    def missing(self):
        words = {"pain": _("pain"), "function": _("own activities or Roland-Morris")}
        return [words[one] for one in self.progress.missing]

    @property
    def is_short_of_activities(self):
        """Are there own activities on the plan, and too few for a mean?"""
        own = [goal for goal in self.plan.goals.all() if goal.measure == goals.ON_THE_CARD]
        return 0 < len(own) < scoring.PSFS_FEWEST

    @property
    def goals(self):
        return [GoalLine(goal) for goal in self.plan.goals.all()]

    @property
    def phases(self):
        """(label, visits, weeks, first day, is it today's?) of each phase."""
        rows = list(self.plan.phases.all())
        pairs = [(one.name, one.weeks) for one in rows]
        return [(one, clocks.phase_begins(pairs, one.name), one.name == self.standing.phase) for one in rows]

    @property
    def line(self):
        """The drawing of the plan."""
        begun = plan_standing.began_on(self.plan)
        days = [clocks.day_of(begun, day) for day in self.visits]
        missed = [clocks.day_of(begun, day) for day in self.missed]
        return plan_drawing.draw(self.standing.day, days, missed, self._due(begun))

    def _due(self, begun):
        told = []
        for event in self.plan.events.all():
            if event.done_at is None and event.due_on:
                day = clocks.day_of(begun, event.due_on)
                when = _("day %(n)s, %(day)s") % {"n": day, "day": date_format(event.due_on, "j M")}
                told.append((day, SHORT.get(event.kind, event.get_kind_display)(), when))
        return told


SHORT = {
    clocks.CHECK: lambda: _("check"),
    clocks.RE_EXAM: lambda: _("re-exam"),
    clocks.REVIEW: lambda: _("review"),
    clocks.DECISION: lambda: _("decision"),
}


def context(request, patient):
    """What the tab shows."""
    user, today = request.user, timezone.localdate()
    plans = patient.rows("care_plans").for_user(user).select_related("episode", "made_by", "ended_by", "agreed_by")
    plans = plans.prefetch_related("treatments__kind", "goals", "phases", "events", "decisions__decided_by")[:MOST]
    now = [plan for plan in plans if plan.ended_at is None]
    complaints = patient.rows("episodes").for_user(user).exclude(imaging_decisions=None).distinct()
    return {
        **task_pages.context(request, patient),
        "current": _current(patient, now, today),
        "past": [plan for plan in plans if plan.ended_at],
        "imaged": complaints.prefetch_related("imaging_decisions__decided_by")[:MOST],
        "open_note": patient.rows("visits").for_user(user).valid().filter(signed_at=None).only("pk").first(),
        "may_write_letter": can(user, "referral.add") and not patient.deceased_on,
        "may_plan": can(user, "plan.change") and not patient.deceased_on,
        **_unplanned(request, patient, now),
    }


def _unplanned(request, patient, now):
    """Open complaints without a plan, and the starting point that was chosen for one of them."""
    rows = patient.rows("episodes").for_user(request.user).filter(closed_at=None)
    template = plan_templates.load().get(request.GET.get("from", ""))
    waiting = [episode for episode in rows[:MOST] if episode.pk not in {plan.episode_id for plan in now}]
    return {
        "unplanned": [(one, PlanForm.of(template=template, auto_id=f"id_new_{one.pk}_%s")) for one in waiting],
        "templates": list(plan_templates.load().values()),
        "template": template,
        "proposed": goals.proposals(patient) if now else [],
    }


def _current(patient, plans, today):
    if not plans:
        return []
    standings = plan_standing.of_episodes([plan.episode_id for plan in plans], today)
    missed = Appointment.objects.of(patient).filter(status=Status.NO_SHOW).order_by("starts_at")
    days = [timezone.localdate(at) for at in missed.values_list("starts_at", flat=True)]
    visits = plan_standing.days_kept({plan.episode_id: plan_standing.began_on(plan) for plan in plans})
    scores = measuring.scores_of(patient)
    return [
        Current(
            plan,
            standings[plan.episode_id],
            visits[plan.episode_id],
            [day for day in days if plan_standing.began_on(plan) <= day <= today],
            scores,
        )
        for plan in plans
    ]


AS_TAB = Tab(
    name=task_pages.TAB,
    label=gettext_lazy("Plan and tasks"),
    context=context,
    after="risks",
    deeds=plan_deeds.DEEDS,
    refusal=plan_deeds.Refused,
)
