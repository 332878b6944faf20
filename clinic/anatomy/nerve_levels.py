"""The nerve roots that a screen of arms and legs goes through, and the tests that stretch a nerve.

Only names: what a test means is the clinician's to say.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Root:
    """One root: its level, and the tendon whose reflex it carries (empty where none is tapped)."""

    level: str
    tendon: "StrOrPromise" = ""


@dataclass(frozen=True)
class Tension:
    """One test that stretches a nerve: its stored name and the words people read."""

    slug: str
    label: "StrOrPromise"


@dataclass(frozen=True)
class Limb:
    """The roots and the tension tests of arms or legs."""

    slug: str
    label: "StrOrPromise"
    roots: tuple[Root, ...]
    tensions: tuple[Tension, ...]


ARMS = Limb(
    "arms",
    _("Arms"),
    (
        Root("C5", _("biceps")),
        Root("C6", _("brachioradialis")),
        Root("C7", _("triceps")),
        Root("C8"),
        Root("T1"),
    ),
    (Tension("upper_limb", _("Upper limb tension")),),
)
LEGS = Limb(
    "legs",
    _("Legs"),
    (
        Root("L2"),
        Root("L3"),
        Root("L4", _("knee")),
        Root("L5"),
        Root("S1", _("ankle")),
    ),
    (Tension("straight_leg_raise", _("Straight leg raise")), Tension("slump", _("Slump"))),
)
LIMBS = (ARMS, LEGS)
BY_SLUG = {limb.slug: limb for limb in LIMBS}
TENSIONS = {tension.slug: tension.label for limb in LIMBS for tension in limb.tensions}
