"""A page left open in another window takes nothing back that was found, answered or counted meanwhile."""

import re

import pytest

from clinic.charting import notes
from clinic.charting.findings import examining
from clinic.charting.kinds import treating
from clinic.charting.models import Examination, MuscleFinding, SegmentFinding, TreatmentApplied, Visit
from tests import make
from tests.clinic.charting.card.test_treatment_rows import press, row_fields, ultrasound


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


@pytest.fixture
def visit(carlos, ana):
    return make.visit(ana, carlos.practitioner)


@pytest.fixture
def segment(visit, carlos):
    return notes.note_segment(visit, segment="L4", side="R", pain=2, asymmetry="post R", by=carlos)


def shown_for(chart, visit, prefix):
    """What the page says it showed: {name: value} of the hidden fields of these rows."""
    page = chart.get(visit.get_absolute_url()).content.decode()
    inputs = re.findall(rf'<input type="hidden" name="(initial-{prefix}-[^"]+)"(?: value="([^"]*)")?', page)
    return dict(inputs)


def sent(prefix, shown, **typed):
    """The form of a row as its page sends it: what it showed, and what was typed over it."""
    names = {name.removeprefix(f"initial-{prefix}-"): value for name, value in shown.items()}
    return {**shown, **{f"{prefix}-{name}": value for name, value in {**names, **typed}.items()}}


def test_the_page_says_what_it_showed_of_each_segment(chart, visit, segment):
    prefix = f"segment-{segment.pk}"
    told = {"pain": "2", "asymmetry": "post R", "range_of_motion": "", "tone": ""}
    assert shown_for(chart, visit, prefix) == {f"initial-{prefix}-{name}": value for name, value in told.items()}


@pytest.mark.parametrize("do", ["save", "autosave"])
def test_an_old_page_takes_no_grade_back(chart, carlos, visit, segment, do):
    prefix = f"segment-{segment.pk}"
    shown = shown_for(chart, visit, prefix)
    notes.note_segment(visit, segment="L4", side="R", pain=4, tone=3, by=carlos)
    press(chart, visit, do, subjective="Typed on the old page", **sent(prefix, shown))
    segment.refresh_from_db()
    assert (segment.pain, segment.tone) == (4, 3)
    assert Visit.objects.get().subjective == "Typed on the old page"


def test_two_windows_each_keep_what_was_changed_there(chart, carlos, visit, segment):
    prefix = f"segment-{segment.pk}"
    shown = shown_for(chart, visit, prefix)
    notes.note_segment(visit, segment="L4", side="R", tone=3, by=carlos)
    press(chart, visit, "save", **sent(prefix, shown, pain="1", asymmetry=""))
    assert SegmentFinding.objects.values_list("pain", "asymmetry", "tone").get() == (1, "", 3)


def test_a_muscle_keeps_what_another_window_found(chart, carlos, visit):
    row = notes.note_muscle(visit, muscle="quadratus_lumborum", side="R", spasm_before=2, by=carlos)
    prefix = f"muscle-{row.pk}"
    shown = shown_for(chart, visit, prefix)
    notes.note_muscle(visit, muscle="quadratus_lumborum", side="R", spasm_before=3, has_trigger_point=True, by=carlos)
    typed = sent(prefix, shown, spasm_after="1")
    typed.pop(f"{prefix}-has_trigger_point")  # a tick that is off is not sent
    press(chart, visit, "save", **typed)
    row = MuscleFinding.objects.get()
    assert (row.spasm_before, row.spasm_after, row.has_trigger_point) == (3, 1, True)


def test_a_tick_is_taken_back_where_it_was_shown(chart, carlos, visit):
    row = notes.note_muscle(visit, muscle="quadratus_lumborum", side="R", has_trigger_point=True, by=carlos)
    prefix = f"muscle-{row.pk}"
    typed = sent(prefix, shown_for(chart, visit, prefix))
    typed.pop(f"{prefix}-has_trigger_point")
    press(chart, visit, "save", **typed)
    assert MuscleFinding.objects.get().has_trigger_point is False


def test_a_page_that_comes_back_shows_what_it_kept(chart, visit, segment):
    """After a press that only swaps parts the row is judged by what was kept, not by what was first shown."""
    prefix = f"segment-{segment.pk}"
    typed = sent(prefix, shown_for(chart, visit, prefix), pain="3")
    texts = {"version": 2, "do": "mark_typed", **dict.fromkeys(("subjective", "objective"), "")}
    page = chart.post(visit.get_absolute_url(), {**texts, **typed}, headers={"Chart-Swap": "1"}).content.decode()
    assert re.findall(rf'name="initial-{prefix}-pain" value="(\d)"', page) == ["3"]


def test_the_same_word_from_two_windows_writes_once(chart, carlos, visit, segment):
    prefix = f"segment-{segment.pk}"
    shown = shown_for(chart, visit, prefix)
    notes.note_segment(visit, segment="L4", side="R", pain=4, by=carlos)
    before = Visit.objects.get().version
    press(chart, visit, "save", **sent(prefix, shown, pain="4"))
    assert Visit.objects.get().version == before


def test_an_old_page_takes_no_response_back(chart, carlos, visit):
    row = ultrasound(visit, carlos, response="better")
    treating.note_response(row, response="worse", by=carlos)
    shown = {f"initial-response-{row.pk}": "better", f"response-{row.pk}": "better"}
    press(chart, visit, "save", **shown)
    assert TreatmentApplied.objects.get().response == "worse"
    press(chart, visit, "save", **{**shown, f"response-{row.pk}": "same"})
    assert TreatmentApplied.objects.get().response == "same"


def test_the_page_says_which_response_it_showed(chart, carlos, visit):
    row = ultrasound(visit, carlos, response="better")
    assert f'name="initial-response-{row.pk}" value="better"' in chart.get(visit.get_absolute_url()).content.decode()


def test_minutes_that_were_kept_are_what_the_swapped_page_showed(chart, carlos, visit):
    row = ultrasound(visit, carlos)
    visit.refresh_from_db()
    typed = {"version": visit.version, "do": "mark_typed", **row_fields(row, minutes="6")}
    page = chart.post(visit.get_absolute_url(), typed, headers={"Chart-Swap": "1"}).content.decode()
    assert re.findall(rf'name="initial-row-{row.pk}-minutes" value="(\d+)"', page) == ["6"]


def test_an_old_page_takes_no_examination_back(chart, carlos, visit):
    """It showed a normal one; the other window found it unusual, which stops a thrust."""
    examining.examine(visit, part="neuro", result="normal", by=carlos)
    shown = shown_for(chart, visit, "exam-neuro")
    assert shown == {"initial-exam-neuro-result": "normal", "initial-exam-neuro-note": ""}
    examining.examine(visit, part="neuro", result="abnormal", note="Weak grip", by=carlos)
    press(chart, visit, "save", **sent("exam-neuro", shown))
    assert Examination.objects.values_list("result", "note").get() == ("abnormal", "Weak grip")
    press(chart, visit, "save", **sent("exam-neuro", shown, result="abnormal", note="Weak left grip"))
    assert Examination.objects.values_list("result", "note").get() == ("abnormal", "Weak left grip")


def test_an_old_page_takes_no_needles_back(chart, carlos, visit):
    values = {"points": ["piriformis"], "needles_in": 4, "minutes": 10, "reaction": "none"}
    row = treating.apply(visit, kind=make.treatment_kind("needling"), by=carlos, reason="x", values=values)
    page = chart.get(visit.get_absolute_url()).content.decode()
    assert f'name="initial-needles-{row.pk}" value=""' in page
    treating.change(row, by=carlos, values={"needles_out": 4})
    press(chart, visit, "save", **{f"needles-{row.pk}": "", f"initial-needles-{row.pk}": ""})
    assert TreatmentApplied.objects.get().parameters["needles_out"] == 4
    press(chart, visit, "save", **{f"needles-{row.pk}": "", f"initial-needles-{row.pk}": "4"})
    assert "needles_out" not in TreatmentApplied.objects.get().parameters
