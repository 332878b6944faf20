"""A patient waits for an earlier time than the visit they have, and waits no more."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from clinic.accounts.roles import Role
from clinic.scheduling import waitlist
from clinic.scheduling.models import Appointment, WaitlistEntry
from patients.models import ProxyGrant
from tests import make
from tests.clinic.scheduling.waiting import entry
from tests.make import MONDAY


@pytest.fixture
def visit(ana, carlos):
    with time_machine.travel(MONDAY, tick=False):
        yield make.appointment(ana, carlos.practitioner, MONDAY + timedelta(days=3))


@pytest.fixture
def as_ana(client, ana, visit):
    client.force_login(ana.user)
    return client


def address(visit):
    return f"/portal/visits/{visit.pk}/sooner/"


def page(browser):
    return browser.get("/portal/visits/").content.decode()


def test_one_button_puts_the_patient_on_the_list_for_an_earlier_time(as_ana, ana, visit):
    assert "I would come sooner" in page(as_ana)
    assert as_ana.post(address(visit)).url == "/portal/visits/"
    row = WaitlistEntry.objects.get()
    assert (row.patient, row.kind, row.practitioner, row.instead_of, row.created_by) == (
        ana, visit.kind, visit.practitioner, visit, ana.user)  # fmt: skip
    told = page(as_ana)
    assert ["We tell you when an earlier time is free." in told, "I would come sooner" in told] == [True, False]


def test_a_second_press_changes_nothing(as_ana, visit):
    as_ana.post(address(visit))
    assert (
        "You are on the waiting list for such a visit already."
        in as_ana.post(address(visit), follow=True).content.decode()
    )
    assert WaitlistEntry.objects.count() == 1


def test_another_button_takes_them_off_and_keeps_the_visit(as_ana, visit):
    as_ana.post(address(visit))
    row = WaitlistEntry.objects.get()
    for _click in range(2):
        assert as_ana.post(f"/portal/waiting/{row.pk}/leave/").url == "/portal/visits/"
    row.refresh_from_db()
    assert (row.outcome, Appointment.objects.get().status) == ("withdrawn", "booked")


@pytest.mark.parametrize("status", ["held", "arrived", "done", "cancelled"])
def test_only_a_coming_visit_can_be_sooner(as_ana, visit, status):
    stamp = {"arrived": "arrived_at", "done": "done_at", "cancelled": "cancelled_at"}.get(status, "created_at")
    Appointment.objects.update(
        status=status, hold_until=MONDAY + timedelta(days=1), cancelled_because="ill", **{stamp: MONDAY}
    )
    assert "I would come sooner" not in page(as_ana)
    assert as_ana.post(address(visit)).status_code == 404
    assert WaitlistEntry.objects.count() == 0


def test_nobody_waits_or_leaves_for_somebody_else(client, ben, ana, visit):
    client.force_login(ben.user)
    row = entry(ana, instead_of=visit)
    for path in (address(visit), f"/portal/waiting/{row.pk}/leave/"):
        assert client.post(path).status_code == 404
    for deed in (
        lambda: waitlist.add(patient=ana, kind=make.kind(slug="massage"), by=ben.user),
        lambda: waitlist.withdraw(row, by=ben.user),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    row.refresh_from_db()
    assert (row.outcome, WaitlistEntry.objects.count()) == ("", 1)


@pytest.mark.parametrize(("may_booking", "answer"), [(True, 302), (False, 404)])
def test_who_may_book_for_a_patient_may_wait_for_them(client, rita, ana, visit, may_booking, answer):
    paul = make.user("paul@example.org", Role.PATIENT)
    ProxyGrant.objects.create(
        patient=ana, user=paul, relation="husband", starts_on=date(2020, 1, 1), granted_by=rita,
        may_record=True, may_booking=may_booking, may_forms=False, may_messages=False,
    )  # fmt: skip
    client.force_login(paul)
    assert client.post(f"{address(visit)}?for={ana.pk}").status_code == answer
    assert WaitlistEntry.objects.count() == int(may_booking)
