"""R14 and R28: which codes never stand together, told by facts 5 and asked of the edition itself."""

import re
from itertools import combinations
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.charting.coded import code_rules
from clinic.charting.models import DiagnosisCode

pytestmark = pytest.mark.django_db

# The sentence of facts 5 as patterns, written by hand: an oracle that shares no file with the code.
TOLD = """
M54.5x S39.012 M51.2 M54.4 M51.360 M51.370
M54.2 M50
M54.6 M51
M54.3 M54.4 M51.1 G57.0 M51.361 M51.371
M54.4 M51.1 M51.362 M51.372
M54.1 M50.1 M51.1 M47.2
M54.8 M54.6 M54.5
M62 R25.2 M79.1
M79.1 M79.7 M60
G44 R51.9
M43.6 G24.3
M62.4 M24.5
""".replace("x", "")


@pytest.fixture
def shipped():
    return {row.code: row for row in DiagnosisCode.objects.all()}


def told_pairs(codes):
    """Every pair of the given codes that facts 5 speak of."""
    lines = [line.split() for line in TOLD.strip().splitlines()]
    pairs = [(line[0], other) for line in lines for other in line[1:]]
    return {
        frozenset((a, b))
        for left, right in pairs
        for a in codes
        for b in codes
        if a != b and a.startswith(left) and b.startswith(right)
    }


def test_every_shipped_pair_that_the_facts_name_is_refused_from_both_ends(shipped):
    """R14."""
    told = told_pairs(shipped)
    assert len(told) == 88
    wrong = [tuple(pair) for pair in told if not refused_both_ways(shipped, *pair)]
    assert wrong == []


def refused_both_ways(shipped, a, b):
    return bool(code_rules.clash(shipped[a], shipped[b]) and code_rules.clash(shipped[b], shipped[a]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *[("M54.2", "S13.4XXA"), ("M54.2", "S16.1XXD"), ("M54.12", "S13.4XXA"), ("M43.6", "S16.1XXA")],
        *[("M54.6", "S23.3XXA"), ("M54.59", "S33.5XXD"), ("M54.31", "S33.6XXA"), ("M51.26", "S39.012A")],
        *[("M53.82", "S13.4XXA"), ("M54.9", "S29.012A")],
    ],
)
def test_a_current_injury_of_the_same_region_is_refused(shipped, one, other):
    assert refused_both_ways(shipped, one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *[("M54.2", "S33.5XXA"), ("M54.59", "S13.4XXA"), ("M54.6", "S13.4XXA"), ("M54.2", "S13.4XXS")],
        *[("S13.4XXA", "S16.1XXA"), ("S33.5XXA", "S39.012A"), ("M99.03", "M54.59"), ("M99.03", "S33.5XXA")],
        *[("M62.830", "M54.59"), ("M99.01", "M99.03"), ("G44.86", "M54.2")],
    ],
)
def test_codes_that_may_stand_together_are_not_refused(shipped, one, other):
    """Another region, a late effect, Excludes2 (S13 with S16.1, S33 with S39.01), segments beside pain."""
    assert [code_rules.clash(shipped[a], shipped[b]) for a, b in ((one, other), (other, one))] == [None, None]


def test_only_a_cramp_beside_a_muscle_code_may_be_kept_with_a_reason(shipped):
    """Facts 5: R25.2 itself lists M62.830 and M62.831 under Excludes2, so the user has the last word."""
    pairs = combinations(shipped.values(), 2)
    clashes = [found for a, b in pairs if (found := code_rules.clash(a, b)) and found.may_override]
    assert sorted(sorted((one.code, one.other)) for one in clashes) == [
        ["M62.830", "R25.2"],
        ["M62.831", "R25.2"],
        ["M62.838", "R25.2"],
    ]


def test_clashes_agree_with_the_edition_for_every_pair_of_shipped_codes(shipped):
    """The oracle reads the package itself: code, headings above, both directions."""
    icd = pytest.importorskip("simple_icd_10_cm")

    def names(code):
        notes = [note for up in [code, *icd.get_ancestors(code)] for note in icd.get_excludes1(up)]
        return [each.rstrip(".-") for note in notes for each in re.findall(r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]+)?", note)]

    named = {code: tuple(names(code)) for code in shipped}
    for a, b in combinations(shipped.values(), 2):
        expected = b.code.startswith(named[a.code]) or a.code.startswith(named[b.code])
        injured = {a.code[0], b.code[0]} == {"S", "M"}
        assert injured or bool(code_rules.clash(a, b)) == expected, (a.code, b.code)


patterns = st.sampled_from(["M51.1-", "M54", "M50.-", "S39.012", "E08-E13", "R25.2"])
codes = st.sampled_from(["M51.16", "M54.50", "M54.2", "S39.012A", "E10.9", "R25.2", "S33.5XXA", "M43.6", "M99.03"])


@given(codes, codes, st.lists(patterns, max_size=3), st.lists(patterns, max_size=3))
def test_excluding_is_mutual(one, other, of_one, of_other):
    a = SimpleNamespace(code=one, excludes1=[[pattern, "words"] for pattern in of_one])
    b = SimpleNamespace(code=other, excludes1=[[pattern, "words"] for pattern in of_other])
    there, back = code_rules.clash(a, b), code_rules.clash(b, a)
    assert (there is None) == (back is None)
    assert there is None or {there.code, there.other} == {back.code, back.other} == {one, other}


@pytest.mark.parametrize(
    ("note", "read"),
    [
        ("sciatica with lumbago (M54.4-)", [["M54.4-", "sciatica with lumbago"]]),
        ("cervicalgia due to disc disorder (M50.-)", [["M50-", "cervicalgia due to disc disorder"]]),
        ("disorders of metabolism (E70-E72)", [["E70-E72", "disorders of metabolism"]]),
        ("amputation (S38.21, S38.22)", [["S38.21", "amputation"], ["S38.22", "amputation"]]),
        ("current injury - see injury of spine by body region", []),
        ("mononucleosis (B27.- with fifth character 2)", []),
    ],
)
def test_a_note_of_the_edition_is_read_or_left_out(note, read):
    assert code_rules.read_excludes([note]) == read


@pytest.mark.parametrize(
    ("code", "pattern", "fits"),
    [
        *[("M51.16", "M51.1-", True), ("M51.26", "M51.1-", False), ("S39.012A", "S39.012", True)],
        *[("E10.9", "E08-E13", True), ("E14.0", "E08-E13", False), ("E13.9", "E08-E13", True)],
    ],
)
def test_a_pattern_means_what_begins_so_or_lies_between(code, pattern, fits):
    assert code_rules.matches(code, pattern) is fits


@pytest.mark.parametrize(
    ("title", "side"),
    [
        ("Sciatica, right side", "R"),
        ("Pain in left hip", "L"),
        ("Low back pain, unspecified", ""),
        ("Right and left", ""),
    ],
)
def test_the_side_is_read_from_the_title(title, side):
    assert code_rules.side_of(title) == side


@pytest.mark.parametrize(
    ("code", "lacks"),
    [("S33.5", True), ("S33.5XX", True), ("S39.012", True), ("S33.5XXA", False), ("M54.5", False)],
)
def test_an_injury_code_needs_its_seventh_character(code, lacks):
    """R28."""
    assert code_rules.lacks_seventh(code) is lacks


def test_every_shipped_injury_code_has_its_seventh_character_in_all_three_ways(shipped):
    """R28."""
    injuries = [code for code in shipped if code.startswith("S")]
    assert [code for code in injuries if code_rules.lacks_seventh(code)] == []
    assert {code[:-1] for code in injuries if {code[:-1] + letter for letter in "ADS"} - shipped.keys()} == set()
