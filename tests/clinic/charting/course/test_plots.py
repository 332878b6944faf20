"""The geometry of the plots: inside the frame, from left to right, and nothing over anything else."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.charting.course import plots
from clinic.charting.course.plot_parts import (
    BAR,
    CIRCLE,
    NARROW,
    SMALL,
    SQUARE,
    TRIANGLE,
    WIDE,
    Clock,
    Content,
    Days,
    Score,
    Visit,
)

START = date(2026, 11, 2)
FRAMES = st.sampled_from((WIDE, NARROW, SMALL))


def day(number):
    return START + timedelta(days=number)


def content(numbers, values, last, shape=CIRCLE, **fields):
    scores = [Score(day(n), value, f"{value:g}") for n, value in zip(numbers, values, strict=True)]
    return Content(scores, Days(START, day(last)), (0, 5, 10), shape, **fields)


@st.composite
def contents(draw):
    last = draw(st.integers(0, 900))
    numbers = sorted(draw(st.sets(st.integers(0, last), max_size=40)))
    values = draw(st.lists(st.integers(-2, 13), min_size=len(numbers), max_size=len(numbers)))
    visits = draw(st.lists(st.tuples(st.integers(0, last), st.sampled_from(("A", "AUEM", "AHTr")))))
    return content(
        numbers,
        values,
        last,
        draw(st.sampled_from((CIRCLE, TRIANGLE, SQUARE, BAR))),
        goal=(draw(st.integers(0, 10)), "goal 3"),
        visits=[Visit(day(n), letters) for n, letters in visits],
        missed=[day(n) for n in draw(st.lists(st.integers(0, last), max_size=9))],
        clocks=[Clock(day(28), "re-exam, day 28"), Clock(day(42), "decision, day 42")],
    )


def box(word, frame):
    return plots.Room(frame).box(word.text, word.x, word.y, word.anchor)


def words_of(plot):
    found = [point.word for point in plot.points] + [rule.word for rule in plot.clocks] + [plot.goal.word]
    return [word for word in (*found, *(word for _path, word in plot.visits)) if word]


@settings(max_examples=150, deadline=None)
@given(contents(), FRAMES)
def test_every_point_lies_inside_the_frame_and_right_of_the_one_before(shown, frame):
    plot = plots.draw(shown, frame)
    assert all(frame.left <= p.x <= frame.right and frame.top <= p.y <= frame.bottom for p in plot.points)
    assert all(b.x - a.x >= plots.LEAST_GAP - 0.11 for a, b in itertools.pairwise(plot.points))
    assert all(a.x + a.width <= b.x and a.x >= 0 for a, b in itertools.pairwise(plot.bars))
    assert all(bar.y + bar.height == pytest.approx(frame.bottom) for bar in plot.bars)


@settings(max_examples=150, deadline=None)
@given(contents(), FRAMES)
def test_no_words_leave_the_drawing_or_lie_over_others_or_over_a_point(shown, frame):
    plot = plots.draw(shown, frame)
    boxes = [box(word, frame) for word in words_of(plot)]
    assert [pair for pair in itertools.combinations(boxes, 2) if plots.meet(*pair)] == []
    assert all(b[0] >= 0 and b[2] <= frame.width and b[1] >= 0 and b[3] <= frame.height for b in boxes)
    marks = [(p.x - 4, p.y - 4, p.x + 4, p.y + 4) for p in plot.points]
    assert [one for one in boxes for mark in marks if plots.meet(one, mark)] == []


@given(st.lists(st.integers(0, 600), unique=True).map(sorted))
def test_of_places_too_near_the_newest_is_kept(places):
    kept = [places[n] for n in plots.apart(places)]
    assert kept[-1:] == places[-1:]
    assert all(b - a >= plots.LEAST_GAP for a, b in itertools.pairwise(kept))


def test_the_scores_of_the_story_lie_where_they_belong():
    plot = plots.draw(content([0, 3, 9, 14, 18], [8, 7, 6, 4, 6], 42, clocks=[Clock(day(28), "re-exam, day 28")]))
    assert [(p.x, p.y) for p in plot.points] == [(38, 55.2), (79.6, 66.8), (162.7, 78.4), (232, 101.6), (287.4, 78.4)]
    assert plot.path == "M38 55.2L79.6 66.8L162.7 78.4L232 101.6L287.4 78.4"
    assert [p.word.text for p in plot.points] == ["8", "7", "6", "4", "6"]
    assert [(rule.at, rule.word.text) for rule in plot.rules] == [(148, "0"), (90, "5"), (32, "10")]
    assert [(rule.at, rule.word.anchor) for rule in plot.clocks] == [(426, "start")]


def test_words_of_two_days_near_each_other_stand_on_both_sides():
    clocks = [Clock(day(200), "re-exam, day 28"), Clock(day(214), "decision, day 42")]
    plot = plots.draw(content([], [], 365, clocks=clocks))
    assert [rule.word.anchor for rule in plot.clocks] == ["end", "start"]
    assert [rule.word for rule in plots.draw(content([], [], 365, clocks=[*clocks, *clocks])).clocks] == [None] * 4


def test_words_without_room_are_said_in_short():
    clocks = [Clock(day(28), "re-exam, day 28", "day 28"), Clock(day(42), "decision, day 42", "day 42")]
    plot = plots.draw(content([], [], 52, clocks=clocks), NARROW)
    assert [rule.word.text for rule in plot.clocks] == ["day 28", "day 42"]


def test_one_score_is_a_point_without_a_line_and_none_is_nothing():
    one, none = plots.draw(content([0], [5], 0)), plots.draw(content([], [], 0))
    assert ([p.x for p in one.points], one.path) == ([329], "")
    assert (none.points, none.path, none.bars) == ((), "", ())


def test_a_missed_visit_wins_the_place_from_a_kept_one_of_the_same_day():
    plot = plots.draw(content([], [], 42, visits=[Visit(day(7), "A"), Visit(day(14), "AU")], missed=[day(7)]))
    assert (len(plot.missed), [word.text for _path, word in plot.visits]) == (1, ["AU"])


@pytest.mark.parametrize(
    ("highest", "lines"), [(0, (0, 1, 2)), (7, (0, 5, 10)), (12, (0, 5, 10, 15)), (200, (0, 100, 200))]
)
def test_a_scale_without_an_end_reaches_past_its_highest_score(highest, lines):
    assert plots.scale(highest) == lines
