"""T093: many writers, one time. Real connections on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, connections

from clinic.accounts.roles import Role
from clinic.audit import chain
from clinic.audit.models import AuditEvent
from clinic.scheduling import booking
from clinic.scheduling.models import Appointment
from tests import make
from tests.make import MONDAY

WRITERS = 16


def all_at_once(jobs):
    """Run the jobs in threads that start together and return their results in order."""
    gate = Barrier(len(jobs))

    def run(job):
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            return job()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result(timeout=120) for future in [pool.submit(run, job) for job in jobs]]


def attempt(**booked):
    """Book and return "booked", or the name of the refusal with the number of times it offers."""
    try:
        booking.book(**booked)
    except booking.SlotTaken as taken:
        return type(taken).__name__, len(taken.nearest)
    return "booked"


@pytest.fixture
def stage(transactional_db):
    make.clinic()
    return {
        "by": make.user("rita@example.org", Role.RECEPTIONIST),
        "kind": make.kind(),
        "practitioner": make.practitioner(),
    }


@pytest.mark.django_db(transaction=True)
def test_sixteen_writers_of_one_time_give_one_appointment_and_fifteen_friendly_refusals(stage):
    people = [make.patient(f"Patient {n}") for n in range(WRITERS)]
    results = all_at_once([lambda p=p: attempt(patient=p, starts_at=MONDAY, **stage) for p in people])
    assert sorted(map(str, results)) == sorted(["('SlotTaken', 3)"] * (WRITERS - 1) + ["booked"])
    assert Appointment.objects.count() == 1
    assert AuditEvent.objects.filter(action="appointment.booked").count() == 1
    assert list(chain.faults()) == []


@pytest.mark.django_db(transaction=True)
def test_one_patient_booked_with_sixteen_practitioners_at_once_is_in_one_place(stage):
    """Sharing the patient but not the practitioner: locks in one order, no deadlock."""
    ana = make.patient()
    practitioners = [make.practitioner() for _ in range(WRITERS)]
    by, kind = stage["by"], stage["kind"]
    results = all_at_once(
        [lambda p=p: attempt(patient=ana, practitioner=p, starts_at=MONDAY, by=by, kind=kind) for p in practitioners]
    )
    assert results.count("booked") == 1
    assert Appointment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_key_sent_sixteen_times_is_one_appointment(stage):
    """T095: a double click, sixteen times over."""
    ana = make.patient()
    results = all_at_once([lambda: attempt(patient=ana, starts_at=MONDAY, key="click-1", **stage)] * WRITERS)
    assert results == ["booked"] * WRITERS
    assert Appointment.objects.count() == 1


def attempt_move(visit, **where):
    """Move and return "moved", or the name of the refusal."""
    try:
        booking.move(visit, **where)
    except (booking.SlotTaken, booking.MovedMeanwhile) as refused:
        return type(refused).__name__
    return "moved"


@pytest.mark.django_db(transaction=True)
def test_sixteen_visits_moved_into_one_time_and_one_gets_it(stage):
    practitioner, by = stage["practitioner"], stage["by"]
    visits = [make.appointment(make.patient(f"P{n}"), make.practitioner(), MONDAY) for n in range(WRITERS)]
    noon = MONDAY + timedelta(hours=2)
    results = all_at_once(
        [lambda v=v: attempt_move(v, starts_at=noon, practitioner=practitioner, by=by) for v in visits]
    )
    assert sorted(results) == ["SlotTaken"] * (WRITERS - 1) + ["moved"]
    assert Appointment.objects.filter(starts_at=noon).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_practitioners_hand_each_other_their_visits_at_once_without_a_deadlock(stage):
    """Eight pairs cross over: locks in one order, everybody arrives."""
    one, two, by = stage["practitioner"], make.practitioner(), stage["by"]
    pairs = [
        (make.appointment(make.patient(f"P{n}"), who, MONDAY + timedelta(minutes=30 * n)), to)
        for n in range(WRITERS // 2)
        for who, to in ((one, two), (two, one))
    ]
    jobs = [
        lambda v=v, to=to: attempt_move(v, starts_at=v.starts_at + timedelta(days=1), practitioner=to, by=by)
        for v, to in pairs
    ]
    assert all_at_once(jobs) == ["moved"] * WRITERS


@pytest.mark.django_db(transaction=True)
def test_one_stale_page_among_sixteen_moves_the_visit_once(stage):
    visit = make.appointment(make.patient(), stage["practitioner"], MONDAY)
    jobs = [
        lambda n=n: attempt_move(visit, starts_at=MONDAY + timedelta(minutes=15 * n), sequence=0, by=stage["by"])
        for n in range(1, WRITERS + 1)
    ]
    assert sorted(all_at_once(jobs)) == ["MovedMeanwhile"] * (WRITERS - 1) + ["moved"]
    visit.refresh_from_db()
    assert visit.sequence == 1


@pytest.mark.django_db(transaction=True)
def test_sixteen_practitioners_share_two_tables_and_two_patients_get_one(stage):
    kind, by = stage["kind"], stage["by"]
    kind.rooms.set([make.room(name=name, location=stage["practitioner"].location) for name in "AB"])
    jobs = [
        lambda who=who, of=of: attempt(patient=of, practitioner=who, starts_at=MONDAY, by=by, kind=kind)
        for who, of in [(make.practitioner(location=stage["practitioner"].location), make.patient(f"P{n}"))
                        for n in range(WRITERS)]
    ]  # fmt: skip
    results = all_at_once(jobs)
    assert sorted(map(str, results)) == sorted(["('RoomTaken', 3)"] * (WRITERS - 2) + ["booked"] * 2)
    assert Appointment.objects.values("room").distinct().count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_and_the_lock_the_race_is_lost(stage):
    """The positive control: a check followed by an insert, without lock, lets several through."""
    if connection.vendor == "sqlite":
        pytest.skip("PostgreSQL only: SQLite has one writer and cannot interleave check and insert")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE scheduling_appointment DROP CONSTRAINT practitioner_treats_one_per_lane")
    try:
        people = [make.patient(f"Patient {n}") for n in range(WRITERS)]
        all_at_once([lambda p=p: _unguarded(p, stage) for p in people])
        assert Appointment.objects.count() > 1
    finally:
        Appointment.objects.all().delete()
        constraint = next(c for c in Appointment._meta.constraints if c.name == "practitioner_treats_one_per_lane")
        with connection.schema_editor() as editor:
            editor.add_constraint(Appointment, constraint)


def _unguarded(patient, stage):
    """What a naive program does: look, wait a moment, insert."""
    import time

    if not Appointment.objects.filter(starts_at=MONDAY).exists():
        time.sleep(0.05)
        make.appointment(of=patient, by=stage["practitioner"])
