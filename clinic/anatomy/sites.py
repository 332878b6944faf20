"""The places of the body that a patient marks, a treatment names and the safety rules watch.

A site is finer than a region. Some lie within another (the knee within the leg): comparing two sites by their names
alone would miss that, so `enclosing` and `touching` say which names cover the same place.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Site:
    """One place: stored slug, the words people read, region code, and how it can be named.

    `region` is empty for a place that can be anywhere. `sides` says that it has a left and a right; `front` and
    `back` that it is drawn on that view of the body chart. `within` is the larger site it belongs to, or empty.
    """

    slug: str
    label: "StrOrPromise"
    region: str
    sides: bool = True
    front: bool = False
    back: bool = False
    within: str = ""


SITES = (
    Site("head", _("Head"), "head", front=True, back=True),
    Site("neck", _("Neck"), "cervical", back=True),
    Site("anterior_neck", _("Front of the neck"), "cervical", front=True, within="neck"),
    Site("shoulder", _("Shoulder"), "upper_limb", front=True, back=True),
    Site("upper_back", _("Upper back"), "thoracic", back=True),
    Site("mid_back", _("Middle back"), "thoracic", back=True),
    Site("low_back", _("Low back"), "lumbar", back=True),
    Site("buttock", _("Buttock"), "pelvic", back=True),
    Site("chest", _("Chest"), "thorax", front=True),
    Site("abdomen", _("Belly"), "abdomen", front=True),
    Site("hip", _("Hip or groin"), "pelvic", front=True),
    Site("upper_arm", _("Upper arm"), "upper_limb", front=True, back=True, within="arm"),
    Site("forearm", _("Forearm"), "upper_limb", front=True, back=True, within="arm"),
    Site("hand", _("Hand"), "upper_limb", front=True, back=True, within="arm"),
    Site("thigh_front", _("Front of the thigh"), "lower_limb", front=True, within="leg"),
    Site("thigh_back", _("Back of the thigh"), "lower_limb", back=True, within="leg"),
    Site("knee", _("Knee"), "lower_limb", front=True, back=True, within="leg"),
    Site("shin", _("Shin"), "lower_limb", front=True, within="leg"),
    Site("calf", _("Calf"), "lower_limb", back=True, within="leg"),
    Site("foot", _("Foot"), "lower_limb", front=True, back=True, within="leg"),
    # named in notes and treatments, not drawn
    Site("jaw", _("Jaw"), "head", within="head"),
    Site("arm", _("Whole arm"), "upper_limb"),
    Site("elbow", _("Elbow"), "upper_limb", within="arm"),
    Site("wrist", _("Wrist"), "upper_limb", within="arm"),
    Site("leg", _("Whole leg"), "lower_limb"),
    Site("ankle", _("Ankle"), "lower_limb", within="leg"),
    Site("ribs", _("Ribs"), "rib_cage"),
    Site("sacroiliac", _("Sacroiliac joint"), "pelvic"),
    Site("sacrum", _("Sacrum"), "sacral"),
    Site("tailbone", _("Tailbone"), "sacral", sides=False),
    # places where a safety rule speaks against a treatment
    Site("eye", _("Eye"), "head", within="head"),
    Site("cranium", _("Skull"), "head", within="head"),
    Site("infant_fontanelle", _("Infant's soft spot"), "head", sides=False, within="cranium"),
    Site("carotid", _("Carotid artery"), "cervical", within="anterior_neck"),
    Site("carotid_sinus", _("Carotid sinus"), "cervical", within="carotid"),
    Site("stellate_ganglion", _("Stellate ganglion"), "cervical", within="anterior_neck"),
    Site("heart", _("Heart area"), "thorax", sides=False, within="chest"),
    Site("nipple", _("Nipple"), "thorax", within="chest"),
    Site("thorax_over_lung", _("Chest wall over the lung"), "thorax"),
    Site("umbilicus", _("Navel"), "abdomen", sides=False, within="abdomen"),
    Site("gonads", _("Testes or ovaries"), "pelvic"),
    Site("genitalia", _("Genitals"), "pelvic", sides=False),
    Site("bony_prominence", _("Bony point"), ""),
    Site("growth_plate", _("Growth plate"), ""),
)
"""Every site: those of the body chart first, then the others."""

BY_SLUG = {site.slug: site for site in SITES}

PAIN_SITES = tuple(site for site in SITES if site.front or site.back)
"""The sites a patient chooses at intake, the same on the drawing and in the list beside it."""

MIDDLE = frozenset({"head", "neck", "anterior_neck"})
"""The sites of the body chart that lie in the middle; all others have a left and a right."""


def enclosing(slug: str) -> frozenset[str]:
    """This site and the larger ones it lies within; raises KeyError for a slug not in the list."""
    names = {slug}
    within = BY_SLUG[slug].within
    while within:
        names.add(within)
        within = BY_SLUG[within].within
    return frozenset(names)


def touching(slug: str) -> frozenset[str]:
    """Every site that shares a place with this one: itself, the larger ones and its parts; raises KeyError.

    For comparing a condition's site with a treated one. A rule against a part, such as the eye, must not fire for
    the whole, the head: ask `enclosing` there.
    """
    return enclosing(slug) | {site.slug for site in SITES if slug in enclosing(site.slug)}
