"""Body sites: the ones the safety rules name exist, and a site covers the same place as its parts."""

import pytest

from clinic.anatomy.regions import BY_CODE
from clinic.anatomy.sites import BY_SLUG, PAIN_SITES, SITES, enclosing, touching

NAMED_BY_THE_SAFETY_RULES = [
    "eye", "heart", "gonads", "carotid", "stellate_ganglion", "cranium", "bony_prominence", "thorax_over_lung",
    "nipple", "umbilicus", "genitalia", "infant_fontanelle", "anterior_neck", "carotid_sinus", "growth_plate",
]  # fmt: skip
CHOSEN_AT_INTAKE = [
    "head", "neck", "anterior_neck", "shoulder", "upper_back", "mid_back", "low_back", "buttock", "chest", "abdomen",
    "hip", "upper_arm", "forearm", "hand", "thigh_front", "thigh_back", "knee", "shin", "calf", "foot",
]  # fmt: skip
NAMED_IN_NOTES = [
    "jaw", "arm", "elbow", "wrist", "leg", "ankle", "ribs", "sacroiliac", "sacrum", "tailbone",
]  # fmt: skip


def test_every_site_is_listed_once_with_its_own_words():
    assert sorted(BY_SLUG) == sorted({*CHOSEN_AT_INTAKE, *NAMED_IN_NOTES, *NAMED_BY_THE_SAFETY_RULES})
    assert len({str(site.label) for site in SITES}) == len(SITES) == len(BY_SLUG)


@pytest.mark.parametrize("slug", NAMED_BY_THE_SAFETY_RULES)
def test_a_site_of_the_safety_rules_exists(slug):
    assert BY_SLUG[slug].slug == slug


def test_a_patient_chooses_among_the_drawn_sites():
    assert [site.slug for site in PAIN_SITES] == CHOSEN_AT_INTAKE


def test_only_a_place_that_can_be_anywhere_has_no_region():
    assert [site.slug for site in SITES if not site.region] == ["bony_prominence", "growth_plate"]
    assert {site.region for site in SITES if site.region} - set(BY_CODE) == set()


def test_a_site_lies_within_a_known_site_of_the_same_region():
    assert {site.slug: site.within for site in SITES if site.within and site.within not in BY_SLUG} == {}
    assert [s.slug for s in SITES if s.within and BY_SLUG[s.within].region != s.region] == []


def test_a_part_names_the_larger_sites_it_lies_in():
    assert enclosing("carotid_sinus") == {"carotid_sinus", "carotid", "anterior_neck", "neck"}
    assert enclosing("head") == {"head"}


def test_sites_that_share_a_place_touch_and_neighbours_do_not():
    assert touching("knee") == {"knee", "leg"}
    assert touching("arm") == {"arm", "upper_arm", "elbow", "forearm", "wrist", "hand"}
    assert touching("chest") == {"chest", "heart", "nipple"}
    assert touching("low_back") == {"low_back"}


def test_a_shared_place_is_shared_both_ways():
    pairs = {(one.slug, other) for one in SITES for other in touching(one.slug)}
    assert pairs == {(other, one) for one, other in pairs}


@pytest.mark.parametrize("ask", [enclosing, touching])
def test_an_unknown_site_is_refused(ask):
    with pytest.raises(KeyError):
        ask("elbows")
