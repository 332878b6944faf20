"""Two people fall ill at once, or somebody books meanwhile: each plan is carried out whole or not, on both engines."""

import pytest

from clinic.accounts.roles import Role
from clinic.audit import chain
from clinic.scheduling import absence, booking, family, handing_on
from clinic.scheduling.family import Member
from clinic.scheduling.handing_on import Gap
from clinic.scheduling.models import Appointment, TimeOff
from clinic.scheduling.proposing import Choice
from tests import make
from tests.clinic.scheduling.test_absence import NOW, at
from tests.clinic.scheduling.test_booking_race import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rita(transactional_db):
    make.clinic()
    return make.user("rita@example.org", Role.RECEPTIONIST)


def ill(practitioner):
    return Gap(at("00:00"), at("00:00", 2), practitioner, reason="Away")


def decisions(gap):
    return {each.number: each.decided for each in handing_on.plan(gap, now=NOW).handed}


def attempt(gap, decided, by):
    try:
        return len(absence.carry_out(gap, decided, by=by, now=NOW).moved)
    except absence.SomeTaken as refused:
        return refused.numbers


def test_two_plans_that_want_the_same_colleague_are_not_both_carried_out(rita):
    """Each was drawn before the other: both would put two visits on Lena at ten and at eleven."""
    doctors, lena = [make.practitioner(name=name) for name in ("A", "B")], make.practitioner(name="Lena", order=1)
    plans = []
    for doctor in doctors:
        rows = [make.appointment(make.patient(f"{doctor}{clock}"), doctor, at(clock)) for clock in ("10:00", "11:00")]
        plans.append((ill(doctor), {row.pk: f"{row.starts_at.isoformat()}|{lena.pk}" for row in rows}))
    results = all_at_once([lambda g=gap, d=decided: attempt(g, d, rita) for gap, decided in plans * 3])
    done = results.index(2) % 2
    again = (0, list(plans[done][1]))  # sent again, it finds nothing left to do, or that somebody was faster
    assert results.count(2) == 1
    assert [result for result in results[done::2] if result not in (2, *again)] == []
    assert results[1 - done :: 2] == [list(plans[1 - done][1])] * 3
    assert (TimeOff.objects.count(), Appointment.objects.filter(practitioner=lena).count()) == (1, 2)
    assert Appointment.objects.filter(status="expired").count() == 0
    assert list(chain.faults()) == []


def test_the_same_plan_sent_eight_times_is_carried_out_once(rita):
    doctor, _lena = make.practitioner(name="A"), make.practitioner(name="Lena")
    make.appointment(make.patient(), doctor, at("10:00"))
    gap = ill(doctor)
    decided = decisions(gap)
    results = all_at_once([lambda: attempt(gap, decided, rita) for _ in range(8)])
    assert results.count(1) == 1
    assert (TimeOff.objects.count(), Appointment.objects.get().sequence) == (1, 1)


def test_nobody_is_booked_into_an_absence_at_the_same_moment(rita):
    """Either the booking is first and the plan is refused, or the absence is and the booking is."""
    doctor, _lena = make.practitioner(name="A"), make.practitioner(name="Lena")
    row, kind = make.appointment(make.patient(), doctor, at("10:00")), make.kind()
    gap = ill(doctor)
    decided = decisions(gap)

    def book():
        try:
            booking.book(practitioner=doctor, patient=make.patient("Ben"), kind=kind, starts_at=at("15:00"), by=rita,
                         now=NOW)  # fmt: skip
        except booking.NotOpen:
            return "away"
        return "booked"

    booked, carried = all_at_once([book, lambda: attempt(gap, decided, rita)])
    row.refresh_from_db()
    late = Appointment.objects.exclude(pk=row.pk).values_list("pk", flat=True)
    assert (booked, carried, row.sequence) in [("away", 1, 1), ("booked", list(late), 0)]
    assert list(chain.faults()) == []


def test_two_families_want_the_same_times_in_the_other_order(rita):
    """Their practitioners are named the other way round: no deadlock, and one family is booked whole."""
    doctors, kind = [make.practitioner(), make.practitioner()], make.kind()
    homes = [[Member(make.patient(f"{home}{n}"), kind) for n in range(2)] for home in "ABCDEF"]

    def book(members, order):
        try:
            return len(family.book_together(members, [Choice(at("10:00"), d) for d in order], by=rita, now=NOW))
        except family.SomeTaken:
            return 0

    results = all_at_once([lambda m=m, n=n: book(m, doctors[:: -1 if n % 2 else 1]) for n, m in enumerate(homes)])
    assert sorted(results) == [0, 0, 0, 0, 0, 2]
    assert Appointment.objects.count() == 2
