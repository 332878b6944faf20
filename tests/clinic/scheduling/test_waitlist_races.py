"""One offer, many hands: taken twice, let go, ended, withdrawn at the same moment. Real connections, both engines."""

from datetime import timedelta

import pytest

from clinic.accounts.roles import Role
from clinic.audit import chain
from clinic.audit.models import AuditEvent
from clinic.messaging.models import Message
from clinic.scheduling import booking, steps, waitlist
from clinic.scheduling.models import Appointment, WaitlistEntry, WaitlistOffer
from clinic.scheduling.waitlist_round import expire, offer_next
from tests import make
from tests.clinic.scheduling import waiting
from tests.clinic.scheduling.test_booking_race import all_at_once
from tests.clinic.scheduling.waiting import NOW, entry, offered, stands
from tests.make import MONDAY

pytestmark = pytest.mark.django_db(transaction=True)
TURNS, HOUR = 6, timedelta(hours=1)
EARLY = MONDAY - 2 * HOUR
REFUSALS = (waitlist.OfferHasEnded, waitlist.AlreadyOffered, waitlist.NoLongerWaiting, booking.SlotTaken,
            steps.StepNotPossible)  # fmt: skip
TAKEN, EXPIRED, RELEASED = ("accepted", "booked", "booked"), ("expired", "expired", ""), ("released", "expired", "")


@pytest.fixture
def rita(transactional_db):
    make.clinic()
    return make.user("rita@example.org", Role.RECEPTIONIST)


def outcome(deed):
    """Do it and return "done", or the name of the refusal; a deadlock or any other error fails the test."""
    try:
        deed()
    except REFUSALS as refused:
        return type(refused).__name__
    return "done"


def race(*deeds):
    return all_at_once([lambda deed=deed: outcome(deed) for deed in deeds])


def patient(n):
    return make.patient(f"P{n}", email=f"p{n}@example.org")


def test_eight_who_press_yes_at_once_make_one_booking_and_give_up_one_visit(rita):
    doctor, ana = make.practitioner(), patient(0)
    later = make.appointment(ana, doctor, MONDAY + timedelta(days=3))
    made = offered(entry(ana, instead_of=later), doctor)
    assert race(*[lambda: waitlist.accept(made, now=NOW)] * 8) == ["done"] * 8
    later.refresh_from_db()
    assert (stands(made), later.status) == (TAKEN, "cancelled")
    log = AuditEvent.objects.filter(action__in=["waitlist.accepted", "appointment.cancelled"])
    assert (log.count(), Message.objects.filter(event="scheduling/confirmation").count()) == (2, 1)
    assert list(chain.faults()) == []


def test_a_yes_and_the_end_of_the_hold_at_once_have_one_answer(rita):
    doctor, over = make.practitioner(), NOW + HOUR
    for turn in range(TURNS):
        made = offered(entry(patient(turn)), doctor, MONDAY + timedelta(minutes=60 + 30 * turn))
        yes, *_ends = race(
            lambda m=made: waitlist.accept(m, now=over - timedelta(seconds=1)),
            lambda: expire(over),
            lambda: booking.end_stale_holds(over),
            lambda d=doctor: booking.end_stale_holds(over, d),
        )
        assert stands(made) == (TAKEN if yes == "done" else EXPIRED)
    assert list(chain.faults()) == []


def test_a_yes_and_the_desk_that_lets_go_at_once_have_one_answer(rita):
    doctor = make.practitioner()
    for turn in range(TURNS):
        made = offered(entry(patient(turn)), doctor, MONDAY + timedelta(minutes=30 * turn))
        yes, let_go, no = race(
            lambda m=made: waitlist.accept(m, now=NOW),
            lambda m=made: waitlist.release(m, by=rita, now=NOW),
            lambda m=made: waitlist.decline(m, now=NOW),
        )
        assert sorted([yes, let_go, no]) == ["OfferHasEnded", "OfferHasEnded", "done"]
        declined = ("declined", "expired", "")
        assert stands(made) == (TAKEN if yes == "done" else RELEASED if let_go == "done" else declined)
    assert list(chain.faults()) == []


def test_a_time_offered_to_eight_at_once_is_held_for_one(rita):
    doctor, rows = make.practitioner(), [entry(patient(n)) for n in range(8)]
    results = race(*[lambda row=row: offered(row, doctor) for row in rows])
    assert sorted(results) == ["SlotTaken"] * 7 + ["done"]
    assert (WaitlistOffer.objects.count(), Appointment.objects.filter(status="held").count()) == (1, 1)


def test_eight_times_offered_to_one_person_at_once_are_one_offer(rita):
    row, doctors = entry(patient(0)), [make.practitioner() for _ in range(8)]
    results = race(
        *[lambda d=d, n=n: offered(row, d, MONDAY + timedelta(minutes=30 * n)) for n, d in enumerate(doctors)]
    )
    assert sorted(results) == ["AlreadyOffered"] * 7 + ["done"]
    assert WaitlistOffer.objects.count() == 1


def test_two_workers_and_a_desk_that_books_at_once_give_a_freed_time_away_once(rita):
    for turn in range(TURNS):
        doctor, at = make.practitioner(), MONDAY + timedelta(minutes=30 * turn)
        waiting.freed(doctor, at)
        entry(patient(f"a{turn}"), practitioner=doctor)
        entry(patient(f"b{turn}"), practitioner=doctor)
        other = make.patient("Walks in")
        race(
            lambda: offer_next(EARLY),
            lambda: offer_next(EARLY),
            lambda d=doctor, p=other, t=at: booking.book(
                practitioner=d, patient=p, kind=make.kind(), starts_at=t, by=rita, now=EARLY
            ),
        )
        live = Appointment.objects.blocking().filter(practitioner=doctor)
        assert live.count() == 1
        WaitlistEntry.objects.filter(closed_at=None).update(closed_at=NOW, outcome="withdrawn")
    assert list(chain.faults()) == []


def test_withdrawn_offered_taken_and_cancelled_at_once_never_locks_up(rita):
    doctor, other = make.practitioner(), make.practitioner()
    for turn in range(TURNS):
        at = MONDAY + timedelta(minutes=30 * turn)
        made = offered(entry(patient(turn)), doctor, at)
        race(
            lambda m=made: waitlist.accept(m, now=NOW),
            lambda m=made: waitlist.withdraw(m.entry, by=rita, now=NOW),
            lambda m=made, t=at: waitlist.offer(m.entry, starts_at=t + HOUR, practitioner=other, by=rita, now=NOW),
            lambda m=made: steps.cancel(m.appointment, because="ill", by=rita, now=NOW),
            lambda: expire(NOW),
        )
        expire(NOW)
        assert WaitlistOffer.objects.open().exclude(appointment__status="held").count() == 0
        assert made.entry.offers.filter(outcome="accepted").count() <= 1
    assert list(chain.faults()) == []
