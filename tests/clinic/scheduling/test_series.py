"""The deeds of a series: proposed around what is taken, booked whole or not at all, its rest moved and cancelled."""

import contextlib
import random
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from clinic.audit.models import AuditEvent
from clinic.messaging import outbox
from clinic.messaging.models import Message
from clinic.scheduling import booking, placing, series, slots, steps
from clinic.scheduling.models import Appointment, Series, TimeOff, WorkingHours
from clinic.scheduling.models.appointments import Status
from clinic.scheduling.placing import Wish
from clinic.scheduling.proposing import Choice
from clinic.scheduling.recurrence import Rule
from clinic.scheduling.series import Shift, SomeTaken
from tests import make
from tests.make import MONDAY

NOW = MONDAY - timedelta(days=4)
RULE = Rule(date(2027, 3, 2), time(10), (1, 3), 3, ends_with_last=True)  # Tuesdays and Thursdays at 10:00
NEW_YORK = slots.ZoneInfo("America/New_York")


def at(day, clock="10:00", month=3):
    return slots.on_clock(date(2027, month, day), time.fromisoformat(clock), NEW_YORK)


def words(choice):
    return f"{choice.starts_at.astimezone(NEW_YORK):%a %d %H:%M}"


@pytest.fixture
def lena(clinic):
    """A colleague with the same hours."""
    return make.practitioner(name="Lena Lindqvist", order=200)


@pytest.fixture
def re_exam(clinic):
    return make.kind(slug="re-exam", name="Re-exam", minutes=30)


@pytest.fixture
def asked(carlos, kind, re_exam, ana):
    """What is asked for: seven visits, the last one of another kind."""
    return {
        "practitioner": carlos.practitioner, "patient": ana, "kind": kind, "last_kind": re_exam, "rule": RULE,
        "now": NOW,
    }  # fmt: skip


@pytest.fixture
def course(carlos):
    """Carlos is on a course on the morning of the 4th visit."""
    return TimeOff.objects.create(
        practitioner=carlos.practitioner, starts_at=at(11, "08:00"), ends_at=at(11, "13:00"), reason="Course"
    )


def four(asked, **more):
    return series.propose(**asked, **more)[3]


# --- proposing ---


def test_a_series_is_proposed_on_its_days_with_the_last_one_of_its_kind(asked):
    planned = series.propose(**asked)
    assert [words(p.choice) for p in planned] == [
        "Tue 02 10:00", "Thu 04 10:00", "Tue 09 10:00", "Thu 11 10:00", "Tue 16 10:00", "Thu 18 10:00",
        "Tue 23 10:00"]  # fmt: skip
    assert [p.asked.kind.slug for p in planned] == ["adjustment"] * 6 + ["re-exam"]
    assert [(p.is_free, p.swaps) for p in planned] == [(True, [])] * 7


def test_a_series_stays_at_ten_when_the_clock_is_changed_on_the_14th(asked):
    hours = [p.choice.starts_at.astimezone(UTC).hour for p in series.propose(**asked)]
    assert hours == [15, 15, 15, 15, 14, 14, 14]


def test_a_clash_says_why_and_offers_two_days_and_a_colleague(asked, course, lena):
    planned = four(asked)
    assert planned.why_not == "Clash: course until 1:00 PM"
    assert [(words(s), s.practitioner.name) for s in planned.swaps] == [
        ("Wed 10 10:00", "Dr Carlos Vega"), ("Thu 11 13:00", "Dr Carlos Vega"), ("Thu 11 10:00", "Lena Lindqvist"),
    ]  # fmt: skip
    assert planned.choice == planned.swaps[0]


def test_without_a_colleague_a_third_own_time_is_offered(asked, course):
    assert [words(s) for s in four(asked).swaps] == ["Wed 10 10:00", "Thu 11 13:00", "Fri 12 10:00"]


def test_the_nearest_time_of_the_same_day_is_taken_before_another_day(asked, carlos):
    make.appointment(make.patient("Cleo"), carlos.practitioner, at(11))
    planned = four(asked)
    assert (planned.why_not, words(planned.choice), words(planned.swaps[1])) == (
        "Taken", "Thu 11 09:30", "Wed 10 10:00")  # fmt: skip


def test_an_alternative_is_never_a_day_on_which_the_series_has_another_visit(asked, carlos):
    """The week of the 4th visit: its sister is on Tuesday; all but Tuesday and Thursday are days off."""
    for day in (8, 10, 12):
        TimeOff.objects.create(practitioner=carlos.practitioner, starts_at=at(day, "00:00"), ends_at=at(day, "23:59"))
    TimeOff.objects.create(practitioner=carlos.practitioner, starts_at=at(11, "00:00"), ends_at=at(12, "00:00"))
    planned = four(asked)
    assert (planned.choice, planned.swaps) == (None, [])


def test_two_clashes_in_a_week_are_not_put_on_one_day(asked, carlos):
    for day in (9, 11):
        TimeOff.objects.create(
            practitioner=carlos.practitioner, starts_at=at(day, "00:00"), ends_at=at(day + 1, "00:00")
        )
    third, fourth = series.propose(**asked)[2:4]
    assert (words(third.choice), words(fourth.choice)) == ("Mon 08 10:00", "Wed 10 10:00")


def away(carlos):
    TimeOff.objects.create(practitioner=carlos.practitioner, starts_at=at(10, "00:00"), ends_at=at(13, "00:00"))


def closed(carlos):
    TimeOff.objects.create(starts_at=at(11, "00:00"), ends_at=at(12, "00:00"), reason="Holiday")


def not_here(carlos):
    WorkingHours.objects.filter(practitioner=carlos.practitioner, weekday=3).delete()


def patient_elsewhere(carlos):
    other = make.practitioner(hours=False)
    make.appointment(Appointment.objects.model.patient.field.related_model.objects.get(given_name="Ana"), other, at(11))


@pytest.mark.parametrize(
    ("because", "why"),
    [
        (away, "Away"), (closed, "Closed"), (patient_elsewhere, "Has another visit then"),
    ],
)  # fmt: skip
def test_the_reason_is_said_in_words(asked, carlos, because, why):
    because(carlos)
    assert four(asked).why_not == why


def test_a_day_without_hours_is_not_here(asked, carlos):
    not_here(carlos)
    assert [p.why_not for p in series.propose(**asked)] == ["", "Not here", "", "Not here", "", "Not here", ""]


def test_a_table_that_is_taken_is_said(asked, carlos, kind, lena):
    table = make.room()
    kind.rooms.add(table)
    make.appointment(make.patient("Cleo"), lena, at(11), room=table)
    assert four(asked).why_not == "No room free"


@pytest.mark.parametrize(
    ("sunday", "clock", "why"),
    [
        (date(2027, 3, 14), time(2, 30), "The clock is put forward that night: there is no such time"),
        (date(2027, 11, 7), time(1, 30), "The clock is put back that night: this time comes twice"),
    ],
)
def test_a_night_without_that_time_is_proposed_elsewhere_with_the_reason(asked, carlos, sunday, clock, why):
    for day in (5, 6):
        WorkingHours.objects.create(practitioner=carlos.practitioner, weekday=day, opens=time(0), closes=time(23))
    rule = Rule(sunday, clock, (6,), 1)
    [planned] = series.propose(**{**asked, "rule": rule})
    assert planned.why_not == why
    assert planned.choice is not None
    assert planned.choice in planned.swaps


def test_what_was_chosen_stays_while_it_is_free(asked, course, lena):
    chosen = {4: Choice(at(11), lena), 5: Choice(at(17), asked["practitioner"])}
    planned = series.propose(**asked, chosen=chosen)
    assert (planned[3].choice, planned[4].choice) == (chosen[4], chosen[5])
    assert [p.choice for p in planned[:3]] == [p.choice for p in series.propose(**asked)[:3]]


def test_a_visit_that_is_left_out_stays_out(asked, course):
    planned = series.propose(**asked, chosen={4: None})[3]
    assert (planned.is_out, planned.choice, len(planned.swaps)) == (True, None, 3)


@pytest.mark.parametrize("weeks", [1, 3, 12])
def test_a_proposal_takes_six_queries_whatever_the_number_of_weeks(asked, course, lena, kind, weeks,
                                                                   django_assert_num_queries):  # fmt: skip
    kind.rooms.add(make.room(), make.room())
    practitioner = type(lena).objects.select_related("location").get(pk=asked["practitioner"].pk)
    fresh_kind, fresh_last = (type(kind).objects.get(pk=k.pk) for k in (kind, asked["last_kind"]))
    rule = Rule(RULE.starts_on, RULE.clock, RULE.weekdays, weeks, ends_with_last=True)
    wanted = {**asked, "practitioner": practitioner, "kind": fresh_kind, "last_kind": fresh_last, "rule": rule}
    with django_assert_num_queries(6):
        assert len(series.propose(**wanted)) == 2 * weeks + 1


# --- booking ---


def test_a_booked_series_is_in_the_log_and_told_in_one_mail_with_all_dates(asked, rita):
    asked["patient"].email = "ana@example.org"
    made = series.book(**asked, by=rita)
    rows = list(made.appointments.order_by("series_place"))
    assert [(row.series_place, row.starts_at) for row in rows] == [
        (n, at(day)) for n, day in enumerate((2, 4, 9, 11, 16, 18, 23), start=1)]  # fmt: skip
    assert {(row.status, row.created_by, row.patient) for row in rows} == {("booked", rita, asked["patient"])}
    logged = AuditEvent.objects.filter(action__in=["appointment.booked", "series.booked"]).values_list(
        "action", flat=True
    )
    assert sorted(logged) == ["appointment.booked"] * 7 + ["series.booked"]
    mail = Message.objects.get()
    assert (mail.to, mail.subject) == ("ana@example.org", "Your 7 visits from Tuesday, March 2 on")
    assert mail.text.count("at 10:00 AM with Dr Carlos Vega") == 7
    assert "Re-exam" not in mail.subject + mail.text


def test_a_series_keeps_what_was_asked_for(asked, rita, re_exam):
    made = series.book(**asked, by=rita)
    assert made.rule == {
        "starts_on": "2027-03-02", "clock": "10:00", "weekdays": [1, 3], "weeks": 3,
        "last_kind": re_exam.pk}  # fmt: skip


def test_a_swap_with_a_colleague_is_booked_with_the_colleague(asked, rita, course, lena):
    chosen = series.choices_of(series.propose(**asked)) | {4: Choice(at(11), lena)}
    made = series.book(**asked, chosen=chosen, by=rita)
    assert list(made.appointments.filter(practitioner=lena).values_list("starts_at", "series_place")) == [(at(11), 4)]


def test_a_visit_left_out_is_not_booked_and_the_others_are_counted_on(asked, rita):
    chosen = series.choices_of(series.propose(**asked)) | {4: None}
    made = series.book(**asked, chosen=chosen, by=rita)
    assert list(made.appointments.order_by("starts_at").values_list("series_place", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert not made.appointments.filter(starts_at=at(11)).exists()


def test_a_visit_without_a_decision_refuses_them_all(asked, rita):
    chosen = series.choices_of(series.propose(**asked))
    del chosen[4]
    with pytest.raises(SomeTaken) as refused:
        series.book(**asked, chosen=chosen, by=rita)
    assert (refused.value.numbers, Appointment.objects.count(), Series.objects.count()) == ([4], 0, 0)


def test_one_taken_time_refuses_the_whole_series_with_fresh_swaps(asked, rita):
    chosen = series.choices_of(series.propose(**asked))
    make.appointment(make.patient("Cleo"), asked["practitioner"], at(11))
    with pytest.raises(SomeTaken) as refused:
        series.book(**asked, chosen=chosen, by=rita)
    assert refused.value.numbers == [4]
    assert [words(s) for s in refused.value.planned[3].swaps] == ["Thu 11 09:30", "Wed 10 10:00", "Thu 11 10:30"]
    assert [p.choice for p in refused.value.planned if p.number != 4] == [c for n, c in chosen.items() if n != 4]
    assert (Series.objects.count(), Appointment.objects.count(), Message.objects.count()) == (0, 1, 0)
    assert AuditEvent.objects.filter(action__in=["series.booked", "appointment.booked"]).count() == 0


def test_all_taken_times_are_named_at_once(asked, rita):
    chosen = series.choices_of(series.propose(**asked))
    for name, day in (("Cleo", 4), ("Dora", 16)):
        make.appointment(make.patient(name), asked["practitioner"], at(day))
    with pytest.raises(SomeTaken) as refused:
        series.book(**asked, chosen=chosen, by=rita)
    assert refused.value.numbers == [2, 5]


def test_two_visits_of_a_series_at_one_time_are_refused(asked, rita, lena):
    chosen = series.choices_of(series.propose(**asked)) | {4: Choice(at(9), lena)}
    with pytest.raises(SomeTaken) as refused:
        series.book(**asked, chosen=chosen, by=rita)
    assert (refused.value.numbers, refused.value.planned[3].choice) == ([4], Choice(at(11), asked["practitioner"]))
    assert Appointment.objects.count() == 0


def test_the_same_key_books_a_series_once(asked, rita):
    first = series.book(**asked, by=rita, key="click")
    assert series.book(**asked, by=rita, key="click") == first
    assert (Series.objects.count(), Appointment.objects.count()) == (1, 7)


def test_a_series_in_the_past_is_refused(asked, rita):
    chosen = series.choices_of(series.propose(**asked))
    with pytest.raises(SomeTaken) as refused:
        series.book(**{**asked, "now": at(5)}, chosen=chosen, by=rita)
    assert refused.value.numbers == [1, 2]
    assert refused.value.planned[0].why_not == "In the past"


def test_a_therapist_may_not_book_a_series(asked, tess):
    with pytest.raises(PermissionDenied):
        series.book(**asked, by=tess)
    assert Appointment.objects.count() == 0


def test_a_series_whose_mail_cannot_be_queued_is_not_booked(asked, rita, monkeypatch):
    asked["patient"].email = "ana@example.org"
    monkeypatch.setattr(outbox, "queue", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        series.book(**asked, by=rita)
    assert (Series.objects.count(), Appointment.objects.count(), AuditEvent.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_taken_what_is_proposed_can_be_booked(asked, carlos, kind, re_exam, rita, lena, seed):
    """Random visits, days off, tables, lanes and buffers: the deed agrees with every time that the proposal offers."""
    rng = random.Random(seed)
    tables = [make.room() for _ in range(2)]
    if rng.random() < 0.5:
        kind.rooms.set(tables)
    for one in (kind, re_exam):
        one.buffer_before, one.buffer_after = rng.choice([(0, 0), (10, 15)])
        one.save()
    _fill(rng, [carlos.practitioner, lena], tables)
    planned = series.propose(**asked)
    offered = {p.number: p.choice for p in planned}
    expected = sorted(c.starts_at for c in offered.values() if c)
    for p in planned:
        for swap in p.swaps:
            placing.find(Wish(swap.practitioner, p.asked.kind, swap.starts_at, asked["patient"]))
    made = series.book(**asked, chosen=offered, by=rita)
    assert list(made.appointments.order_by("starts_at").values_list("starts_at", flat=True)) == expected


def _fill(rng, people, tables):
    """Fill three weeks of these people at random, as the tables allow."""
    patients = [make.patient(f"P{n}") for n in range(12)]
    for person in people:
        person.capacity = rng.choice([1, 2])
        person.save()
        for _ in range(120):
            start = at(rng.randint(1, 24), f"{rng.choice((8, 9, 9, 10, 10, 11, 14)):02}:{rng.randrange(0, 60, 5):02}")
            with contextlib.suppress(IntegrityError), transaction.atomic():
                make.appointment(rng.choice(patients), person, start, lane=rng.randrange(person.capacity),
                                 room=rng.choice(tables) if rng.random() < 0.8 else None)  # fmt: skip
        day = rng.randint(1, 22)
        TimeOff.objects.create(practitioner=person, starts_at=at(day, "08:00"), ends_at=at(day, "14:00"))


# --- one more, and one alone ---


@pytest.fixture
def booked(asked, rita):
    asked["patient"].email = "ana@example.org"
    asked["patient"].save()
    made = series.book(**asked, by=rita)
    Message.objects.all().delete()
    return made


def starts(of):
    return [f"{s.astimezone(NEW_YORK):%a %d %H:%M}" for s in of.appointments.order_by("series_place")
            .values_list("starts_at", flat=True)]  # fmt: skip


def test_a_visit_is_added_to_the_end_of_its_series(booked, rita):
    row = series.add(booked, starts_at=at(25), by=rita, now=NOW)
    assert (row.series, row.series_place, row.kind, row.status) == (booked, 8, booked.kind, "booked")
    assert Message.objects.get().event == "scheduling/confirmation"


def test_a_visit_cannot_be_added_at_a_taken_time(booked, rita, tess):
    with pytest.raises(booking.SlotTaken):
        series.add(booked, starts_at=at(4), by=rita, now=NOW)
    with pytest.raises(PermissionDenied):
        series.add(booked, starts_at=at(25), by=tess, now=NOW)
    assert booked.appointments.count() == 7


def test_a_visit_that_is_moved_alone_stays_in_its_series(booked, rita):
    row = booked.appointments.get(series_place=3)
    moved = booking.move(row, starts_at=at(10, "15:00"), by=rita, now=NOW)
    assert (moved.series, moved.series_place) == (booked, 3)


# --- moving the rest ---


def test_the_rest_moves_by_a_day_to_another_time_and_one_mail_says_so(booked, rita):
    moved = series.move_rest(booked, 5, Shift(days=1, clock=time(15)), by=rita, now=NOW)
    assert [row.series_place for row in moved] == [5, 6, 7]
    assert starts(booked) == ["Tue 02 10:00", "Thu 04 10:00", "Tue 09 10:00", "Thu 11 10:00", "Wed 17 15:00",
                              "Fri 19 15:00", "Wed 24 15:00"]  # fmt: skip
    assert list(booked.appointments.order_by("series_place").values_list("sequence", "status")) == [
        (0, "booked")] * 4 + [(1, "booked")] * 3  # fmt: skip
    mail = Message.objects.get()
    assert (mail.event, mail.text.count("at 3:00 PM with Dr Carlos Vega")) == ("scheduling/series_moved", 3)
    assert AuditEvent.objects.filter(action="appointment.moved").count() == 3
    assert AuditEvent.objects.get(action="series.moved").details == {"visits": 3, "from_place": 5}


def test_a_series_moves_onto_the_times_of_its_own_sisters(booked, rita):
    """A week later: each visit but the last takes the time that another one has now."""
    series.move_rest(booked, 1, Shift(days=7), by=rita, now=NOW)
    assert starts(booked) == ["Tue 09 10:00", "Thu 11 10:00", "Tue 16 10:00", "Thu 18 10:00", "Tue 23 10:00",
                              "Thu 25 10:00", "Tue 30 10:00"]  # fmt: skip
    assert set(booked.appointments.values_list("status", "expired_at")) == {("booked", None)}


def test_the_rest_moves_to_a_colleague_at_the_same_times(booked, rita, lena):
    series.move_rest(booked, 6, Shift(practitioner=lena), by=rita, now=NOW)
    assert list(booked.appointments.filter(practitioner=lena).order_by("starts_at").values_list("series_place",
                flat=True)) == [6, 7]  # fmt: skip
    assert starts(booked)[5:] == ["Thu 18 10:00", "Tue 23 10:00"]


def test_a_preview_changes_nothing_and_shows_what_a_move_would_do(booked, course):
    before = starts(booked)
    planned = series.preview_rest(booked, 2, Shift(days=0, clock=time(11)), now=NOW)
    assert [words(p.asked.row) for p in planned] == before[1:]
    assert [(p.number, p.why_not) for p in planned if p.why_not] == [(4, "Clash: course until 1:00 PM")]
    assert starts(booked) == before


def test_a_move_with_a_taken_time_leaves_every_visit_where_it_was(booked, rita):
    planned = series.preview_rest(booked, 5, Shift(days=1), now=NOW)
    make.appointment(make.patient("Cleo"), booked.practitioner, at(19))
    before = starts(booked)
    with pytest.raises(SomeTaken) as refused:
        series.move_rest(booked, 5, Shift(days=1), by=rita, chosen=series.choices_of(planned), now=NOW)
    assert refused.value.numbers == [6]
    assert refused.value.planned[1].why_not == "Taken"
    assert starts(booked) == before
    assert set(booked.appointments.values_list("status", "sequence", "expired_at")) == {("booked", 0, None)}
    assert Message.objects.count() == 0


def test_past_done_and_cancelled_visits_are_left_alone(booked, rita):
    steps.cancel(booked.appointments.get(series_place=5), because="child ill", by=rita)
    Appointment.objects.filter(series=booked, series_place=4).update(status=Status.DONE, done_at=MONDAY)
    series.move_rest(booked, 1, Shift(days=1), by=rita, now=at(10, "12:00"))
    assert starts(booked) == ["Tue 02 10:00", "Thu 04 10:00", "Tue 09 10:00", "Thu 11 10:00", "Tue 16 10:00",
                              "Fri 19 10:00", "Wed 24 10:00"]  # fmt: skip


def test_a_confirmed_visit_stays_confirmed_when_the_rest_moves(booked, rita):
    steps.step(booked.appointments.get(series_place=6), to=Status.CONFIRMED, by=rita)
    series.move_rest(booked, 5, Shift(days=1), by=rita, now=NOW)
    assert list(booked.appointments.order_by("series_place").values_list("status", flat=True)[4:]) == [
        "booked", "confirmed", "booked"]  # fmt: skip


def test_a_visit_left_out_of_the_move_stays_where_it_is(booked, rita):
    chosen = series.choices_of(series.preview_rest(booked, 5, Shift(days=1), now=NOW)) | {6: None}
    series.move_rest(booked, 5, Shift(days=1), by=rita, chosen=chosen, now=NOW)
    assert starts(booked)[4:] == ["Wed 17 10:00", "Thu 18 10:00", "Wed 24 10:00"]


def test_nobody_else_s_move_is_overwritten(booked, rita):
    planned = series.preview_rest(booked, 5, Shift(days=1), now=NOW)
    booking.move(booked.appointments.get(series_place=6), starts_at=at(18, "15:00"), by=rita, now=NOW)
    with pytest.raises(booking.MovedMeanwhile) as moved:
        series.move_rest(booked, 5, Shift(days=1), by=rita, chosen=series.choices_of(planned),
                         seen=dict.fromkeys((5, 6, 7), 0), now=NOW)  # fmt: skip
    assert moved.value.appointment.series_place == 6
    assert starts(booked)[4:] == ["Tue 16 10:00", "Thu 18 15:00", "Tue 23 10:00"]


def test_a_therapist_may_not_move_or_cancel_a_series(booked, tess):
    with pytest.raises(PermissionDenied):
        series.move_rest(booked, 1, Shift(days=1), by=tess, now=NOW)
    with pytest.raises(PermissionDenied):
        series.cancel_rest(booked, 1, because="ill", by=tess, now=NOW)
    assert set(booked.appointments.values_list("status", flat=True)) == {"booked"}


def test_a_move_whose_mail_cannot_be_queued_does_not_happen(booked, rita, monkeypatch):
    monkeypatch.setattr(outbox, "queue", lambda *a, **k: 1 / 0)
    before, logged = starts(booked), AuditEvent.objects.count()
    with pytest.raises(ZeroDivisionError):
        series.move_rest(booked, 1, Shift(days=1), by=rita, now=NOW)
    assert (starts(booked), AuditEvent.objects.count()) == (before, logged)
    assert set(booked.appointments.values_list("status", flat=True)) == {"booked"}


# --- cancelling the rest ---


def test_the_rest_is_cancelled_with_the_reason_and_the_first_ones_stay(booked, rita):
    assert series.cancel_rest(booked, 5, because="Moved away", by=rita, now=NOW) == 3
    assert list(booked.appointments.order_by("series_place").values_list("status", "cancelled_because")) == [
        ("booked", "")] * 4 + [("cancelled", "Moved away")] * 3  # fmt: skip
    assert AuditEvent.objects.filter(action="appointment.cancelled").count() == 3
    assert AuditEvent.objects.get(action="series.cancelled").details == {"visits": 3, "from_place": 5}


def test_what_is_over_is_not_cancelled(booked, rita):
    assert series.cancel_rest(booked, 1, because="Moved away", by=rita, now=at(10)) == 4
    assert booked.appointments.filter(status=Status.BOOKED).count() == 3


def test_cancelling_the_rest_is_all_or_nothing(booked, rita, monkeypatch):
    real, calls = steps.cancel, []

    def fails_at_the_third(*args, **kwargs):
        calls.append(1)
        return real(*args, **kwargs) if len(calls) < 3 else 1 / 0

    monkeypatch.setattr(steps, "cancel", fails_at_the_third)
    with pytest.raises(ZeroDivisionError):
        series.cancel_rest(booked, 5, because="Moved away", by=rita, now=NOW)
    assert booked.appointments.filter(status=Status.CANCELLED).count() == 0


def test_the_zone_of_the_story_is_the_clinic_s(asked):
    assert asked["practitioner"].location.zone == NEW_YORK
    assert datetime.fromisoformat("2027-03-02T10:00-05:00") == at(2)
