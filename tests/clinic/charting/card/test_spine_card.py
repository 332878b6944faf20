"""The spine map on the travel card: a click is a press, typing takes + and -, refusals stand on their row."""

import pytest
from django.urls import reverse

from clinic.anatomy.muscles import MUSCLES
from clinic.charting import notes
from clinic.charting.card.spine_card import read_place
from clinic.charting.models import SegmentFinding
from tests import make
from tests.clinic.charting.card.test_travel_card import typed


@pytest.fixture
def visit(carlos, ana):
    return make.visit(ana, carlos.practitioner)


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


def card(visit):
    return reverse("admin:charting_visit_change", args=[visit.pk])


def press(chart, visit, do, **fields):
    return chart.post(card(visit), typed(visit, do, **fields))


def found(visit):
    return [str(row) for row in visit.segment_findings.order_by("pk")]


def given(visit):
    return [row.segments for row in visit.treatments.all()]


@pytest.mark.parametrize(
    ("place", "known"),
    [
        ("L4.R", ("L4", "R")), ("L4.", ("L4", "")), ("SI.L", ("SI", "L")), ("KN.R", ("KN", "R")), ("CO.L", ("CO", "")),
        ("SI.", None), ("L9.R", None), ("", None), ("L4", ("L4", "")),
    ],
)  # fmt: skip
def test_a_place_is_a_segment_and_a_side_it_can_have(place, known):
    assert read_place(place) == known


def test_three_presses_on_one_place_are_found_adjusted_clear(chart, visit):
    told = []
    for _press in range(3):
        assert press(chart, visit, "mark:L4.R", subjective="Stiff").status_code == 302
        told.append((found(visit), given(visit)))
    assert told == [(["L4 R"], []), (["L4 R"], [["L4 R"]]), ([], [])]
    visit.refresh_from_db()
    assert visit.subjective == "Stiff"


def test_a_press_on_no_place_changes_nothing(chart, visit):
    assert press(chart, visit, "mark:L9.R").status_code == 302
    assert press(chart, visit, "mark:SI.").status_code == 302
    assert found(visit) == []


def test_typing_finds_adjusts_and_takes_off(chart, carlos, visit):
    notes.note_segment(visit, segment="C2", side="L", by=carlos)
    press(chart, visit, "save", quick="L4 R +, si l, hip r+, C2 L -")
    assert (found(visit), given(visit)) == (["L4 R", "SI L", "HIP R"], [["L4 R", "Hip R"]])


def test_one_wrong_word_keeps_all_that_was_typed_beside_the_map(chart, visit):
    answer = press(chart, visit, "save", quick="L4 R, L9 R", plan="Walk")
    assert (answer.status_code, found(visit)) == (422, [])
    assert answer.content.decode().count('value="L4 R, L9 R"') == 1
    visit.refresh_from_db()
    assert visit.plan == "Walk"


def test_a_refused_adjustment_says_why_on_the_row_of_the_finding(chart, ana, visit):
    make.condition(ana, "osteoporosis")
    answer = press(chart, visit, "mark_adjusted:L4.R")
    page = answer.content.decode()
    assert (answer.status_code, found(visit), given(visit)) == (422, ["L4 R"], [])
    assert page.count("<b>L4 R is not adjusted.</b>") == 1
    assert page.count("Give it with a reason") == 1


def test_a_refused_mark_stops_none_of_the_others(chart, ana, visit):
    make.condition(ana, "osteoporosis")
    assert press(chart, visit, "save", quick="L4 R +, C2 L").status_code == 422
    assert (found(visit), given(visit)) == (["L4 R", "C2 L"], [])


def test_a_script_gets_the_page_at_once_and_the_open_treatment_stays(chart, visit):
    fields = typed(visit, "mark:L4.R", open_kind="heat", **{"t-site": "low_back", "t-minutes": "15"})
    answer = chart.post(card(visit), fields, headers={"Chart-Swap": "1"})
    page = answer.content.decode()
    assert (answer.status_code, found(visit), given(visit)) == (200, ["L4 R"], [])
    assert page.count('name="t-minutes" value="15"') == 1


def test_a_therapist_sees_the_map_and_marks_nothing(client, tess, visit):
    client.force_login(tess)
    SegmentFinding.objects.create(visit=visit, segment="KN", side="R")
    assert client.post(card(visit), typed(visit, "mark:L4.R")).status_code == 403
    assert client.post(card(visit), typed(visit, "save", quick="L4 R")).status_code == 302
    assert found(visit) == ["KN R"]
    assert 'value="mark' not in client.get(card(visit)).content.decode()


def test_what_is_carried_is_dashed_until_it_is_touched(chart, carlos, visit):
    SegmentFinding.objects.create(visit=visit, segment="L4", side="R", is_carried=True)
    muscle = visit.muscle_findings.create(muscle="piriformis", side="R", spasm_before=2, is_carried=True)
    page = chart.get(card(visit)).content.decode()
    assert page.count("2 rows from the last visit, dashed until touched") == 1
    assert page.count('class="carried"') == 2
    press(chart, visit, "mark_found:L4.R")
    press(chart, visit, f"mark_muscle:{muscle.pk}")
    muscle.refresh_from_db()
    assert (muscle.is_carried, muscle.spasm_before, visit.segment_findings.get().is_carried) == (False, 2, False)
    assert 'class="carried"' not in chart.get(card(visit)).content.decode()


def test_the_joints_beyond_the_spine_stand_in_a_list_that_opens_when_one_is_marked(chart, visit):
    page = chart.get(card(visit)).content.decode()
    assert (page.count('class="btn joint"'), page.count('id="beyond">')) == (20, 1)
    press(chart, visit, "mark:KN.R")
    page = chart.get(card(visit)).content.decode()
    assert (page.count('class="btn joint found"'), page.count('id="beyond" open>')) == (1, 1)


def test_muscles_of_the_regions_found_today_come_first(chart, carlos, visit):
    notes.note_segment(visit, segment="SI", side="R", by=carlos)
    choices = chart.get(card(visit)).context["card"].new_muscle.fields["muscle"].choices
    labels = [str(label) for _blank, label in choices[:1]] + [str(group) for group, _rows in choices[1:]]
    assert labels == ["Add a muscle", "Where something was found", "Others"]
    assert choices[1][1][0][0] == "gluteus_maximus"
    assert len(choices[1][1]) + len(choices[2][1]) == len(MUSCLES)


def test_tenderness_and_a_trigger_point_are_kept_and_can_be_taken_back(chart, carlos, visit):
    row = notes.note_muscle(visit, muscle="piriformis", side="R", spasm_before=3, by=carlos)
    name = f"muscle-{row.pk}"
    fields = {f"{name}-here": "1", f"{name}-spasm_before": "3"}
    press(chart, visit, "save", **fields, **{f"{name}-tenderness": "4", f"{name}-has_trigger_point": "on"})
    row.refresh_from_db()
    assert (row.spasm_before, row.tenderness, row.has_trigger_point) == (3, 4, True)
    press(chart, visit, "save", **fields)
    row.refresh_from_db()
    assert (row.spasm_before, row.tenderness, row.has_trigger_point) == (3, None, False)


def test_adding_a_muscle_again_takes_nothing_from_its_row(chart, carlos, visit):
    notes.note_muscle(visit, muscle="piriformis", side="R", spasm_before=3, tenderness=2, by=carlos)
    press(chart, visit, "add_finding", **{"newm-muscle": "piriformis", "newm-side": "R", "newm-spasm_after": "1"})
    assert list(visit.muscle_findings.values_list("spasm_before", "spasm_after", "tenderness")) == [(3, 1, 2)]


def test_two_saves_of_one_page_that_cross_are_no_conflict(chart, visit):
    first = typed(visit, "mark:L4.R", subjective="Stiff", base="as it was")
    assert chart.post(card(visit), first).status_code == 302
    assert chart.post(card(visit), {**first, "do": "mark:T4.L"}).status_code == 302
    assert chart.post(card(visit), {**first, "subjective": "Sore"}).status_code == 409
    visit.refresh_from_db()
    assert (found(visit), visit.subjective) == (["L4 R", "T4 L"], "Stiff")
