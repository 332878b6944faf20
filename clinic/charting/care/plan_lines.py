"""One goal as the pages draw it: its bar, its target, and the eleven taps of its score."""

from dataclasses import dataclass

from clinic.charting.care import goals
from clinic.charting.models import PlanGoal

WIDE = 90  # px of the bar


@dataclass(frozen=True)
class GoalLine:
    """One goal with how far it has come; `chosen` is the score of today, as text, or empty."""

    goal: PlanGoal
    chosen: str = ""
    choices = tuple(str(score) for score in range(11))

    @property
    def field(self):
        return f"goal-{self.goal.pk}"

    @property
    def bar(self):
        return self._place(self.goal.start if self.goal.now is None else self.goal.now)

    @property
    def mark(self):
        return 1 + self._place(self.goal.target)

    def _place(self, number):
        return round(WIDE * float(number) / float(self._highest or 1), 1)

    @property
    def _highest(self):
        numbers = [number for number in (self.goal.start, self.goal.target, self.goal.now) if number is not None]
        measure = goals.Measure(self.goal.measure)
        return max(goals.HIGHEST[measure] if measure in goals.WHOLE else 0, *numbers)
