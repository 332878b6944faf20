"""No thrust after a crash or a hard fall, or beside an open flag, before what must be examined is in the chart."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting import notes
from clinic.charting.contraindications import before_thrust
from clinic.charting.findings import examining
from clinic.charting.kinds import treating
from clinic.charting.models import Episode, Examination, ImagingDecision, TreatmentApplied, VisitMark
from patients import red_flags
from patients.models import Alert, Intake
from tests import make

NOW = timezone.now()
DAY = timedelta(days=1)
THRUSTS, GENTLE = ("diversified_hvla", "drop"), ("instrument", "flexion_distraction", "low_force", "sot_blocks")


@pytest.fixture
def crash(ana):
    return Episode.objects.create(patient=ana, complaint="Neck after a crash", mechanism="crash")


@pytest.fixture
def visit(ana, carlos, crash):
    return make.visit(ana, carlos.practitioner, episode=crash)


def adjust(visit, by, technique="diversified_hvla", **more):
    values = {"technique": technique} if technique else {}
    kind = make.treatment_kind("adjustment")
    return treating.apply(visit, kind=kind, by=by, segments=["L4 R"], values=values, **more)


def examine_both(visit, by):
    for part in before_thrust.AFTER_TRAUMA:
        examining.examine(visit, part=part, result="normal", by=by)


def decide(visit, by, decision="not_needed"):
    return examining.decide_imaging(visit, decision=decision, because="No midline pain", by=by)


def refused(visit, by, **how):
    with pytest.raises(treating.NotExamined) as caught:
        adjust(visit, by, **how)
    return caught.value.standing.missing


# --- the pure rule


@pytest.mark.parametrize(
    ("mechanism", "told", "expected"),
    [(m, "", m in ("crash", "hard_fall")) for m in Episode.Mechanism.values]
    + [("unknown", told, told in ("mva", "fall_hard")) for told in ("mva", "fall_hard", "fall_low", "lift", "")],
)
def test_only_a_crash_or_a_hard_fall_asks_by_itself(mechanism, told, expected):
    wanted = before_thrust.asked(mechanism, told, [])
    assert (list(wanted.parts), wanted.imaging) == (["neuro", "muscular"] if expected else [], expected)


@pytest.mark.parametrize("row", red_flags.read_table(), ids=lambda row: row.id)
def test_an_open_flag_asks_for_the_parts_its_row_names(row):
    wanted = before_thrust.asked("lift", "", [(row.id, NOW)])
    expected = dict.fromkeys(row.exam_required, NOW)
    if row.id == "RF08":
        expected = {"neuro": NOW, "muscular": NOW}
    assert (wanted.parts, wanted.imaging) == (expected, row.id == "RF08")
    assert set(row.exam_required) <= set(Examination.Part.values)


def test_of_two_flags_for_one_part_the_later_counts():
    wanted = before_thrust.asked("lift", "", [("RF14", NOW), ("RF06", NOW - DAY)])
    assert wanted.parts == {"neuro": NOW, "muscular": NOW - DAY}


# --- at the visit


@pytest.mark.parametrize("technique", [*THRUSTS, ""])
def test_after_a_crash_a_thrust_is_refused_until_all_three_are_there(visit, carlos, technique):
    """R7: motor accident or hard fall: both examinations and a decision on imaging first."""
    assert refused(visit, carlos, technique=technique) == ["Neurological", "Muscles and joints", "Imaging decision"]
    examining.examine(visit, part="neuro", result="normal", by=carlos)
    assert refused(visit, carlos, technique=technique) == ["Muscles and joints", "Imaging decision"]
    examining.examine(visit, part="muscular", result="abnormal", note="Guarding C5", by=carlos)
    assert refused(visit, carlos, technique=technique) == ["Imaging decision"]
    decide(visit, carlos)
    assert adjust(visit, carlos, technique).visit_id == visit.pk


def test_no_reason_opens_it(visit, carlos):
    assert refused(visit, carlos, reason="The patient wishes it") == [
        "Neurological",
        "Muscles and joints",
        "Imaging decision",
    ]
    assert TreatmentApplied.objects.count() == 0


@pytest.mark.parametrize("technique", GENTLE)
def test_gentle_techniques_stay_open_after_a_crash(visit, carlos, technique):
    assert adjust(visit, carlos, technique).parameters["technique"] == technique


def test_other_treatments_stay_open_after_a_crash(visit, carlos):
    heat = make.treatment_kind("heat")
    assert treating.apply(visit, kind=heat, by=carlos, regions=["lumbar"]).kind == heat


def test_the_refusal_offers_what_may_be_given(visit, carlos):
    with pytest.raises(treating.NotExamined) as caught:
        adjust(visit, carlos)
    assert [value for value, _words in caught.value.gentler] == list(GENTLE)


def test_images_that_are_only_ordered_keep_the_thrust_closed(visit, carlos):
    examine_both(visit, carlos)
    decide(visit, carlos, "ordered")
    assert refused(visit, carlos) == ["Imaging read and decided on"]
    decide(visit, carlos, "seen")
    adjust(visit, carlos)
    decide(visit, carlos, "ordered")  # the newest decision counts
    assert refused(visit, carlos) == ["Imaging read and decided on"]


def test_what_an_earlier_visit_of_the_complaint_found_counts_and_that_of_another_does_not(ana, carlos, crash, visit):
    elsewhere = make.visit(ana, carlos.practitioner)
    examine_both(elsewhere, carlos)
    decide(elsewhere, carlos)
    assert len(refused(visit, carlos)) == 3
    earlier = make.visit(ana, carlos.practitioner, episode=crash, visited_at=NOW - 7 * DAY)
    examine_both(earlier, carlos)
    decide(earlier, carlos)
    assert adjust(visit, carlos).pk


def test_a_visit_entered_in_error_proves_nothing(ana, carlos, crash, visit):
    earlier = make.visit(ana, carlos.practitioner, episode=crash)
    examine_both(earlier, carlos)
    decide(earlier, carlos)
    VisitMark.objects.create(visit=earlier, kind="entered_in_error", reason="Wrong person", by=carlos)
    assert len(refused(visit, carlos)) == 3


def test_the_history_speaks_where_the_complaint_is_silent(ana, carlos):
    plain = make.visit(ana, carlos.practitioner)
    assert before_thrust.standing(plain).is_complete
    for version, told in ((1, "lift"), (2, "mva")):
        Intake.objects.create(
            patient=ana, version=version, submitted_at=NOW + version * DAY, answers={"mechanism": told}
        )
    assert before_thrust.standing(plain).missing == ["Neurological", "Muscles and joints", "Imaging decision"]


def test_an_open_flag_wants_an_examination_made_after_it_was_raised(ana, carlos):
    plain = make.visit(ana, carlos.practitioner)
    examining.examine(plain, part="neuro", result="normal", by=carlos)
    Examination.objects.update(done_at=NOW - 2 * DAY)
    alert = Alert.objects.create(
        patient=ana, flag="RF14", level="C", points_to="x", staff_action="y", raised_at=NOW - DAY
    )
    assert refused(plain, carlos) == ["Neurological"]
    examining.examine(plain, part="neuro", result="normal", by=carlos)
    assert before_thrust.standing(plain).missing == []
    Examination.objects.all().delete()
    alert.ended_at, alert.ended_by, alert.ended_because = NOW, carlos, "Cleared"
    alert.save()
    assert before_thrust.standing(plain).missing == []


@pytest.mark.parametrize("level", ["C", "R"])
def test_a_caution_or_referral_wants_the_reasoning_in_writing_before_a_thrust(ana, carlos, level):
    plain = make.visit(ana, carlos.practitioner)
    Alert.objects.create(patient=ana, flag="RF15", level=level, points_to="any serious cause", staff_action="Reason.")
    with pytest.raises(treating.ReasonNeeded):
        adjust(plain, carlos)
    assert adjust(plain, carlos, "low_force").strictest == ""
    given = adjust(plain, carlos, reason="Typical pattern, nothing systemic")
    assert (given.strictest, given.override_reason) == ("R", "Typical pattern, nothing systemic")


# --- the deeds


def test_an_examination_is_kept_once_a_part_and_says_what_was_found(visit, carlos):
    with pytest.raises(examining.SayWhatWasFound):
        examining.examine(visit, part="neuro", result="abnormal", note=" ", by=carlos)
    examining.examine(visit, part="neuro", result="normal", by=carlos)
    examining.examine(visit, part="neuro", result="abnormal", note="Weak left grip", by=carlos)
    assert list(visit.examinations.values_list("part", "result", "note", "done_by")) == [
        ("neuro", "abnormal", "Weak left grip", carlos.pk)
    ]
    events = AuditEvent.objects.filter(action="examination.noted").values_list("patient_id", "details")
    assert list(events) == [(visit.patient_id, {"part": "neuro"})] * 2


def test_a_decision_needs_a_reason_and_the_same_one_is_kept_once(visit, carlos):
    with pytest.raises(examining.DecisionNeedsReason):
        examining.decide_imaging(visit, decision="not_needed", because=" ", by=carlos)
    first, second = decide(visit, carlos), decide(visit, carlos)
    assert (first, ImagingDecision.objects.count()) == (second, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        ImagingDecision.objects.filter(pk=first.pk).update(because="Changed")


def test_an_examination_is_taken_out_once(visit, carlos):
    found = examining.examine(visit, part="bp", result="normal", by=carlos)
    examining.take_out(found, by=carlos)
    examining.take_out(found, by=carlos)
    assert visit.examinations.count() == 0
    assert AuditEvent.objects.filter(action="examination.taken_out").count() == 1


@pytest.mark.parametrize("who", ["tess", "rita", "olga"])
def test_only_the_chiropractor_examines_and_decides(request, who, visit):
    person = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        examining.examine(visit, part="neuro", result="normal", by=person)
    with pytest.raises(PermissionDenied):
        decide(visit, person)
    assert (visit.examinations.count(), ImagingDecision.objects.count()) == (0, 0)


def test_without_the_log_nothing_is_kept(visit, carlos, monkeypatch):
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    for deed in (examine_both, decide):
        with pytest.raises(ZeroDivisionError):
            deed(visit, carlos)
    assert (visit.examinations.count(), ImagingDecision.objects.count()) == (0, 0)


def test_a_signed_note_takes_no_examination_and_its_document_holds_what_was_there(visit, carlos):
    examine_both(visit, carlos)
    decide(visit, carlos)
    visit.refresh_from_db()
    saved = notes.save(visit, version=visit.version, by=carlos, subjective="Stiff neck")
    signed = notes.sign(saved, version=saved.version, by=carlos)
    document = json.loads(signed.document)
    assert document["examinations"] == [
        {"part": "neuro", "result": "normal", "note": ""},
        {"part": "muscular", "result": "normal", "note": ""},
    ]
    assert document["imaging"] == [{"decision": "not_needed", "because": "No midline pain"}]
    with pytest.raises(notes.AlreadySigned):
        examining.examine(signed, part="bp", result="normal", by=carlos)
    with pytest.raises(notes.AlreadySigned):
        decide(signed, carlos, "seen")
