"""The day a patient died: noted on every record, and taken back when it was a mistake."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.roles import Role
from clinic.audit.models import AuditEvent
from patients import dying
from patients.models import Patient
from tests import make

DIED = date(2026, 1, 5)


def stored(patient):
    return Patient.objects.get(pk=patient.pk).deceased_on


def test_a_mistake_is_taken_back_and_both_are_written_down(ana, rita):
    dying.note(ana, on=DIED, by=rita)
    assert stored(ana) == DIED
    row = dying.correct(ana, by=rita)
    assert (stored(ana), row.deceased_on, User.objects.get(pk=ana.user.pk).is_active) == (None, None, True)
    events = AuditEvent.objects.filter(patient_id=ana.pk).order_by("pk")
    assert [(e.action, e.actor_id) for e in events] == [("patient.died", rita.pk), ("patient.died_by_mistake", rita.pk)]
    versions = Patient.history.filter(id=ana.pk).order_by("-history_id")[:3]
    assert [version.deceased_on for version in versions] == [None, DIED, None]


def test_there_is_nothing_to_take_back_from_the_living(ana, rita):
    with pytest.raises(dying.NotNoted):
        dying.correct(ana, by=rita)
    assert AuditEvent.objects.count() == 0


@pytest.mark.parametrize("who", ["tess", "ivan"])
def test_who_may_not_change_a_person_says_neither(request, ana, rita, who):
    by = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        dying.note(ana, on=DIED, by=by)
    dying.note(ana, on=DIED, by=rita)
    with pytest.raises(PermissionDenied):
        dying.correct(ana, by=by)
    assert stored(ana) == DIED


def test_today_is_a_day_to_die_on_and_tomorrow_is_not(ana, rita):
    with pytest.raises(dying.NotTheDay):
        dying.note(ana, on=timezone.localdate() + timedelta(days=1), by=rita)
    dying.note(ana, on=timezone.localdate(), by=rita)
    assert stored(ana) == timezone.localdate()


def test_an_account_of_staff_is_left_to_the_admin(rita, clinic):
    """Else the front desk could lock a colleague out by a click."""
    carla = make.user("carla@example.org", Role.CHIROPRACTOR, Role.PATIENT)
    patient = make.patient("Carla")
    Patient.objects.filter(pk=patient.pk).update(user=carla)
    dying.note(patient, on=DIED, by=rita)
    assert User.objects.get(pk=carla.pk).is_active is True


def test_a_correction_opens_no_account_that_was_closed_before(ana, rita):
    User.objects.filter(pk=ana.user.pk).update(is_active=False)
    dying.note(ana, on=DIED, by=rita)
    dying.correct(ana, by=rita)
    assert User.objects.get(pk=ana.user.pk).is_active is False


def test_without_the_log_nothing_is_noted_or_taken_back(ana, ben, rita, monkeypatch):
    dying.note(ben, on=DIED, by=rita)
    monkeypatch.setattr(dying, "record", lambda *a, **k: 1 / 0)
    for deed in (lambda: dying.note(ana, on=DIED, by=rita), lambda: dying.correct(ben, by=rita)):
        with pytest.raises(ZeroDivisionError):
            deed()
    assert (stored(ana), stored(ben)) == (None, DIED)
    assert list(User.objects.filter(patient__in=[ana, ben], is_active=True)) == [ana.user]
