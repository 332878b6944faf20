"""The geometry of the pain chart."""

from datetime import date

import pytest

from clinic.portal import plots

JAN = [date(2026, 1, day) for day in (1, 11, 21)]


def test_no_scores_no_plot():
    assert plots.line([]) is None


def test_one_score_is_a_point_in_the_middle_and_no_line():
    plot = plots.line([(JAN[0], 5)])
    assert [(point.x, point.y) for point in plot.points] == [(178.0, 91.0)]
    assert plot.has_line is False
    assert [label.anchor for label in plot.dates] == ["mid"]


def test_days_lie_apart_in_proportion_to_time():
    plot = plots.line([(JAN[0], 0), (JAN[1], 10), (JAN[2], 5)])
    assert [point.x for point in plot.points] == [40.0, 178.0, 316.0]
    assert [point.y for point in plot.points] == [160.0, 22.0, 91.0]
    assert plot.path == "M40 160L178 22L316 91"


def test_scores_of_one_day_are_kept_apart():
    plot = plots.line([(JAN[0], 3), (JAN[0], 4)])
    assert [point.x for point in plot.points] == [40.0, 316.0]


def test_the_scale_runs_from_the_lowest_at_the_foot_to_the_highest_at_the_head():
    assert [(rule.value, rule.y) for rule in plots.line([(JAN[0], 5)]).rules] == [(0, 160.0), (5, 91.0), (10, 22.0)]


def test_with_many_scores_only_the_first_and_the_last_are_written_out():
    plot = plots.line([(date(2026, 1, day), 5) for day in range(1, 10)])
    assert [point.has_label for point in plot.points] == [True] + [False] * 7 + [True]


@pytest.mark.parametrize("score", [-1, 11])
def test_a_score_outside_the_scale_is_refused(score):
    with pytest.raises(ValueError, match="outside 0 to 10"):
        plots.line([(JAN[0], score)])
