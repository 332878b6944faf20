"""What must stand in the chart before a thrust (facts S4-2 and 2.3): there is no way round it, only gentler ways.

After a vehicle crash or a hard fall: the neurological and the muscular examination of this complaint, and a decision
about imaging. An open red flag adds the parts its row names, examined after it was raised.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from clinic.charting.kinds.kind_language import holds
from clinic.charting.kinds.quantities import in_words
from clinic.charting.models import Episode, Examination, ImagingDecision, VisitMark
from patients import red_flags
from patients.models import Alert, Intake

Part = Examination.Part
TRAUMA = {Episode.Mechanism.CRASH.value, Episode.Mechanism.HARD_FALL.value}
TOLD_TRAUMA = {"mva", "fall_hard"}  # the answers of the health history to "What started it?"
AFTER_TRAUMA = (Part.NEUROLOGICAL.value, Part.MUSCULAR.value)
ACCIDENT = "RF08"
IN_ERROR = {"visit__marks__kind": VisitMark.Kind.ENTERED_IN_ERROR}


@dataclass(frozen=True)
class Asked:
    """What is asked: {part: it must be younger than this, or None}, and the same for imaging if `imaging`."""

    parts: dict[str, datetime | None]
    imaging: bool = False
    imaging_since: datetime | None = None
    is_trauma: bool = False


def asked(mechanism: str, told: str, flags: Iterable[tuple[str, datetime]], table=None) -> Asked:
    """Return what is asked for this onset (of the complaint, and as told) and open flags (id, since). Pure."""
    needs = {row.id: row.exam_required for row in (red_flags.read_table() if table is None else table)}
    raised = dict(flags)
    is_trauma = mechanism in TRAUMA or told in TOLD_TRAUMA or ACCIDENT in raised
    parts: dict[str, datetime | None] = dict.fromkeys(AFTER_TRAUMA) if is_trauma else {}
    for flag, since in raised.items():
        for part in needs.get(flag, ()):
            known = parts.get(part)
            parts[part] = since if known is None else max(known, since)
    return Asked(parts, is_trauma, raised.get(ACCIDENT), is_trauma)


@dataclass(frozen=True)
class Standing:
    """What is asked before a thrust at a visit, what the chart holds of it, and so what is missing."""

    asked: Asked
    examinations: dict[str, Examination]  # the newest of each part in this complaint
    imaging: ImagingDecision | None  # the newest decision

    def is_done(self, part):
        """Was this part examined since it was asked?"""
        found, since = self.examinations.get(part), self.asked.parts.get(part)
        return found is not None and (since is None or found.done_at >= since)

    @property
    def missing_parts(self):
        return [part for part in self.asked.parts if not self.is_done(part)]

    @property
    def imaging_is_open(self):
        """Is a decision about imaging asked and not made, or ordered and not read yet?"""
        if not self.asked.imaging:
            return False
        if self.imaging is None or self.imaging.decision == ImagingDecision.Decision.ORDERED:
            return True
        return self.asked.imaging_since is not None and self.imaging.decided_at < self.asked.imaging_since

    @property
    def missing(self):
        """What is missing, in words."""
        told = [str(Part(part).label) for part in self.missing_parts]
        if self.imaging_is_open:
            waits = self.imaging and self.imaging.decision == ImagingDecision.Decision.ORDERED
            told.append(_("Imaging read and decided on") if waits else _("Imaging decision"))
        return told

    @property
    def is_asked(self):
        return bool(self.asked.parts) or self.asked.imaging

    @property
    def is_complete(self):
        return not self.missing


def standing(visit):
    """Return the `Standing` of a visit: four queries."""
    told = Intake.objects.of(visit.patient).submitted().order_by("-submitted_at", "-pk")
    alerts = Alert.objects.of(visit.patient).open()
    return stands(
        visit,
        told=told.values_list("answers__mechanism", flat=True).first(),
        flags=alerts.order_by("raised_at").values_list("flag", "raised_at"),
        examinations=examinations_of(visit),
        imaging=decisions_on_imaging(visit).first(),
    )


def stands(visit, *, told, flags, examinations, imaging):
    """Return the `Standing` from what was read already; `examinations` are the oldest first. No query."""
    wanted = asked(visit.episode.mechanism, told or "", flags)
    return Standing(wanted, {row.part: row for row in examinations}, imaging)


def examinations_of(visit):
    """The examinations of this complaint, the oldest first, as a query; none of a visit entered in error."""
    return Examination.objects.filter(visit__episode=visit.episode_id).exclude(**IN_ERROR).order_by("done_at", "pk")


def decisions_on_imaging(visit):
    """The decisions about imaging of this complaint, the newest first, as a query; none of a visit entered in error."""
    return ImagingDecision.objects.filter(episode=visit.episode_id).exclude(**IN_ERROR)


def is_thrust(kind, values):
    """Does this use of the kind thrust? With no technique chosen yet it may."""
    thrust = kind.definition.get("thrust_when")
    return bool(thrust) and (not values.get("technique") or holds(thrust, values))


def gentler(kind):
    """The techniques of a kind that do not thrust, as (value, words); empty for a kind without thrusts."""
    thrust = kind.definition.get("thrust_when")
    techniques = [p["choices"] for p in kind.definition["parameters"] if p["name"] == "technique"]
    if not thrust or not techniques:
        return []
    return [(t, in_words(t)) for t in techniques[0] if t != "other" and not holds(thrust, {"technique": t})]
