"""What a table is timed for: the therapies the desk may start, with their usual minutes."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Therapy:
    """One therapy on a table: what it is called, for how many minutes it usually runs, and its icon."""

    label: str | Promise
    minutes: int
    icon: str = "clock"


# By the word that is kept in `TherapyTimer.name`. Usual minutes of the clinic's tables, not a prescription.
THERAPIES = {
    "heat": Therapy(_("Heat"), 10, "heat"),
    "e-stim": Therapy(_("E-stim"), 15, "stim"),
    "ice": Therapy(_("Ice"), 10, "drop"),
    "traction": Therapy(_("Traction"), 12, "adjust"),
    "ultrasound": Therapy(_("Ultrasound"), 6, "wave"),
    "laser": Therapy(_("Laser"), 8, "bolt"),
    "rest": Therapy(_("Rest"), 10, "clock"),
}


def therapy(name):
    """Return the `Therapy` of this name; an unknown one keeps its name and has no usual minutes."""
    return THERAPIES.get(name) or Therapy(name, 0)
