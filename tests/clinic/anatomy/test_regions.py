"""Regions: the words of the safety rules, of adjustment coding and of the M99 diagnoses fit together."""

import pytest

from clinic.anatomy.regions import (
    BY_CODE,
    EXTRASPINAL_CMT,
    FINER_REGIONS,
    M99_REGIONS,
    REGIONS,
    SPINAL_CMT,
    UnknownRegion,
    safety_region,
)

SAFETY_REGIONS = ["head", "cervical", "thoracic", "lumbar", "sacral", "pelvic", "abdomen", "thorax", "limb"]


def test_the_regions_are_those_of_the_safety_rules():
    assert [region.code for region in REGIONS] == SAFETY_REGIONS


def test_a_region_of_the_safety_rules_is_its_own_safety_region():
    assert [safety_region(code) for code in SAFETY_REGIONS] == SAFETY_REGIONS


def test_finer_regions_lie_in_a_safety_region():
    assert {region.code: safety_region(region.code) for region in FINER_REGIONS} == {
        "upper_limb": "limb",
        "lower_limb": "limb",
        "rib_cage": "thorax",
    }


def test_an_unknown_region_is_refused_by_name():
    with pytest.raises(UnknownRegion, match=r"^'knee' is not a region$"):
        safety_region("knee")


def test_adjustment_coding_counts_five_spinal_and_five_extraspinal_regions():
    assert (len(set(SPINAL_CMT)), len(set(EXTRASPINAL_CMT))) == (5, 5)
    assert set(SPINAL_CMT) & set(EXTRASPINAL_CMT) == set()
    assert (set(SPINAL_CMT) | set(EXTRASPINAL_CMT)) - set(BY_CODE) == set()


def test_every_m99_code_speaks_of_a_known_region():
    assert list(M99_REGIONS) == [f"M99.0{number}" for number in range(9)]
    assert set(M99_REGIONS.values()) - set(BY_CODE) == set()


def test_every_region_has_words_and_a_snomed_id_is_digits_or_empty():
    assert [region.code for region in BY_CODE.values() if not str(region.label)] == []
    assert [r.code for r in BY_CODE.values() if r.snomed and not r.snomed.isdigit()] == []
