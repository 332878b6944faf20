"""The day sheet: what it draws, what it counts, what it never says."""

from datetime import date, time, timedelta

import pytest

from clinic.charting.models import VisitMark
from clinic.reception import panels, sheet
from clinic.scheduling.models import TimeOff
from clinic.scheduling.models.appointments import Status
from patients.models import Alert
from tests import make
from tests.make import MONDAY

DAY = "/desk/"


def column(response, number=0):
    return response.context["sheet"].columns[number]


def raised(patient, **fields):
    return Alert.objects.create(
        patient=patient, flag="RF01", level="U", points_to="cauda equina", staff_action="call now", **fields
    )


def test_an_empty_day_shows_every_practitioner_with_the_next_free_time(desk, carlos):
    response = desk.get(DAY)
    assert [c.practitioner for c in response.context["sheet"].columns] == [carlos.practitioner]
    assert column(response).next_free.isoformat() == "2027-03-01T10:00:00-05:00"
    assert "No visits yet" in response.content.decode()


def test_a_clinic_without_practitioners_says_what_to_do(desk):
    assert "No practitioners yet" in desk.get(DAY).content.decode()


@pytest.mark.parametrize(
    ("hour", "minute", "minutes", "place", "size"),
    [
        (8, 0, 10, "s0 d2", "low"),
        (9, 5, 15, "s13 d3", "one"),
        (10, 0, 20, "s24 d4", "mid"),
        (11, 0, 45, "s36 d9", "tall"),
    ],
)
def test_a_visit_stands_on_the_grid_by_its_start_and_length(desk, carlos, hour, minute, minutes, place, size):
    at = MONDAY.replace(hour=hour + 5, minute=minute)
    make.appointment(by=carlos.practitioner, at=at, minutes=minutes, status=Status.CONFIRMED)
    card = column(desk.get(DAY)).cards[0]
    assert (card.place, card.size) == (place, size)


def test_two_lanes_stand_side_by_side(desk, carlos):
    make.appointment(by=carlos.practitioner)
    make.appointment(of=make.patient("Ben"), by=carlos.practitioner, lane=1)
    shown = column(desk.get(DAY))
    assert (shown.lanes, [card.place for card in shown.cards]) == (2, ["s24 d4 l1", "s24 d4 l2"])


def test_what_lies_outside_working_hours_is_hatched(desk, carlos):
    carlos.practitioner.hours.filter(weekday=0).update(opens=time(9), closes=time(12))
    carlos.practitioner.hours.create(weekday=0, opens=time(13), closes=time(17))
    assert column(desk.get(DAY)).off == [("s36 d12", "Break")]  # the sheet itself begins at 9 and ends at 17


def test_time_off_is_hatched_and_not_free(desk, carlos):
    TimeOff.objects.create(practitioner=carlos.practitioner, starts_at=MONDAY, ends_at=MONDAY + timedelta(hours=2))
    shown = column(desk.get(DAY))
    assert shown.off == [("s24 d24", "Away until 12:00")]
    assert shown.next_free.isoformat() == "2027-03-01T12:00:00-05:00"


def test_time_off_of_the_whole_clinic_counts_for_everybody(desk, carlos):
    TimeOff.objects.create(starts_at=MONDAY - timedelta(hours=2), ends_at=MONDAY + timedelta(hours=8))
    shown = column(desk.get(DAY))
    assert (shown.off[0], shown.next_free) == (("s0 d48", "Away"), None)


def test_the_now_line_stands_at_now_on_today_only(desk, carlos):
    assert desk.get(DAY).content.decode().count("now s24 m0") == 1
    assert "data-now" not in desk.get(DAY, {"day": "2027-03-02"}).content.decode()


def test_a_cancelled_visit_gives_its_place_to_the_next_one(desk, carlos):
    make.appointment(of=make.patient("Gone"), by=carlos.practitioner, status=Status.CANCELLED)
    assert [card.name for card in column(desk.get(DAY)).cards] == ["Gone Sørensen"]
    make.appointment(of=make.patient("Kept"), by=carlos.practitioner)
    response = desk.get(DAY)
    assert [card.name for card in column(response).cards] == ["Kept Sørensen"]
    assert dict(response.context["sheet"].counts)[Status.CANCELLED] == 1


def test_a_hold_is_drawn_until_it_ends(desk, carlos):
    held = {"patient": None, "status": Status.HELD, "booked_at": None}
    make.appointment(by=carlos.practitioner, hold_until=MONDAY + timedelta(minutes=30), **held)
    later = MONDAY + timedelta(hours=1)
    make.appointment(by=carlos.practitioner, at=later, hold_until=MONDAY - timedelta(minutes=1), **held)
    cards = column(desk.get(DAY)).cards
    assert [card.appointment.starts_at for card in cards] == [MONDAY]
    assert "Held until Mon, Mar 1, 10:30 AM" in desk.get(DAY).content.decode()


def test_the_strip_counts_each_status_in_the_order_of_a_visit(desk, carlos):
    for n, status in enumerate((Status.BOOKED, Status.DONE, Status.DONE)):
        make.appointment(make.patient(f"P{n}"), carlos.practitioner, MONDAY + timedelta(hours=n), status=status)
    counts = [(str(status), number) for status, number in desk.get(DAY).context["sheet"].counts if number]
    assert counts == [("booked", 1), ("done", 2)]


def test_the_flow_board_lists_the_late_first_then_by_stage_and_wait(desk, carlos):
    for name, status, minutes in (
        ("Out", Status.CHECKING_OUT, 60),
        ("Short", Status.ARRIVED, 4),
        ("Long", Status.ARRIVED, 14),
        ("Late", Status.CONFIRMED, 30),
        ("Done", Status.DONE, 90),
    ):
        at = MONDAY - timedelta(minutes=minutes)
        by = make.practitioner(name=name)
        make.appointment(make.patient(name), by, at, status=status, minutes=5)
    flow = desk.get(DAY).context["flow"]
    rows = [(card.appointment.patient.given_name, card.late, card.waits_long) for card in flow]
    assert rows == [("Late", 30, False), ("Long", 0, True), ("Short", 0, False), ("Out", 0, False)]
    assert [str(card.next_word) for card in flow] == ["Arrived", "To room", "To room", "Check out"]


def test_the_flow_board_is_of_today_whichever_day_is_shown(desk, carlos):
    make.appointment(make.patient("Here"), carlos.practitioner, MONDAY, status=Status.ARRIVED)
    flow = desk.get(DAY, {"day": "2027-03-05"}).context["flow"]
    assert [card.name for card in flow] == ["Here Sørensen"]


@pytest.mark.parametrize("asked", ["", "tomorrow", "2027-02-30", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_no_day_shows_today(desk, asked):
    assert desk.get(DAY, {"day": asked}).context["sheet"].frame.day == date(2027, 3, 1)


def dots(response):
    return column(response).cards[0].dots


@pytest.mark.parametrize(
    ("status", "minutes", "wanted"),
    [
        (Status.BOOKED, 30, ("open", "open", "none")),
        (Status.CONFIRMED, -30, ("due", "open", "none")),
        (Status.ARRIVED, 0, ("ok", "open", "none")),
        (Status.DONE, -60, ("ok", "due", "none")),
        (Status.NO_SHOW, -60, ("none", "none", "none")),
        (Status.CANCELLED, 60, ("none", "none", "none")),
    ],
)
def test_three_dots_say_attendance_note_and_money(desk, carlos, status, minutes, wanted):
    make.appointment(by=carlos.practitioner, at=MONDAY + timedelta(minutes=minutes), status=status)
    assert dots(desk.get(DAY)) == wanted


def test_the_second_dot_is_full_once_the_note_is_signed(desk, carlos, ana):
    from clinic.charting import notes

    booked = make.appointment(ana, carlos.practitioner, MONDAY - timedelta(hours=1), status=Status.DONE)
    visit = make.visit(ana, carlos.practitioner, appointment=booked)
    assert dots(desk.get(DAY)) == ("ok", "due", "none")
    visit = notes.save(visit, version=visit.version, by=carlos, subjective="better", objective="freer")
    notes.sign(visit, version=visit.version, by=carlos)
    assert dots(desk.get(DAY)) == ("ok", "ok", "none")
    VisitMark.objects.create(visit=visit, kind="entered_in_error", reason="other patient", by=carlos)
    assert dots(desk.get(DAY)) == ("ok", "due", "none")


def test_how_long_a_long_wait_is_the_clinic_says(desk, clinic, carlos):
    clinic.long_wait_minutes = 20
    clinic.save()
    make.appointment(by=carlos.practitioner, at=MONDAY - timedelta(minutes=15), status=Status.ARRIVED)
    assert [card.waits_long for card in desk.get(DAY).context["flow"]] == [False]
    clinic.long_wait_minutes = 15
    clinic.save()
    assert [card.waits_long for card in desk.get(DAY).context["flow"]] == [True]


def test_a_day_on_which_nobody_works_says_that_the_clinic_is_closed(desk, carlos):
    page = desk.get(DAY, {"day": "2027-03-06"}).content.decode()
    assert ("Nobody works on this day." in page, "No visits yet" in page) == (True, False)


def test_a_closed_clinic_says_why_and_a_person_away_does_not(desk, carlos):
    off = TimeOff.objects.create(
        starts_at=MONDAY - timedelta(hours=9), ends_at=MONDAY + timedelta(hours=9), reason="Harbour race"
    )
    assert "<b>Closed: Harbour race</b>" in desk.get(DAY).content.decode()
    off.practitioner = carlos.practitioner
    off.save()
    page = desk.get(DAY).content.decode()
    assert ("<b>Closed</b>" in page, "Harbour race" in page) == (True, False)


def rooms(response):
    return [(c.title, c.lanes, [card.place for card in c.cards]) for c in response.context["sheet"].rooms]


def test_tables_that_one_kind_names_stand_as_lanes_of_one_column(desk, carlos):
    one, two = make.room(name="Table 1", order=1), make.room(name="Table 2", order=2)
    make.kind(slug="heat").rooms.add(one, two)
    make.kind(slug="stim").rooms.add(two)
    make.room(name="Unused")
    make.appointment(by=carlos.practitioner, room=two)
    assert rooms(desk.get(DAY)) == [("Table 1, Table 2", 2, ["s24 d4 l2"])]


def test_the_rooms_of_the_day_stand_by_themselves_when_asked_for(desk, carlos):
    make.kind(slug="heat").rooms.add(make.room(name="Table"))
    make.appointment(by=carlos.practitioner, room=make.room(name="Front room"))
    make.appointment(
        make.patient("Gone"), make.practitioner(), room=make.room(name="Left room"), status=Status.CANCELLED
    )
    shown = desk.get(DAY, {"by": "rooms"})
    assert rooms(shown) == [("Table", 1, []), ("Front room", 1, ["s24 d4"]), ("Left room", 1, [])]
    assert [c.title for c in shown.context["sheet"].shown] == ["Table", "Front room", "Left room"]


def test_a_table_says_when_it_is_free_next(desk, carlos):
    one, two = make.room(name="Table 1"), make.room(name="Table 2")
    make.kind(slug="heat").rooms.add(one, two)
    make.appointment(by=carlos.practitioner, room=one)
    assert desk.get(DAY).context["sheet"].rooms[0].next_free.isoformat() == "2027-03-01T10:00:00-05:00"
    make.appointment(make.patient("Ben"), make.practitioner(), room=two, minutes=30)
    assert desk.get(DAY).context["sheet"].rooms[0].next_free.isoformat() == "2027-03-01T10:20:00-05:00"


@pytest.mark.parametrize(("day", "hours"), [("2027-03-14", 24), ("2027-11-07", 24)])
def test_the_sheet_stands_on_the_nights_when_the_clock_changes(desk, carlos, day, hours):
    at = MONDAY.replace(month=int(day[5:7]), day=int(day[8:]), hour=16)
    make.appointment(by=carlos.practitioner, at=at)
    response = desk.get(DAY, {"day": day})
    assert column(response).cards[0].place == f"s0 d{20 // 5}"


def test_the_front_desk_sees_that_there_is_an_alert_and_not_what_it_says(desk, carlos, ana):
    make.condition(ana, "osteoporosis")
    raised(ana)
    make.appointment(ana, carlos.practitioner)
    page = desk.get(DAY, {"p": ana.pk}).content.decode().lower() + desk.get(DAY).content.decode().lower()
    assert page.count("clinical alert") == 7
    assert [word for word in ("osteoporosis", "cauda", "call now", "rf01") if word in page] == []


def test_a_clinician_sees_the_words_on_the_same_page(chart, carlos, ana):
    make.condition(ana, "osteoporosis")
    raised(ana)
    page = chart.get(DAY, {"p": ana.pk}).content.decode().lower()
    assert [word for word in ("osteoporosis", "cauda", "call now") if word in page] == [
        "osteoporosis",
        "cauda",
        "call now",
    ]
    assert "cauda" in chart.get(DAY).content.decode()


def test_acknowledging_takes_the_alert_off_the_panel_by_name_and_time(desk, ana, rita, ten_o_clock):
    alert = raised(ana)
    assert desk.post(f"/desk/alerts/{alert.pk}/seen/", {"back": "/desk/?day=2027-03-02"}).url == "/desk/?day=2027-03-02"
    alert.refresh_from_db()
    assert (alert.acknowledged_by, alert.acknowledged_at) == (rita, ten_o_clock)
    assert desk.get(DAY).context["alerts_count"] == 0
    assert desk.post(f"/desk/alerts/{alert.pk}/seen/").status_code == 302
    assert desk.post("/desk/alerts/999999/seen/").status_code == 404


def test_the_clinic_admin_neither_sees_nor_acknowledges_alerts(client, olga, ana, ten_o_clock):
    alert = raised(ana)
    client.force_login(olga)
    page = client.get(DAY).content.decode()
    assert ("cauda" in page, 'id="alerts"' in page) == (False, False)
    assert client.post(f"/desk/alerts/{alert.pk}/seen/").status_code == 403


def test_a_first_visit_without_a_health_history_says_so_and_no_more(desk, carlos, ana):
    first = make.kind(slug="first", purpose="initial", minutes=45)
    make.appointment(ana, carlos.practitioner, minutes=45, kind=first)
    assert desk.get(DAY).content.decode().count("Intake not done") == 1


def test_the_therapist_sees_the_day_and_has_no_buttons(client, tess, carlos, ana, ten_o_clock):
    make.appointment(ana, carlos.practitioner, status=Status.ARRIVED)
    client.force_login(tess)
    page = client.get(DAY).content.decode()
    assert ("Ana Sørensen" in page, 'name="to"' in page, "New booking</a>" in page) == (True, False, False)


@pytest.mark.parametrize("visits", [1, 3])
def test_the_day_sheet_takes_nine_queries_for_any_number_of_visits(
    clinic, rita, carlos, django_assert_num_queries, visits
):
    table, heat, first = make.room(), make.kind(slug="heat"), make.kind(slug="first", purpose="initial")
    heat.rooms.add(table)
    for n in range(visits):
        of = make.patient(f"P{n}")
        make.condition(of)
        raised(of)
        at = MONDAY + timedelta(hours=n)
        make.appointment(of, carlos.practitioner, at, status=Status.ARRIVED, room=table, kind=first)
    assert rita.roles != set()  # known by then, as in a request
    with django_assert_num_queries(9):
        sheet.read(MONDAY.date(), user=rita, now=MONDAY)


@pytest.mark.parametrize("visits", [1, 3])
def test_the_page_adds_who_asks_and_where(desk, carlos, monkeypatch, django_assert_num_queries, visits):
    """Clinic, place, session, account and roles; each section of the side panel counts its own."""
    monkeypatch.setattr(panels, "PANELS", ())
    for n in range(visits):
        make.appointment(make.patient(f"P{n}"), carlos.practitioner, MONDAY + timedelta(hours=n))
    with django_assert_num_queries(13):
        desk.get(DAY)


@pytest.mark.parametrize("who", ["ana", "ivan"])
def test_patients_and_the_machine_keeper_have_no_desk(client, request, ten_o_clock, who):
    client.force_login(request.getfixturevalue(who) if who == "ivan" else request.getfixturevalue(who).user)
    assert client.get(DAY).status_code == 403


def test_the_strip_filters_the_sheet_and_a_second_click_shows_all_again(desk, carlos):
    page = desk.get(DAY, {"status": "arrived"}).content.decode()
    assert '<main id="main" class="day" data-only="arrived">' in page
    assert 'class="is-arrived" href="?day=2027-03-01" aria-current="true"' in page
    assert 'href="?day=2027-03-01&amp;status=booked"' in page
    assert "data-only" not in desk.get(DAY, {"status": "asleep"}).content.decode()


def test_a_card_says_how_often_it_was_moved_so_that_a_stale_page_is_noticed(desk, carlos):
    make.appointment(by=carlos.practitioner, sequence=3)
    assert 'data-sequence="3"' in desk.get(DAY).content.decode()
