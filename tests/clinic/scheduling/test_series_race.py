"""Two series for the same times at once: one is booked whole, the other refused whole, on both engines."""

from datetime import date, time, timedelta

import pytest

from clinic.accounts.roles import Role
from clinic.audit import chain
from clinic.scheduling import booking, series
from clinic.scheduling.models import Appointment, Series
from clinic.scheduling.proposing import Choice
from clinic.scheduling.recurrence import Rule
from clinic.scheduling.series import Shift, SomeTaken
from tests import make
from tests.clinic.scheduling.test_booking_race import all_at_once
from tests.make import MONDAY

pytestmark = pytest.mark.django_db(transaction=True)
NOW = MONDAY - timedelta(days=4)
RULE = Rule(date(2027, 3, 2), time(10), (1, 3), 3, ends_with_last=True)


@pytest.fixture
def stage(transactional_db):
    make.clinic()
    return {
        "by": make.user("rita@example.org", Role.RECEPTIONIST),
        "kind": make.kind(),
        "practitioner": make.practitioner(),
        "rule": RULE,
        "now": NOW,
    }


def attempt(**asked):
    """Book and return "booked", or the numbers that are taken."""
    try:
        series.book(**asked)
    except SomeTaken as refused:
        return refused.numbers
    return "booked"


def test_of_eight_series_for_the_same_times_one_is_booked_whole_and_seven_refused_whole(stage):
    people = [make.patient(f"Patient {n}") for n in range(8)]
    chosen = series.choices_of(series.propose(patient=None, **{k: v for k, v in stage.items() if k != "by"}))
    results = all_at_once([lambda p=p: attempt(patient=p, chosen=chosen, **stage) for p in people])
    assert sorted(map(str, results)) == ["[1, 2, 3, 4, 5, 6, 7]"] * 7 + ["booked"]
    assert (Series.objects.count(), Appointment.objects.count()) == (1, 7)
    assert list(chain.faults()) == []


def test_two_series_that_share_one_visit_leave_nothing_half_booked(stage):
    """They overlap on the second Tuesday only, and name their practitioners in the other order: no deadlock."""
    lena = make.practitioner()
    wanted = {k: v for k, v in stage.items() if k != "by"}
    one = series.choices_of(series.propose(patient=None, **wanted))
    two = {n: Choice(c.starts_at, lena) for n, c in one.items()} | {3: one[3]}
    jobs = [(make.patient("Ana"), one), (make.patient("Ben"), two)] * 4
    results = all_at_once([lambda p=p, c=c: attempt(patient=p, chosen=c, **stage) for p, c in jobs])
    assert results.count("booked") == 1
    assert Series.objects.count() == 1
    assert Appointment.objects.count() == 7


def test_the_same_form_sent_eight_times_at_once_books_one_series(stage):
    ana = make.patient()
    results = all_at_once([lambda: attempt(patient=ana, key="click", **stage) for _ in range(8)])
    assert results == ["booked"] * 8
    assert (Series.objects.count(), Appointment.objects.count()) == (1, 7)


def test_a_series_that_moves_onto_times_booked_at_the_same_moment_moves_whole_or_stays(stage):
    ana = make.patient()
    made = series.book(patient=ana, **stage)
    rita, target = stage["by"], made.appointments.get(series_place=6).starts_at + timedelta(days=1)
    planned = series.choices_of(series.preview_rest(made, 4, Shift(days=1), now=NOW))

    def move():
        try:
            return len(series.move_rest(made, 4, Shift(days=1), chosen=planned, by=rita, now=NOW))
        except (SomeTaken, booking.MovedMeanwhile):
            return 0

    def book():
        try:
            booking.book(practitioner=stage["practitioner"], patient=make.patient("Cleo"), kind=stage["kind"],
                         starts_at=target, by=rita, now=NOW)  # fmt: skip
        except booking.SlotTaken:
            return 0
        return 1

    moved, taken = all_at_once([move, book])
    assert (moved, taken) in [(4, 0), (0, 1)]
    assert made.appointments.filter(sequence=1).count() == moved
    assert set(made.appointments.values_list("status", flat=True)) == {"booked"}
    assert list(chain.faults()) == []
