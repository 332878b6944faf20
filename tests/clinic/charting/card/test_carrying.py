"""Same as last: what is carried, what never is, and what the rules hold back."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting import notes
from clinic.charting.card import carrying, one_tap
from clinic.charting.coded import diagnosing
from clinic.charting.contraindications import before_thrust
from clinic.charting.kinds import treating
from clinic.charting.models import (
    DiagnosisCode,
    Episode,
    MuscleFinding,
    NerveTest,
    ProvokingMovement,
    RangeOfMotion,
    TreatmentApplied,
    Visit,
    VisitMark,
)
from patients.models import Allergy
from tests import make

TODAY = timezone.now()


@pytest.fixture
def last(carlos, ana):
    """The visit of a week ago: findings, an ultrasound with its skin check and its response, a plan. Not signed yet."""
    visit = make.visit(
        ana,
        carlos.practitioner,
        visited_at=TODAY - timedelta(days=7),
        subjective="Sore on Tuesday",
        objective="Limps",
        assessment="Slow",
        change="better",
        pain=4,
        plan="Walk daily",
        home_care="Heat at night",
        spare_movement="Bend with twist",
        spare_until=TODAY.date() + timedelta(days=3),
    )
    notes.note_segment(visit, segment="L4", side="R", by=carlos, pain=3, asymmetry="post R")
    notes.note_muscle(visit, muscle="piriformis", side="R", by=carlos, spasm_before=3, spasm_after=1, tenderness=2)
    RangeOfMotion.objects.create(visit=visit, region="lumbar", movement="flexion", degrees=40, is_painful=True)
    NerveTest.objects.create(visit=visit, kind="reflex", level="S1", side="R", result="reduced")
    ProvokingMovement.objects.create(visit=visit, movement="sit_long", effect="worse")
    diagnosing.add(visit, code=DiagnosisCode.objects.get(code="M54.50"), by=carlos)
    ultrasound(visit, carlos, response="better")
    return visit


@pytest.fixture
def visit(carlos, ana, last):
    return make.visit(ana, carlos.practitioner, episode=last.episode, visited_at=TODAY)


def ultrasound(visit, by, **fields):
    values = {"site": "low_back", "side": "right", "frequency_mhz": 1, "intensity": 1.0, "duty_percent": 50.0}
    values |= {"minutes": 8, "skin_pre": "clear", "skin_post": "pink", "response": "better"}
    told = {"regions": ["lumbar"], "side": "R", "minutes": 8, "values": values, **fields}
    return treating.apply(visit, kind=make.treatment_kind("ultrasound"), by=by, **told)


def signed(visit, by):
    visit.refresh_from_db()
    return notes.sign(visit, version=visit.version, by=by)


def rows(visit):
    """Everything that can be carried, as plain values."""
    return {
        "segments": list(visit.segment_findings.values_list("segment", "side", "pain", "asymmetry", "is_carried")),
        "muscles": list(
            visit.muscle_findings.values_list("muscle", "spasm_before", "spasm_after", "tenderness", "is_carried")
        ),
        "ranges": list(visit.ranges_of_motion.values_list("region", "movement", "degrees", "is_painful", "is_carried")),
        "nerves": list(visit.nerve_tests.values_list("kind", "level", "side", "result", "is_carried")),
        "movements": list(visit.provoking_movements.values_list("movement", "effect", "is_carried")),
        "diagnoses": list(visit.diagnoses.values_list("code_id", "position", "is_carried")),
    }


def test_findings_diagnoses_and_plan_come_along_as_carried(carlos, last, visit):
    assert carrying.same_as_last(visit, by=carlos) == last
    assert rows(visit) == {
        "segments": [("L4", "R", 3, "post R", True)],
        "muscles": [("piriformis", 3, None, 2, True)],
        "ranges": [("lumbar", "flexion", 40, True, True)],
        "nerves": [("reflex", "S1", "R", "reduced", True)],
        "movements": [("sit_long", "worse", True)],
        "diagnoses": [("M54.50", 1, True)],
    }
    visit.refresh_from_db()
    assert (visit.plan, visit.home_care, visit.spare_movement) == ("Walk daily", "Heat at night", "Bend with twist")
    assert visit.spare_until == last.spare_until


def test_the_words_of_the_patient_the_change_and_what_was_seen_are_never_carried(carlos, visit):
    carrying.same_as_last(visit, by=carlos)
    visit.refresh_from_db()
    told = (visit.subjective, visit.objective, visit.assessment, visit.change, visit.pain, visit.check_in)
    assert told == ("", "", "", "", None, None)


def test_a_treatment_comes_with_its_settings_without_response_and_skin_checks(carlos, visit):
    carrying.same_as_last(visit, by=carlos)
    row = visit.treatments.get()
    assert (row.kind.slug, row.regions, row.side, row.minutes) == ("ultrasound", ["lumbar"], "R", 8)
    assert (row.is_carried, row.response, row.override_reason) == (True, "", "")
    assert row.parameters == {
        "site": "low_back",
        "side": "right",
        "minutes": 8,
        "frequency_mhz": 1,
        "intensity": 1.0,
        "duty_percent": 50.0,
    }


def test_pressed_twice_adds_nothing(carlos, visit):
    carrying.same_as_last(visit, by=carlos)
    before, treatments = rows(visit), list(visit.treatments.values())
    carrying.same_as_last(visit, by=carlos)
    assert (rows(visit), list(visit.treatments.values())) == (before, treatments)


def test_pressed_again_after_a_row_was_moved_adds_nothing(carlos, visit):
    carrying.same_as_last(visit, by=carlos)
    treating.change(visit.treatments.get(), by=carlos, side="L", values={"side": "left"})
    carrying.same_as_last(visit, by=carlos)
    assert [row.side for row in visit.treatments.all()] == ["L"]


def test_what_stands_on_todays_note_is_not_written_over(carlos, visit):
    visit = notes.save(visit, version=visit.version, by=carlos, plan="Rest today", spare_movement="Long sitting")
    notes.note_segment(visit, segment="L4", side="R", by=carlos, pain=1)
    carrying.same_as_last(visit, by=carlos)
    visit.refresh_from_db()
    assert (visit.plan, visit.spare_movement, visit.spare_until) == ("Rest today", "Long sitting", None)
    assert rows(visit)["segments"] == [("L4", "R", 1, "", False)]


def test_a_movement_to_spare_that_is_over_stays_behind(carlos, last, visit):
    Visit.objects.filter(pk=last.pk).update(spare_until=date(2020, 1, 1))
    carrying.same_as_last(visit, by=carlos)
    visit.refresh_from_db()
    assert (visit.spare_movement, visit.spare_until) == ("", None)


def test_the_last_signed_note_of_the_complaint_goes_before_a_newer_draft(carlos, ana, last, visit):
    make.visit(ana, carlos.practitioner, episode=last.episode, visited_at=TODAY - timedelta(days=1))
    signed(last, carlos)
    assert carrying.last_visit(visit) == last


def test_another_complaint_is_taken_when_this_one_is_new_and_an_error_is_not(carlos, ana, last, visit):
    wrong = make.visit(ana, carlos.practitioner, visited_at=TODAY - timedelta(days=1), subjective="x", change="same")
    wrong = notes.save(wrong, version=wrong.version, by=carlos, objective="Seen")
    signed(wrong, carlos)
    VisitMark.objects.create(visit=wrong, kind="entered_in_error", by=carlos, reason="Other patient")
    visit.episode = Episode.objects.create(patient=ana, complaint="Neck")
    visit.save(update_fields=["episode"])
    assert carrying.last_visit(visit) == last


def test_the_first_visit_has_nothing_to_take_over(carlos, ana):
    first = make.visit(ana, carlos.practitioner)
    with pytest.raises(carrying.NoVisitBefore):
        carrying.same_as_last(first, by=carlos)
    assert AuditEvent.objects.filter(action="visit.carried").count() == 0


def test_what_is_absolute_today_is_left_out_and_named(carlos, ana, last, visit):
    make.condition(ana, "malignancy_active")
    carrying.same_as_last(visit, by=carlos)
    assert visit.treatments.count() == 0
    (held,) = one_tap.held(visit, [], carrying.uses_of(last), standing_of(visit))
    assert (held.use.kind.slug, held.is_left_out, held.check.strictest) == ("ultrasound", True, "A")


def test_a_relative_rule_waits_for_its_reason_and_last_times_is_offered(carlos, ana, last, visit):
    Allergy.objects.create(patient=ana, label="Adhesive pads", code="adhesive_allergy")
    estim = {"kind": make.treatment_kind("estim"), "regions": ["lumbar"], "minutes": 10}
    estim["values"] = {"mode": "ifc", "site": "low_back"}
    treating.apply(last, by=carlos, reason="Skin-friendly pads", **estim)
    carrying.same_as_last(visit, by=carlos)
    assert [row.kind.slug for row in visit.treatments.all()] == ["ultrasound"]
    uses = carrying.uses_of(last)
    (held,) = one_tap.held(visit, list(visit.treatments.select_related("kind")), uses, standing_of(visit))
    assert (held.use.reason, held.is_left_out, held.check.strictest) == ("Skin-friendly pads", False, "R")
    with pytest.raises(treating.ReasonNeeded):
        one_tap.put_on_one(visit, uses, held.use.key, by=carlos)
    one_tap.put_on_one(visit, uses, held.use.key, by=carlos, reason="Asked again today", is_carried=True)
    row = visit.treatments.get(kind__slug="estim")
    assert (row.override_reason, row.overridden_by, row.is_carried) == ("Asked again today", carlos, True)
    with pytest.raises(one_tap.NothingHeld):
        one_tap.put_on_one(visit, uses, held.use.key, by=carlos, reason="Twice")


def test_two_rows_of_one_kind_come_both_and_the_one_that_is_there_stays(carlos, last, visit):
    ultrasound(last, carlos, side="L", values={"site": "neck", "side": "left", "intensity": 0.5}, regions=["cervical"])
    ultrasound(visit, carlos)
    carrying.same_as_last(visit, by=carlos)
    assert sorted((row.regions[0], row.is_carried) for row in visit.treatments.all()) == [
        ("cervical", True),
        ("lumbar", False),
    ]


def test_only_the_chiropractor_takes_over(tess, rita, visit):
    for somebody in (tess, rita):
        with pytest.raises(PermissionDenied):
            carrying.same_as_last(visit, by=somebody)
    assert rows(visit)["segments"] == []


def test_a_signed_note_takes_nothing_over(carlos, visit):
    visit = notes.save(visit, version=visit.version, by=carlos, subjective="Stiff", objective="Seen")
    signed(visit, carlos)
    with pytest.raises(notes.AlreadySigned):
        carrying.same_as_last(visit, by=carlos)
    assert visit.treatments.count() == 0


def test_taking_over_is_whole_or_not_at_all(carlos, visit, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(carrying, "record", broken)
    with pytest.raises(RuntimeError):
        carrying.same_as_last(visit, by=carlos)
    assert (rows(visit)["segments"], TreatmentApplied.objects.filter(visit=visit).count()) == ([], 0)


def test_carried_rows_alone_are_nothing_new(carlos, visit):
    carrying.same_as_last(visit, by=carlos)
    visit.refresh_from_db()
    visit = notes.save(visit, version=visit.version, by=carlos, change="same")
    with pytest.raises(notes.NothingNewToday):
        signed(visit, carlos)


def test_a_carried_treatment_without_response_stops_the_signature_until_it_is_answered_or_out(carlos, visit):
    carrying.same_as_last(visit, by=carlos)
    visit.refresh_from_db()
    notes.save(visit, version=visit.version, by=carlos, change="same", objective="Moves better")
    with pytest.raises(notes.NotConfirmed) as refusal:
        signed(visit, carlos)
    assert refusal.value.count == 1
    treating.note_response(visit.treatments.get(), response="same", by=carlos)
    assert signed(visit, carlos).is_signed


def standing_of(visit):
    return before_thrust.standing(visit)


def test_spasm_after_treatment_is_never_carried(carlos, visit):
    carrying.same_as_last(visit, by=carlos)
    assert MuscleFinding.objects.get(visit=visit).spasm_after is None
