"""R1, R2, R29: what a day may bill, counted by region and by time, each line with its reason."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.anatomy import regions, segments
from clinic.charting.coded import codes
from clinic.charting.coded.codes import Day, Given
from clinic.charting.coded.modifiers import Course, Payer

with (Path(__file__).parent / "units_cases.csv").open(encoding="utf-8", newline="") as source:
    CASES = list(csv.DictReader(source))


def adjustment(*levels):
    return Given("adjustment", segments=levels)


def lines(*given, **day):
    return {line.key: line for line in codes.advise(Day(given=given, **day)).lines}


def units(*given, rule="pooled"):
    return {key: line.units for key, line in lines(*given, payer=Payer(rule=rule)).items()}


# --- adjustments


@pytest.mark.parametrize(
    ("levels", "keys"),
    [
        (["L4"], ["cmt_spinal_a"]),
        (["C2", "C5", "C7", "L4", "L5"], ["cmt_spinal_a"]),
        (["C2", "T4", "L4"], ["cmt_spinal_b"]),
        (["C2", "T4", "L4", "S"], ["cmt_spinal_b"]),
        (["C2", "T4", "L4", "S", "SI"], ["cmt_spinal_c"]),
        (["C0", "C1"], ["cmt_spinal_a"]),
        (["T4", "R5"], ["cmt_spinal_a"]),
        (["S", "CO"], ["cmt_spinal_a"]),
        ([], []),
    ],
)
def test_an_adjustment_is_counted_by_distinct_regions(levels, keys):
    """R2: the occiput is cervical, the joint of rib and spine thoracic, the sacroiliac joint pelvic."""
    assert list(lines(adjustment(*levels))) == keys


def extraspinal():
    return [each.code for each in segments.SEGMENTS if each.cmt_region in regions.EXTRASPINAL_CMT]


def test_joints_beyond_the_spine_count_once_however_many():
    """R2."""
    joints = extraspinal()
    assert len({segments.BY_CODE[code].cmt_region for code in joints}) > 1
    found = lines(adjustment("L4", *joints))
    assert {key: line.units for key, line in found.items()} == {"cmt_spinal_a": 1, "cmt_extra": 1}


def test_two_adjustments_of_one_day_are_counted_together():
    assert list(lines(adjustment("C5"), adjustment("T4", "L4"))) == ["cmt_spinal_b"]


@given(st.lists(st.sampled_from([each.code for each in segments.SEGMENTS]), max_size=12))
def test_regions_are_counted_as_a_coder_counts_them(levels):
    """R2, against a count of its own; the order and repetition of the levels never matter."""
    spinal = {segments.BY_CODE[code].cmt_region for code in levels} & set(regions.SPINAL_CMT)
    extra = {segments.BY_CODE[code].cmt_region for code in levels} & set(regions.EXTRASPINAL_CMT)
    expected = {0: [], 1: ["cmt_spinal_a"], 2: ["cmt_spinal_a"], 3: ["cmt_spinal_b"], 4: ["cmt_spinal_b"]}
    keys = expected.get(len(spinal), ["cmt_spinal_c"]) + (["cmt_extra"] if extra else [])
    assert list(lines(adjustment(*levels))) == keys
    assert list(lines(adjustment(*reversed(levels), *levels))) == keys


# --- time


# There are six timed services; the two vectors of eight parts stand in test_units.
FITTING = [case for case in CASES if case["minutes"].count(";") < len(codes.TIMED)]


@pytest.mark.parametrize("case", FITTING, ids=lambda case: f"{case['rule']}-{case['minutes']}")
def test_minutes_of_a_visit_earn_the_units_of_the_published_vectors(case):
    """R1."""
    minutes = [int(part) for part in case["minutes"].split(";")]
    spent = dict(zip(codes.TIMED, minutes, strict=False))
    rule = "pooled" if case["rule"] == "medicare_8min" else "each"
    found = units(*[Given("own", key=key, minutes=number) for key, number in spent.items()], rule=rule)
    assert [found[key] for key in spent] == [int(part) for part in case["expected_units"].split(";")]


def test_106_of_the_108_vectors_fit_the_six_timed_services():
    assert (len(CASES), len(FITTING)) == (108, 106)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("pooled", "Timed minutes together: 33 + 7 = 40. A unit is 15, from the 8th minute on: 3 in all."),
        ("each", "Each service alone, a unit of 15 minutes from its 8th minute on: 33 → 2, 7 → 0."),
    ],
)
def test_the_count_is_shown_so_that_it_can_be_followed(rule, words):
    given = [Given("exercise", minutes=33), Given("manual_therapy", minutes=7)]
    assert codes.advise(Day(given=given, payer=Payer(rule=rule))).arithmetic == words


def test_untimed_services_bring_no_minutes():
    given = [Given("heat", minutes=20), Given("traction", minutes=15), Given("exercise", minutes=15)]
    assert codes.timed_minutes(given) == {"exercise": 15}
    assert units(*given) == {"pack": 1, "traction_m": 1, "exercise": 1}


def test_two_rows_of_one_service_are_one_line():
    assert units(Given("massage", minutes=8), Given("massage", minutes=7)) == {"massage": 1}
    assert units(Given("manual_therapy", minutes=10), Given("trigger_point", minutes=5)) == {"manual": 1}
    assert units(Given("heat"), Given("ice")) == {"pack": 1}


@given(st.lists(st.integers(0, 90), min_size=1, max_size=5), st.sampled_from(["pooled", "each"]))
def test_no_service_earns_more_than_its_own_minutes_allow(minutes, rule):
    """R1: allocation never gives a service a unit without any of its minutes, and the pool is never exceeded."""
    kinds = ["ultrasound", "exercise", "neuro_reeducation", "massage", "manual_therapy"]
    given = [Given(kind, minutes=spent) for kind, spent in zip(kinds, minutes, strict=False)]
    found = units(*given, rule=rule)
    assert all(found[codes.KEY_OF[each.kind]] <= -(-each.minutes // 15) for each in given)
    if rule == "pooled":
        assert sum(found.values()) == (sum(minutes) + 7) // 15


# --- current and ultrasound


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_unattended_current_is_one_unit_a_day(rows):
    """R29."""
    assert units(*[Given("estim", minutes=30)] * rows) == {"estim_un": 1}


def test_hands_on_current_is_counted_by_time():
    assert units(Given("estim", minutes=30, is_attended=True)) == {"estim_at": 2}


@pytest.mark.parametrize("is_attended", [True, False])
def test_current_during_ultrasound_does_not_count(is_attended):
    found = lines(
        Given("ultrasound", minutes=10, span=(0, 10)),
        Given("estim", minutes=15, span=(5, 20), is_attended=is_attended),
    )
    estim = found["estim_at" if is_attended else "estim_un"]
    assert (found["us"].units, estim.units, bool(estim.blocked)) == (1, 0, True)


def test_current_after_ultrasound_counts():
    given = [Given("ultrasound", minutes=10, span=(0, 10)), Given("estim", minutes=15, span=(10, 25))]
    assert units(*given) == {"us": 1, "estim_un": 1}


def test_current_on_the_same_day_without_times_counts_and_says_when_to_leave_it_out():
    found = lines(Given("ultrasound", minutes=10), Given("estim", minutes=15))
    assert found["estim_un"].because[0].endswith("If it ran while ultrasound ran, leave it out.")


def test_hands_free_ultrasound_is_no_unit_of_this_service():
    found = lines(Given("ultrasound", minutes=10, is_hands_free=True))
    assert (found["us"].units, bool(found["us"].blocked)) == (0, True)


def test_a_timed_service_without_minutes_asks_for_them():
    assert lines(Given("massage"))["massage"].blocked == "Write the minutes first."


@pytest.mark.parametrize("kind", ["needling", "soft_collar", "applied_kinesiology", "other"])
def test_a_kind_without_a_service_brings_no_line(kind):
    assert lines(Given(kind, minutes=15)) == {}


def test_a_kind_that_the_clinic_added_brings_the_service_it_was_linked_to():
    assert units(Given("cupping", key="massage", minutes=15)) == {"massage": 1}


def test_a_service_of_the_clinic_that_is_billed_by_time_joins_the_count():
    own = Given("cupping", key="cupping", minutes=8, is_timed=True)
    assert units(own, Given("exercise", minutes=15)) == {"exercise": 1, "cupping": 1}
    assert units(Given("cupping", key="cupping", minutes=30)) == {"cupping": 1}
    assert units(Given("cupping", key="cupping", minutes=30, is_timed=True)) == {"cupping": 2}


def test_only_ultrasound_can_be_hands_free():
    assert units(Given("massage", minutes=20, is_hands_free=True)) == {"massage": 1}


# --- examinations and order


@pytest.mark.parametrize(
    ("purpose", "is_examined", "keys"),
    [
        ("initial", True, ["cmt_spinal_a", "em_new"]),
        ("re_exam", True, ["cmt_spinal_a", "em_est"]),
        ("initial", False, ["cmt_spinal_a"]),
        ("subsequent", True, ["cmt_spinal_a"]),
    ],
)
def test_an_examination_is_offered_at_a_first_visit_and_a_re_examination(purpose, is_examined, keys):
    found = lines(adjustment("L4"), course=Course(purpose=purpose, is_examined=is_examined))
    assert list(found) == keys


def test_the_lines_stand_in_the_order_of_the_bill():
    given = [Given("massage", minutes=15), Given("heat"), adjustment("L4"), Given("ultrasound", minutes=8)]
    assert list(lines(*given)) == ["cmt_spinal_a", "pack", "us", "massage"]


def test_a_day_without_treatments_has_no_line_and_no_count():
    assert codes.advise(Day()) == codes.Advice()
