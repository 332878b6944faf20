"""The travel card's part about the care plan: what is planned, what the rules say to it today, and its buttons."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from clinic.anatomy.sides import WORDS
from clinic.charting.care import planning, rechecking
from clinic.charting.models import PlannedTreatment
from clinic.charting.safety import Caution, SafetyCheck


@dataclass(frozen=True)
class Line:
    """One planned treatment with what the rules say to it today."""

    row: PlannedTreatment
    check: SafetyCheck
    news: list[Caution]

    @property
    def level(self):
        """The strictest of what is new since it was planned, or empty."""
        return self.news[0].level if self.news else ""

    @property
    def is_held(self):
        """Does something new hold it back until a clinician has looked at it?"""
        return self.level in ("A", "R")


class PlanCard:
    """The plan in force for the complaint of a visit (or None), held against the rules of this moment."""

    def __init__(self, visit, plan):
        self.visit, self.plan, self.reasons = visit, plan, planning.Because.choices
        rows = self.plan.treatments.filter(ended_at=None).select_related("kind", "planned_by") if self.plan else []
        self.lines = self._lines(list(rows))

    def _lines(self, rows):
        checks = rechecking.checks_of(rows, self.visit.patient) if rows else []
        return [Line(row, found, rechecking.news(row.warnings, found)) for row, found in zip(rows, checks, strict=True)]

    @property
    def is_held(self):
        """Does something new hold a planned treatment back?"""
        return any(line.news for line in self.lines)

    def line(self, pk):
        """The line of this planned treatment, or None for one of another plan."""
        return next((line for line in self.lines if str(line.row.pk) == str(pk)), None)


def initial_of(planned):
    """What the treatment form shows when a planned treatment is given: its settings, place and side."""
    values = planned.parameters
    side = values.get("side") or WORDS.get(planned.side, "")
    return {**values, "where": ", ".join(values.get("segments", [])), "regions": planned.regions, "side": side}


def keep_reason_name(pk):
    """The name of the field for the reason to keep one planned treatment."""
    return f"keep-{pk}"


def needs_reason():
    """What is said where a reason to keep a planned treatment is missing."""
    return _("Say why it stays planned; the reason is kept with the plan.")
