"""The two drawings: every segment and site is drawn once, in order, inside the picture, on the right side."""

import re
from itertools import pairwise

import pytest

from clinic.anatomy import body_drawing, spine_drawing
from clinic.anatomy.segments import BY_CODE, SPINE
from clinic.anatomy.sides import BOTH, LEFT, MIDLINE, RIGHT
from clinic.anatomy.sites import BY_SLUG, PAIN_SITES
from clinic.anatomy.spine_drawing import Shape

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
ARGUMENTS = {"M": 2, "L": 2, "Q": 4, "C": 6}
WELL_FORMED = re.compile(r"(?:M[^A-Za-z]+(?:[LQC][^A-Za-z]+)+Z)+")


def points(path):
    """The absolute points of a path, which must have the right count of numbers for each letter."""
    assert WELL_FORMED.fullmatch(path)
    found = []
    for letter, numbers in re.findall(r"([MLQC])([^A-Z]+)", path):
        values = [float(number) for number in NUMBER.findall(numbers)]
        assert len(values) == ARGUMENTS[letter]
        found += zip(values[::2], values[1::2], strict=True)
    return found


def middle_x(path):
    """The middle of a path from left to right."""
    xs = [x for x, _ in points(path)]
    return (min(xs) + max(xs)) / 2


def bone(row):
    """The points of a row's bone."""
    return points(next(shape.path for shape in row.shapes if shape.css == "vb"))


def test_the_spine_map_has_one_row_per_drawn_segment_and_two_for_the_sacroiliac_joint():
    rows = spine_drawing.rows()
    expected = [segment.code for segment in SPINE]
    expected.insert(expected.index("SI"), "SI")
    assert [row.code for row in rows] == expected
    assert [row.side for row in rows] == [""] * 26 + [LEFT, RIGHT, ""]
    assert [row.text for row in rows[-5:]] == ["L5", "Sacrum", "SI L", "SI R", "Coccyx"]
    assert [row.key for row in rows[-3:]] == ["SI-L", "SI-R", "CO"]
    assert [str(row.label) for row in rows] == [str(BY_CODE[code].label) for code in expected]


def test_the_rows_follow_each_other_without_touching_and_fill_the_drawing():
    rows = spine_drawing.rows()
    assert [after.top - (before.top + before.height) for before, after in pairwise(rows)] == [1] * 28
    assert (rows[0].top, rows[-1].top + rows[-1].height) == (22.5, 688)
    assert f"0 0 {spine_drawing.WIDTH} {spine_drawing.HEIGHT}" == spine_drawing.VIEW_BOX == "0 0 306 692"


@pytest.mark.parametrize("row", spine_drawing.rows()[:25], ids=lambda row: row.key)
def test_a_vertebra_is_drawn_inside_its_row_and_even_about_the_midline(row):
    drawn = bone(row)
    assert [(x, y) for x, y in drawn if not row.top <= y <= row.top + row.height] == []
    unmatched = [
        (x, y) for x, y in drawn if not any(v == y and u == pytest.approx(236 - x, abs=0.02) for u, v in drawn)
    ]
    assert unmatched == []


def test_vertebrae_look_as_in_the_approved_drawing():
    rows = {row.key: row for row in spine_drawing.rows()}
    assert (rows["L4"].top, rows["L4"].height, rows["L4"].middle) == (544, 25.5, 556.75)
    assert rows["L4"].shapes[0].path.startswith("M97.8 544.7L138.2 544.7Q142.2 544.7 142.2 548.7C149.2")
    assert rows["T11"].shapes[1].path == ("M118 426.2C120.4 427.2 121 439.9 118 442.9C115 439.9 115.6 427.2 118 426.2Z")
    assert [shape.css for shape in rows["C0"].shapes] == ["vb", "occ"]
    assert [shape.css for shape in rows["C1"].shapes] == ["vb", "sp"]
    assert [shape.path for shape in spine_drawing.rules()] == ["M8 194h290", "M8 464h290", "M8 596.5h290"]


def test_the_spine_is_seen_from_behind_so_left_is_at_the_left():
    rows = {row.key: row for row in spine_drawing.rows()}
    assert [middle_x(rows[key].shapes[0].path) < 118 for key in ("SI-L", "SI-R")] == [True, False]
    assert spine_drawing.mark_xs(LEFT) == (54,)
    assert spine_drawing.mark_xs(RIGHT) == (182,)
    assert spine_drawing.mark_xs(BOTH) == (54, 182)
    assert spine_drawing.mark_xs(MIDLINE) == (118,)


def test_a_mark_of_an_unknown_side_is_refused():
    with pytest.raises(KeyError):
        spine_drawing.mark_xs("left")


def test_an_adjusted_mark_is_a_diamond_around_its_point():
    assert spine_drawing.diamond(182, 556.75) == "M182 550.55l6.2 6.2-6.2 6.2-6.2-6.2z"
    assert spine_drawing.diamond(213, 556.75, 3.6) == "M213 553.15l3.6 3.6-3.6 3.6-3.6-3.6z"


def test_the_pelvis_is_drawn_with_four_pairs_of_holes():
    shapes = spine_drawing.backdrop()
    assert [shape.css for shape in shapes] == ["ghost", "vb", *["hole"] * 8, "sp", "vb"]
    assert shapes[2] == Shape("hole", "M103.9 609.5a2.1 2.8 0 1 0 4.2 0a2.1 2.8 0 1 0-4.2 0Z")


@pytest.mark.parametrize("view", ["front", "back"])
def test_the_body_chart_draws_exactly_the_sites_of_its_view(view):
    drawn = {part.site for part in body_drawing.parts() if part.view == view}
    assert drawn == {site.slug for site in PAIN_SITES if getattr(site, view)}


def test_a_part_is_drawn_once_undivided_or_once_for_each_side():
    parts = body_drawing.parts()
    assert len({part.key for part in parts}) == len(parts) == 50
    sides = {}
    for part in parts:
        sides.setdefault((part.view, part.site), []).append(part.side)
    undivided = {key for key, found in sides.items() if found == [MIDLINE]}
    assert undivided == {("front", "head"), ("front", "anterior_neck"), ("back", "head"), ("back", "neck")}
    assert {tuple(sorted(found)) for key, found in sides.items() if key not in undivided} == {(LEFT, RIGHT)}
    assert [part.key for part in parts if part.side and not BY_SLUG[part.site].sides] == []


def test_left_of_the_drawing_is_the_right_hand_in_front_and_the_left_behind():
    for part in body_drawing.parts():
        centre = {"front": 80, "back": 248}[part.view]
        at_left = {"front": RIGHT, "back": LEFT}[part.view]
        if part.side:
            assert (middle_x(part.path) < centre) == (part.side == at_left), part.key
        else:
            assert middle_x(part.path) == centre


def test_the_body_chart_stays_inside_its_picture():
    left, top, width, height = map(int, body_drawing.VIEW_BOX.split())
    outside = [
        part.key
        for part in body_drawing.parts()
        for x, y in points(part.path)
        if not (left <= x <= left + width and top <= y <= top + height)
    ]
    assert outside == []


def test_the_right_low_back_is_drawn_as_in_the_approved_drawing():
    paths = {part.key: part.path for part in body_drawing.parts()}
    assert points(paths["back-low_back-R"]) == [
        (270.8, 132), (248.6, 132), (248.6, 158), (273.4, 158), (272, 150), (271, 142), (270.8, 132),
    ]  # fmt: skip


def test_each_view_has_its_outline_and_captions():
    front, back = body_drawing.figures()
    assert [(str(c.text), c.x) for c in front.captions] == [("front", 80), ("R", 24), ("L", 136)]
    assert [(str(c.text), c.x) for c in back.captions] == [("back", 248), ("L", 192), ("R", 304)]
    assert [figure.outline == "".join(p.path for p in figure.parts) for figure in (front, back)] == [True, True]
    assert len(points(front.outline)) == sum(len(points(part.path)) for part in front.parts)
