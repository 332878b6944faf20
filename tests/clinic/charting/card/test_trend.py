"""The small drawing of the travel card: pain above, spasms a week below, one scale of days."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.charting.card import trend
from clinic.outcomes.models import Response
from clinic.outcomes.recording import recent
from tests import make

START = date(2026, 11, 2)


def day(number):
    return START + timedelta(days=number)


def told(pairs):
    return [(day(number), value) for number, value in pairs]


def test_without_a_score_of_pain_there_is_no_drawing():
    assert trend.of([], told([(0, 4)])) is None


def test_one_score_is_a_point_without_a_change():
    one = trend.of(told([(0, 8)]))
    assert (one.first.words, one.last.words, one.change, one.path, one.height) == ("8", "8", None, "", 92)
    assert [(word.anchor, at) for word, at in one.days] == [("middle", START)]


def test_pain_and_spasms_share_their_days():
    drawn = trend.of(told([(0, 8), (9, 6), (18, 4)]), told([(0, 12), (18, 7)]))
    assert (drawn.change, drawn.count, drawn.height) == (-2, 3, 134)
    assert [(bar.x + bar.width / 2, bar.y, bar.height) for bar in drawn.bars] == [
        (drawn.points[0].x, 94, 22),
        (pytest.approx(drawn.points[2].x, abs=0.1), 103.2, 12.8),
    ]
    assert [(word.anchor, at) for word, at in drawn.days] == [("start", START), ("end", day(18))]


def test_the_last_score_of_a_day_counts_and_the_change_is_from_the_day_before():
    drawn = trend.of(told([(0, 8), (3, 7), (3, 6)]))
    assert (drawn.count, drawn.last.words, drawn.change) == (2, "6", -2)
    assert trend.of(told([(3, 7), (3, 6)])).change is None


PAIRS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 10)), min_size=1, max_size=10).map(sorted)


@settings(max_examples=80, deadline=None)
@given(PAIRS, PAIRS)
def test_everything_lies_inside_the_drawing(pain, spasms):
    drawn = trend.of(told(pain), told(spasms))
    assert all(14 <= point.x <= 250 and 14 <= point.y <= 72 for point in drawn.points)
    assert all(bar.x >= 8 and bar.x + bar.width <= 258 and 94 <= bar.y <= 116 for bar in drawn.bars)


def test_the_newest_ten_of_each_measure_are_read_in_one_query(ana, django_assert_num_queries):
    now = make.MONDAY - timedelta(days=400)
    for number in range(12):
        for measure in ("nrs_pain", "spasms"):
            Response.objects.create(
                patient=ana, measure_id=measure, score=number % 10, mode="visit", taken_at=now + timedelta(days=number)
            )
    with django_assert_num_queries(1):
        found = recent(ana, ("nrs_pain", "spasms"))
    assert [score for _day, score in found["spasms"]] == [2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert found["nrs_pain"] == found["spasms"]
