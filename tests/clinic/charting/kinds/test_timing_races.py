"""Two windows, one treatment: one start, one stop. Real connections on both engines."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.audit import chain
from clinic.audit.models import AuditEvent
from clinic.charting.kinds import timing, treating
from clinic.charting.models import TreatmentApplied
from clinic.scheduling.models import TherapyTimer
from clinic.scheduling.models.appointments import Status
from tests import make
from tests.clinic.scheduling.test_booking_race import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
WINDOWS = 6


@pytest.fixture
def row(transactional_db):
    make.clinic()
    make.clinical_tables()
    carlos = make.user("carlos@example.org", Role.CHIROPRACTOR)
    by = make.practitioner(carlos)
    arrived = make.appointment(by=by, status=Status.IN_ROOM, room=make.room())
    visit = make.visit(arrived.patient, by, appointment=arrived)
    return treating.apply(visit, kind=make.treatment_kind("heat"), by=carlos)


def told(action):
    return AuditEvent.objects.filter(action=action).count()


def test_six_windows_that_start_at_once_start_once(row):
    by = row.performed_by
    all_at_once([lambda: timing.start(TreatmentApplied.objects.get(), by=by) for _ in range(WINDOWS)])
    assert (told("treatment.started"), TherapyTimer.objects.count()) == (1, 1)


def test_six_windows_that_stop_at_once_stop_once_at_one_time(row):
    by, began = row.performed_by, timezone.now() - timedelta(minutes=12)
    timing.start(row, by=by, now=began)
    stops = all_at_once([lambda: timing.stop(TreatmentApplied.objects.get(), by=by) for _ in range(WINDOWS)])
    stored = TreatmentApplied.objects.get()
    assert {stop.ended_at for stop in stops} == {stored.ended_at}
    assert (told("treatment.stopped"), told("timer.stopped"), stored.minutes) == (1, 1, 12)
    assert list(chain.faults()) == []
