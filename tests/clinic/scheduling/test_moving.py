"""Moving a visit: happy, refused and rolled back."""

from datetime import UTC, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from clinic.audit.models import AuditEvent
from clinic.messaging import outbox
from clinic.messaging.models import Message
from clinic.scheduling import booking, steps
from clinic.scheduling.models import Appointment, TimeOff
from clinic.scheduling.models.appointments import Status
from tests import make
from tests.make import MONDAY

LATER = MONDAY + timedelta(hours=2)


@pytest.fixture
def visit(carlos, rita, kind):
    patient = make.patient(email="ana@example.org")
    return booking.book(practitioner=carlos.practitioner, patient=patient, kind=kind, starts_at=MONDAY, by=rita)


def when(row):
    row.refresh_from_db()
    return row.starts_at, row.ends_at, row.busy_from, row.busy_until


def test_a_moved_visit_keeps_its_row_its_length_and_its_history(visit, rita):
    moved = booking.move(visit, starts_at=LATER, by=rita)
    end = LATER + timedelta(minutes=20)
    assert (moved.pk, moved.sequence, when(visit)) == (visit.pk, 1, (LATER, end, LATER, end))
    event = AuditEvent.objects.get(action="appointment.moved")
    assert event.details == {"from": MONDAY.isoformat(), "practitioner": visit.practitioner_id}


def test_a_moved_visit_is_told_once_by_mail_with_the_new_time(visit, rita):
    booking.move(visit, starts_at=LATER, by=rita)
    mail = Message.objects.get(event="scheduling/moved")
    assert (mail.to, mail.subject) == ("ana@example.org", "Your visit is now on Monday, March 1 at 12:00 PM")


def test_a_silent_move_writes_no_mail(visit, rita):
    booking.move(visit, starts_at=LATER, by=rita, silent=True)
    assert not Message.objects.filter(event="scheduling/moved").exists()


def test_a_visit_may_move_into_the_time_it_held_itself(visit, rita):
    moved = booking.move(visit, starts_at=MONDAY + timedelta(minutes=10), by=rita)
    assert (moved.lane, moved.starts_at - MONDAY) == (0, timedelta(minutes=10))


def test_the_old_time_is_free_for_the_next(visit, rita, kind):
    booking.move(visit, starts_at=LATER, by=rita)
    again = booking.book(
        practitioner=visit.practitioner, patient=make.patient("Ben"), kind=kind, starts_at=MONDAY, by=rita
    )
    assert again.lane == 0


def test_a_visit_moves_to_a_colleague_and_takes_another_length(visit, rita):
    colleague = make.practitioner(location=visit.location)
    moved = booking.move(visit, starts_at=LATER, practitioner=colleague, minutes=40, by=rita)
    assert (moved.practitioner, moved.minutes) == (colleague, 40)


def test_a_visit_that_becomes_another_kind_takes_the_length_of_that_kind(visit, rita):
    exam = make.kind(slug="exam", minutes=45, buffer_after=5)
    moved = booking.move(visit, starts_at=LATER, kind=exam, by=rita)
    assert (moved.kind, moved.minutes, moved.busy_until - moved.ends_at) == (exam, 45, timedelta(minutes=5))


def test_a_taken_time_is_refused_and_offers_others_the_visit_itself_not_in_the_way(visit, rita):
    make.appointment(make.patient("Ben"), visit.practitioner, LATER)
    with pytest.raises(booking.SlotTaken) as taken:
        booking.move(visit, starts_at=LATER, by=rita)
    assert [t.astimezone(UTC) - LATER for t in taken.value.nearest] == [timedelta(minutes=m) for m in (-45, -30, 30)]
    assert (when(visit)[0], visit.sequence) == (MONDAY, 0)


def test_a_patient_who_is_elsewhere_then_is_refused(visit, rita):
    make.appointment(visit.patient, make.practitioner(), LATER)
    with pytest.raises(booking.PatientIsElsewhere):
        booking.move(visit, starts_at=LATER, by=rita)


@pytest.mark.parametrize("hours", [-3, 9, 24 * 5])
def test_closed_hours_are_refused(visit, rita, hours):
    with pytest.raises(booking.NotOpen):
        booking.move(visit, starts_at=MONDAY + timedelta(hours=hours), by=rita)


def test_time_off_is_refused(visit, rita):
    TimeOff.objects.create(starts_at=LATER, ends_at=LATER + timedelta(minutes=5), reason="Course")
    with pytest.raises(booking.NotOpen):
        booking.move(visit, starts_at=LATER, by=rita)


def test_a_kind_the_colleague_does_not_do_is_refused(visit, rita):
    visit.kind.practitioners.add(visit.practitioner)
    with pytest.raises(booking.KindNotDone):
        booking.move(visit, starts_at=LATER, practitioner=make.practitioner(), by=rita)


def test_the_past_is_refused(visit, rita):
    with pytest.raises(booking.InThePast):
        booking.move(visit, starts_at=LATER, by=rita, now=LATER + timedelta(minutes=1))


@pytest.mark.parametrize("status", ["with_practitioner", "checking_out", "done", "no_show", "cancelled"])
def test_a_visit_that_has_begun_or_is_over_stays_where_it_is(carlos, rita, status):
    row = make.appointment(None, carlos.practitioner, status=Status(status))
    with pytest.raises(steps.StepNotPossible):
        booking.move(row, starts_at=LATER, by=rita)


def test_somebody_who_is_here_moves_within_the_day_only(visit, rita):
    steps.step(visit, to=Status.ARRIVED, by=rita)
    assert booking.move(visit, starts_at=LATER, by=rita).status == "arrived"
    with pytest.raises(steps.StepNotPossible):
        booking.move(visit, starts_at=LATER + timedelta(days=1), by=rita)


def test_a_page_that_is_behind_moves_nothing_and_learns_where_the_visit_is(visit, rita):
    booking.move(visit, starts_at=LATER, by=rita, sequence=0)
    with pytest.raises(booking.MovedMeanwhile) as behind:
        booking.move(visit, starts_at=MONDAY + timedelta(hours=3), by=rita, sequence=0)
    assert behind.value.appointment.starts_at == LATER


def test_moving_into_a_taken_time_needs_the_right_to_overbook_and_keeps_its_reason(visit, rita, carlos):
    make.appointment(make.patient("Ben"), visit.practitioner, LATER)
    with pytest.raises(PermissionDenied):
        booking.move(visit, starts_at=LATER, by=rita, overbook_because="in pain")
    moved = booking.move(visit, starts_at=LATER, by=carlos, overbook_because="in pain")
    assert (moved.lane, moved.overbooked_because) == (1, "in pain")


@pytest.mark.parametrize("who", ["tess", "ana", "ivan"])
def test_only_those_who_may_change_visits_move_them(visit, request, who):
    with pytest.raises(PermissionDenied):
        booking.move(visit, starts_at=LATER, by=request.getfixturevalue(who))
    assert when(visit)[0] == MONDAY


def test_a_move_whose_mail_cannot_be_queued_does_not_happen(visit, rita, monkeypatch):
    monkeypatch.setattr(outbox, "queue", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        booking.move(visit, starts_at=LATER, by=rita)
    assert when(visit)[0] == MONDAY
    assert not AuditEvent.objects.filter(action="appointment.moved").exists()


def test_a_request_moves_with_its_hold_and_an_offer_to_one_who_waits_does_not(rita, carlos, kind):
    request = booking.request_time(
        practitioner=carlos.practitioner, kind=kind, starts_at=LATER, hold_for=timedelta(days=900),
        contact={"name": "Zoë", "phone": "503 555 0188"},
    )  # fmt: skip
    moved = booking.move(request.appointment, starts_at=MONDAY, by=rita)
    assert (moved.status, moved.hold_until) == ("held", MONDAY)
    offered = make.appointment(None, carlos.practitioner, LATER, status=Status.HELD, hold_until=LATER)
    with pytest.raises(steps.StepNotPossible):
        booking.move(offered, starts_at=LATER + timedelta(hours=1), by=rita)


# --- rooms and tables ---


@pytest.fixture
def tables(carlos, kind):
    rooms = [make.room(name=name, location=carlos.practitioner.location, order=n) for n, name in enumerate("AB")]
    kind.rooms.set(rooms)
    return rooms


def book(who, kind, by, name="Ben", **fields):
    return booking.book(practitioner=who, patient=make.patient(name), kind=kind, by=by,
                        **{"starts_at": MONDAY, **fields})  # fmt: skip


def test_a_kind_that_needs_a_table_takes_the_first_free_one_and_then_none(carlos, rita, kind, tables):
    colleagues = [make.practitioner(location=carlos.practitioner.location) for _ in range(3)]
    taken = [book(who, kind, rita).room for who in colleagues[:2]]
    assert taken == tables
    with pytest.raises(booking.RoomTaken) as full:
        book(colleagues[2], kind, rita)
    assert [t.astimezone(UTC) - MONDAY for t in full.value.nearest] == [timedelta(minutes=m) for m in (-45, -30, 30)]
    assert Appointment.objects.count() == 2


def test_the_usual_room_comes_first(carlos, rita, kind, tables):
    carlos.practitioner.room = tables[1]
    assert book(carlos.practitioner, kind, rita).room == tables[1]


def test_a_table_at_another_place_does_not_help(carlos, rita, kind):
    kind.rooms.add(make.room(location=make.location(name="Far away")))
    with pytest.raises(booking.RoomTaken):
        book(carlos.practitioner, kind, rita)


def test_a_moved_visit_keeps_its_table_if_it_is_free_and_takes_another_if_not(carlos, rita, kind, tables):
    row = book(carlos.practitioner, kind, rita)
    assert booking.move(row, starts_at=LATER, by=rita).room == tables[0]
    make.appointment(make.patient("Cleo"), make.practitioner(), MONDAY, room=tables[0])
    assert booking.move(row, starts_at=MONDAY, by=rita).room == tables[1]


def test_a_visit_squeezed_in_needs_no_table_of_its_own(carlos, kind, tables):
    for table in tables:
        make.appointment(make.patient("Cleo"), make.practitioner(), MONDAY, room=table)
    assert book(carlos.practitioner, kind, carlos, overbook_because="in pain").room is None
