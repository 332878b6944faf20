"""What a payer wants said beside a service: active care, a signed notice, another region, an examination. Pure.

Sources: facts 4.2 and 4.4; rules R3, R4, R5. The letters are what payers publish for chiropractors; the clinic decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from clinic.anatomy.regions import M99_REGIONS, safety_region
from clinic.charting.coded import code_rules

if TYPE_CHECKING:
    from clinic.charting.coded.codes import Day, Line

ACTIVE, NOTICE, NO_NOTICE, SEPARATE, EXAMINED = "AT", "GA", "GZ", "59", "25"
SPINAL = ("cmt_spinal_a", "cmt_spinal_b", "cmt_spinal_c")
BY_HAND = ("neuro_re", "massage", "manual")
"""Services that payers bundle with an adjustment of the same region on the same day."""

SPINE_AND_SACRUM = {"lumbar": frozenset(("lumbar", "sacral", "pelvic"))}


@dataclass(frozen=True)
class Payer:
    """Who pays, as far as it changes the lines: Medicare or not, how time is counted, a signed notice of non-cover."""

    is_medicare: bool = False
    rule: str = "pooled"
    has_notice: bool = False


@dataclass(frozen=True)
class Course:
    """Where the care stands: the purpose of the visit, whether there is a plan, whether it is maintenance.

    `part` are the P.A.R.T. findings of each segment as four booleans.
    """

    purpose: str = "subsequent"
    has_plan: bool = True
    is_maintenance: bool = False
    is_examined: bool = False
    part: Sequence[tuple[bool, bool, bool, bool]] = ()

    @property
    def is_first(self) -> bool:
        return self.purpose == "initial"


@dataclass(frozen=True)
class Work:
    """What one service did: where, where the adjustment was, its minutes, whether its technique is noted."""

    regions: frozenset[str] = frozenset()
    adjusted: frozenset[str] = frozenset()
    minutes: int = 0
    has_technique: bool = True


def of_line(key: str, work: Work, day: "Day") -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Return (modifiers, reasons, why the line should not be billed as it stands or "") of one line."""
    if key in SPINAL:
        return _of_spine(day)
    not_paid = (_("Medicare pays a chiropractor for the spinal adjustment only."),) if day.payer.is_medicare else ()
    if key in BY_HAND and work.adjusted:
        found, because, blocked = _beside_adjustment(work, day.diagnoses)
        return found, (*because, *not_paid), blocked
    if key.startswith("em_") and any(each.kind == "adjustment" for each in day.given):
        return (EXAMINED,), (_("An examination of its own beside an adjustment."), *not_paid), ""
    return (), not_paid, ""


# --- the spine: active care or a notice, never both (R5)


def _of_spine(day: "Day") -> tuple[tuple[str, ...], tuple[str, ...], str]:
    payer, course = day.payer, day.course
    if not payer.is_medicare:
        return (), (), ""
    if course.is_maintenance and payer.has_notice:
        return (NOTICE,), (_("Maintenance with a signed notice: Medicare does not pay, the patient knows."),), ""
    if course.is_maintenance:
        return (NO_NOTICE,), (_("Maintenance without a signed notice: Medicare does not pay."),), ""
    if not course.has_plan:
        return (), (), _("Active care needs a plan: write one first.")
    if course.is_first and not part_is_met(course.part):
        return (), (), _("P.A.R.T. is not met yet: two of four at one segment, one of them A or R.")
    return (ACTIVE,), (_("Active care under a plan that is not maintenance."),), ""


def part_is_met(findings: Iterable[tuple[bool, bool, bool, bool]]) -> bool:
    """Does one segment show two of pain, asymmetry, range and tone, one of them asymmetry or range? (R4)"""
    return any(sum(found) >= 2 and (found[1] or found[2]) for found in findings)


def missing(day: "Day", lines: Iterable["Line"]) -> tuple[str, ...]:
    """What Medicare asks of the note and does not find: the level of the dysfunction as the first diagnosis."""
    spinal = any(line.key in SPINAL for line in lines)
    if not (day.payer.is_medicare and spinal):
        return ()
    if day.diagnoses and day.diagnoses[0].startswith("M99.0"):
        return ()
    return (_("Medicare wants the level of the dysfunction (M99.0-) as the first diagnosis, the complaint after it."),)


# --- work by hand beside an adjustment: another region (R3)


def _beside_adjustment(work: Work, diagnoses: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    elsewhere = work.regions - work.adjusted
    if not elsewhere:
        return (), (), _("It was done where the adjustment was: the two count as one. No modifier.")
    if not (work.minutes and work.has_technique):
        return (), (), _("A region of its own needs its technique and minutes written down.")
    if not any(_only_points_at(code, elsewhere, work.adjusted) for code in diagnoses):
        return (), (), _("It needs a diagnosis of its own for the other region.")
    return (SEPARATE,), (_("Another region than the adjustment, with its own diagnosis (59, or XS)."),), ""


def _only_points_at(code: str, elsewhere: frozenset[str], adjusted: frozenset[str]) -> bool:
    """A diagnosis that speaks of both places is the adjustment's already."""
    named = points_at(code)
    return bool(named & elsewhere) and not named & adjusted


def points_at(code: str) -> frozenset[str]:
    """The regions of the safety rules that a diagnosis speaks of; none where its words do not say."""
    if code in M99_REGIONS:
        return frozenset((safety_region(M99_REGIONS[code]),))
    if code == "M62.830":
        return frozenset(("thoracic", "lumbar"))
    if code == "M62.831" or code.startswith("M25.55"):
        return frozenset(("limb",))
    if code.startswith("M25.51"):
        return frozenset(("limb",))
    places = code_rules.places(code) or code_rules.injury_places(code)
    return frozenset() if places == code_rules.ALL_BACK else _widened(places)


def _widened(places: Iterable[str]) -> frozenset[str]:
    """The low back reaches to the sacrum and pelvis."""
    return frozenset().union(*(SPINE_AND_SACRUM.get(place, frozenset((place,))) for place in places))
