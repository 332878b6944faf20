"""The chart's tab of plans and tasks: the plan in force with its line, its goals and decisions; earlier plans below."""

from dataclasses import dataclass
from functools import cached_property

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.accounts.access import get_or_404
from clinic.accounts.roles import can, require
from clinic.charting.care import (
    clocks,
    goals,
    measuring,
    plan_drawing,
    plan_making,
    plan_standing,
    plan_templates,
    planning,
)
from clinic.charting.care.plan_forms import AgreeForm, DecideForm, GoalForm, PlanForm
from clinic.charting.care.plan_lines import GoalLine
from clinic.charting.models import CarePlan, Episode, PlanDecision
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import Status
from patients import task_pages
from patients.chart_tabs import Tab

TAB, MOST = task_pages.TAB, 40
ASK_OTHERS = (PlanDecision.Decision.REFER, PlanDecision.Decision.IMAGE)


class Refused(Exception):
    """Something typed cannot be kept: the tab comes back with this in its context."""

    def __init__(self, **context):
        super().__init__()
        self.context = context


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
        return PlanDecision.Progress(self.progress.flag).label

    @property
    def edit_form(self):
        return PlanForm.of(self.plan, auto_id=f"id_plan_{self.plan.pk}_%s")

    @property
    def goal_form(self):
        return GoalForm(prefix="goal", auto_id=f"id_{self.plan.pk}_%s").mark()

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


# --- the buttons


def _back(patient):
    return redirect(f"{patient.get_absolute_url()}?tab={TAB}")


def _plan(request, patient, pk):
    return get_or_404(request, CarePlan.objects.of(patient).for_user(request.user).select_related("episode"), pk=pk)


def _write(request, patient, pk):
    """Write the plan of a complaint that has none."""
    episode = get_or_404(request, Episode.objects.of(patient).for_user(request.user), pk=pk)
    _keep(request, episode, planning.current_plan(episode), writing=episode.pk)
    messages.success(request, _("The plan is written. Add the goals, and note who agreed."))
    return _back(patient)


def _edit(request, patient, pk):
    plan = _plan(request, patient, pk)
    if plan.ended_at:
        return _over(request, patient)
    _keep(request, plan.episode, plan, editing=plan.pk)
    messages.success(request, _("The plan is changed."))
    return _back(patient)


def _keep(request, episode, plan, **where):
    require(request.user, "plan.change")
    form = PlanForm.of(plan, data=request.POST)
    if not form.is_valid():
        raise Refused(plan_form=form.mark(), **where)
    plan_making.write(episode, by=request.user, **form.given)


def _over(request, patient):
    messages.error(request, _("This plan was ended before; nothing was changed."))
    return _back(patient)


def _agree(request, patient, pk):
    plan, form = _plan(request, patient, pk), AgreeForm(request.POST)
    if not form.is_valid():
        raise Refused(agree_form=form.mark(), agreeing=plan.pk)
    try:
        plan_making.agree(plan, words=form.cleaned_data["words"], by=request.user)
    except planning.PlanEnded:
        return _over(request, patient)
    except plan_making.Agreed:
        messages.info(request, _("It was noted before that the patient agreed."))
    return _back(patient)


def _add_goal(request, patient, pk):
    plan, form = _plan(request, patient, pk), GoalForm(request.POST, prefix="goal")
    if not form.is_valid():
        raise Refused(goal_form=form.mark(), adding_to=plan.pk)
    try:
        goals.add(plan, by=request.user, **form.cleaned_data)
    except planning.PlanEnded:
        return _over(request, patient)
    except goals.TooMany:
        messages.error(request, _("A plan has ten goals at the most."))
    return _back(patient)


def _propose(request, patient, what):
    """Take over an activity of the health history as a goal: from its score there to 8 of 10."""
    pk, _colon, place = what.partition(":")
    plan, told = _plan(request, patient, pk), dict(enumerate(goals.proposals(patient)))
    if place.isdecimal() and int(place) in told:
        activity, score = told[int(place)]
        try:
            target = goals.AIMED_AT if score < goals.AIMED_AT else goals.HIGHEST[goals.ON_THE_CARD]
            goals.add(plan, what=activity, start=score, target=target, by=request.user)
        except planning.PlanEnded:
            return _over(request, patient)
        except (goals.SameAsStart, goals.TooMany):
            messages.error(request, _("This was not added: it is at its target, or the plan has ten goals."))
    return _back(patient)


def _decide(request, patient, pk):
    require(request.user, "plan.change")
    plan = _plan(request, patient, pk)
    if plan.ended_at:
        return _over(request, patient)
    found = measuring.of_plan(plan, today=timezone.localdate())
    form = DecideForm(request.POST, has_improved=found.has_improved)
    try:
        made = form.keep(plan, by=request.user)
    except planning.PlanEnded:
        return _over(request, patient)
    if made is None:
        raise Refused(decide_form=form, deciding=plan.pk)
    messages.success(request, _("The decision is kept."))
    return _to_referral(patient, made.decision) or _back(patient)


def _to_referral(patient, decision):
    """The page that writes the letter, where the clinic has one."""
    if decision not in ASK_OTHERS:
        return None
    try:
        return redirect(reverse("admin:charting_referral_add_for", args=[patient.pk]))
    except NoReverseMatch:
        return None


DEEDS = {
    "plan_write": _write,
    "plan_edit": _edit,
    "plan_agree": _agree,
    "plan_goal": _add_goal,
    "plan_propose": _propose,
    "plan_decide": _decide,
}

AS_TAB = Tab(
    name=TAB,
    label=gettext_lazy("Plan and tasks"),
    context=context,
    after="risks",
    deeds=DEEDS,
    refusal=Refused,
)
