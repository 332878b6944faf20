"""The worker's round: offers end, wishes lapse, and a freed time goes to the first who wants it."""

from datetime import date, time, timedelta

import pytest
import time_machine

from clinic.audit.models import AuditEvent
from clinic.messaging.models import Message
from clinic.scheduling import booking, freed, steps, waitlist
from clinic.scheduling.models import WaitlistOffer
from clinic.scheduling.waitlist_round import expire, offer_next
from clinic.worker.duties import round_of_work, serve_waiting_list
from tests import make
from tests.clinic.scheduling import waiting
from tests.clinic.scheduling.waiting import NOW, entry, offered, stands
from tests.make import MONDAY

HOUR = timedelta(hours=1)
EARLY = MONDAY - timedelta(hours=2)  # eight o'clock: ten is two hours away, the clinic's notice


@pytest.fixture
def doctor(carlos):
    return carlos.practitioner


def mailable(given, **fields):
    return make.patient(given, email=f"{given.lower()}@example.org", **fields)


def queue(*names, **wish):
    """Entries of these people, the first waits longest."""
    return [entry(mailable(name), created_at=NOW - timedelta(days=9 - n), **wish) for n, name in enumerate(names)]


def names(candidates):
    return [one.entry.patient.given_name for one in candidates]


def at_ten(doctor, now=EARLY):
    return names(freed.candidates(doctor, MONDAY, MONDAY + timedelta(minutes=20), now=now))


# --- who would like it


def test_those_who_would_like_a_time_come_in_the_order_of_their_wait(doctor, kind):
    queue("Zoe", "Abel", "Mia")
    entry(mailable("Later"), earliest=time(11))
    entry(mailable("Elsewhere"), practitioner=make.practitioner())
    entry(mailable("Longer"), kind=make.kind(slug="re-exam", minutes=45))
    entry(mailable("Tomorrow"), from_on=date(2027, 3, 2))
    make.appointment(make.patient("Next"), doctor, MONDAY + timedelta(minutes=20))
    assert at_ten(doctor) == ["Zoe", "Abel", "Mia"]


def test_who_is_elsewhere_or_has_an_offer_or_gave_this_time_up_is_not_asked(doctor, rita):
    busy, asked, gone, _free = queue("Busy", "Asked", "Gone", "Free")
    make.appointment(busy.patient, make.practitioner(), MONDAY)
    offered(asked, doctor, MONDAY + 3 * HOUR, now=EARLY)
    waiting.freed(doctor, of=gone.patient)
    assert at_ten(doctor) == ["Free"]


def test_a_kind_that_needs_a_table_is_asked_only_when_one_is_free(doctor, clinic):
    table = make.room()
    massage = make.kind(slug="massage")
    massage.rooms.add(table)
    entry(mailable("Mia"), kind=massage)
    assert at_ten(doctor) == ["Mia"]
    make.appointment(make.patient("On the table"), make.practitioner(), MONDAY, room=table)
    assert at_ten(doctor) == []


def test_who_holds_a_later_visit_is_asked_and_who_holds_an_earlier_one_is_not(doctor):
    for name, days in (("Later", 2), ("Earlier", -2)):
        patient = mailable(name)
        held = make.appointment(patient, make.practitioner(), MONDAY + timedelta(days=days))
        entry(patient, instead_of=held)
    assert at_ten(doctor, now=EARLY - timedelta(days=4)) == ["Later"]


def test_openings_are_cancelled_missed_expired_and_moved_visits_that_nobody_has_taken(doctor, rita, kind):
    queue("Zoe")
    for n, status in enumerate(("cancelled", "no_show", "expired")):
        make.appointment(make.patient(f"P{n}"), doctor, MONDAY + n * HOUR, status=status)
    taken = waiting.freed(doctor, MONDAY + 4 * HOUR)
    make.appointment(make.patient("Taken"), doctor, taken.starts_at)
    moved = make.appointment(make.patient("Moved"), doctor, MONDAY + 3 * HOUR)
    with time_machine.travel(EARLY, tick=False):  # the log is dated by the machine's clock
        booking.move(moved, starts_at=MONDAY + timedelta(days=1), by=rita, now=EARLY)
    waiting.freed(doctor, EARLY - HOUR)
    waiting.freed(doctor, MONDAY + timedelta(days=21))
    assert [(one.start - MONDAY) // HOUR for one in freed.openings(EARLY)] == [0, 1, 2, 3]


def test_a_rest_of_a_freed_time_is_offered_when_its_beginning_was_taken(doctor):
    queue("Zoe")
    waiting.freed(doctor, minutes=60)
    make.appointment(make.patient("Quick"), doctor, MONDAY, minutes=30)
    (opening,) = freed.openings(EARLY)
    assert [(one.starts_at - MONDAY) for one in opening.candidates] == [timedelta(minutes=30)]


@pytest.mark.parametrize("number", [1, 3])
def test_looking_for_openings_asks_a_fixed_number_of_questions(doctor, number, django_assert_num_queries):
    queue(*[f"W{n}" for n in range(number)])
    for n in range(number):
        waiting.freed(make.practitioner(), MONDAY + n * HOUR)
    with django_assert_num_queries(11):
        assert len(freed.openings(EARLY)) == number


def test_without_anybody_waiting_one_question_is_enough(doctor, django_assert_num_queries):
    waiting.freed(doctor)
    with django_assert_num_queries(1):
        assert freed.openings(EARLY) == []


def test_times_to_offer_are_free_and_wished_for_the_soonest_first(doctor):
    (row,) = queue("Zoe", earliest=time(9), latest=time(10, 30), weekdays=[0])
    waiting.freed(doctor, MONDAY + timedelta(minutes=5))  # 10:05, which lies on no quarter of an hour
    make.appointment(make.patient("Nine"), doctor, MONDAY - HOUR, minutes=45)
    found = [f"{start:%d %H:%M}" for start, _who in freed.times_for(row, EARLY)]
    assert found[:4] == ["01 09:45", "01 10:00", "01 10:05", "08 09:00"]


# --- offering


def test_a_freed_time_is_offered_to_the_first_and_to_nobody_else(doctor):
    first, second = queue("Zoe", "Abel")
    waiting.freed(doctor)
    assert (offer_next(EARLY), offer_next(EARLY)) == (1, 0)
    made = WaitlistOffer.objects.get()
    assert (made.entry, made.offered_by, made.appointment.starts_at) == (first, None, MONDAY)
    assert [mail.to for mail in Message.objects.all()] == ["zoe@example.org"]
    assert second.offers.count() == 0


def test_after_a_no_or_no_answer_the_next_is_asked_and_never_the_same_again(doctor):
    queue("Zoe", "Abel", "Mia")
    waiting.freed(doctor, MONDAY + 6 * HOUR)
    now, asked = EARLY, []
    for turn in range(4):
        offer_next(now)
        made = WaitlistOffer.objects.open().first()
        asked.append(made and made.entry.patient.given_name)
        if made and turn == 0:
            waitlist.decline(made, now=now)
        now += HOUR
        expire(now)
    assert asked == ["Zoe", "Abel", "Mia", None]


def test_two_freed_times_go_to_two_people(doctor):
    queue("Zoe", "Abel")
    waiting.freed(doctor)
    waiting.freed(doctor, MONDAY + HOUR)
    assert offer_next(EARLY) == 2
    made = WaitlistOffer.objects.order_by("appointment__starts_at")
    assert [one.entry.patient.given_name for one in made] == ["Zoe", "Abel"]


def test_who_has_no_address_is_left_to_the_desk(doctor):
    entry(make.patient("Harold"), created_at=NOW - timedelta(days=30))
    queue("Zoe")
    waiting.freed(doctor)
    assert at_ten(doctor) == ["Harold", "Zoe"]  # the desk is shown both
    offer_next(EARLY)
    assert WaitlistOffer.objects.get().entry.patient.given_name == "Zoe"


def test_a_time_sooner_than_the_clinics_notice_is_left_to_the_desk(clinic, doctor):
    queue("Zoe")
    waiting.freed(doctor)
    assert offer_next(EARLY + timedelta(minutes=1)) == 0
    clinic.minimum_notice_minutes = 30
    clinic.save()
    assert offer_next(EARLY + timedelta(minutes=1)) == 1


def test_nobody_is_written_to_at_night(doctor):
    queue("Zoe")
    waiting.freed(doctor, MONDAY + 4 * HOUR)
    assert offer_next(MONDAY - 4 * HOUR) == 0  # six in the morning
    assert offer_next(EARLY) == 1


def test_a_cancelled_visit_reaches_the_one_who_waits_by_the_worker(doctor, rita, kind):
    queue("Zoe")
    visit = make.appointment(make.patient("Gone"), doctor, MONDAY)
    steps.cancel(visit, because="child ill", by=rita, now=EARLY)
    assert serve_waiting_list(EARLY) == 1
    assert WaitlistOffer.objects.get().appointment.starts_at == MONDAY


def test_the_round_of_the_worker_serves_the_waiting_list(clinic):
    assert round_of_work()["serve_waiting_list"] == 0


# --- ending


def test_an_offer_nobody_answers_ends_with_its_hold(doctor):
    (row,) = queue("Zoe")
    made = offered(row, doctor, MONDAY + 3 * HOUR)
    expire(NOW + timedelta(minutes=59))
    assert stands(made)[0] == ""
    expire(NOW + timedelta(minutes=60))
    assert stands(made) == ("expired", "expired", "")


def test_an_offer_whose_time_the_desk_cancelled_ends_in_the_next_round(doctor, rita):
    (row,) = queue("Zoe")
    made = offered(row, doctor)
    steps.cancel(made.appointment, because="closed today", by=rita, now=NOW)
    assert expire(NOW) == 1
    assert stands(made)[:2] == ("expired", "cancelled")
    assert AuditEvent.objects.get(action="waitlist.offers_ended").details == {"count": 1}


def test_a_wish_lapses_after_its_last_day_and_when_the_visit_held_has_come(doctor):
    until, last, comes, open_ended = queue("Until", "Last", "Comes", "Open")
    until.until_on, last.until_on = date(2027, 2, 28), date(2027, 3, 1)
    comes.instead_of = make.appointment(comes.patient, doctor, NOW)
    for row in (until, last, comes):
        row.save()
    expire(NOW)
    outcomes = [type(row).objects.get(pk=row.pk).outcome for row in (until, last, comes, open_ended)]
    assert outcomes == ["lapsed", "", "lapsed", ""]


def test_a_wish_with_an_open_offer_does_not_lapse_before_the_answer(doctor):
    (row,) = queue("Zoe", until_on=date(2027, 3, 1))
    made = offered(row, doctor, MONDAY + timedelta(days=1), now=NOW)
    WaitlistOffer.objects.filter(pk=made.pk).update(expires_at=NOW + timedelta(days=2))
    type(made.appointment).objects.filter(pk=made.appointment_id).update(hold_until=NOW + timedelta(days=1, hours=1))
    expire(NOW + timedelta(days=1))
    assert stands(made) == ("", "held", "")


def test_nobody_writes_to_a_patient_who_has_died(doctor):
    dead, _alive = queue("Dead", "Alive")
    dead.patient.deceased_on = date(2027, 2, 1)
    dead.patient.save(update_fields=["deceased_on"])
    assert at_ten(doctor) == ["Alive"]
    expire(NOW)
    dead.refresh_from_db()
    assert dead.outcome == "lapsed"
