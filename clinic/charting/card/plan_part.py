"""The travel card's part about the course of a plan: where it stands, goals in one tap, a decision when due."""

from contextlib import suppress
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.charting import notes
from clinic.charting.card.card_part import CardPart
from clinic.charting.card.card_refusals import Refused
from clinic.charting.care import deciding, goals, measuring, plan_clock, plan_standing, planning
from clinic.charting.care.plan_forms import DecideForm
from clinic.charting.care.plan_lines import GoalLine
from clinic.charting.models import CarePlan, PlanDecision
from clinic.scheduling.models import VisitKind

PREFIX = "decide"
SOON = 3  # days before something is due, from which the goals stand open
Purpose = VisitKind.Purpose


class PlanPart(CardPart):
    """Where the plan of this complaint stands, with its goals; a note past day 42 waits for a decision."""

    name = "course"

    def __init__(self, card, data=None):
        super().__init__(card, data)
        self.today = notes.day_of(self.visit, timezone.now())
        has_plan = card.plan.plan is not None
        self.standing: Any = plan_standing.of_episode(self.visit.episode_id, self.today) if has_plan else None
        self.goals = self._goals() if self.standing and self.is_due else []
        typed = {name: data.get(f"{PREFIX}-{name}", "") for name in DecideForm.base_fields} if data is not None else {}
        self.form = DecideForm(prefix=PREFIX, initial=typed).mark()  # asked only by its own button
        self._found = None
        if card.errors.get(PREFIX) and self.standing:  # refused before: what was typed, with what is wrong
            self.form = DecideForm(card.data, prefix=PREFIX, has_improved=self.found.has_improved).mark()

    def _goals(self):
        rows = CarePlan.objects.get(pk=self.standing.plan).goals.filter(measure=goals.ON_THE_CARD)
        return [GoalLine(goal, self._chosen(goal)) for goal in rows]

    def _chosen(self, goal):
        """What was tapped, else what was scored today; an older score is asked anew."""
        if self.data is not None and (tapped := self.data.get(f"goal-{goal.pk}", "")):
            return tapped
        is_fresh = goal.now_at and timezone.localdate(goal.now_at) == timezone.localdate()
        return str(int(goal.now)) if is_fresh else ""

    @property
    def is_due(self):
        """Is something due within days, or is this a re-examination? Then the plan stands open."""
        left = self.standing.days_left
        return self.visit.purpose == Purpose.RE_EXAM or (left is not None and left <= SOON)

    @property
    def found(self):
        """The progress of the plan; asked for only where a decision is due."""
        if self._found is None:
            plan = CarePlan.objects.select_related("patient").get(pk=self.standing.plan)
            self._found = measuring.of_plan(plan, today=self.today)
        return self._found

    @property
    def found_label(self):
        return PlanDecision.Progress(self.found.flag).label

    @property
    def asks_first(self):
        """Does signing wait for a decision? Its day has come by now and no improvement is recorded."""
        return bool(self.standing) and self._treats and deciding.asks_first(self.standing, self.found)

    @property
    def _treats(self):
        return self.visit.purpose != Purpose.ADVICE

    @property
    def notice(self):
        """(css, words, address) for the sign bar, or None."""
        if not self.standing or not self._treats:
            return None
        if self.standing.decision_due:
            if self.asks_first:
                return "todo", _("Decide how the plan goes on: no improvement is recorded"), "#plan-decision"
            return "q2", _("A decision on the plan is due"), "#plan-decision"
        if self.standing.is_due:
            return "q2", self._due_words(), "#plan"
        return None

    def _due_words(self):
        told = {"what": self.standing.due_label}
        return (_("%(what)s is late") if self.standing.is_late else _("%(what)s is due")) % told

    @property
    def address(self):
        """The tab of the plan."""
        return f"{reverse('admin:patients_patient_change', args=[self.visit.patient_id])}?tab=plan"

    def is_valid(self):
        return all(one.chosen == "" or one.chosen in one.choices for one in self.goals)

    def keep(self, user):
        """Keep the goals that were tapped."""
        for one in self.goals:
            if one.chosen and self.data is not None and self.data.get(one.field):
                goals.score(one.goal, now=one.chosen, by=user)

    def do_decide_plan(self, _what, user):
        """Keep a decision about the plan, typed beside its goals."""
        if self.standing is None:
            return ""
        plan = CarePlan.objects.select_related("patient").get(pk=self.standing.plan)
        self.form = DecideForm(self.data, prefix=PREFIX, has_improved=self.found.has_improved)
        with suppress(planning.PlanEnded):  # ended in another window; the page shows it
            if self.form.keep(plan, visit=self.visit, by=user) is None:
                self.card.errors[PREFIX] = str(_("Not decided yet."))
                raise Refused
        return ""

    def before_signing(self, user):
        """A note of a day past the decision waits for it, unless improvement is recorded."""
        day = notes.day_of(self.visit)
        standing = plan_standing.of_episode(self.visit.episode_id, day)
        if standing and self._treats and deciding.asks_first(standing, self.found):
            told = _("Day %(n)s of the plan, and no improvement is recorded. Decide first how it goes on.")
            self.card.errors["sign"] = told % {"n": standing.day}
            raise Refused

    def after_signing(self, user):
        """A re-examination answers its clocks, goals that were scored the first check."""
        plan_clock.visit_signed(self.visit, by=user)
