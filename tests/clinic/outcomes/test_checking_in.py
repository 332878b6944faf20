"""Checking in at a paired device: the arrival, the answers kept, and the red flags that call somebody."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from clinic.audit.models import AuditEvent
from clinic.outcomes import checking_in
from clinic.outcomes.models import CheckIn, Response
from clinic.scheduling import steps
from clinic.scheduling.models.appointments import Status
from patients.models import Alert
from tests import make
from tests.make import MONDAY

NOW = MONDAY - timedelta(minutes=5)
CALM = dict.fromkeys(checking_in.ASKED, "no")


@pytest.fixture
def tablet(clinic):
    return make.device()


@pytest.fixture
def arrived(ana, carlos):
    return make.appointment(ana, carlos.practitioner, status=Status.ARRIVED)


def check_in(appointment, tablet, *, pain=6, answers=None, **more):
    return checking_in.check_in(appointment, device=tablet, pain=pain, answers=answers or CALM, now=NOW, **more)


# --- the arrival


@pytest.mark.parametrize("status", [Status.BOOKED, Status.CONFIRMED])
def test_a_device_notes_the_arrival_with_no_actor(ana, carlos, tablet, status):
    made = make.appointment(ana, carlos.practitioner, status=status)
    row = steps.arrive_by_device(made, device=tablet, now=NOW)
    assert (row.status, row.arrived_at) == ("arrived", NOW)
    event = AuditEvent.objects.get(action="appointment.arrived")
    assert (event.actor_id, event.patient_id) == (None, ana.pk)
    assert event.details == {"via": "kiosk", "device": tablet.pk}


@pytest.mark.parametrize(
    ("minutes", "taken"), [(-121, False), (-120, True), (0, True), (60, True), (61, False), (1440, False)]
)
def test_a_device_takes_arrivals_from_two_hours_before_to_one_hour_after(ana, carlos, tablet, minutes, taken):
    made = make.appointment(ana, carlos.practitioner)
    now = MONDAY + timedelta(minutes=minutes)
    if taken:
        assert steps.arrive_by_device(made, device=tablet, now=now).arrived_at == now
    else:
        with pytest.raises(steps.NotNow):
            steps.arrive_by_device(made, device=tablet, now=now)
        made.refresh_from_db()
        assert (made.status, AuditEvent.objects.filter(action="appointment.arrived").count()) == ("booked", 0)


def test_arriving_twice_changes_nothing(arrived, tablet):
    steps.arrive_by_device(arrived, device=tablet, now=NOW)
    arrived.refresh_from_db()
    assert (arrived.arrived_at, AuditEvent.objects.filter(action="appointment.arrived").count()) == (MONDAY, 0)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.NO_SHOW, Status.DONE, Status.IN_ROOM])
def test_a_visit_past_arriving_is_refused(ana, carlos, tablet, status):
    made = make.appointment(ana, carlos.practitioner, status=status)
    with pytest.raises(steps.StepNotPossible):
        steps.arrive_by_device(made, device=tablet, now=NOW)


def test_no_arrival_without_its_audit_row(ana, carlos, tablet, monkeypatch):
    made = make.appointment(ana, carlos.practitioner)
    monkeypatch.setattr(steps, "record", failing)
    with pytest.raises(RuntimeError):
        steps.arrive_by_device(made, device=tablet, now=NOW)
    made.refresh_from_db()
    assert made.status == "booked"


def failing(*args, **kwargs):
    raise RuntimeError("no log")


# --- the answers


def test_the_answers_are_kept_with_the_visit_and_join_the_trend(arrived, ana, tablet):
    made = check_in(arrived, tablet, pain=6, change="worse", words="worse after shovelling")
    assert (made.patient, made.appointment, made.pain, made.change, made.words, made.urgency, made.source) == (
        *(ana, arrived, 6, "worse", "worse after shovelling", "", "kiosk"),
    )
    score = Response.objects.get()
    assert (score.patient, score.score, score.mode, score.taken_at) == (ana, 6, "check_in", NOW)
    assert Alert.objects.count() == 0
    event = AuditEvent.objects.get(action="check_in.given")
    assert (event.patient_id, event.details) == (ana.pk, {"via": "kiosk", "device": tablet.pk, "flags": 0})


def test_a_second_check_in_of_the_same_visit_is_refused_and_the_first_stands(arrived, tablet):
    check_in(arrived, tablet, pain=6)
    with pytest.raises(checking_in.AlreadyCheckedIn):
        check_in(arrived, tablet, pain=1, answers={**CALM, "RF01": "yes"})
    assert (CheckIn.objects.get().pain, Response.objects.count(), Alert.objects.count()) == (6, 1, 0)


@pytest.mark.parametrize("status", [Status.BOOKED, Status.CANCELLED, Status.DONE])
def test_who_is_not_here_does_not_check_in(ana, carlos, tablet, status):
    with pytest.raises(checking_in.NotHere):
        check_in(make.appointment(ana, carlos.practitioner, status=status), tablet)
    assert CheckIn.objects.count() == 0


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"pain": 11}, "check_in_pain_is_0_to_10"),
        ({"change": "odd"}, "check_in_change_is_known"),
        ({"source": "fax"}, "check_in_source_is_known"),
        ({"urgency": "X"}, "check_in_urgency_is_known"),
    ],
)
def test_the_table_refuses_what_nobody_can_say(arrived, tablet, wrong, rule):
    check_in(arrived, tablet)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        CheckIn.objects.update(**wrong)


def test_the_table_holds_one_check_in_a_visit(arrived, ana, tablet):
    check_in(arrived, tablet)
    with pytest.raises(IntegrityError), transaction.atomic():
        CheckIn.objects.create(patient=ana, appointment=arrived, pain=1)


def test_nothing_stays_of_a_check_in_whose_log_cannot_be_written(arrived, tablet, monkeypatch):
    monkeypatch.setattr(checking_in, "record", failing)
    with pytest.raises(RuntimeError):
        check_in(arrived, tablet, answers={**CALM, "RF01": "yes"})
    assert (CheckIn.objects.count(), Response.objects.count(), Alert.objects.count()) == (0, 0, 0)


# --- red flags


@pytest.mark.parametrize(
    ("answers", "level", "flags"),
    [
        ({"RF01": "yes"}, "E", ["RF01"]),
        ({"RF26": "yes"}, "E", ["RF26"]),
        ({"RF06": "yes"}, "U", ["RF06"]),
        ({"RF01": "unsure"}, "U", ["RF01"]),
        ({"RF16": "yes", "RF03": "yes"}, "E", ["RF03", "RF16"]),
        ({}, "", []),
    ],
)
def test_a_flag_said_at_check_in_is_judged_by_the_table_and_raises_its_alert(arrived, tablet, answers, level, flags):
    made = check_in(arrived, tablet, answers={**CALM, **answers})
    raised = Alert.objects.open().order_by("flag")
    assert (made.urgency, [alert.flag for alert in raised]) == (level, flags)
    assert {alert.acknowledged_at for alert in raised} <= {None}


def test_only_the_flags_that_are_asked_can_fire(arrived, ana, tablet):
    """The record's own facts (age, conditions) were judged at the intake; the check-in does not judge them again."""
    make.condition(ana, "osteoporosis")
    make.condition(ana, "malignancy_history")
    assert check_in(arrived, tablet).urgency == ""
    assert tuple(row.id for row in checking_in.table()) == checking_in.ASKED


def test_a_flag_that_stands_and_was_seen_is_called_out_again(arrived, ana, rita, tablet):
    standing = Alert.objects.create(
        patient=ana, flag="RF01", level="U", points_to="cauda equina", staff_action="phone",
        raised_at=MONDAY - timedelta(days=9), acknowledged_at=MONDAY - timedelta(days=9), acknowledged_by=rita,
    )  # fmt: skip
    check_in(arrived, tablet, answers={**CALM, "RF01": "yes"})
    standing.refresh_from_db()
    assert Alert.objects.count() == 1
    assert (standing.level, standing.acknowledged_at, standing.raised_at) == ("E", None, NOW)
    assert AuditEvent.objects.filter(action="alert.raised_again", patient_id=ana.pk).count() == 1


def test_a_flag_called_out_again_never_becomes_milder(arrived, ana, tablet):
    Alert.objects.create(
        patient=ana, flag="RF01", level="E", points_to="x", staff_action="y", blocks_treatments=["all"]
    )
    check_in(arrived, tablet, answers={**CALM, "RF01": "unsure"})
    alert = Alert.objects.get()
    assert (alert.level, "all" in alert.blocks_treatments) == ("E", True)


def test_a_flag_that_a_clinician_has_ended_is_raised_anew(arrived, ana, carlos, tablet):
    ended = Alert.objects.create(
        patient=ana, flag="RF01", level="E", points_to="x", staff_action="y",
        ended_at=MONDAY - timedelta(days=9), ended_by=carlos, ended_because="scan was clear",
    )  # fmt: skip
    check_in(arrived, tablet, answers={**CALM, "RF01": "yes"})
    assert list(Alert.objects.open().values_list("flag", "level")) == [("RF01", "E")]
    ended.refresh_from_db()
    assert ended.ended_because == "scan was clear"
