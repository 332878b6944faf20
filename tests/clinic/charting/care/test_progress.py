"""Better is pain and function past the threshold; worse is one the wrong way; flat twice is no further gain."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.charting.care import progress
from clinic.outcomes import scoring

START = date(2026, 11, 2)
SCORE = st.integers(0, 10)
PAIRS = st.lists(st.tuples(SCORE, SCORE), min_size=1, max_size=5)


def weekly(*scores):
    return [(START + timedelta(weeks=n), score) for n, score in enumerate(scores)]


@pytest.mark.parametrize(
    ("start", "now", "verdict", "percent"),
    [
        (8, 6, "improved", -25),
        (8, 7, "no_change", -12),
        (3, 2, "improved", -33),
        (4, 3, "no_change", -25),
        (4, 6, "worse", 50),
        (0, 0, "no_change", None),
        (0, 2, "worse", None),
        (6, None, "missing", None),
        (None, 4, "missing", None),
    ],
)
def test_pain_counts_from_two_points_or_thirty_percent(start, now, verdict, percent):
    reading = progress.pain(start, now)
    assert (reading.verdict, reading.percent) == (verdict, percent)


@pytest.mark.parametrize(
    ("pairs", "verdict"),
    [
        ([(2, 4), (3, 5), (2, 4)], "improved"),  # the mean 2.0
        ([(2, 4), (3, 5), (2, 3)], "no_change"),
        ([(5, 3), (5, 3), (5, 3)], "worse"),
        ([(3, 6)], "improved"),  # one alone 3.0
        ([(3, 5)], "no_change"),
        ([(3, 6), (7, 4)], "worse"),
        ([(3, None)], "missing"),
        ([], "missing"),
    ],
)
def test_own_activities_count_from_two_in_the_mean_or_three_alone(pairs, verdict):
    assert progress.activities(pairs).verdict == verdict


@pytest.mark.parametrize(
    ("start", "now", "verdict"),
    [(12, 8, "improved"), (12, 9, "no_change"), (10, 13, "worse"), (0, 0, "no_change"), (5, None, "missing")],
)
def test_spasms_count_from_thirty_percent(start, now, verdict):
    assert progress.spasms(start, now).verdict == verdict


@pytest.mark.parametrize(
    ("start", "now", "verdict"), [(14, 9, "improved"), (14, 10, "no_change"), (10, 7, "improved"), (5, 10, "worse")]
)
def test_roland_morris_counts_from_five_points_or_thirty_percent(start, now, verdict):
    assert progress.roland_morris(start, now).verdict == verdict


def test_a_filled_in_scale_counts_by_its_mean():
    assert [progress.activities_mean(2.3, now).verdict for now in (4.3, 4.2, 0.3, None)] == [
        "improved",
        "no_change",
        "worse",
        "missing",
    ]


BETTER, FLAT, BAD, OPEN = (8, 4), (8, 7), (4, 7), (8, None)
ABLE, SAME, UNABLE, UNASKED = (2, 6), (4, 5), (8, 4), (4, None)


@pytest.mark.parametrize(
    ("pain", "function", "scores", "flag", "missing"),
    [
        (BETTER, ABLE, (), "improved", ()),
        (BETTER, SAME, (8, 6, 4), "unclear", ()),
        (FLAT, ABLE, (8, 7), "unclear", ()),
        (FLAT, SAME, (8, 7, 7), "plateau", ()),
        (FLAT, SAME, (8, 7), "unclear", ()),
        (BAD, ABLE, (), "worse", ()),
        (BETTER, UNABLE, (), "worse", ()),
        (OPEN, UNABLE, (), "worse", ("pain",)),
        (BETTER, UNASKED, (), "unclear", ("function",)),
        (OPEN, UNASKED, (), "unclear", ("pain", "function")),
    ],
)
def test_what_the_measures_say_together(pain, function, scores, flag, missing):
    told = progress.judge([progress.pain(*pain), progress.activities([function])], weekly(*scores))
    assert (told.flag, told.missing, told.has_improved) == (flag, missing, flag == "improved")


def test_spasms_are_told_and_do_not_decide():
    readings = [progress.pain(*BETTER), progress.activities([ABLE]), progress.spasms(3, 9)]
    told = progress.judge(readings)
    assert (told.flag, told.readings[2].verdict) == ("improved", "worse")


def test_scores_of_one_week_are_one_assessment():
    scores = [(START + timedelta(days=n), score) for n, score in ((0, 8), (2, 8), (5, 7), (8, 7), (10, 7), (16, 6))]
    assert progress.assessments(scores) == [8, 7, 6]
    assert progress.has_levelled(scores)
    assert not progress.has_levelled(scores[:3])


def test_what_is_stored_tells_the_numbers_and_whether_they_count():
    told = progress.judge([progress.pain(8, 6), progress.activities([(2, None)])])
    assert told.as_rows() == [
        {"measure": "nrs_pain", "start": 8.0, "now": 6.0, "change": -2.0, "counts": True, "verdict": "improved"},
        {"measure": "psfs", "start": None, "now": None, "change": None, "counts": False, "verdict": "missing"},
    ]


@given(SCORE, SCORE)
def test_pain_is_judged_as_the_scale_judges_it(start, now):
    assert progress.pain(start, now).verdict == scoring.change_nrs(start, now).verdict[0]


@given(SCORE, SCORE, PAIRS, st.lists(SCORE, max_size=8))
def test_improvement_needs_both_and_worse_needs_one(start, now, pairs, scores):
    readings = [progress.pain(start, now), progress.activities(pairs)]
    told, verdicts = progress.judge(readings, weekly(*scores)), {one.verdict for one in readings}
    assert (told.flag == "worse") is ("worse" in verdicts)
    assert told.has_improved is (verdicts == {"improved"})


@given(SCORE, PAIRS)
def test_nothing_changed_is_never_better_or_worse(pain, pairs):
    same = [(start, start) for start, _now in pairs]
    told = progress.judge([progress.pain(pain, pain), progress.activities(same)])
    assert told.flag == "unclear"


@given(st.lists(st.tuples(st.integers(0, 60), SCORE), max_size=20))
def test_assessments_lie_a_week_apart_and_keep_the_last(points):
    scores = sorted((START + timedelta(days=n), score) for n, score in dict(points).items())
    kept = progress.assessments(scores)
    assert kept[-1:] == [score for _day, score in scores[-1:]]
    assert len(kept) <= 9
