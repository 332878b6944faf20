"""What was done at a visit, in words of everyday life: what it is, where, how long. No settings, no promises."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic.anatomy.regions import BY_CODE

KINDS = {
    "adjustment": gettext_lazy("Adjustment: a short, measured push to a joint, by hand or with a small tool."),
    "ultrasound": gettext_lazy("Ultrasound: sound waves that you cannot hear, given to the muscle through a gel."),
    "estim": gettext_lazy("Electrical stimulation: a mild current through pads on the skin."),
    "massage": gettext_lazy("Massage: the muscles worked by hand."),
    "trigger_point": gettext_lazy("Trigger point work: steady pressure on a sore knot in the muscle."),
    "manual_therapy": gettext_lazy("Manual therapy: slow movement and stretching of joints and muscles by hand."),
    "heat": gettext_lazy("Heat: a warm pack on the muscle."),
    "ice": gettext_lazy("Cold: a cold pack on the muscle."),
    "traction": gettext_lazy("Traction: a gentle pull along the spine by a machine."),
    "exercise": gettext_lazy("Exercise: moves done together, chosen for you."),
    "needling": gettext_lazy("Needling: thin needles in the muscle."),
    "soft_collar": gettext_lazy("A soft collar for the neck."),
    "applied_kinesiology": gettext_lazy("Muscle testing by hand."),
    "neuro_reeducation": gettext_lazy("Balance and coordination exercises."),
    "other": gettext_lazy("Another treatment."),
}
SIDES = {"L": gettext_lazy("left"), "R": gettext_lazy("right"), "B": gettext_lazy("both sides")}


@dataclass(frozen=True)
class Done:
    """One treatment as the patient reads it."""

    what: object
    where: str
    how_long: str


def of_treatment(treatment):
    """Return a `Done` for one treatment of a signed visit (with `kind` loaded)."""
    what = KINDS.get(treatment.kind.slug) or treatment.kind.label
    minutes = treatment.minutes
    how_long = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes} if minutes else ""
    return Done(what, _where(treatment), how_long)


def _where(treatment):
    places = [str(BY_CODE[code].label) if code in BY_CODE else code for code in treatment.regions]
    side = [str(SIDES[treatment.side])] if treatment.side in SIDES else []
    marks = [_("at %(segments)s") % {"segments": ", ".join(treatment.segments)}] if treatment.segments else []
    return ", ".join([*places, *side, *marks])
