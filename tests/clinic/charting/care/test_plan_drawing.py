"""The line of a plan: inside its frame, in order, and no label on another."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.charting.care import plan_drawing
from clinic.charting.care.plan_drawing import LEFT, RIGHT, WIDTH

DAYS = st.lists(st.integers(-20, 400), max_size=60)
DUE = st.lists(st.tuples(st.integers(-5, 200), st.just("review"), st.just("day")), max_size=6)


def test_the_picture_of_the_chart():
    due = [(28, "re-exam", "day 28, 29 Nov"), (42, "decision", "day 42, 13 Dec")]
    line = plan_drawing.draw(19, [1, 4, 10, 15], [8], due)
    assert (line.now, line.now_anchor) == (172.0, "middle")
    assert line.visits == [14.0, 40.3, 93.0, 136.9]
    assert line.crosses == ["M73.1 33.6l4.8 4.8m0-4.8-4.8 4.8"]
    assert [(one.x, one.row, one.anchor, one.is_next) for one in line.labels] == [
        (251.1, 0, "middle", True),
        (374.0, 0, "end", False),
    ]
    assert line.past == "M14 30H172.0V42H14a6 6 0 0 1 0-12z"


def test_before_it_starts_there_is_no_today():
    line = plan_drawing.draw(0, [], [], [])
    assert (line.now, line.past, line.height) == (None, "", 74)


def test_neighbours_lean_away_or_stand_in_rows():
    due = [(22, "check", "day 22, 14 Sep"), (28, "review", "day 28, 20 Sep"), (30, "re-exam", "day 30, 22 Sep")]
    line = plan_drawing.draw(90, [], [], [*due, (42, "decision", "day 42, 4 Oct")])
    assert [(one.word, one.row, one.anchor) for one in line.labels] == [
        ("check", 0, "middle"),
        ("review", 1, "middle"),
        ("re-exam", 2, "middle"),
        ("decision", 0, "middle"),
    ]
    assert line.height == 134


@pytest.mark.parametrize("day", range(1, 120, 7))
def test_what_a_plan_may_have_open_is_never_left_out(day):
    due = [
        (n, word, f"day {n}, 30 Sep") for n, word in [(28, "check"), (28, "review"), (30, "re-exam"), (42, "decision")]
    ]
    assert len(plan_drawing.draw(day, [], [], due).labels) == 4


@given(st.integers(-30, 500), DAYS, DAYS, DUE)
def test_everything_stands_inside_the_frame_in_order(day, visits, missed, due):
    line = plan_drawing.draw(day, sorted(visits), sorted(missed), due)
    places = [*line.visits, *line.missed, *(one.x for one in line.labels), *([] if line.now is None else [line.now])]
    assert all(LEFT <= x <= RIGHT for x in places)
    assert line.visits == sorted(line.visits)
    assert len(line.visits) <= plan_drawing.MOST
    assert all(one.span[0] >= 0 and one.span[1] <= WIDTH for one in line.labels)
    spans = [(one.row, *one.span) for one in line.labels]
    assert not [
        (one, two) for one, two in combinations(spans, 2) if one[0] == two[0] and one[1] < two[2] and two[1] < one[2]
    ]


def test_a_label_leans_away_from_the_one_before_it():
    line = plan_drawing.draw(42, [], [], [(10, "check", "day 10, 2 Sep"), (18, "review", "day 18, 10 Sep")])
    assert [(one.row, one.anchor) for one in line.labels] == [(0, "middle"), (0, "start")]
