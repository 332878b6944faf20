"""What the travel card's buttons around the care plan do."""

from contextlib import suppress
from typing import Any

from django.utils.translation import gettext as _

from clinic.charting.card.card_refusals import Refused
from clinic.charting.card.plan_card import PlanCard, keep_reason_name, needs_reason
from clinic.charting.care import planning
from clinic.charting.kinds import treating

WARNED = (treating.Contraindicated, treating.ReasonNeeded, treating.AcknowledgementNeeded)


class PlanButtons:
    """Part of `TravelCard`: the aim, and the buttons that plan, give, keep, take off and end."""

    visit: Any
    user: Any
    data: Any
    plan: PlanCard
    errors: dict[str, str]
    kind: Any
    treatment: Any
    check: Any
    may_plan: bool
    acknowledged: bool

    def _keep_aim(self):
        if "aim" in self.data and self.may_plan and self.plan.plan and self.data["aim"].strip() != self.plan.plan.aim:
            planning.aim_at(self.visit.episode, aim=self.data["aim"], by=self.user)

    def _do_give(self, pk):
        """Open the treatment row with what was planned; the colon is part of the address."""
        line = self.plan.line(pk)
        return f"{line.row.kind.slug}&planned={line.row.pk}" if line else ""

    def _do_plan_treatment(self, _what):
        form = self.treatment
        if form is None or not form.is_valid():
            raise Refused
        try:
            planning.plan_treatment(
                self.visit.episode,
                kind=self.kind,
                by=self.user,
                **form.given,
                reason=form.cleaned_data["reason"],
                acknowledged=self.acknowledged,
            )
        except WARNED as refusal:
            self.check = refusal.check
            raise Refused from refusal
        self.kind = self.treatment = None

    def _do_keep_planned(self, pk):
        line = self.plan.line(pk)
        if line is None:
            return
        try:
            reason = self.data.get(keep_reason_name(pk), "")
            with suppress(planning.PlanEnded):  # pressed twice, or taken off in another window
                planning.keep(line.row, by=self.user, reason=reason, acknowledged=True)
        except treating.ReasonNeeded as refusal:
            self.errors[keep_reason_name(pk)] = needs_reason()
            raise Refused from refusal
        except treating.Contraindicated as refusal:
            self.errors[keep_reason_name(pk)] = str(refusal)
            raise Refused from refusal

    def _do_unplan(self, pk):
        if line := self.plan.line(pk):
            with suppress(planning.PlanEnded):
                planning.take_off(line.row, by=self.user)

    def _do_end_plan(self, _what):
        because = self.data.get("end_because", "")
        if because not in planning.Because.values:
            self.errors["end_because"] = _("Choose why the plan ends.")
            raise Refused
        if self.plan.plan:
            with suppress(planning.PlanEnded):
                planning.end(self.plan.plan, because=because, by=self.user)
