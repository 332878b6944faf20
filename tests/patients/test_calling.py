"""Attempts to reach somebody: who may note one, what the row must hold, whom it is shown to."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from clinic.audit.models import AuditEvent
from patients import calling
from patients.models import CallLog
from tests.make import MONDAY


def test_an_attempt_is_kept_with_who_when_and_how_it_ended(ana, rita):
    row = calling.log(
        patient=ana, about="missed", outcome="message", appointment=7, note="call after 5", by=rita, now=MONDAY
    )
    assert (row.patient, row.get_outcome_display(), row.at, row.by) == (ana, "Left a message", MONDAY, rita)
    assert (row.appointment_number, row.note, str(row)) == (7, "call after 5", "Missed visit: Left a message")
    event = AuditEvent.objects.get(action="call.logged")
    assert (event.patient_id, event.details) == (ana.pk, {"about": "missed", "outcome": "message"})


def test_an_attempt_to_reach_a_visitor_names_the_request(rita):
    row = calling.log(request=12, about="request", outcome="no_answer", by=rita, now=MONDAY)
    assert (row.patient, row.request_number) == (None, 12)


@pytest.mark.parametrize("who", ["tess", "ivan", "ana"])
def test_an_attempt_is_noted_by_who_books(who, ana, request):
    person = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        calling.log(patient=ana, about="missed", outcome="reached", by=getattr(person, "user", person))
    assert CallLog.objects.count() == 0


@pytest.mark.parametrize(("about", "outcome"), [("missed", "shouted"), ("weather", "reached"), ("", "")])
def test_an_attempt_ends_in_one_of_the_known_ways(ana, rita, about, outcome):
    with pytest.raises(calling.NotAnOutcome):
        calling.log(patient=ana, about=about, outcome=outcome, by=rita)


def test_an_attempt_is_rolled_back_with_its_log(ana, rita, monkeypatch):
    def broken(*args, **kwargs):
        raise OSError("no room for the log")

    monkeypatch.setattr(calling, "record", broken)
    with pytest.raises(OSError, match="no room"):
        calling.log(patient=ana, about="missed", outcome="reached", by=rita)
    assert CallLog.objects.count() == 0


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("call_has_a_known_outcome", {"outcome": "shouted"}),
        ("call_is_about_something_known", {"about": "weather"}),
        ("call_is_to_a_patient_or_about_a_request", {"patient": None}),
        ("call_is_to_a_patient_or_about_a_request", {"request_number": 3}),
        ("call_is_to_a_patient_or_about_a_request", {"patient": None, "request_number": 3}),
    ],
)
def test_the_table_itself_refuses_half_a_row(ana, rita, constraint, columns):
    whole = {"patient": ana, "about": "missed", "outcome": "reached", "by": rita}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CallLog.objects.create(**{**whole, **columns})
    CallLog.objects.create(**whole)  # the same row without the fault is kept


def test_attempts_are_for_colleagues_and_not_for_the_patient(ana, rita, tess, ivan):
    row = calling.log(patient=ana, about="missed", outcome="reached", by=rita)
    assert list(CallLog.objects.for_user(rita)) == list(CallLog.objects.for_user(tess)) == [row]
    for other in (ana.user, ivan):
        assert CallLog.objects.for_user(other).count() == 0
    assert CallLog.objects.for_own(ana.user).count() == 0


def test_since_counts_from_the_moment_on(ana, rita):
    row = calling.log(patient=ana, about="missed", outcome="reached", by=rita, now=MONDAY)
    assert list(CallLog.objects.since(MONDAY)) == [row]
    assert list(CallLog.objects.since(MONDAY + timedelta(seconds=1))) == []
