"""Segments: order, the two region mappings that must not be mixed up, and what a typed segment means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.anatomy.regions import EXTRASPINAL_CMT, M99_REGIONS, REGIONS, SPINAL_CMT
from clinic.anatomy.segments import (
    BY_CODE,
    EXTRASPINAL,
    SEGMENTS,
    SPINE,
    UnknownSegment,
    cmt_regions_of,
    describe,
    m99_of,
    parse,
    regions_of,
)
from clinic.anatomy.sides import BOTH, LEFT, MIDLINE, RIGHT

NECK = [f"C{n}" for n in range(8)]
UPPER_BACK = [f"T{n}" for n in range(1, 13)]
LOW_BACK = [f"L{n}" for n in range(1, 6)]
RIBS = [f"R{n}" for n in range(1, 13)]
BEYOND = {"TMJ": "head", **dict.fromkeys(["SH", "EL", "WR", "HA"], "upper_limb"), "RC": "rib_cage"}
BEYOND |= dict.fromkeys(["HIP", "KN", "AN", "FT"], "lower_limb")

EVERY_SIDE = [(segment.code, side) for segment in SEGMENTS for side in segment.sides]


def test_segments_stand_in_anatomical_order_and_the_spine_leaves_out_ribs_and_limbs():
    spine = [*NECK, *UPPER_BACK, *LOW_BACK, "S", "SI", "CO"]
    assert [segment.code for segment in SEGMENTS] == [*spine, *RIBS, *BEYOND]
    assert [segment.code for segment in SPINE] == spine
    assert [segment.code for segment in EXTRASPINAL] == list(BEYOND)
    assert [segment.order for segment in SEGMENTS] == list(range(50))


def test_adjustment_coding_counts_each_segment_in_one_region():
    expected = dict.fromkeys(NECK, "cervical") | dict.fromkeys(UPPER_BACK, "thoracic")
    expected |= dict.fromkeys(LOW_BACK, "lumbar") | {"S": "sacral", "SI": "pelvic", "CO": "sacral"}
    expected |= dict.fromkeys(RIBS, "thoracic")
    assert set(expected.values()) == set(SPINAL_CMT)
    assert {segment.code: segment.cmt_region for segment in SEGMENTS} == expected | BEYOND
    assert set(BEYOND.values()) - set(EXTRASPINAL_CMT) == set()


def test_the_diagnosis_list_disagrees_on_occiput_sacroiliac_joint_ribs_and_hip():
    expected = dict.fromkeys(NECK, "M99.01") | {"C0": "M99.00"} | dict.fromkeys(UPPER_BACK, "M99.02")
    expected |= dict.fromkeys(LOW_BACK, "M99.03") | dict.fromkeys(["S", "SI", "CO"], "M99.04")
    expected |= dict.fromkeys(RIBS, "M99.08") | dict.fromkeys(["SH", "EL", "WR", "HA"], "M99.07")
    expected |= {"TMJ": "M99.00", "RC": "M99.08", "HIP": "M99.05"} | dict.fromkeys(["KN", "AN", "FT"], "M99.06")
    assert {segment.code: segment.m99 for segment in SEGMENTS} == expected
    disagree = [s.code for s in SEGMENTS if M99_REGIONS[s.m99] != s.cmt_region]
    assert disagree == ["C0", "SI", *RIBS, "HIP"]


def test_names_wait_for_the_reader_language():
    assert str(BY_CODE["C1"].label) == "C1 atlas"
    assert len({str(segment.label) for segment in SEGMENTS}) == 50
    assert [s.code for s in SEGMENTS if isinstance(s.label, str)] == [*NECK[3:], *UPPER_BACK, *LOW_BACK]


def test_snomed_ids_are_digits_and_only_the_ribs_share_one():
    assert [segment.code for segment in SEGMENTS if not segment.snomed.isdigit()] == []
    assert {s.snomed for s in SEGMENTS if s.code in [*RIBS, "RC"]} == {"113197003"}
    assert len({s.snomed for s in EXTRASPINAL}) == 10
    assert len({segment.snomed for segment in SPINE}) == 28
    assert (BY_CODE["C3"].snomed, BY_CODE["T9"].snomed, BY_CODE["L5"].snomed) == ("113205007", "82687006", "49668003")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("L4 R", ("L4", RIGHT)),
        ("l4r", ("L4", RIGHT)),
        ("  l 4  r ", ("L4", RIGHT)),
        ("si l", ("SI", LEFT)),
        ("SIL", ("SI", LEFT)),
        ("ilium right", ("SI", RIGHT)),
        ("t11 left", ("T11", LEFT)),
        ("D11 left", ("T11", LEFT)),
        ("C2", ("C2", MIDLINE)),
        ("C2 midline", ("C2", MIDLINE)),
        ("axis", ("C2", MIDLINE)),
        ("occiput r", ("C0", RIGHT)),
        ("L4 b", ("L4", BOTH)),
        ("L4, both", ("L4", BOTH)),
        ("L4-R", ("L4", RIGHT)),
        ("sacrum", ("S", MIDLINE)),
        ("S left", ("S", LEFT)),
        ("coccyx", ("CO", MIDLINE)),
        ("r5r", ("R5", RIGHT)),
        ("rib 12 left", ("R12", LEFT)),
        ("shoulder l", ("SH", LEFT)),
        ("rib cage r", ("RC", RIGHT)),
        ("jaw both", ("TMJ", BOTH)),
        ("hipr", ("HIP", RIGHT)),
    ],
)
def test_a_typed_segment_is_read(typed, meant):
    found = parse(typed)
    assert (found.segment.code, found.side) == meant


@given(st.sampled_from(EVERY_SIDE))
def test_what_a_note_writes_is_read_again(segment_and_side):
    code, side = segment_and_side
    found = parse(describe(code, side))
    assert (found.segment.code, found.side) == (code, side)
    assert str(found) == describe(code, side)


@given(
    st.sampled_from(EVERY_SIDE),
    st.sampled_from(["", " ", "  ", "-", ", "]),
    st.booleans(),
    st.sampled_from([{}, {LEFT: "left", RIGHT: "Right", BOTH: "bilateral", MIDLINE: ""}]),
)
def test_space_case_and_the_word_for_the_side_do_not_matter(segment_and_side, gap, upper, words):
    code, side = segment_and_side
    typed = code + (gap + words.get(side, side) if side else "")
    found = parse(typed.upper() if upper else typed.lower())
    assert (found.segment.code, found.side) == (code, side)


@given(st.text(max_size=12))
def test_any_text_is_read_as_a_stored_segment_or_refused_with_a_sentence(text):
    try:
        found = parse(text)
    except UnknownSegment as refused:
        assert str(refused).endswith(".")
    else:
        assert (found.segment.code, found.side) in EVERY_SIDE


@pytest.mark.parametrize(
    "typed",
    [
        "C8",
        "T0",
        "T13",
        "L6",
        "L0",
        "R0",
        "R13",
        "C",
        "T",
        "L",
        "L4 x",
        "L4 5",
        "t1 1",
        "c04",
        "-L4 R",
        "-sacrum",
        "heel",
    ],
)
def test_what_is_no_segment_is_refused_by_what_was_typed(typed):
    with pytest.raises(UnknownSegment) as refused:
        parse(typed)
    assert str(refused.value) == (
        f"“{typed}” is not a segment. Type a level and a side, such as L4 R, T11 left, SI L or sacrum."
    )


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("  ", "Type a segment and a side, such as L4 R."),
        ("si", "“si” needs a side: SI L or SI R."),
        ("R5", "“R5” needs a side: R5 L or R5 R."),
        ("hip", "“hip” needs a side: Hip L or Hip R."),
        ("si both", "“si both”: note the sides one by one, SI L and SI R."),
        ("CO L", "“CO L”: the coccyx has no side. For the occiput type C0, with a zero."),
    ],
)
def test_a_missing_or_impossible_side_says_what_to_type(typed, answer):
    with pytest.raises(UnknownSegment) as refused:
        parse(typed)
    assert str(refused.value) == answer


def test_a_long_answer_is_named_by_its_beginning():
    with pytest.raises(UnknownSegment) as refused:
        parse("x" * 500)
    assert str(refused.value).split("”")[0] == "“" + "x" * 40


def test_the_sacrum_and_the_coccyx_are_written_as_words():
    assert [describe("S"), describe("S", RIGHT), describe("CO"), describe("L4", RIGHT), describe("L4", BOTH)] == [
        "Sacrum",
        "Sacrum R",
        "Coccyx",
        "L4 R",
        "L4 B",
    ]


@pytest.mark.parametrize(("code", "side"), [("L9", ""), ("L4", "left"), ("SI", BOTH), ("", "")])
def test_an_unknown_code_or_side_is_not_written(code, side):
    with pytest.raises(UnknownSegment):
        describe(code, side)


def test_a_joint_between_two_regions_is_guarded_by_the_rules_of_both():
    assert regions_of(["L4"]) == {"lumbar"}
    assert regions_of(["SI"]) == {"pelvic", "sacral"}
    assert regions_of(["R5"]) == {"thoracic", "thorax"}
    assert regions_of(["C0"]) == {"cervical", "head"}
    assert regions_of(["HIP"]) == {"limb", "pelvic"}
    assert regions_of(["KN", "SH"]) == {"limb"}
    assert (regions_of(["TMJ"]), regions_of(["RC"])) == ({"head"}, {"thorax"})
    assert regions_of(["L4", "L5", "S"]) == {"lumbar", "sacral"}
    assert regions_of([]) == frozenset()
    assert regions_of(BY_CODE) - {region.code for region in REGIONS} == set()


def test_several_segments_of_one_region_count_once():
    assert cmt_regions_of(["L4", "L5", "SI", "R3", "T4"]) == {"lumbar", "pelvic", "thoracic"}
    assert m99_of(["L5", "SI", "L4", "S"]) == ("M99.03", "M99.04")


@pytest.mark.parametrize("ask", [regions_of, cmt_regions_of, m99_of])
def test_regions_of_an_unknown_segment_are_refused(ask):
    with pytest.raises(UnknownSegment):
        ask(["L4", "L9"])
