"""One held time, many hands: accepted, declined and let go at the same moment. Real connections on both engines."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.audit import chain
from clinic.audit.models import AuditEvent
from clinic.scheduling import booking, new_patients
from clinic.scheduling.models import Appointment, AppointmentRequest
from patients.models import Patient
from tests import make
from tests.clinic.scheduling.test_booking_race import all_at_once
from tests.make import MONDAY

pytestmark = pytest.mark.django_db(transaction=True)
CONTACT = {"name": "Zoë Visitor", "phone": "503 555 0188", "email": "", "question": ""}
TURNS = 6


@pytest.fixture
def rita(transactional_db):
    make.clinic()
    return make.user("rita@example.org", Role.RECEPTIONIST)


def hold(practitioner, at=MONDAY):
    return booking.request_time(
        practitioner=practitioner, kind=make.kind(), starts_at=at, contact=CONTACT, hold_for=timedelta(hours=4)
    )


def person(n):
    return {"given_name": f"New {n}", "family_name": "Person", "birth_date": date(1990, 1, 1), "phone": "5035550100"}


def outcome(deed):
    """Do it and return "done", or the name of the refusal; a deadlock or any other error fails the test."""
    try:
        deed()
    except (booking.HoldHasEnded, booking.AlreadyAnswered, booking.SlotTaken) as refused:
        return type(refused).__name__
    return "done"


def race(*deeds):
    return all_at_once([lambda deed=deed: outcome(deed) for deed in deeds])


def test_eight_who_accept_one_request_make_one_visit(rita):
    request, people = hold(make.practitioner()), [make.patient(f"P{n}") for n in range(8)]
    results = race(*[lambda p=p: booking.accept(request, patient=p, by=rita) for p in people])
    assert sorted(results) == ["HoldHasEnded"] * 7 + ["done"]
    assert (Appointment.objects.get().status, AppointmentRequest.objects.get().outcome) == ("booked", "booked")
    assert AuditEvent.objects.filter(action="request.accepted").count() == 1


def test_eight_new_people_accepted_for_one_request_leave_one_patient(rita):
    request = hold(make.practitioner())
    results = race(*[lambda n=n: new_patients.accept(request, person=person(n), by=rita) for n in range(8)])
    assert sorted(results) == ["HoldHasEnded"] * 7 + ["done"]
    assert Appointment.objects.get().patient == Patient.objects.get()


def test_a_request_accepted_declined_and_let_go_at_once_has_one_answer_and_never_locks_up(rita):
    practitioner, later = make.practitioner(), timezone.now() + timedelta(hours=5)
    for turn in range(TURNS):
        request, ana = hold(practitioner, MONDAY + timedelta(minutes=30 * turn)), make.patient(f"P{turn}")
        deeds = [
            lambda r=request, p=ana: booking.accept(r, patient=p, by=rita),
            lambda r=request: booking.answer(r, outcome="declined", by=rita),
            lambda: booking.end_stale_holds(later),
            lambda r=request, n=turn: new_patients.accept(r, person=person(n), by=rita),
        ]
        race(*deeds)
        kept, stored = AppointmentRequest.objects.get(pk=request.pk), Appointment.objects.get(pk=request.appointment_id)
        assert (kept.outcome, stored.status) in {("booked", "booked"), ("declined", "expired"), ("expired", "expired")}
    assert list(chain.faults()) == []


def test_new_people_and_known_ones_booked_with_one_practitioner_at_once_never_lock_up(rita):
    """Registering writes the log before the visit is booked: whoever holds the log must not wait for a practitioner."""
    practitioner, kind = make.practitioner(), make.kind()
    known = [make.patient(f"Known {n}") for n in range(8)]
    visit = {"practitioner": practitioner, "kind": kind, "by": rita}
    for turn in range(2):
        times = [MONDAY + timedelta(hours=4 * turn, minutes=20 * n) for n in range(8)]
        deeds = [lambda p=p, at=at: booking.book(patient=p, starts_at=at, **visit)
                 for p, at in zip(known[:4], times[:4], strict=True)]  # fmt: skip
        deeds += [lambda n=n, at=at: new_patients.book(person=person(n), starts_at=at, **visit)
                  for n, at in enumerate(times[4:], start=4 * turn)]  # fmt: skip
        assert race(*deeds) == ["done"] * 8
    assert (Appointment.objects.count(), Patient.objects.count()) == (16, 16)
    assert list(chain.faults()) == []


def test_a_hold_that_cannot_be_logged_is_not_let_go(rita, monkeypatch):
    request = hold(make.practitioner())
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        booking.end_stale_holds(timezone.now() + timedelta(hours=5))
    request.refresh_from_db()
    assert (request.outcome, Appointment.objects.get().status) == ("", "held")
