"""The line of a plan: inside its frame, in order, and no label on another."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from clinic.charting.care import plan_drawing
from clinic.charting.care.plan_drawing import LEFT, RIGHT, ROOM

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


def test_neighbours_stand_in_two_rows():
    line = plan_drawing.draw(20, [], [], [(28, "review", "a"), (30, "re-exam", "b"), (31, "check", "c")])
    assert ([(one.word, one.row) for one in line.labels], line.height) == ([("review", 0), ("re-exam", 1)], 104)


@given(st.integers(-30, 500), DAYS, DAYS, DUE)
def test_everything_stands_inside_the_frame_in_order(day, visits, missed, due):
    line = plan_drawing.draw(day, sorted(visits), sorted(missed), due)
    places = [*line.visits, *line.missed, *(one.x for one in line.labels), *([] if line.now is None else [line.now])]
    assert all(LEFT <= x <= RIGHT for x in places)
    assert line.visits == sorted(line.visits)
    assert len(line.visits) <= plan_drawing.MOST
    for row in (0, 1):
        xs = [one.x for one in line.labels if one.row == row]
        assert all(later - earlier >= ROOM for earlier, later in pairwise(xs))
