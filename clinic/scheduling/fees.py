"""What a late cancellation or a no-show would cost by the rule of its kind: proposed, never charged. Pure."""

from datetime import UTC, timedelta

from clinic.scheduling.models.appointments import Status

PATIENT, CLINIC = "patient", "clinic"  # on whose side it is that the visit does not take place


def proposed(kind, starts_at, at, what, *, on_whose_side=PATIENT):
    """Return the fee in the clinic's currency that `kind` proposes, or None when it proposes nothing.

    `what` is `Status.CANCELLED` or `Status.NO_SHOW`, `at` the moment it happens. What the clinic calls off itself, and
    every other status, proposes nothing.
    """
    if on_whose_side == CLINIC:
        return None
    if what == Status.NO_SHOW:
        return kind.no_show_fee or None
    if what == Status.CANCELLED and is_late(kind, starts_at, at):
        return kind.late_cancel_fee or None
    return None


def is_late(kind, starts_at, at):
    """Are fewer hours left than the kind asks for? Hours that pass, not hours on a clock that jumps in between."""
    left = starts_at.astimezone(UTC) - at.astimezone(UTC)
    return left < timedelta(hours=kind.late_cancel_hours) and kind.late_cancel_hours > 0
