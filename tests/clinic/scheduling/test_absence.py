"""Somebody is away: a proposal for each visit, carried out all or nothing, one mail to each patient."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.messaging.models import Message
from clinic.scheduling import absence, booking, feeds, handing_on, slots
from clinic.scheduling.handing_on import CALL, CANCEL, STAY, Gap
from clinic.scheduling.models import Appointment, AppointmentRequest, TimeOff, WaitlistOffer
from clinic.scheduling.models.appointments import Status
from tests import make
from tests.make import MONDAY

NEW_YORK = slots.ZoneInfo("America/New_York")
NOW = MONDAY - timedelta(hours=3)  # seven o'clock on the clinic's wall


def at(clock="10:00", day=1):
    return slots.on_clock(date(2027, 3, day), time.fromisoformat(clock), NEW_YORK)


@pytest.fixture
def doctor(carlos):
    return carlos.practitioner


@pytest.fixture
def lena(clinic):
    """A colleague with the same hours."""
    return make.practitioner(name="Lena Lindqvist", order=200)


@pytest.fixture
def gap(doctor):
    """The doctor is away on Monday."""
    return Gap(at("00:00"), at("00:00", 2), doctor, reason="Away")


@pytest.fixture
def visit(ana, doctor):
    ana.email = "ana@example.org"
    ana.save()
    return make.appointment(ana, doctor, at())


def words(handed):
    return [f"{o.starts_at.astimezone(NEW_YORK):%a %H:%M} {o.practitioner}" for o in handed.options]


def decisions(plan):
    return {each.number: each.decided for each in plan.handed}


def proposed(gap, **more):
    return handing_on.plan(gap, now=NOW, **more)


def stands():
    rows = Appointment.objects.order_by("pk").values_list("starts_at", "practitioner__name", "status", "sequence")
    return [(f"{start.astimezone(NEW_YORK):%a %H:%M}", who, status, moved) for start, who, status, moved in rows]


# --- what is proposed ---


def test_the_same_time_with_a_colleague_comes_first_then_the_practitioner_on_the_first_day_after(gap, visit, lena):
    (handed,) = proposed(gap).handed
    assert words(handed) == ["Mon 10:00 Lena Lindqvist", "Tue 10:00 Dr Carlos Vega"]
    assert handed.decided == handed.options[0].code


def test_two_visits_at_one_time_do_not_get_the_same_colleague_at_the_same_time(gap, visit, doctor, lena, ben):
    make.appointment(ben, doctor, at(), lane=1)
    first, second = proposed(gap).handed
    assert words(first)[0] == "Mon 10:00 Lena Lindqvist"
    assert words(second) == ["Mon 09:30 Lena Lindqvist", "Tue 10:00 Dr Carlos Vega"]


def test_a_colleague_who_does_not_do_the_kind_is_not_proposed(gap, visit, doctor, lena, kind):
    kind.practitioners.add(doctor)
    (handed,) = proposed(gap).handed
    assert words(handed) == ["Tue 10:00 Dr Carlos Vega"]


def test_a_colleague_elsewhere_is_not_proposed(gap, visit):
    make.practitioner(name="Far Away", location=make.location(name="Hill Road"))
    assert words(proposed(gap).handed[0]) == ["Tue 10:00 Dr Carlos Vega"]


def test_without_a_free_time_somebody_calls(gap, doctor, visit):
    doctor.hours.all().delete()
    (handed,) = proposed(gap).handed
    assert (handed.decided, handed.options) == (CALL, [])


def test_the_other_visit_of_the_patient_is_kept_clear(gap, visit, ana, lena):
    other = make.practitioner(name="Other", hours=False)
    make.appointment(ana, other, at("10:00", 2))
    (handed,) = proposed(gap).handed
    assert words(handed) == ["Mon 10:00 Lena Lindqvist", "Tue 09:30 Dr Carlos Vega"]


def test_time_off_in_the_afternoon_proposes_the_morning_after_and_leaves_the_morning_alone(doctor, ana, ben, visit):
    make.appointment(ben, doctor, at("14:00"))
    (handed,) = proposed(Gap(at("12:00"), at("00:00", 2), doctor)).handed
    assert (handed.name, words(handed)) == (str(ben), ["Tue 14:00 Dr Carlos Vega"])


def test_a_closed_place_proposes_only_other_days(visit, lena):
    (handed,) = proposed(Gap(at("00:00"), at("00:00", 2))).handed
    assert words(handed) == ["Tue 10:00 Dr Carlos Vega"]


def test_a_place_that_closes_leaves_the_visits_of_other_places_alone(visit, ben):
    hill = make.location(name="Hill Road")
    make.appointment(ben, make.practitioner(location=hill), at())
    (handed,) = proposed(Gap(at("00:00"), at("00:00", 2), location=hill)).handed
    assert handed.name == str(ben)


def test_a_leaver_keeps_no_later_day(visit, doctor, lena):
    gap = Gap(at("00:00"), at("00:00") + handing_on.FOR_GOOD, doctor, for_good=True)
    assert words(proposed(gap).handed[0]) == ["Mon 10:00 Lena Lindqvist"]


def test_what_has_begun_is_over_or_cancelled_is_not_handed_on(gap, doctor, ana, ben):
    for n, status in enumerate(("in_room", "with_practitioner", "done", "cancelled", "no_show")):
        make.appointment(ben, doctor, at(f"{11 + n}:00"), status=status)
    assert proposed(gap).handed == []


def test_a_choice_that_is_free_stays_and_the_others_make_room_for_it(gap, visit, doctor, lena, ben):
    other = make.appointment(ben, doctor, at("10:30"))
    wish = f"{at('10:00').isoformat()}|{lena.pk}"
    plan = proposed(gap, decided={other.pk: wish})
    assert words(plan.handed[1])[0] == "Mon 10:00 Lena Lindqvist"
    assert [each.clashes for each in plan.handed] == [False, False]
    assert words(plan.handed[0])[0] == "Mon 09:30 Lena Lindqvist"


def test_who_stays_keeps_the_room(gap, visit, doctor, lena, ben, kind):
    table = make.room()
    kind.rooms.add(table)
    visit.room = table
    visit.save(update_fields=["room"])
    assert words(proposed(gap).handed[0])[0] == "Mon 10:00 Lena Lindqvist"
    make.appointment(ben, doctor, at("10:00"), lane=1)
    plan = proposed(gap, decided={visit.pk: STAY})
    assert words(plan.handed[1])[0] == "Mon 09:30 Lena Lindqvist"


@pytest.mark.parametrize("visits", [1, 3])
def test_a_plan_takes_the_same_queries_for_any_number_of_visits(gap, doctor, lena, visits, django_assert_num_queries):
    for n in range(visits):
        make.appointment(make.patient(f"P{n}"), doctor, at(f"{10 + n}:00"), kind=make.kind(slug=f"kind-{n}"))
    with django_assert_num_queries(13):
        assert len(proposed(gap).handed) == visits


def test_a_page_holds_at_most_fifty_and_says_how_many_follow(gap, doctor, monkeypatch):
    monkeypatch.setattr(handing_on, "PAGE", 2)
    rows = [make.appointment(make.patient(f"P{n}"), doctor, at(f"{10 + n}:00")) for n in range(3)]
    plan = proposed(gap)
    assert ([each.row for each in plan.handed], plan.more, plan.last) == (rows[:2], 1, rows[1].pk)
    plan = proposed(gap, after=rows[1])
    assert ([each.row for each in plan.handed], plan.more) == (rows[2:], 0)


# --- carried out ---


def test_the_plan_is_carried_out_with_one_mail_to_each_patient(gap, visit, doctor, lena, ana, ben, rita):
    again = make.appointment(ana, doctor, at("15:00"))
    silent = make.appointment(ben, doctor, at("11:00"))
    decided = decisions(proposed(gap)) | {again.pk: CANCEL}
    done = absence.carry_out(gap, decided, by=rita, now=NOW)
    assert stands() == [
        ("Mon 10:00", "Lena Lindqvist", "booked", 1), ("Mon 15:00", "Dr Carlos Vega", "cancelled", 0),
        ("Mon 11:00", "Lena Lindqvist", "booked", 1)]  # fmt: skip
    again.refresh_from_db()
    assert (again.cancelled_because, again.fee_proposed) == ("practitioner away", None)
    mail = Message.objects.get()
    assert (mail.event, mail.to, mail.subject) == ("scheduling/absence", "ana@example.org", "Your visits have changed")
    assert "Monday, March 1, 2027 at 10:00 AM with Lena Lindqvist" in mail.text
    assert "Monday, March 1, 2027 at 3:00 PM with Dr Carlos Vega" in mail.text
    assert [row.pk for row in done.calls] == [silent.pk]
    off = TimeOff.objects.get()
    assert (off.practitioner, off.starts_at, off.ends_at, off.reason) == (doctor, gap.start, gap.end, "Away")
    audit = AuditEvent.objects.filter(action="absence.added").get()
    assert audit.details["moved"] == 2
    assert AuditEvent.objects.filter(action="appointment.moved").count() == 2


@pytest.mark.parametrize(
    ("word", "subject", "said"),
    [
        ("", "Your visit is now on Tuesday, March 2 at 10:00 AM", "Tuesday, March 2, 2027 at 10:00 AM with Dr Carlos"),
        (CANCEL, "Your visit on Monday, March 1 is cancelled", "there is nothing to pay for it"),
    ],
)
def test_the_mail_says_in_its_subject_what_became_of_a_single_visit(gap, visit, rita, word, subject, said):
    decided = {visit.pk: word} if word else decisions(proposed(gap))
    absence.carry_out(gap, decided, by=rita, now=NOW)
    mail = Message.objects.get()
    assert (mail.subject, said in mail.text, "Away" in mail.text) == (subject, True, False)
    assert mail.attachment.count("BEGIN:VEVENT") == 1


def test_a_fee_is_never_proposed_for_what_the_clinic_calls_off(gap, visit, kind, rita):
    kind.late_cancel_hours, kind.late_cancel_fee = 240, 30
    kind.save()
    absence.carry_out(gap, {visit.pk: CANCEL}, by=rita, now=NOW)
    visit.refresh_from_db()
    assert (visit.status, visit.fee_proposed) == (Status.CANCELLED, None)


def test_who_is_called_or_left_stays_where_they_are_and_gets_no_mail(gap, visit, doctor, ben, rita):
    other = make.appointment(ben, doctor, at("12:00"))
    done = absence.carry_out(gap, {visit.pk: CALL, other.pk: STAY}, by=rita, now=NOW)
    assert [row[2:] for row in stands()] == [("booked", 0), ("booked", 0)]
    assert ([row.pk for row in done.calls], Message.objects.count()) == ([visit.pk], 0)


def test_two_visits_swap_onto_each_others_room(gap, doctor, lena, ana, ben, rita, kind):
    """Their rooms are free only once both have left."""
    table = make.room()
    kind.rooms.add(table)
    one = make.appointment(ana, doctor, at("10:00"), room=table)
    two = make.appointment(ben, doctor, at("10:20"), room=table)
    decided = {one.pk: f"{at('10:20').isoformat()}|{lena.pk}", two.pk: f"{at('10:00').isoformat()}|{lena.pk}"}
    absence.carry_out(gap, decided, by=rita, now=NOW)
    assert [row[0] for row in stands()] == ["Mon 10:20", "Mon 10:00"]


def test_a_time_that_is_taken_meanwhile_refuses_the_whole_and_names_the_visit(gap, visit, doctor, lena, ben, rita):
    other = make.appointment(ben, doctor, at("11:00"))
    decided = decisions(proposed(gap))
    make.appointment(make.patient("Cleo"), lena, at("11:00"))
    before = stands()
    with pytest.raises(absence.SomeTaken) as refused:
        absence.carry_out(gap, decided, by=rita, now=NOW)
    assert refused.value.numbers == [other.pk]
    assert words(refused.value.plan.handed[1])[0] == "Mon 10:30 Lena Lindqvist"
    assert [each.clashes for each in refused.value.plan.handed] == [False, True]
    assert (stands(), TimeOff.objects.count(), Message.objects.count()) == (before, 0, 0)
    assert AuditEvent.objects.filter(action__in=("absence.added", "appointment.moved")).count() == 0


def test_a_visit_booked_since_the_page_was_drawn_is_not_left_behind(gap, visit, doctor, lena, ben, rita):
    decided = decisions(proposed(gap))
    late = make.appointment(ben, doctor, at("16:00"))
    with pytest.raises(absence.SomeTaken) as refused:
        absence.carry_out(gap, decided, by=rita, now=NOW)
    assert refused.value.numbers == [late.pk]
    assert TimeOff.objects.count() == 0


def test_a_visit_that_was_moved_meanwhile_is_named(gap, visit, lena, rita):
    decided = decisions(proposed(gap))
    booking.move(visit, starts_at=at("12:00"), by=rita, now=NOW)
    with pytest.raises(absence.SomeTaken) as refused:
        absence.carry_out(gap, decided, by=rita, seen={visit.pk: 0}, now=NOW)
    assert refused.value.numbers == [visit.pk]


@pytest.mark.parametrize("word", ["", "nonsense", "2027-03-02T10:00:00+00:00|999999", "2027-03-02T10:00:00|1"])
def test_a_word_nobody_knows_decides_nothing(gap, visit, rita, word):
    with pytest.raises(absence.SomeTaken):
        absence.carry_out(gap, {visit.pk: word}, by=rita, now=NOW)
    assert TimeOff.objects.count() == 0


def test_a_visit_does_not_move_to_another_time_inside_the_absence(gap, visit, doctor, rita):
    with pytest.raises(absence.SomeTaken):
        absence.carry_out(gap, {visit.pk: f"{at('16:00').isoformat()}|{doctor.pk}"}, by=rita, now=NOW)
    assert stands() == [("Mon 10:00", "Dr Carlos Vega", "booked", 0)]


def test_carrying_out_asks_for_the_right(gap, visit, tess):
    with pytest.raises(PermissionDenied):
        absence.carry_out(gap, {visit.pk: CANCEL}, by=tess, now=NOW)
    assert (stands()[0][2], TimeOff.objects.count()) == ("booked", 0)


def test_only_who_keeps_the_settings_closes_the_clinic(visit, rita):
    with pytest.raises(PermissionDenied):
        absence.carry_out(Gap(at("00:00"), at("00:00", 2)), {visit.pk: CALL}, by=rita, now=NOW)
    assert TimeOff.objects.count() == 0


def test_a_second_page_adds_no_second_time_off(gap, visit, doctor, ben, rita, monkeypatch):
    monkeypatch.setattr(handing_on, "PAGE", 1)
    other = make.appointment(ben, doctor, at("11:00"))
    absence.carry_out(gap, {visit.pk: CALL}, by=rita, now=NOW)
    absence.carry_out(gap, {other.pk: CALL}, by=rita, after=visit, now=NOW)
    assert TimeOff.objects.count() == 1


def test_time_off_that_is_changed_is_written_once(gap, doctor, visit, olga, rita):
    old = TimeOff.objects.create(practitioner=doctor, starts_at=at(day=8), ends_at=at("18:00", 8))
    with pytest.raises(PermissionDenied):
        absence.carry_out(gap, {visit.pk: CALL}, by=rita, replaces=old, now=NOW)
    absence.carry_out(gap, {visit.pk: CALL}, by=olga, replaces=old, now=NOW)
    assert TimeOff.objects.get().starts_at == gap.start


def test_a_request_of_the_site_is_declined_or_moved_with_its_hold(gap, doctor, rita, lena):
    held = make.appointment(None, doctor, at(), status="held", patient=None, hold_until=at("09:30"))
    request = AppointmentRequest.objects.create(appointment=held, name="Cora Vale", phone="(503) 555-0177")
    (handed,) = proposed(gap).handed
    assert (handed.name, handed.phone, handed.gets_mail) == ("Cora Vale", "(503) 555-0177", False)
    done = absence.carry_out(gap, {held.pk: CANCEL}, by=rita, now=NOW)
    request.refresh_from_db()
    assert (request.outcome, [row.pk for row in done.calls]) == ("declined", [held.pk])
    assert stands()[0][2] == "expired"


def test_an_offer_to_somebody_who_waits_is_let_go(gap, doctor, ana, kind, rita):
    from clinic.scheduling import waitlist

    entry = waitlist.add(patient=ana, kind=kind, by=rita, now=NOW)
    waitlist.offer(entry, starts_at=at(), practitioner=doctor, by=rita, now=NOW)
    (handed,) = proposed(gap).handed
    assert (handed.decided, handed.options) == (CANCEL, [])
    absence.carry_out(gap, {handed.number: CANCEL}, by=rita, now=NOW)
    assert WaitlistOffer.objects.get().outcome == "released"


# --- leaving for good ---


def test_a_practitioner_leaves_when_nobody_expects_them(doctor, olga):
    make.appointment(make.patient(), doctor, at(day=1) - timedelta(days=30), status="done")
    absence.leave(doctor, by=olga, now=NOW)
    doctor.refresh_from_db()
    assert doctor.is_active is False
    assert AuditEvent.objects.filter(action="practitioner.left").count() == 1


def test_the_calendar_addresses_of_somebody_who_left_open_nothing(client, doctor, olga):
    _feed, token = feeds.make(doctor, by=olga)
    assert client.get(reverse("calendar", args=[token])).status_code == 200
    absence.leave(doctor, by=olga, now=NOW)
    assert client.get(reverse("calendar", args=[token])).status_code == 404
    assert list(doctor.feeds.values_list("revoked_by", flat=True)) == [olga.pk]


def test_a_practitioner_with_visits_to_come_does_not_leave(doctor, visit, olga):
    with pytest.raises(absence.StillExpected) as refused:
        absence.leave(doctor, by=olga, now=NOW)
    doctor.refresh_from_db()
    assert (refused.value.count, doctor.is_active) == (1, True)


def test_leaving_asks_for_the_right(doctor, rita):
    with pytest.raises(PermissionDenied):
        absence.leave(doctor, by=rita, now=NOW)
    doctor.refresh_from_db()
    assert doctor.is_active is True
