"""The waiting list: put on it, offered a time, and what follows; happy, refused and rolled back."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from clinic.audit.models import AuditEvent
from clinic.messaging import outbox
from clinic.messaging.models import Message
from clinic.scheduling import booking, steps, waitlist
from clinic.scheduling.models import Appointment, WaitlistEntry, WaitlistOffer
from tests import make
from tests.clinic.scheduling import waiting
from tests.clinic.scheduling.waiting import NOW, entry, offered, stands
from tests.make import MONDAY

HOUR = timedelta(hours=1)


@pytest.fixture
def ana(ana):
    ana.email = "ana@example.org"
    ana.save(update_fields=["email"])
    return ana


@pytest.fixture
def doctor(carlos):
    return carlos.practitioner


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


# --- the list


def test_a_patient_is_put_on_the_list_with_their_wishes(ana, rita, kind, doctor):
    made = waitlist.add(patient=ana, kind=kind, by=rita, practitioner=doctor, weekdays=[0, 2], latest=time(12), now=NOW)
    stored = WaitlistEntry.objects.get()
    assert (stored, stored.weekdays, stored.latest, stored.created_by) == (made, [0, 2], time(12), rita)
    assert (AuditEvent.objects.get().action, AuditEvent.objects.get().patient_id) == ("waitlist.added", ana.pk)


def test_a_patient_waits_once_for_a_kind_of_visit(ana, rita, kind):
    waitlist.add(patient=ana, kind=kind, by=rita)
    with pytest.raises(waitlist.WaitsAlready):
        waitlist.add(patient=ana, kind=kind, by=rita)
    waitlist.add(patient=ana, kind=make.kind(slug="massage"), by=rita)
    assert WaitlistEntry.objects.count() == 2


def test_a_kind_the_practitioner_does_not_do_is_not_waited_for(ana, rita, kind, doctor):
    kind.practitioners.add(make.practitioner())
    with pytest.raises(booking.KindNotDone):
        waitlist.add(patient=ana, kind=kind, by=rita, practitioner=doctor)
    assert WaitlistEntry.objects.count() == 0


@pytest.mark.parametrize("status", ["cancelled", "arrived", "held"])
def test_only_a_coming_visit_of_the_patient_is_given_up_for_an_earlier_one(ana, ben, rita, kind, status):
    others = make.appointment(ben, at=MONDAY + HOUR)
    late = make.appointment(ana, at=MONDAY + 2 * HOUR, status=status, hold_until=MONDAY + HOUR)
    for visit in (others, late):
        with pytest.raises(waitlist.NotTheirVisit):
            waitlist.add(patient=ana, kind=kind, by=rita, instead_of=visit, now=NOW)
    assert WaitlistEntry.objects.count() == 0


def test_a_therapist_changes_nothing_on_the_list(ana, tess, kind, doctor):
    row = entry(ana)
    made = offered(row, doctor)
    for deed in (
        lambda: waitlist.add(patient=ana, kind=kind, by=tess),
        lambda: waitlist.withdraw(row, by=tess),
        lambda: waitlist.offer(row, starts_at=MONDAY, practitioner=doctor, by=tess),
        lambda: waitlist.accept(made, by=tess),
        lambda: waitlist.release(made, by=tess),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    assert stands(made) == ("", "held", "")


def test_who_is_taken_off_the_list_gives_back_a_held_time(ana, rita, doctor):
    made = offered(entry(ana), doctor)
    waitlist.withdraw(made.entry, by=rita, now=NOW)
    assert stands(made) == ("released", "expired", "withdrawn")
    with pytest.raises(waitlist.NoLongerWaiting):
        waitlist.withdraw(made.entry, by=rita, now=NOW)


# --- an offer


def test_an_offer_holds_the_time_for_the_patient_for_the_clinics_minutes(clinic, ana, rita, doctor):
    clinic.waitlist_hold_minutes = 45
    clinic.save()
    made = offered(entry(ana), doctor, by=rita)
    held = made.appointment
    assert (held.patient, held.status, held.source, held.starts_at) == (ana, "held", "waitlist", MONDAY)
    assert (held.hold_until, made.expires_at, made.offered_by) == (NOW + timedelta(minutes=45),) * 2 + (rita,)
    assert actions() == ["waitlist.offered"]


def test_a_hold_never_reaches_into_the_visit(ana, doctor):
    made = offered(entry(ana), doctor, now=MONDAY - timedelta(minutes=20))
    assert made.expires_at == MONDAY


def test_an_offered_time_cannot_be_booked_by_anybody_else(ana, ben, rita, kind, doctor):
    offered(entry(ana), doctor)
    with pytest.raises(booking.SlotTaken):
        booking.book(practitioner=doctor, patient=ben, kind=kind, starts_at=MONDAY, by=rita, now=NOW)
    with pytest.raises(booking.PatientIsElsewhere):
        booking.book(practitioner=make.practitioner(), patient=ana, kind=kind, starts_at=MONDAY, by=rita, now=NOW)


def test_the_mail_tells_time_and_whom_and_never_why(ana, doctor):
    """T104: no complaint, no note of the desk, no kind of visit; the link's body is wiped once it is sent."""
    later = make.appointment(ana, doctor, MONDAY + timedelta(days=3, hours=1), reason="Lumbagonia")
    made = offered(entry(ana, instead_of=later, note="Sciaticum"), doctor)
    mail = Message.objects.get()
    assert (mail.to, mail.subject) == ("ana@example.org", "A time is free: Monday, March 1 at 10:00 AM")
    told = [
        "10:00 AM",
        "Dr Carlos Vega",
        "9:59",
        "10:00 AM, Monday, March 1",
        "Thursday, March 4 at 11:00 AM",
        "/offer/",
    ]
    assert [word for word in told if word not in mail.text] == ["9:59"]
    assert [word for word in ("Lumbagonia", "Sciaticum", "Adjustment") if word in mail.subject + mail.text] == []
    outbox.send_due(mail.due_at)
    mail.refresh_from_db()
    assert (mail.text, made.outcome) == ("", "")


def test_who_has_no_address_is_held_a_time_without_a_mail(doctor):
    made = offered(entry(make.patient("Harold")), doctor)
    assert (stands(made)[1], Message.objects.count()) == ("held", 0)


def test_one_person_is_offered_one_time(ana, doctor):
    made = offered(entry(ana), doctor)
    with pytest.raises(waitlist.AlreadyOffered):
        offered(made.entry, doctor, MONDAY + HOUR)
    with pytest.raises(IntegrityError), transaction.atomic():
        other = make.appointment(make.patient(), make.practitioner(), status="held", hold_until=MONDAY)
        WaitlistOffer.objects.create(entry=made.entry, appointment=other, offered_at=NOW, expires_at=MONDAY)
    assert WaitlistOffer.objects.count() == 1


def test_an_offer_whose_hold_is_over_makes_room_for_the_next(ana, doctor):
    first = offered(entry(ana), doctor, MONDAY + 3 * HOUR)
    second = offered(first.entry, doctor, MONDAY + 4 * HOUR, now=NOW + HOUR)
    assert (stands(first)[:2], stands(second)[:2]) == (("expired", "expired"), ("", "held"))


def test_who_no_longer_waits_is_offered_nothing(ana, rita, doctor):
    row = entry(ana)
    waitlist.withdraw(row, by=rita)
    with pytest.raises(waitlist.NoLongerWaiting):
        offered(row, doctor)


@pytest.mark.parametrize(
    ("at", "refusal"),
    [(MONDAY - 3 * HOUR, booking.InThePast), (NOW, booking.InThePast), (MONDAY + 12 * HOUR, booking.NotOpen),
     (MONDAY + timedelta(days=1), booking.SlotTaken)],
)  # fmt: skip
def test_a_time_that_cannot_be_had_is_not_offered(ana, doctor, at, refusal):
    make.appointment(make.patient("Kofi"), doctor, MONDAY + timedelta(days=1))
    with pytest.raises(refusal):
        offered(entry(ana), doctor, at)
    assert (WaitlistOffer.objects.count(), Message.objects.count(), actions()) == (0, 0, [])


def test_an_offer_that_cannot_be_logged_is_not_made(ana, doctor, monkeypatch):
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        offered(entry(ana), doctor)
    assert (WaitlistOffer.objects.count(), Appointment.objects.count(), Message.objects.count()) == (0, 0, 0)


# --- yes


def test_a_yes_books_the_time_and_closes_the_wish(ana, doctor):
    made = offered(entry(ana), doctor)
    visit = waitlist.accept(made, now=NOW + timedelta(minutes=5))
    assert (visit.pk, stands(made)) == (made.appointment_id, ("accepted", "booked", "booked"))
    assert (actions()[-1], AuditEvent.objects.first().details) == ("waitlist.accepted", {"via": "link"})
    assert Message.objects.order_by("pk").last().event == "scheduling/confirmation"


def test_a_second_yes_changes_nothing(ana, rita, doctor):
    made = offered(entry(ana), doctor)
    first, said = waitlist.accept(made, now=NOW), actions()
    assert waitlist.accept(made, by=rita, now=NOW) == first
    assert (actions(), Message.objects.filter(event="scheduling/confirmation").count()) == (said, 1)


def test_the_later_visit_is_given_up_in_the_same_stroke_without_a_fee(ana, doctor):
    later = make.appointment(ana, doctor, MONDAY + timedelta(days=3), status="confirmed")
    waitlist.accept(offered(entry(ana, instead_of=later), doctor), now=NOW)
    later.refresh_from_db()
    assert (later.status, later.cancelled_because, later.fee_proposed) == ("cancelled", "Took an earlier time", None)
    assert actions() == ["waitlist.offered", "appointment.cancelled", "waitlist.accepted"]
    mail = Message.objects.get(event="scheduling/given_up")
    assert mail.subject == "Your visit on Thursday, March 4 at 10:00 AM is cancelled"


@pytest.mark.parametrize("status", ["arrived", "done", "cancelled", "no_show"])
def test_a_visit_that_has_begun_or_gone_meanwhile_is_left_alone(ana, doctor, status):
    later = make.appointment(ana, doctor, MONDAY + timedelta(days=3), status=status)
    waitlist.accept(offered(entry(ana, instead_of=later), doctor), now=NOW)
    later.refresh_from_db()
    assert later.status == status
    assert "is given up" not in Message.objects.get(event="scheduling/offer").text


def test_a_visit_that_was_moved_before_the_offered_time_is_kept(ana, doctor):
    later = make.appointment(ana, doctor, MONDAY + timedelta(days=3))
    made = offered(entry(ana, instead_of=later), doctor, MONDAY + 5 * HOUR)
    Appointment.objects.filter(pk=later.pk).update(
        **{
            name: getattr(later, name) - timedelta(days=3)
            for name in ("starts_at", "ends_at", "busy_from", "busy_until")
        }
    )
    waitlist.accept(made, now=NOW)
    later.refresh_from_db()
    assert later.status == "booked"


def test_a_yes_that_cannot_be_logged_leaves_both_visits_as_they_were(ana, doctor, monkeypatch):
    later = make.appointment(ana, doctor, MONDAY + timedelta(days=3))
    made = offered(entry(ana, instead_of=later), doctor)
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        waitlist.accept(made, now=NOW)
    later.refresh_from_db()
    assert (stands(made), later.status, Message.objects.count()) == (("", "held", ""), "booked", 1)


@pytest.mark.parametrize("minutes", [60, 61])
def test_a_yes_comes_too_late_when_the_hold_is_over(ana, doctor, minutes):
    made = offered(entry(ana), doctor, MONDAY + 3 * HOUR)
    with pytest.raises(waitlist.OfferHasEnded):
        waitlist.accept(made, now=NOW + timedelta(minutes=minutes))
    assert stands(made)[2] == ""


# --- no


def test_a_no_frees_the_time_and_keeps_the_place_on_the_list(ana, doctor):
    made = offered(entry(ana), doctor)
    waitlist.decline(made, now=NOW)
    assert (stands(made), actions()[-1]) == (("declined", "expired", ""), "waitlist.declined")
    said = actions()
    waitlist.decline(made, now=NOW)
    assert actions() == said


def test_the_desk_lets_go_of_a_held_time(ana, rita, doctor):
    made = offered(entry(ana), doctor)
    waitlist.release(made, by=rita, now=NOW)
    assert stands(made) == ("released", "expired", "")
    with pytest.raises(waitlist.OfferHasEnded):
        waitlist.accept(made, now=NOW)
    with pytest.raises(waitlist.OfferHasEnded):
        waitlist.decline(made, now=NOW)


def test_a_time_that_was_taken_is_not_declined_or_let_go(ana, rita, doctor):
    made = offered(entry(ana), doctor)
    waitlist.accept(made, now=NOW)
    for deed in (lambda: waitlist.decline(made, now=NOW), lambda: waitlist.release(made, by=rita, now=NOW)):
        with pytest.raises(waitlist.OfferHasEnded):
            deed()
    assert stands(made) == ("accepted", "booked", "booked")


def test_a_no_that_cannot_be_logged_is_not_taken(ana, doctor, monkeypatch):
    made = offered(entry(ana), doctor)
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        waitlist.decline(made, now=NOW)
    assert stands(made) == ("", "held", "")


# --- holds that booking ends, and what the tables refuse


def test_an_offer_whose_hold_booking_has_ended_is_over_too(ana, ben, rita, kind, doctor):
    made = offered(entry(ana), doctor, MONDAY + HOUR)
    later = NOW + timedelta(minutes=61)
    booking.book(practitioner=doctor, patient=ben, kind=kind, starts_at=MONDAY + HOUR, by=rita, now=later)
    assert stands(made) == ("expired", "expired", "")
    assert WaitlistOffer.objects.open().exclude(appointment__status="held").count() == 0


def test_a_held_time_that_the_desk_cancels_cannot_be_taken(ana, rita, doctor):
    made = offered(entry(ana), doctor)
    steps.cancel(made.appointment, because="closed today", by=rita, now=NOW)
    with pytest.raises(waitlist.OfferHasEnded):
        waitlist.accept(made, now=NOW)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("waitlist_entry_is_closed_with_an_outcome", {"closed_at": NOW}),
        ("waitlist_entry_is_closed_with_an_outcome", {"outcome": "booked"}),
        ("waitlist_wish_ends_after_it_begins", {"earliest": time(12), "latest": time(12)}),
        ("waitlist_entry_ends_after_it_begins", {"from_on": date(2027, 3, 2), "until_on": date(2027, 3, 1)}),
    ],
)
def test_the_table_of_wishes_refuses_what_cannot_be(ana, name, wrong):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        entry(ana, **wrong)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("waitlist_offer_is_answered_with_an_outcome", {"answered_at": NOW}),
        ("waitlist_offer_expires_after_it_is_made", {"expires_at": NOW}),
    ],
)
def test_the_table_of_offers_refuses_what_cannot_be(ana, name, wrong):
    held = make.appointment(ana, make.practitioner(), status="held", hold_until=MONDAY)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        WaitlistOffer.objects.create(
            **{"entry": entry(ana), "appointment": held, "offered_at": NOW, "expires_at": MONDAY, **wrong}
        )


def test_the_token_stands_in_the_mail_only(ana, doctor):
    made = offered(entry(ana), doctor)
    assert len(waiting.token_of(made)) == 32
