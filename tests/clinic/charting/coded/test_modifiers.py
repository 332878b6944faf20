"""R3, R4, R5: what a payer wants said beside a service."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.anatomy import regions, segments
from clinic.charting.coded import codes, modifiers
from clinic.charting.coded.codes import Day, Given
from clinic.charting.coded.modifiers import Course, Payer

MEDICARE = Payer(is_medicare=True)
NOTICE = Payer(is_medicare=True, has_notice=True)
MET, UNMET = (True, True, False, False), (True, False, False, True)


def line(key, *given, **day):
    return next(each for each in codes.advise(Day(given=given, **day)).lines if each.key == key)


def spine(payer, **course):
    return line("cmt_spinal_a", Given("adjustment", segments=("L4",)), payer=payer, course=Course(**course))


# --- AT, GA, GZ


@pytest.mark.parametrize(
    ("payer", "course", "letters", "is_blocked"),
    [
        (MEDICARE, {}, ("AT",), False),
        (NOTICE, {}, ("AT",), False),
        (MEDICARE, {"is_maintenance": True}, ("GZ",), False),
        (NOTICE, {"is_maintenance": True}, ("GA",), False),
        (MEDICARE, {"has_plan": False}, (), True),
        (MEDICARE, {"purpose": "initial", "part": [UNMET]}, (), True),
        (MEDICARE, {"purpose": "initial", "part": [MET]}, ("AT",), False),
        (Payer(), {}, (), False),
        (Payer(), {"is_maintenance": True}, (), False),
    ],
)
def test_active_care_and_maintenance_carry_their_letters(payer, course, letters, is_blocked):
    """R5 and R4."""
    found = spine(payer, **course)
    assert (found.modifiers, bool(found.blocked)) == (letters, is_blocked)


def test_active_care_and_a_notice_never_stand_on_one_line_and_maintenance_never_has_active_care():
    """R5, over every course there is."""
    purposes = ("initial", "subsequent", "re_exam", "maintenance")
    for notice, plan, kept, purpose in product((True, False), (True, False), (True, False), purposes):
        course = {"purpose": purpose, "has_plan": plan, "is_maintenance": kept, "part": [MET]}
        found = spine(Payer(is_medicare=True, has_notice=notice), **course).modifiers
        assert not {"AT", "GA"} <= set(found)
        assert not (kept and "AT" in found)
        assert len(found) <= 1


@pytest.mark.parametrize("kind", ["massage", "ultrasound", "heat", "exercise"])
def test_beside_the_spine_medicare_pays_nothing_and_the_line_says_so(kind):
    found = line(codes.KEY_OF[kind], Given(kind, minutes=15), payer=MEDICARE)
    assert (found.modifiers, found.because[-1]) == ((), "Medicare pays a chiropractor for the spinal adjustment only.")


# --- P.A.R.T.


def test_part_needs_two_of_four_at_one_segment_with_a_or_r():
    """R4, over all sixteen findings."""
    met = {found for found in product((True, False), repeat=4) if modifiers.part_is_met([found])}
    assert met == {
        found for found in product((True, False), repeat=4) if found.count(True) >= 2 and (found[1] or found[2])
    }
    assert len(met) == 10


def test_part_is_not_put_together_from_two_segments():
    """R4: pain here and a loss of range there are one finding each."""
    assert not modifiers.part_is_met([(True, False, False, False), (False, False, True, False)])
    assert modifiers.part_is_met([UNMET, MET])
    assert not modifiers.part_is_met([])


# --- the first diagnosis


@pytest.mark.parametrize(
    ("diagnoses", "count"),
    [(["M99.03", "M54.59"], 0), (["M54.59", "M99.03"], 1), ([], 1), (["M99.13"], 1)],
)
def test_medicare_wants_the_level_of_the_dysfunction_first(diagnoses, count):
    day = Day(given=[Given("adjustment", segments=("L4",))], payer=MEDICARE, diagnoses=diagnoses)
    assert len(codes.advise(day).missing) == count


def test_nobody_else_asks_for_the_level_first():
    day = Day(given=[Given("adjustment", segments=("L4",))], diagnoses=["M54.59"])
    assert codes.advise(day).missing == ()


# --- another region


@pytest.mark.parametrize(
    ("where", "minutes", "diagnoses", "letters", "said"),
    [
        (("cervical",), 15, ["M54.2"], ("59",), ""),
        (("lumbar",), 15, ["M54.59"], (), "where the adjustment was"),
        (("sacral",), 15, ["M99.04"], ("59",), ""),
        (("sacral",), 15, ["M54.59"], (), "a diagnosis of its own"),
        (("thoracic",), 15, ["M62.830"], (), "a diagnosis of its own"),
        (("cervical",), 15, ["M54.59"], (), "a diagnosis of its own"),
        (("cervical",), 15, [], (), "a diagnosis of its own"),
        (("lumbar", "cervical"), 15, ["M99.01"], ("59",), ""),
        (("limb",), 15, ["M25.511"], ("59",), ""),
    ],
)
@pytest.mark.parametrize("kind", ["massage", "manual_therapy", "neuro_reeducation"])
def test_work_by_hand_beside_an_adjustment_needs_a_region_of_its_own(kind, where, minutes, diagnoses, letters, said):
    """R3."""
    work = Given(kind, minutes=minutes, regions=frozenset(where))
    found = line(codes.KEY_OF[kind], Given("adjustment", segments=("L4",)), work, diagnoses=diagnoses)
    assert (found.modifiers, said in found.blocked, bool(found.blocked)) == (letters, True, bool(said))


def test_work_by_hand_beside_an_adjustment_needs_its_technique():
    """R3."""
    work = Given("massage", minutes=15, regions=frozenset(("cervical",)), has_technique=False)
    found = line("massage", Given("adjustment", segments=("L4",)), work, diagnoses=["M54.2"])
    assert (found.modifiers, found.blocked) == ((), "A region of its own needs its technique and minutes written down.")


def test_without_an_adjustment_work_by_hand_needs_no_letters():
    """R3."""
    found = line("massage", Given("massage", minutes=15, regions=frozenset(("lumbar",))))
    assert (found.modifiers, found.blocked) == ((), "")


where = st.frozensets(st.sampled_from([region.code for region in regions.REGIONS]), max_size=3)
levels = st.lists(st.sampled_from(["C2", "T4", "L4", "S", "SI"]), min_size=1, max_size=4)


@given(where, levels)
def test_the_letters_are_given_only_for_a_region_that_was_not_adjusted(treated, adjusted):
    """R3."""
    diagnoses = ["M54.2", "M54.6", "M54.59", "M99.00", "M25.511", "M99.08"]
    work = Given("massage", minutes=15, regions=treated)
    found = line("massage", Given("adjustment", segments=tuple(adjusted)), work, diagnoses=diagnoses)
    assert not found.modifiers or treated - segments.regions_of(adjusted)


def test_an_examination_beside_an_adjustment_is_marked_as_its_own():
    course = Course(purpose="initial", is_examined=True)
    found = line("em_new", Given("adjustment", segments=("L4",)), course=course)
    assert found.modifiers == ("25",)
    alone = codes.advise(Day(course=course)).lines
    assert [each.modifiers for each in alone] == [()]
