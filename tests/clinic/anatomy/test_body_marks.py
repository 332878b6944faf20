"""Marks and arrows on the body chart."""

import re

import pytest

from clinic.anatomy import body_marks
from clinic.anatomy.body_drawing import VIEW_BOX, parts


def spot(site, side, to="", to_side=None):
    told = {"site": site, "side": side, "spreads_to": to}
    return told if to_side is None else {**told, "spreads_side": to_side}


def ends(arrow):
    """Where the line begins and where its tip is."""
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d", arrow.path)]
    return tuple(numbers[:2]), tuple(numbers[4:6])


def centre(view, site, side):
    return next(body_marks.centre_of(p) for p in parts() if (p.view, p.site, p.side) == (view, site, side))


def test_an_arrow_leads_from_the_middle_of_a_place_to_the_middle_of_the_other():
    [arrow] = body_marks.arrows([spot("low_back", "right", "calf", "right")])
    assert ends(arrow) == (centre("back", "low_back", "R"), centre("back", "calf", "R"))
    assert arrow.crosses is False


def test_without_a_side_of_its_own_it_stays_on_the_side_it_starts_from():
    told, untold = spot("low_back", "left", "calf", "left"), spot("low_back", "left", "calf")
    assert body_marks.arrows([untold]) == body_marks.arrows([told])


def test_an_arrow_to_a_place_of_the_other_view_says_so():
    [arrow] = body_marks.arrows([spot("low_back", "left", "thigh_front", "left")])
    assert ends(arrow) == (centre("back", "low_back", "L"), centre("front", "thigh_front", "L"))
    assert arrow.crosses is True


def test_pain_that_both_views_show_is_drawn_on_the_back():
    [arrow] = body_marks.arrows([spot("shoulder", "right", "hand", "right")])
    assert ends(arrow) == (centre("back", "shoulder", "R"), centre("back", "hand", "R"))


def test_the_middle_of_the_body_has_no_side():
    [arrow] = body_marks.arrows([spot("neck", "", "head", "left")])
    assert ends(arrow) == (centre("back", "neck", ""), centre("back", "head", ""))


def test_both_sides_mark_both_and_draw_two_arrows():
    both = spot("low_back", "both", "calf")
    assert body_marks.places(both) == ("low_back.left", "low_back.right")
    sides = [ends(arrow)[1] for arrow in body_marks.arrows([both])]
    assert sides == [centre("back", "calf", "L"), centre("back", "calf", "R")]


@pytest.mark.parametrize(
    "told",
    [
        spot("low_back", "left"),
        spot("low_back", "left", "moon"),
        spot("low_back", "left", "low_back", "left"),
        spot("moon", "left", "calf", "left"),
        spot("low_back", "", "calf", ""),
        {"site": "low_back"},
        {},
    ],
)
def test_what_is_not_on_the_drawing_draws_no_arrow(told):
    assert body_marks.arrows([told]) == ()


def test_every_arrow_from_every_place_stays_in_the_picture_and_bends_away_from_the_midline():
    left, top, width, height = map(int, VIEW_BOX.split())
    places = sorted({body_marks.place_of(part) for part in parts()})
    for start in places:
        for end in places:
            site, _dot, side = start.partition(".")
            to, _dot, to_side = end.partition(".")
            drawn = body_marks.arrows([spot(site, side, to, to_side)])
            assert len(drawn) == (start != end)
            numbers = [float(n) for arrow in drawn for n in re.findall(r"-?\d+\.\d", arrow.path)]
            assert [n for n in numbers[::2] if not left <= n <= left + width] == []
            assert [n for n in numbers[1::2] if not top <= n <= top + height] == []


def test_the_drawing_lights_the_marked_parts_and_no_other():
    drawn = body_marks.drawing([spot("hand", "left"), "nonsense"])
    lit = [(p["view"], p["place"]) for figure in drawn["figures"] for p in figure["parts"] if p["on"]]
    assert lit == [("front", "hand.left"), ("back", "hand.left")]
    assert drawn["arrows"] == ()
