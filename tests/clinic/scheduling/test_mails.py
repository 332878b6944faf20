"""Mails about a visit and the calendar file each of them carries."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from clinic.messaging import outbox
from clinic.messaging.models import Message
from clinic.scheduling import booking, series, steps
from clinic.scheduling.models import Series
from clinic.scheduling.models.appointments import Status
from tests import make
from tests.make import MONDAY

BEFORE = MONDAY - timedelta(days=3)


@pytest.fixture
def visit(carlos, rita, kind):
    ana = make.patient("Ana", email="ana@example.org")
    return booking.book(
        practitioner=carlos.practitioner, patient=ana, kind=kind, starts_at=MONDAY, by=rita, now=BEFORE,
        reason="Low back spasm",
    )  # fmt: skip


def carried():
    """Each mail, the newest first: its event, and (uid, sequence, status, start) of each visit in its file."""
    return [(mail.event, told(mail)) for mail in Message.objects.filter(cancelled_at=None).order_by("-pk")]


def told(mail):
    events = Calendar.from_ical(mail.attachment).walk("VEVENT")
    return [(str(e["uid"]), int(e["sequence"]), str(e["status"]), e.decoded("dtstart")) for e in events]


def test_a_confirmation_carries_the_visit(visit):
    name = f"appointment-{visit.pk}@localhost"
    assert carried() == [("scheduling/confirmation", [(name, 0, "CONFIRMED", MONDAY)])]
    mail = Message.objects.get()
    assert mail.attachment_name == "visit.ics"
    assert [word for word in ("spasm", "Ana", "Sørensen", "Adjustment") if word in mail.attachment] == []


def test_a_move_and_a_cancellation_carry_the_same_visit_with_a_higher_number(visit, rita):
    later = MONDAY + timedelta(hours=2)
    moved = booking.move(visit, starts_at=later, by=rita, now=BEFORE)
    steps.cancel(moved, because="child ill", by=rita, now=BEFORE)
    name = f"appointment-{visit.pk}@localhost"
    assert carried() == [
        ("scheduling/cancelled", [(name, 2, "CANCELLED", later)]),
        ("scheduling/moved", [(name, 1, "CONFIRMED", later)]),
        ("scheduling/confirmation", [(name, 0, "CONFIRMED", MONDAY)]),
    ]


def test_the_mail_of_a_cancellation_says_when_and_whom_to_call_but_not_why(visit, rita):
    steps.cancel(visit, because="quarrel about money", by=rita, now=BEFORE)
    mail = Message.objects.get(event="scheduling/cancelled")
    assert mail.subject == "Your visit on Monday, March 1 at 10:00 AM is cancelled"
    assert "Monday, March 1, 2027 at 10:00 AM with Dr Carlos Vega, Harbour Street, is cancelled." in mail.text
    assert [word for word in ("quarrel", "money", "spasm", "fee") if word in mail.text + mail.attachment] == []


def test_a_held_time_and_a_patient_without_an_address_get_no_mail(carlos, rita, kind):
    held = {"status": "held", "hold_until": MONDAY, "booked_at": None}
    of_somebody = make.patient("Ida", email="ida@example.org")
    steps.cancel(make.appointment(of_somebody, carlos.practitioner, **held), because="gone", by=rita)
    steps.cancel(make.appointment(make.patient(), carlos.practitioner), because="gone", by=rita)
    assert Message.objects.count() == 0


def test_a_cancellation_taken_back_at_once_sends_nothing(visit, rita):
    steps.cancel(visit, because="wrong row", by=rita, now=BEFORE)
    row = steps.undo(visit, by=rita)
    assert [event for event, _visits in carried()] == ["scheduling/confirmation"]
    assert row.sequence == 2


def test_a_cancellation_taken_back_after_its_mail_went_out_is_confirmed_anew(visit, rita):
    """The number rises above the one of the cancellation, or calendars would keep it cancelled."""
    steps.cancel(visit, because="wrong row", by=rita, now=BEFORE)
    outbox.send_due(MONDAY + timedelta(days=900))
    steps.undo(visit, by=rita)
    numbers = [(event, visits[0][1:3]) for event, visits in carried()]
    assert numbers == [
        ("scheduling/confirmation", (2, "CONFIRMED")),
        ("scheduling/cancelled", (1, "CANCELLED")),
        ("scheduling/confirmation", (0, "CONFIRMED")),
    ]


def test_a_second_cancellation_after_an_undo_is_told_too(visit, rita):
    steps.cancel(visit, because="wrong row", by=rita, now=BEFORE)
    steps.cancel(steps.undo(visit, by=rita), because="child ill", by=rita, now=BEFORE)
    assert [(event, visits[0][1]) for event, visits in carried()] == [
        ("scheduling/cancelled", 3), ("scheduling/confirmation", 0)]  # fmt: skip


def test_a_no_show_taken_back_tells_nobody_anything(visit, rita):
    steps.undo(steps.step(visit, to=Status.NO_SHOW, by=rita), by=rita)
    assert [event for event, _visits in carried()] == ["scheduling/confirmation"]


def test_the_rest_of_a_series_is_cancelled_in_one_mail_with_all_its_dates(carlos, rita, kind):
    ana = make.patient("Ana", email="ana@example.org")
    plan = Series.objects.create(patient=ana, practitioner=carlos.practitioner, kind=kind)
    for place in (1, 2):
        at = MONDAY + timedelta(days=place)
        make.appointment(ana, carlos.practitioner, at, series=plan, series_place=place)
    series.cancel_rest(plan, 1, because="moved away", by=rita, now=BEFORE)
    assert [(event, [one[2] for one in visits]) for event, visits in carried()] == [
        ("scheduling/series_cancelled", ["CANCELLED", "CANCELLED"])]  # fmt: skip
    mail = Message.objects.get()
    assert mail.subject == "Your 2 visits from Tuesday, March 2 on are cancelled"
    assert ("Wednesday, March 3, 2027 at 10:00 AM" in mail.text, "moved away" in mail.text) == (True, False)
