"""About how long somebody waits."""

from datetime import timedelta

import pytest

from clinic.scheduling.waits import Ahead, about
from tests.make import MONDAY


def in_minutes(n):
    return MONDAY + timedelta(minutes=n)


@pytest.mark.parametrize(
    ("start", "ahead", "told"),
    [
        (0, [], 0),
        (-20, [], 0),
        (12, [], 15),
        (10, [], 10),
        (0, [Ahead(20)], 20),
        (30, [Ahead(20)], 30),  # never before its time
        (0, [Ahead(20, in_minutes(-5)), Ahead(15)], 30),
        (0, [Ahead(20, in_minutes(-50))], 0),  # running over: any moment now
        (0, [Ahead(20, in_minutes(-19))], 5),
    ],
)
def test_the_wait_is_told_in_steps_of_five(start, ahead, told):
    assert about(in_minutes(start), ahead, now=MONDAY) == told


def test_who_treats_two_side_by_side_is_free_sooner():
    assert about(MONDAY, [Ahead(20), Ahead(20)], now=MONDAY, at_a_time=2) == 20
