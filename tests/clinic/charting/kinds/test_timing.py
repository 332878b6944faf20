"""Starting and stopping a treatment: the clinic's clock, the desk's countdown, minutes measured and typed."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from clinic.audit.models import AuditEvent
from clinic.charting import notes
from clinic.charting.kinds import timing, treating
from clinic.charting.models import TreatmentApplied
from clinic.scheduling.models import TherapyTimer
from clinic.scheduling.models.appointments import Status
from tests import make

NOON = make.MONDAY


@pytest.fixture
def visit(carlos, ana):
    arrived = make.appointment(ana, carlos.practitioner, status=Status.IN_ROOM, room=make.room())
    return make.visit(ana, carlos.practitioner, appointment=arrived, subjective="Sore", change="same")


def given(visit, by, slug="heat", **fields):
    return treating.apply(visit, kind=make.treatment_kind(slug), by=by, **fields)


def after(**span):
    return NOON + timedelta(**span)


def timed():
    """The actions of the log about times, in order."""
    told = AuditEvent.objects.filter(action__startswith="t").exclude(action="treatment.applied")
    return list(told.order_by("pk").values_list("action", flat=True))


def running():
    return list(TherapyTimer.objects.running().values_list("name", "minutes"))


@pytest.mark.parametrize(
    ("span", "minutes"),
    [
        ({"seconds": 0}, 1),
        ({"seconds": 89}, 1),
        ({"seconds": 91}, 2),
        ({"minutes": 12}, 12),
        ({"minutes": 180}, 180),
        ({"hours": 9}, 180),
    ],
)
def test_what_is_measured_is_whole_minutes_from_one_to_three_hours(visit, carlos, span, minutes):
    row = given(visit, carlos, "exercise")
    timing.start(row, by=carlos, now=NOON)
    stopped = timing.stop(row, by=carlos, now=after(**span))
    assert (stopped.minutes, timing.measured_minutes(stopped)) == (minutes, minutes)


def test_minutes_go_where_the_kind_keeps_them_too(visit, carlos):
    row = given(visit, carlos)
    timing.start(row, by=carlos, now=NOON)
    assert timing.stop(row, by=carlos, now=after(minutes=12)).parameters == {"minutes": 12}


def test_minutes_that_were_typed_stay_until_the_measured_ones_are_taken(visit, carlos):
    row = given(visit, carlos, minutes=15, values={"minutes": 15})
    timing.start(row, by=carlos, now=NOON)
    stopped = timing.stop(row, by=carlos, now=after(minutes=19))
    assert (stopped.minutes, timing.measured_minutes(stopped)) == (15, 19)
    taken = timing.take_minutes(stopped, by=carlos)
    assert (taken.minutes, taken.parameters["minutes"], taken.started_at) == (19, 19, NOON)


def test_a_second_click_changes_nothing(visit, tess):
    row = given(visit, tess)
    for minute in (0, 3):
        timing.start(row, by=tess, now=after(minutes=minute))
    for minute in (10, 14):
        timing.stop(row, by=tess, now=after(minutes=minute))
    stored = TreatmentApplied.objects.get()
    assert (stored.started_at, stored.ended_at, stored.minutes) == (NOON, after(minutes=10), 10)
    assert timed() == ["timer.started", "treatment.started", "timer.stopped", "treatment.stopped"]


def test_what_was_not_started_is_not_stopped_and_has_no_measured_minutes(visit, carlos):
    row = given(visit, carlos)
    for deed in (timing.stop, timing.take_minutes):
        with pytest.raises(timing.NotStarted):
            deed(row, by=carlos)
    assert TreatmentApplied.objects.get().ended_at is None


def test_a_treatment_withdrawn_in_another_window_is_neither_started_nor_stopped(visit, carlos):
    row = given(visit, carlos)
    treating.withdraw(row, by=carlos)
    for deed in (timing.start, timing.stop, timing.take_minutes):
        assert deed(TreatmentApplied(pk=row.pk, visit=visit), by=carlos).started_at is None
    assert timed() == ["treatment.withdrawn"]


def test_who_does_not_treat_times_nothing(visit, carlos, rita, olga):
    row = given(visit, carlos)
    for nobody in (rita, olga):
        for deed in (timing.start, timing.stop, timing.take_minutes):
            with pytest.raises(PermissionDenied):
                deed(row, by=nobody)
    assert (TreatmentApplied.objects.get().started_at, running()) == (None, [])


def test_a_signed_note_is_not_timed(visit, carlos):
    row = given(visit, carlos)
    visit.refresh_from_db()
    notes.sign(visit, version=visit.version, by=carlos)
    for deed in (timing.start, timing.stop, timing.take_minutes):
        with pytest.raises(notes.AlreadySigned):
            deed(row, by=carlos)


@pytest.mark.parametrize("deed", ["start", "stop"])
def test_nothing_is_timed_when_the_log_cannot_be_written(visit, carlos, monkeypatch, deed):
    row = given(visit, carlos)
    if deed == "stop":
        timing.start(row, by=carlos, now=NOON)
    before = TreatmentApplied.objects.values().get()
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        getattr(timing, deed)(row, by=carlos, now=after(minutes=9))
    assert TreatmentApplied.objects.values().get() == before
    assert len(running()) == (1 if deed == "stop" else 0)


# --- the desk's countdown


def test_the_desk_counts_down_the_minutes_of_the_treatment_or_the_usual_ones(visit, carlos):
    timing.start(given(visit, carlos, minutes=18), by=carlos, now=NOON)
    timing.start(given(visit, carlos, "estim", values={"site": "low_back"}), by=carlos, now=NOON)
    assert sorted(running()) == [("e-stim", 15), ("heat", 18)]


def test_work_by_hand_is_timed_without_a_countdown(visit, carlos):
    row = timing.start(given(visit, carlos, "exercise", minutes=10), by=carlos, now=NOON)
    assert (row.started_at, running()) == (NOON, [])


def test_a_taken_table_and_an_absent_patient_stop_no_treatment(visit, carlos, ben):
    other = make.appointment(ben, carlos.practitioner, status=Status.IN_ROOM, at=after(hours=1))
    make.timer(other, at=NOON, room=visit.appointment.room)
    assert timing.start(given(visit, carlos), by=carlos, now=NOON).started_at == NOON
    assert list(TherapyTimer.objects.running().order_by("pk").values_list("appointment", "room")) == [
        (other.pk, visit.appointment.room_id),
        (visit.appointment_id, None),
    ]
    away = make.visit(ben, carlos.practitioner, appointment=make.appointment(ben, carlos.practitioner, after(hours=3)))
    assert timing.start(given(away, carlos, minutes=10), by=carlos, now=NOON).started_at == NOON
    assert len(running()) == 2


def test_a_phone_note_without_an_appointment_is_timed_too(carlos, ana):
    row = given(make.visit(ana, carlos.practitioner), carlos)
    timing.start(row, by=carlos, now=NOON)
    assert (timing.stop(row, by=carlos, now=after(minutes=5)).minutes, running()) == (5, [])


def test_a_timer_that_the_desk_began_goes_on_and_ends_with_the_treatment(visit, rita, carlos):
    begun = make.timer(visit.appointment, at=NOON, name="heat")
    row = timing.start(given(visit, carlos), by=carlos, now=after(minutes=1))
    assert list(TherapyTimer.objects.running()) == [begun]
    timing.stop(row, by=carlos, now=after(minutes=9))
    assert running() == []


def test_the_countdown_ends_with_the_last_treatment_of_its_kind(visit, carlos):
    first, second = given(visit, carlos), given(visit, carlos)
    timing.start(first, by=carlos, now=NOON)
    timing.start(second, by=carlos, now=after(minutes=2))
    timing.stop(first, by=carlos, now=after(minutes=5))
    assert running() == [("heat", 10)]
    treating.withdraw(second, by=carlos)
    assert running() == []
