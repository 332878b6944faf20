"""Marks on the spine map: found, adjusted, clear; the rules of treating have the last word."""

import pytest
from django.core.exceptions import PermissionDenied

from clinic.anatomy.segments import UnknownSegment
from clinic.charting import notes
from clinic.charting.card import marking
from clinic.charting.card.marking import ADJUSTED, CLEAR, FOUND
from clinic.charting.kinds import treating
from clinic.charting.models import SegmentFinding, TreatmentApplied
from tests import make

L4_R = {"segment": "L4", "side": "R"}


@pytest.fixture
def visit(carlos, ana):
    return make.visit(ana, carlos.practitioner)


def found(visit):
    return list(visit.segment_findings.values_list("segment", "side", "is_carried"))


def given(visit):
    return [row.segments for row in visit.treatments.all()]


def adjusted_before(carlos, technique, **values):
    """Carlos adjusted somebody else like this."""
    other = make.visit(by=carlos.practitioner)
    return treating.apply(other, kind=make.treatment_kind(), values={"technique": technique, **values}, by=carlos)


@pytest.mark.parametrize(
    ("typed", "mark", "step"),
    [
        ("L4 R", "L4 R", FOUND),
        ("l4r +", "L4 R", ADJUSTED),
        ("si l-", "SI L", CLEAR),
        ("L4 R −", "L4 R", CLEAR),
        ("hip l+", "Hip L", ADJUSTED),
        ("L4-R", "L4 R", FOUND),
    ],
)
def test_a_sign_after_the_segment_is_the_step(typed, mark, step):
    place, read = marking.read(typed)
    assert (str(place), read) == (mark, step)


@pytest.mark.parametrize("typed", ["", "+", "L9 +", "- L4"])
def test_what_is_no_segment_is_no_mark(typed):
    with pytest.raises(UnknownSegment):
        marking.read(typed)


def test_three_clicks_on_one_place_are_found_adjusted_clear(carlos, visit):
    steps = []
    for _click in range(3):
        steps.append(marking.click(visit, **L4_R, by=carlos))
        steps.append((found(visit), given(visit)))
    assert steps == [
        FOUND, ([("L4", "R", False)], []),
        ADJUSTED, ([("L4", "R", False)], [["L4 R"]]),
        CLEAR, ([], []),
    ]  # fmt: skip


def test_a_carried_mark_is_touched_before_anything_else(carlos, visit):
    SegmentFinding.objects.create(visit=visit, **L4_R, pain=3, is_carried=True)
    assert marking.click(visit, **L4_R, by=carlos) == FOUND
    assert list(visit.segment_findings.values_list("pain", "is_carried")) == [(3, False)]
    assert given(visit) == []


def test_left_and_right_are_two_places(carlos, visit):
    marking.click(visit, segment="L4", side="L", by=carlos)
    marking.click(visit, **L4_R, by=carlos)
    assert found(visit) == [("L4", "L", False), ("L4", "R", False)]


def test_the_first_adjustment_begins_with_the_technique_used_last(carlos, visit):
    adjusted_before(carlos, "instrument", position="seated", listing="PR")
    adjusted_before(carlos, "drop", position="prone", listing="PL")
    row = marking.adjust(visit, **L4_R, by=carlos)
    assert row.parameters == {"technique": "drop", "position": "prone", "segments": ["L4 R"]}
    assert (row.segments, row.regions, row.performed_by) == (["L4 R"], ["lumbar"], carlos)


def test_the_technique_of_a_colleague_is_not_taken_over(carlos, tess, visit):
    other = make.visit()
    treating.apply(other, kind=make.treatment_kind(), values={"technique": "drop"}, by=other.practitioner.user)
    assert marking.adjust(visit, **L4_R, by=carlos).parameters == {"segments": ["L4 R"]}


def test_further_marks_join_the_adjustment_of_the_note(carlos, visit):
    for segment, side in (("L4", "R"), ("SI", "L"), ("L4", "R"), ("KN", "L")):
        marking.adjust(visit, segment=segment, side=side, by=carlos)
    assert given(visit) == [["L4 R", "SI L", "Knee L"]]
    assert visit.treatments.get().regions == ["limb", "lumbar", "pelvic", "sacral"]


def test_clearing_the_last_mark_takes_the_adjustment_off(carlos, visit):
    marking.adjust(visit, **L4_R, by=carlos)
    marking.adjust(visit, segment="L5", side="R", by=carlos)
    marking.clear(visit, **L4_R, by=carlos)
    assert given(visit) == [["L5 R"]]
    marking.clear(visit, segment="L5", side="R", by=carlos)
    assert given(visit) == []


def test_a_refused_adjustment_stays_a_finding(carlos, ana, visit):
    make.condition(ana, "osteoporosis")
    with pytest.raises(treating.ReasonNeeded):
        marking.take(visit, **L4_R, step=ADJUSTED, by=carlos)
    assert (found(visit), given(visit)) == ([("L4", "R", False)], [])


def test_a_thrust_waits_for_the_examination_after_a_crash(carlos, visit):
    visit.episode.mechanism = "crash"
    visit.episode.save()
    with pytest.raises(treating.NotExamined):
        marking.take(visit, **L4_R, step=ADJUSTED, by=carlos)
    assert (found(visit), given(visit)) == ([("L4", "R", False)], [])


@pytest.mark.parametrize("deed", [marking.find, marking.adjust, marking.clear])
def test_a_therapist_marks_nothing(tess, visit, deed):
    with pytest.raises(PermissionDenied):
        deed(visit, **L4_R, by=tess)
    assert (found(visit), given(visit)) == ([], [])


@pytest.mark.parametrize("deed", [marking.find, marking.adjust, marking.clear])
def test_a_signed_note_takes_no_mark(carlos, visit, deed):
    notes.save(visit, version=1, by=carlos, subjective="Stiff", objective="Looser")
    notes.sign(visit, version=2, by=carlos)
    with pytest.raises(notes.AlreadySigned):
        deed(visit, **L4_R, by=carlos)
    assert (found(visit), TreatmentApplied.objects.count()) == ([], 0)


def test_a_failure_in_the_adjustment_leaves_the_note_as_it_was(carlos, visit, monkeypatch):
    marking.adjust(visit, **L4_R, by=carlos)
    notes.note_segment(visit, **L4_R, pain=2, by=carlos)
    monkeypatch.setattr(notes, "remove_finding", lambda *_args, **_kw: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        marking.clear(visit, **L4_R, by=carlos)
    assert (found(visit), given(visit)) == ([("L4", "R", False)], [["L4 R"]])
