"""What the way from the first score to the newest means: equal to the scores' own thresholds and to the table."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.outcomes import verdicts
from clinic.outcomes.models import Measure
from clinic.outcomes.verdicts import THRESHOLDS, judge


@pytest.mark.parametrize(
    ("slug", "start", "now", "meaning", "points", "limit", "is_edge"),
    [
        ("nrs_pain", "8", "6", "improved", 2, None, True),
        ("nrs_pain", "8", "5", "improved", None, 30, False),
        ("nrs_pain", "10", "7", "improved", None, 30, True),
        ("nrs_pain", "8", "7", "no_change", 2, None, False),
        ("nrs_pain", "5", "8", "worse", None, 30, False),
        ("spasms", "12", "7", "improved", None, 30, False),
        ("spasms", "10", "8", "no_change", None, 30, False),
        ("spasms", "0", "3", "worse", None, 30, False),
        ("rmdq", "14", "10", "no_change", 5, None, False),
        ("rmdq", "18", "13", "improved", 5, None, True),
        ("psfs", "2.33", "4.67", "improved", 2, None, False),
        ("psfs", "2.33", "4.33", "improved", 2, None, True),
        ("psfs", "5", "2.5", "worse", 2, None, False),
        ("odi", "50", "41", "no_change", 10, None, False),
        ("ndi", "20", "15", "improved", 5, None, True),
    ],
)
def test_the_threshold_that_was_reached_or_missed_is_named(slug, start, now, meaning, points, limit, is_edge):
    found = judge(slug, Decimal(start), Decimal(now))
    assert (found.meaning, found.points, found.limit, found.is_edge) == (meaning, points, limit, is_edge)
    assert found.difference == Decimal(now) - Decimal(start)


@given(st.sampled_from(("nrs_pain", "rmdq")), st.integers(0, 10), st.integers(0, 10))
def test_the_meaning_is_that_of_the_scores(slug, start, now):
    assert judge(slug, Decimal(start), Decimal(now)).meaning == THRESHOLDS[slug].change(start, now).verdict[0]


@given(st.integers(0, 50), st.integers(0, 50))
def test_nothing_moved_is_no_change_and_the_way_back_is_its_opposite(start, now):
    opposite = {"improved": "worse", "worse": "improved", "no_change": "no_change"}
    assert judge("ndi", Decimal(start), Decimal(start)).meaning == verdicts.NO_CHANGE
    assert (
        judge("ndi", Decimal(now), Decimal(start)).meaning
        == opposite[judge("ndi", Decimal(start), Decimal(now)).meaning]
    )


@pytest.mark.django_db
def test_the_thresholds_are_those_of_the_table():
    rows = {m.slug: (m.change_points, m.change_percent) for m in Measure.objects.filter(slug__in=THRESHOLDS)}
    counted = {slug: (one.points, one.percent) for slug, one in THRESHOLDS.items()}
    counted["spasms"] = (200, 30)  # the whole scale: no number of points counts alone
    assert rows == counted
