"""Muscles: every one of the clinical list is there once, with a region the rules know."""

from clinic.anatomy.muscles import BY_SLUG, MUSCLES
from clinic.anatomy.regions import BY_CODE, safety_region

IN_AN_ARTICLE = {
    "trapezius_upper", "trapezius_middle", "trapezius_lower", "sternocleidomastoid", "rhomboid_major",
    "rhomboid_minor", "latissimus_dorsi", "latissimus_dorsi_lumbar", "erector_spinae", "lumbar_extensors",
    "rectus_abdominis", "obliques", "transversus_abdominis", "hamstrings", "gastrocnemius", "soleus",
}  # fmt: skip
WITHOUT_A_VERIFIED_ID = {
    "rhomboid_major", "levator_scapulae", "quadratus_lumborum", "piriformis", "multifidus_lumbar",
    "splenius_capitis", "gastrocnemius",
}  # fmt: skip


def test_each_muscle_is_listed_once_with_words_and_a_known_region():
    assert len(BY_SLUG) == len(MUSCLES) == 63
    assert len({str(muscle.label) for muscle in MUSCLES}) == 63
    assert {muscle.region for muscle in MUSCLES} - set(BY_CODE) == set()


def test_the_muscles_of_the_founding_articles_are_marked():
    assert {muscle.slug for muscle in MUSCLES if muscle.article} == IN_AN_ARTICLE


def test_an_unverified_snomed_id_stays_blank():
    assert {slug: BY_SLUG[slug].snomed for slug in WITHOUT_A_VERIFIED_ID} == dict.fromkeys(WITHOUT_A_VERIFIED_ID, "")
    assert (BY_SLUG["erector_spinae"].snomed, BY_SLUG["gluteus_medius"].snomed) == ("44947003", "78333006")
    assert [m.slug for m in MUSCLES if m.snomed and not m.snomed.isdigit()] == []


def test_the_safety_rules_look_for_a_muscle_where_it_lies():
    where = {slug: safety_region(BY_SLUG[slug].region) for slug in ("hamstrings", "pectoralis_major", "obliques")}
    assert where == {"hamstrings": "limb", "pectoralis_major": "thorax", "obliques": "abdomen"}
    assert safety_region(BY_SLUG["trapezius_upper"].region) == "cervical"
