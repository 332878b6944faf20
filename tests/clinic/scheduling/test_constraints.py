"""The database itself refuses what must never be, on both engines."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from clinic.scheduling.models import Appointment
from tests import make
from tests.make import MONDAY


@pytest.fixture
def at_ten(clinic):
    return make.appointment()


@pytest.mark.parametrize("shift", [-19, -1, 0, 1, 19])
def test_two_visits_of_one_lane_may_not_overlap(at_ten, shift):
    """T094: unequal overlaps are refused, by a minute too."""
    with pytest.raises(IntegrityError):
        make.appointment(by=at_ten.practitioner, at=MONDAY + timedelta(minutes=shift))


@pytest.mark.parametrize("shift", [-20, 20])
def test_back_to_back_visits_are_accepted(at_ten, shift):
    """T094: one ends as the next begins."""
    make.appointment(by=at_ten.practitioner, at=MONDAY + timedelta(minutes=shift))
    assert Appointment.objects.count() == 2


@pytest.mark.parametrize("status", ["cancelled", "no_show", "expired"])
def test_a_freed_time_can_be_booked_again(clinic, status):
    first = make.appointment(status=status)
    make.appointment(by=first.practitioner)
    assert Appointment.objects.count() == 2


def test_a_cancelled_visit_cannot_come_back_when_its_time_is_given_away(clinic):
    first = make.appointment(status="cancelled")
    make.appointment(by=first.practitioner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=first.pk).update(status="booked")
    first.refresh_from_db()
    assert first.status == "cancelled"


def test_another_lane_is_another_place(at_ten):
    make.appointment(by=at_ten.practitioner, lane=1)
    assert Appointment.objects.count() == 2


def test_one_room_holds_one_visit(clinic):
    room = make.room()
    make.appointment(room=room)
    with pytest.raises(IntegrityError):
        make.appointment(room=room)


def test_visits_without_a_room_do_not_clash_over_it(clinic):
    make.appointment()
    make.appointment()
    assert Appointment.objects.count() == 2


def test_a_patient_is_in_one_place_at_a_time(at_ten):
    with pytest.raises(IntegrityError):
        make.appointment(of=at_ten.patient)


def test_buffers_count_for_the_practitioner(at_ten):
    later = MONDAY + timedelta(minutes=20)
    with pytest.raises(IntegrityError):
        make.appointment(by=at_ten.practitioner, at=later, busy_from=later - timedelta(minutes=5))


def test_bulk_create_is_checked_too(at_ten):
    twin = Appointment(**{f.attname: getattr(at_ten, f.attname) for f in Appointment._meta.fields if not f.primary_key})
    twin.patient = make.patient("Ben")
    with pytest.raises(IntegrityError):
        Appointment.objects.bulk_create([twin])


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": MONDAY},
        {"busy_from": MONDAY + timedelta(minutes=1)},
        {"busy_until": MONDAY + timedelta(days=2)},
        {"status": "somewhere"},
        {"status": "held"},
        {"status": "arrived", "arrived_at": None},
        {"patient": None},
        {"status": "cancelled", "cancelled_because": ""},
    ],
    ids=lambda wrong: ",".join(wrong),
)
def test_an_appointment_that_makes_no_sense_is_refused(clinic, wrong):
    fields = {"by": make.practitioner(), **wrong}
    if "patient" in fields:
        fields["of"] = make.patient()
    with pytest.raises(IntegrityError):
        make.appointment(**fields)
