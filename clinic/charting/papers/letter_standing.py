"""Where a letter stands on a day, and by when its answer is due."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from clinic.charting.models import Referral

Urgency = Referral.Urgency
# How long an answer may take before somebody asks for it: "today" means the same or the next day, "soon" is the two
# weeks of a referral (facts 2.2); a month for the rest is the clinic's own rule.
ANSWER_IN = {Urgency.TODAY: timedelta(days=1), Urgency.SOON: timedelta(days=14), Urgency.ROUTINE: timedelta(days=30)}


class State(models.TextChoices):
    """Where a letter stands."""

    WRITTEN = "written", gettext_lazy("Not sent yet")
    WAITING = "waiting", gettext_lazy("Waits for an answer")
    LATE = "late", gettext_lazy("Answer overdue")
    ANSWERED = "answered", gettext_lazy("Answered")
    CLOSED = "closed", gettext_lazy("Closed")


@dataclass(frozen=True)
class Standing:
    """A letter with its state on a day, and the day by which an answer is due (None before it is sent)."""

    letter: Referral
    state: State
    due_on: date | None

    @property
    def is_open(self) -> bool:
        """May something still happen to it?"""
        return self.state != State.CLOSED


def due_on(letter):
    """Return the day by which the answer is due, or None for a letter that was not sent."""
    return timezone.localdate(letter.sent_at) + ANSWER_IN[letter.urgency] if letter.sent_at else None


def standing(letter, today=None):
    """Return the `Standing` of a letter today (in the clinic's zone), or on the day given."""
    due, today = due_on(letter), today or timezone.localdate()
    if letter.closed_at:
        state = State.CLOSED
    elif letter.answered_at:
        state = State.ANSWERED
    elif due is None:
        state = State.WRITTEN
    else:
        state = State.LATE if due < today else State.WAITING
    return Standing(letter, state, due)
