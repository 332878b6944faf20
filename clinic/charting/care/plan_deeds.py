"""The buttons of the plan's tab: write, edit, agree, add a goal or say why it was missed, decide."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.accounts.access import get_or_404
from clinic.accounts.roles import can, require
from clinic.charting.care import goals, measuring, plan_making, planning
from clinic.charting.care.plan_forms import AgreeForm, DecideForm, GoalForm, MissForm, PlanForm
from clinic.charting.models import CarePlan, Episode, PlanDecision, Referral
from patients import task_pages

TAB = task_pages.TAB
ASKS_OTHERS = {  # a decision that is carried out by a letter, of which kind
    PlanDecision.Decision.REFER: Referral.Kind.REFERRAL,
    PlanDecision.Decision.IMAGE: Referral.Kind.IMAGING,
}


class Refused(Exception):
    """Something typed cannot be kept: the tab comes back with this in its context."""

    def __init__(self, **context):
        super().__init__()
        self.context = context


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
    try:
        plan_making.write(episode, by=request.user, **form.given)
    except plan_making.ChangedSince:
        stands = planning.current_plan(episode)
        where = {"editing": stands.pk} if stands else {"writing": episode.pk}
        raise Refused(plan_form=PlanForm.again(stands, request.POST), **where) from None


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


def _miss(request, patient, pk):
    """Say why a goal was not reached: a payer asks for it, and the next plan learns from it."""
    require(request.user, "plan.change")
    plan = _plan(request, patient, pk)
    form = MissForm(request.POST, plan=plan, prefix="miss")
    if not form.is_valid():
        raise Refused(miss_form=form.mark(), missing_of=plan.pk)
    try:
        goals.miss(form.chosen, because=form.cleaned_data["because"], by=request.user)
    except planning.PlanEnded:
        return _over(request, patient)
    return _back(patient)


def _propose(request, patient, what):
    """Take over an activity of the health history, by its name, as a goal: from its score there to 8 of 10."""
    pk, _colon, activity = what.partition(":")
    plan, told = _plan(request, patient, pk), dict(goals.proposals(patient))
    if activity in told:
        score = told[activity]
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
    letter = letter_of(plan, made.decision) if can(request.user, "referral.add") else ""
    return redirect(letter) if letter else _back(patient)


def letter_of(plan, decision):
    """The page of a new letter about this plan's complaint, or empty where the decision asks nobody else."""
    kind = ASKS_OTHERS.get(decision)
    query = {"kind": kind.value, "episode": plan.episode_id} if kind else None
    return reverse("admin:charting_referral_add_for", args=[plan.patient_id], query=query) if kind else ""


DEEDS = {
    "plan_write": _write,
    "plan_edit": _edit,
    "plan_agree": _agree,
    "plan_goal": _add_goal,
    "plan_propose": _propose,
    "plan_miss": _miss,
    "plan_decide": _decide,
}
