"""A family comes together: consecutive times, side by side with two; booked whole or not; one mail to an address."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from clinic.audit.models import AuditEvent
from clinic.messaging.models import Message
from clinic.scheduling import family
from clinic.scheduling.family import Member
from clinic.scheduling.models import Appointment, TimeOff
from clinic.scheduling.proposing import Choice
from tests import make
from tests.clinic.scheduling.test_absence import NEW_YORK, NOW, at
from tests.make import MONDAY

TUESDAY = date(2027, 3, 2)


@pytest.fixture
def doctor(carlos):
    return carlos.practitioner


@pytest.fixture
def lena(clinic):
    return make.practitioner(name="Lena Lindqvist", order=200)


@pytest.fixture
def members(kind):
    """A mother and two children, all with the mother's address; the last one comes for longer."""
    long = make.kind(slug="first", minutes=45)
    people = [make.patient(name, "Vale", email="vale@example.org") for name in ("Mia", "Tom", "Lou")]
    return [Member(people[0], kind), Member(people[1], kind), Member(people[2], long)]


def words(together):
    return [f"{c.starts_at.astimezone(NEW_YORK):%a %H:%M} {c.practitioner.name[:4]}" for c in together.choices]


def proposed(members, *practitioners, near=time(10), day=TUESDAY):
    return [words(t) for t in family.propose(members, practitioners, day, near=near, now=NOW)]


def test_one_comes_after_the_other_near_the_wished_time(members, doctor):
    found = proposed(members, doctor)
    assert [times[0][4:9] for times in found] == ["09:30", "09:45", "10:00", "10:15"]
    assert found[2] == ["Tue 10:00 Dr C", "Tue 10:20 Dr C", "Tue 10:40 Dr C"]


def test_buffers_stay_free_between_them(members, doctor, kind):
    kind.buffer_before, kind.buffer_after = 5, 10
    kind.save()
    members = [Member(m.patient, kind) for m in members[:2]]
    assert proposed(members, doctor, near=time(10, 5))[1:2] == [["Tue 09:50 Dr C", "Tue 10:25 Dr C"]]


def test_two_practitioners_treat_side_by_side(members, doctor, lena):
    assert ["Tue 10:00 Dr C", "Tue 10:00 Lena", "Tue 10:20 Dr C"] in proposed(members, doctor, lena)


def test_the_one_who_does_the_kind_treats_the_one_who_needs_it(members, doctor, lena):
    members[2].kind.practitioners.add(lena)
    assert ["Tue 10:00 Lena", "Tue 10:00 Dr C", "Tue 10:20 Lena"] in proposed(members, doctor, lena)


def test_one_table_is_not_given_to_two_at_once(members, doctor, lena, kind):
    table = make.room()
    kind.rooms.add(table)
    pair = [Member(m.patient, kind) for m in members[:2]]
    assert proposed(pair, doctor, lena) == []
    kind.rooms.add(make.room())
    assert ["Tue 10:00 Dr C", "Tue 10:00 Lena"] in proposed(pair, doctor, lena)


def test_a_visit_of_one_of_them_is_kept_clear(members, doctor, lena):
    make.appointment(members[1].patient, lena, at("10:30", 2))
    assert [times[0][4:9] for times in proposed(members, doctor)] == ["09:15", "09:30", "09:45", "10:30"]


def test_a_full_day_proposes_the_next_one(members, doctor):
    TimeOff.objects.create(practitioner=doctor, starts_at=at("00:00", 2), ends_at=at("00:00", 3))
    assert {times[0][:3] for times in proposed(members, doctor)} == {"Wed"}


def test_nothing_is_proposed_in_the_past(members, doctor):
    found = family.propose(members, [doctor], MONDAY.date(), near=time(8), now=MONDAY)
    assert min(t.starts_at for t in found) == MONDAY


@pytest.mark.parametrize("number", [1, 3])
def test_a_proposal_takes_the_same_queries_for_any_number(members, doctor, number, django_assert_num_queries):
    with django_assert_num_queries(7):
        assert len(family.propose(members[:number], [doctor], TUESDAY, now=NOW)) == 4


# --- booked ---


def times(doctor, *clocks):
    return [Choice(at(clock, 2), doctor) for clock in clocks]


def test_they_are_booked_together_with_one_mail_to_their_address(members, doctor, rita):
    rows = family.book_together(members, times(doctor, "10:00", "10:20", "10:40"), by=rita, now=NOW)
    assert [(row.patient, row.starts_at, row.status) for row in rows] == [
        (members[0].patient, at("10:00", 2), "booked"), (members[1].patient, at("10:20", 2), "booked"),
        (members[2].patient, at("10:40", 2), "booked")]  # fmt: skip
    mail = Message.objects.get()
    assert (mail.event, mail.to, mail.subject) == (
        "scheduling/family", "vale@example.org", "Your 3 visits on Tuesday, March 2")  # fmt: skip
    assert "Tom: Tuesday, March 2, 2027 at 10:20 AM with Dr Carlos Vega" in mail.text
    assert mail.attachment.count("BEGIN:VEVENT") == 3
    assert AuditEvent.objects.filter(action="appointment.booked").count() == 3


def test_each_address_is_told_of_its_own_only(members, doctor, rita):
    members[2].patient.email = "lou@example.org"
    members[2].patient.save()
    family.book_together(members, times(doctor, "10:00", "10:20", "10:40"), by=rita, now=NOW)
    assert {(m.to, "Lou:" in m.text, "Tom:" in m.text) for m in Message.objects.all()} == {
        ("vale@example.org", False, True), ("lou@example.org", True, False)}  # fmt: skip


def test_if_one_cannot_come_nobody_is_booked(members, doctor, rita):
    make.appointment(make.patient("Cleo"), doctor, at("10:20", 2))
    with pytest.raises(family.SomeTaken) as refused:
        family.book_together(members, times(doctor, "10:00", "10:20", "10:40"), by=rita, now=NOW)
    assert refused.value.numbers == [1]
    assert (Appointment.objects.count(), Message.objects.count(), AuditEvent.objects.count()) == (1, 0, 0)


def test_a_time_that_has_gone_is_refused(members, doctor, rita):
    with pytest.raises(family.SomeTaken) as refused:
        family.book_together(members[:1], times(doctor, "10:00"), by=rita, now=NOW + timedelta(days=3))
    assert refused.value.numbers == [0]


def test_the_same_form_sent_twice_books_once(members, doctor, rita):
    sent = {"by": rita, "key": "click", "now": NOW}
    first = family.book_together(members, times(doctor, "10:00", "10:20", "10:40"), **sent)
    again = family.book_together(members, times(doctor, "10:00", "10:20", "10:40"), **sent)
    assert [row.pk for row in again] == [row.pk for row in first]
    assert (Appointment.objects.count(), Message.objects.count()) == (3, 1)


def test_booking_together_asks_for_the_right(members, doctor, tess):
    with pytest.raises(PermissionDenied):
        family.book_together(members[:1], times(doctor, "10:00"), by=tess, now=NOW)
    assert Appointment.objects.count() == 0
