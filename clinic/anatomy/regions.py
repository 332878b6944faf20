"""The regions of the body, in the words of the safety rules, of adjustment coding and of the M99 diagnoses.

The safety rules know nine regions. Adjustment coding (CMT) tells arms from legs and names the rib cage; those finer
words lie within a wider safety region. Codes of SNOMED CT are given where they were verified against the published
DICOM anatomy lists, and are empty otherwise.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class UnknownRegion(ValueError):
    """A region code that is not in the list; the text names it."""


@dataclass(frozen=True)
class Region:
    """One region: its stored code, the words people read, and the SNOMED CT id (empty when not verified)."""

    code: str
    label: "StrOrPromise"
    snomed: str = ""


REGIONS = (
    Region("head", _("head")),
    Region("cervical", _("neck (cervical)"), "122494005"),
    Region("thoracic", _("upper back (thoracic)"), "122495006"),
    Region("lumbar", _("low back (lumbar)"), "122496007"),
    Region("sacral", _("sacrum"), "54735007"),
    Region("pelvic", _("pelvis"), "816092008"),
    Region("abdomen", _("abdomen")),
    Region("thorax", _("chest")),
    Region("limb", _("arm or leg")),
)
"""The nine regions of the safety rules, from head to limb."""

FINER_REGIONS = (
    Region("upper_limb", _("arm")),
    Region("lower_limb", _("leg")),
    Region("rib_cage", _("rib cage")),
)
"""Words of adjustment coding and treatment forms that lie within one of the nine."""

BY_CODE = {region.code: region for region in REGIONS + FINER_REGIONS}

SPINAL_CMT = ("cervical", "thoracic", "lumbar", "sacral", "pelvic")
"""The five spinal regions that are counted for an adjustment (98940 to 98942)."""

EXTRASPINAL_CMT = ("head", "lower_limb", "upper_limb", "rib_cage", "abdomen")
"""The five extraspinal regions of an adjustment (98943); the occiput and the joints of rib and spine are spinal."""

M99_REGIONS = {
    "M99.00": "head",
    "M99.01": "cervical",
    "M99.02": "thoracic",
    "M99.03": "lumbar",
    "M99.04": "sacral",
    "M99.05": "pelvic",
    "M99.06": "lower_limb",
    "M99.07": "upper_limb",
    "M99.08": "rib_cage",
}
"""The region that each billable ICD-10-CM code of segmental dysfunction speaks of."""

_WIDER = {"upper_limb": "limb", "lower_limb": "limb", "rib_cage": "thorax"}


def safety_region(code: str) -> str:
    """The region of the safety rules that a region lies in; raises UnknownRegion for a code not in the list."""
    if code not in BY_CODE:
        raise UnknownRegion(f"{code!r} is not a region")
    return _WIDER.get(code, code)
