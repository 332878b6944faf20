"""The muscles a note may name.

`article` marks a muscle that one of the five founding articles speaks of. A SNOMED CT id is given only where it was
verified in the published DICOM and TotalSegmentator lists; a blank one is blank on purpose. The region is where the
safety rules must look: muscles of the chest wall lie in the rib cage (chest), those of the belly in the abdomen and
the hamstrings in the leg, whatever chapter of a textbook lists them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Muscle:
    """One muscle: stored slug, the words people read, region code, named in an article, SNOMED CT id or empty."""

    slug: str
    label: "StrOrPromise"
    region: str
    article: bool = False
    snomed: str = ""


MUSCLES = (
    Muscle("masseter", _("Masseter"), "head"),
    Muscle("temporalis", _("Temporalis"), "head"),
    Muscle("pterygoids", _("Pterygoids"), "head"),
    Muscle("trapezius_upper", _("Trapezius, upper"), "cervical", True, "31764008"),
    Muscle("sternocleidomastoid", _("Sternocleidomastoid"), "cervical", True, "22823000"),
    Muscle("levator_scapulae", _("Levator scapulae"), "cervical"),
    Muscle("scalenes", _("Scalenes"), "cervical"),
    Muscle("scalene_anterior", _("Scalene, anterior"), "cervical", False, "50755001"),
    Muscle("splenius_capitis", _("Splenius capitis"), "cervical"),
    Muscle("splenius_cervicis", _("Splenius cervicis"), "cervical"),
    Muscle("suboccipitals", _("Suboccipitals"), "cervical"),
    Muscle("semispinalis", _("Semispinalis"), "cervical"),
    Muscle("longus_colli", _("Longus colli"), "cervical"),
    Muscle("multifidus_cervical", _("Multifidus, neck"), "cervical"),
    Muscle("trapezius_middle", _("Trapezius, middle"), "thoracic", True, "31764008"),
    Muscle("trapezius_lower", _("Trapezius, lower"), "thoracic", True, "31764008"),
    Muscle("rhomboid_major", _("Rhomboid major"), "thoracic", True),
    Muscle("rhomboid_minor", _("Rhomboid minor"), "thoracic", True),
    Muscle("erector_spinae_thoracic", _("Erector spinae, upper back"), "thoracic"),
    Muscle("iliocostalis", _("Iliocostalis"), "thoracic", False, "57651003"),
    Muscle("longissimus", _("Longissimus"), "thoracic", False, "88340001"),
    Muscle("spinalis", _("Spinalis"), "thoracic", False, "4317002"),
    Muscle("serratus_posterior", _("Serratus posterior"), "thoracic"),
    Muscle("latissimus_dorsi", _("Latissimus dorsi"), "thoracic", True, "15665001"),
    Muscle("levatores_costarum", _("Levatores costarum"), "thoracic", False, "73930003"),
    Muscle("serratus_anterior", _("Serratus anterior"), "rib_cage", False, "18346003"),
    Muscle("intercostals_external", _("Intercostals, external"), "rib_cage", False, "53967007"),
    Muscle("intercostals_internal", _("Intercostals, internal"), "rib_cage", False, "41313007"),
    Muscle("pectoralis_major", _("Pectoralis major"), "rib_cage", False, "60005003"),
    Muscle("pectoralis_minor", _("Pectoralis minor"), "rib_cage", False, "18686000"),
    Muscle("diaphragm", _("Diaphragm"), "rib_cage", False, "5798000"),
    Muscle("erector_spinae", _("Erector spinae"), "lumbar", True, "44947003"),
    Muscle("latissimus_dorsi_lumbar", _("Latissimus dorsi, low back"), "lumbar", True, "15665001"),
    Muscle("lumbar_extensors", _("Lumbar extensors"), "lumbar", True),
    Muscle("multifidus_lumbar", _("Multifidus, low back"), "lumbar"),
    Muscle("quadratus_lumborum", _("Quadratus lumborum"), "lumbar"),
    Muscle("iliopsoas", _("Psoas (iliopsoas)"), "lumbar", False, "68455001"),
    Muscle("deep_back_muscles", _("Deep back muscles"), "lumbar", False, "244849004"),
    Muscle("rectus_abdominis", _("Rectus abdominis"), "abdomen", True),
    Muscle("obliques", _("Obliques"), "abdomen", True),
    Muscle("transversus_abdominis", _("Transversus abdominis"), "abdomen", True),
    Muscle("gluteus_maximus", _("Gluteus maximus"), "pelvic", False, "181674001"),
    Muscle("gluteus_medius", _("Gluteus medius"), "pelvic", False, "78333006"),
    Muscle("gluteus_minimus", _("Gluteus minimus"), "pelvic", False, "75297007"),
    Muscle("piriformis", _("Piriformis"), "pelvic"),
    Muscle("iliacus", _("Iliacus"), "pelvic"),
    Muscle("tensor_fasciae_latae", _("Tensor fasciae latae"), "pelvic"),
    Muscle("pelvic_floor", _("Pelvic floor"), "pelvic"),
    Muscle("hip_rotators", _("Hip rotators"), "pelvic"),
    Muscle("hamstrings", _("Hamstrings"), "lower_limb", True),
    Muscle("quadriceps", _("Quadriceps"), "lower_limb"),
    Muscle("adductors", _("Adductors"), "lower_limb"),
    Muscle("tibialis_anterior", _("Tibialis anterior"), "lower_limb"),
    Muscle("gastrocnemius", _("Gastrocnemius"), "lower_limb", True),
    Muscle("soleus", _("Soleus"), "lower_limb", True),
    Muscle("deltoid", _("Deltoid"), "upper_limb", False, "35259002"),
    Muscle("supraspinatus", _("Supraspinatus"), "upper_limb", False, "6423006"),
    Muscle("infraspinatus", _("Infraspinatus"), "upper_limb", False, "72573008"),
    Muscle("teres_major", _("Teres major"), "upper_limb", False, "1193009"),
    Muscle("teres_minor", _("Teres minor"), "upper_limb", False, "51159009"),
    Muscle("subscapularis", _("Subscapularis"), "upper_limb", False, "90588001"),
    Muscle("forearm_flexors", _("Forearm flexors"), "upper_limb"),
    Muscle("forearm_extensors", _("Forearm extensors"), "upper_limb"),
)
"""Every muscle, from head to limbs."""

BY_SLUG = {muscle.slug: muscle for muscle in MUSCLES}


def split_by(regions: Iterable[str]) -> tuple[tuple[Muscle, ...], tuple[Muscle, ...]]:
    """The muscles that lie in these regions (codes of `anatomy.regions`), and all others; both from head to limbs."""
    wanted = frozenset(regions)
    return tuple(m for m in MUSCLES if m.region in wanted), tuple(m for m in MUSCLES if m.region not in wanted)
