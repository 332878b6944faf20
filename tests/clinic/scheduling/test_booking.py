"""The deed of booking: happy, refused and rolled back."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clinic.audit.models import AuditEvent
from clinic.messaging import outbox
from clinic.messaging.models import Message
from clinic.scheduling import booking, slots, steps
from clinic.scheduling.models import Appointment, TimeOff
from clinic.scheduling.models.appointments import Status
from tests import make
from tests.make import MONDAY

CONTACT = {"name": "Zoë Visitor", "phone": "503 555 0188", "email": "", "question": ""}


@pytest.fixture
def visit(carlos, rita, kind):
    return {"practitioner": carlos.practitioner, "kind": kind, "by": rita, "patient": make.patient()}


def test_a_booked_visit_is_in_the_log_and_confirmed_by_mail_without_a_clinical_word(visit):
    """T104: the mail names day, time, practitioner and place; not why."""
    visit["patient"].email = "ana@example.org"
    appointment = booking.book(starts_at=MONDAY, reason="Low back spasm", **visit)
    assert (appointment.status, appointment.booked_at is not None) == ("booked", True)
    assert AuditEvent.objects.get(action="appointment.booked").object_id == str(appointment.pk)
    mail = Message.objects.get()
    assert mail.to == "ana@example.org"
    assert "10:00 AM" in mail.text
    assert "spasm" not in (mail.subject + mail.text)


def test_a_taken_time_offers_the_nearest_free_ones(visit):
    booking.book(starts_at=MONDAY, **visit)
    with pytest.raises(booking.SlotTaken) as taken:
        booking.book(starts_at=MONDAY, **{**visit, "patient": make.patient("Ben")})
    assert [t.astimezone(UTC) - MONDAY for t in taken.value.nearest] == [
        timedelta(minutes=m) for m in (-45, -30, 30)]  # fmt: skip


def test_the_same_key_books_once(visit):
    first = booking.book(starts_at=MONDAY, key="click", **visit)
    assert booking.book(starts_at=MONDAY, key="click", **visit) == first
    assert AuditEvent.objects.filter(action="appointment.booked").count() == 1


@pytest.mark.parametrize(
    "at", [MONDAY.replace(hour=12, minute=59), MONDAY.replace(hour=22, minute=45), MONDAY + timedelta(days=5)]
)
def test_outside_the_hours_is_refused(visit, at):
    """T007: opens at 8 (13:00 UTC), closes at 18 (23:00 UTC), closed on Saturday."""
    with pytest.raises(booking.NotOpen):
        booking.book(starts_at=at, **visit)
    assert Appointment.objects.count() == 0


def test_time_off_is_refused(visit):
    TimeOff.objects.create(
        starts_at=MONDAY - timedelta(hours=1), ends_at=MONDAY + timedelta(minutes=1), reason="Course"
    )
    with pytest.raises(booking.NotOpen):
        booking.book(starts_at=MONDAY, **visit)


def test_the_past_is_refused(visit):
    with pytest.raises(booking.InThePast):
        booking.book(starts_at=timezone.now() - timedelta(minutes=1), **visit)


def test_a_kind_the_practitioner_does_not_do_is_refused(visit):
    visit["kind"].practitioners.add(make.practitioner())
    with pytest.raises(booking.KindNotDone):
        booking.book(starts_at=MONDAY, **visit)


def test_a_patient_who_is_elsewhere_at_that_time_is_refused(visit):
    booking.book(starts_at=MONDAY, **visit)
    with pytest.raises(booking.PatientIsElsewhere):
        booking.book(starts_at=MONDAY, **{**visit, "practitioner": make.practitioner()})


def test_a_therapist_may_not_book(visit, tess):
    with pytest.raises(PermissionDenied):
        booking.book(starts_at=MONDAY, **{**visit, "by": tess})


def test_overbooking_needs_the_right_and_keeps_its_reason(visit, carlos):
    booking.book(starts_at=MONDAY, **visit)
    late = {**visit, "patient": make.patient("Ben"), "starts_at": MONDAY, "overbook_because": "acute, in pain"}
    with pytest.raises(PermissionDenied):
        booking.book(**late)
    extra = booking.book(**{**late, "by": carlos})
    assert (extra.lane, extra.overbooked_because) == (1, "acute, in pain")


def test_two_lanes_take_two_patients_and_not_three(visit):
    visit["practitioner"].capacity = 2
    for name in ("Ben", "Cleo"):
        booking.book(starts_at=MONDAY, **{**visit, "patient": make.patient(name)})
    with pytest.raises(booking.SlotTaken):
        booking.book(starts_at=MONDAY, **visit)
    assert sorted(Appointment.objects.values_list("lane", flat=True)) == [0, 1]


def test_a_booking_whose_mail_cannot_be_queued_does_not_happen(visit, monkeypatch):
    visit["patient"].email = "ana@example.org"
    monkeypatch.setattr(outbox, "queue", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        booking.book(starts_at=MONDAY, **visit)
    assert (Appointment.objects.count(), AuditEvent.objects.count()) == (0, 0)


@pytest.fixture
def held(carlos, kind):
    return booking.request_time(practitioner=carlos.practitioner, kind=kind, starts_at=MONDAY, contact=CONTACT,
                                hold_for=timedelta(hours=4))  # fmt: skip


def test_a_requested_time_is_held_and_keeps_others_out(held, visit):
    with pytest.raises(booking.SlotTaken):
        booking.book(starts_at=MONDAY, **visit)
    assert held.appointment.status == "held"


def test_a_hold_that_ended_gives_its_time_to_the_next(held, visit):
    later = timezone.now() + timedelta(hours=5)
    booked = booking.book(starts_at=MONDAY, now=later, **visit)
    held.refresh_from_db()
    assert (held.outcome, booked.status) == ("expired", "booked")
    with pytest.raises(booking.HoldHasEnded):
        booking.accept(held, patient=visit["patient"], by=visit["by"])


def test_an_accepted_request_is_the_patients_visit(held, visit):
    booked = booking.accept(held, patient=visit["patient"], by=visit["by"])
    held.refresh_from_db()
    assert (booked.pk, booked.status, booked.patient) == (held.appointment_id, "booked", visit["patient"])
    assert (held.outcome, held.answered_by) == ("booked", visit["by"])


def test_a_declined_request_frees_its_time(held, visit):
    booking.answer(held, outcome="declined", by=visit["by"])
    assert booking.book(starts_at=MONDAY, **visit).status == "booked"


# --- steps ---


def test_a_visit_goes_through_the_clinic_and_every_step_is_stamped(visit):
    row = booking.book(starts_at=MONDAY, **visit)
    for status in ("confirmed", "arrived", "in_room", "with_practitioner", "checking_out", "done"):
        row = steps.step(row, to=Status(status), by=visit["by"])
    stamps = ("booked_at", "confirmed_at", "arrived_at", "in_room_at", "started_at", "finished_at", "done_at")
    assert all(getattr(row, stamp) for stamp in stamps)


def test_a_step_from_the_wrong_place_says_where_the_visit_is(visit):
    row = booking.book(starts_at=MONDAY, **visit)
    with pytest.raises(steps.StepNotPossible) as refused:
        steps.step(row, to=Status.DONE, by=visit["by"])
    assert refused.value.status == Status.BOOKED


def test_the_same_step_twice_changes_nothing(visit):
    row = steps.step(booking.book(starts_at=MONDAY, **visit), to=Status.ARRIVED, by=visit["by"])
    assert steps.step(row, to=Status.ARRIVED, by=visit["by"]).arrived_at == row.arrived_at
    assert AuditEvent.objects.filter(action="appointment.arrived").count() == 1


def test_undo_takes_back_the_last_step_and_a_cancellation(visit):
    row = steps.step(booking.book(starts_at=MONDAY, **visit), to=Status.ARRIVED, by=visit["by"])
    assert steps.undo(row, by=visit["by"]).status == "booked"
    cancelled = steps.cancel(row, because="child ill", by=visit["by"])
    back = steps.undo(cancelled, by=visit["by"])
    assert (back.status, back.cancelled_at, back.cancelled_because) == ("booked", None, "")


# --- free times ---

NEW_YORK = slots.ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("day", "clock", "error"),
    [
        ("2027-03-14", "02:30", slots.TimeDoesNotExist),
        ("2027-11-07", "01:30", slots.TimeIsAmbiguous),
    ],
)
def test_a_time_that_does_not_exist_or_exists_twice_is_refused(day, clock, error):
    """T096."""
    moment = datetime.fromisoformat(f"{day} {clock}")
    with pytest.raises(error):
        slots.on_clock(moment.date(), moment.time(), NEW_YORK)


def test_nine_oclock_stays_nine_across_the_clock_change():
    days = [datetime(2027, 3, 12).date(), datetime(2027, 3, 15).date()]
    hours = [slots.on_clock(day, datetime(2027, 1, 1, 9).time(), NEW_YORK).astimezone(UTC).hour for day in days]
    assert hours == [14, 13]


@given(
    starts=st.lists(st.integers(0, 119), max_size=12), minutes=st.integers(1, 24), before=st.integers(0, 3),
    after=st.integers(0, 3), capacity=st.integers(1, 3),
)  # fmt: skip
def test_whatever_is_booked_the_offered_times_fit(starts, minutes, before, after, capacity):
    """Free times lie in the hours, never before the earliest, and each really has a free lane."""
    day = datetime(2027, 3, 1).date()
    block = slots.Block(0, datetime(2027, 1, 1, 8).time(), datetime(2027, 1, 1, 18).time())
    opens = slots.on_clock(day, block.opens, NEW_YORK)
    busy = [
        slots.Busy(opens + timedelta(minutes=5 * s), opens + timedelta(minutes=5 * s + 15), s % capacity)
        for s in starts
    ]
    need = slots.Need(minutes * 5, before * 5, after * 5)
    earliest = opens + timedelta(hours=1)
    found = slots.free_times(day, blocks=[block], busy=busy, need=need, zone=NEW_YORK, capacity=capacity,
                             not_before=earliest)  # fmt: skip
    closes = slots.on_clock(day, block.closes, NEW_YORK)
    for start in found:
        assert earliest <= start
        assert start + timedelta(minutes=need.minutes) <= closes
        span = need.busy_span(start)
        assert slots.free_lane(span[0], span[1], busy, capacity) is not None


def test_the_nearest_times_are_near_on_the_clock_of_the_sun():
    """T096: in the night in which 1:30 comes twice, the second is half an hour from 2:00, not one and a half."""
    first = datetime(2027, 11, 7, 1, 30, tzinfo=NEW_YORK)
    again, earlier = first.replace(fold=1), datetime(2027, 11, 7, 0, 45, tzinfo=NEW_YORK)
    two = datetime(2027, 11, 7, 2, 0, tzinfo=NEW_YORK)
    assert [t.fold for t in slots.nearest([first, again], two, count=1)] == [1]
    assert [t.fold for t in slots.nearest([again, first, earlier], two)] == [0, 0, 1]


@pytest.mark.parametrize(("day", "clock"), [("2027-03-14", "01:30"), ("2027-11-07", "00:30")])
def test_a_visit_across_the_clock_change_lasts_as_long_as_any_other(visit, day, clock):
    """T096: an hour from 1:30 is 3:30 in spring, and an hour from 0:30 the first 1:30 in autumn."""
    for weekday in range(7):
        visit["practitioner"].hours.create(weekday=weekday, opens=time(0), closes=time(6))
    visit["kind"].minutes = 60
    starts_at = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=NEW_YORK)
    row = booking.book(starts_at=starts_at, **visit)
    assert (row.starts_at, row.ends_at - row.starts_at) == (starts_at, timedelta(hours=1))
    assert (row.busy_from, row.busy_until) == (row.starts_at, row.ends_at)
    after = booking.move(row, starts_at=starts_at + timedelta(days=1), by=visit["by"])
    assert after.ends_at - after.starts_at == timedelta(hours=1)
