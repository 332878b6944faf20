"""Two tablets, one moment: real connections on both engines."""

from datetime import timedelta

import pytest

from clinic.accounts import devices, links
from clinic.accounts.models import Device, SignedLink
from clinic.audit import chain
from clinic.audit.models import AuditEvent
from clinic.outcomes import checking_in
from clinic.outcomes.models import CheckIn, Response
from clinic.scheduling import steps
from patients.models import Alert
from tests import make
from tests.clinic.scheduling.test_booking_race import all_at_once
from tests.make import MONDAY

pytestmark = pytest.mark.django_db(transaction=True)
TABLETS = 8


@pytest.fixture
def stage(transactional_db):
    make.clinical_tables()
    make.clinic()
    return make.device(), make.appointment()


def attempt(deed, refusal):
    """Do it and return "done", or the name of the refusal."""
    try:
        deed()
    except refusal as error:
        return type(error).__name__
    return "done"


def test_eight_arrivals_of_one_visit_are_one(stage):
    device, visit = stage
    all_at_once([lambda: steps.arrive_by_device(visit, device=device, now=MONDAY)] * TABLETS)
    visit.refresh_from_db()
    assert (visit.status, AuditEvent.objects.filter(action="appointment.arrived").count()) == ("arrived", 1)
    assert list(chain.faults()) == []


def test_eight_check_ins_of_one_visit_are_one_with_one_alert(stage):
    device, visit = stage
    steps.arrive_by_device(visit, device=device, now=MONDAY)
    answers = {**dict.fromkeys(checking_in.ASKED, "no"), "RF01": "yes"}

    def say():
        checking_in.check_in(visit, device=device, pain=6, answers=answers, now=MONDAY)

    results = all_at_once([lambda: attempt(say, checking_in.AlreadyCheckedIn)] * TABLETS)
    assert sorted(results) == ["AlreadyCheckedIn"] * (TABLETS - 1) + ["done"]
    assert (CheckIn.objects.count(), Response.objects.count(), Alert.objects.count()) == (1, 1, 1)


def test_two_visits_of_one_patient_with_the_same_flag_give_one_alert(stage):
    """Alerts are one a flag: the second waits for the first and calls it out again instead of failing."""
    device, visit = stage
    later = make.appointment(visit.patient, visit.practitioner, MONDAY + timedelta(minutes=30))
    for row in (visit, later):
        steps.arrive_by_device(row, device=device, now=MONDAY)
    answers = {**dict.fromkeys(checking_in.ASKED, "no"), "RF01": "yes"}
    all_at_once(
        [
            lambda row=row: checking_in.check_in(row, device=device, pain=6, answers=answers, now=MONDAY)
            for row in (visit, later)
        ]
    )
    assert (CheckIn.objects.count(), Alert.objects.open().count()) == (2, 1)


def test_eight_tablets_with_one_pairing_link_pair_one(stage):
    rita = make.user("rita@example.org", "receptionist")
    added, code = devices.add(name="Back tablet", location=make.location(), by=rita)
    link = links.find(SignedLink.Scope.PAIRING, code)
    results = all_at_once([lambda: attempt(lambda: devices.pair(link), links.LinkNotValid)] * TABLETS)
    assert sorted(results) == ["LinkNotValid"] * (TABLETS - 1) + ["done"]
    assert Device.objects.living().filter(pk=added.pk).count() == 1
    assert AuditEvent.objects.filter(action="device.paired", object_id=str(added.pk)).count() == 1
