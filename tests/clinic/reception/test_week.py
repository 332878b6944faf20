"""The week: seven days beside each other, of one practitioner or of everybody."""

from datetime import date, time, timedelta

import pytest

from clinic.reception import week
from clinic.scheduling.models.appointments import Status
from tests import make
from tests.make import MONDAY

WEEK = "/desk/week/"


def cards(response):
    return [(c.title, [card.name for card in c.cards]) for c in response.context["sheet"].columns if c.cards]


def test_the_week_begins_on_monday_and_has_seven_days(desk, carlos):
    columns = desk.get(WEEK, {"day": "2027-03-04"}).context["sheet"].columns
    assert [column.title for column in columns] == ["Mon 1", "Tue 2", "Wed 3", "Thu 4", "Fri 5", "Sat 6", "Sun 7"]
    assert [column.is_today for column in columns] == [True, *[False] * 6]


def test_the_now_line_stands_in_this_week_only(desk, carlos):
    line = "now s24 m0"
    assert [line in desk.get(WEEK, {"day": day}).content.decode() for day in ("2027-03-04", "2027-03-08")] == [
        True,
        False,
    ]


def test_it_shows_one_practitioner_unless_another_is_chosen(desk, carlos):
    other = make.practitioner(name="Dr Noor")
    make.appointment(make.patient("Ana"), carlos.practitioner)
    make.appointment(make.patient("Ben"), other, MONDAY + timedelta(days=2))
    make.appointment(make.patient("Eva"), carlos.practitioner, MONDAY + timedelta(days=7))
    assert cards(desk.get(WEEK)) == [("Mon 1", ["Ana Sørensen"])]
    assert cards(desk.get(WEEK, {"who": other.pk})) == [("Wed 3", ["Ben Sørensen"])]
    assert cards(desk.get(WEEK, {"who": "all"})) == [("Mon 1", ["Ana Sørensen"]), ("Wed 3", ["Ben Sørensen"])]


@pytest.mark.parametrize("who", ["0", "x", "9" * 30, "-1"])
def test_nobody_of_that_number_is_the_first_one(desk, carlos, who):
    assert desk.get(WEEK, {"who": who}).context["sheet"].who == carlos.practitioner


def test_everybody_has_a_lane(desk, carlos):
    make.appointment(make.patient("Ana"), carlos.practitioner)
    make.appointment(make.patient("Ben"), make.practitioner())
    monday = desk.get(WEEK, {"who": "all"}).context["sheet"].columns[0]
    assert (monday.lanes, [card.place for card in monday.cards]) == (2, ["s24 d4 l1", "s24 d4 l2"])


def test_all_days_have_the_same_hours(desk, carlos):
    carlos.practitioner.hours.filter(weekday=1).update(opens=time(6), closes=time(21))
    make.appointment(by=carlos.practitioner)
    page = desk.get(WEEK)
    assert (page.context["sheet"].frame.first, page.context["sheet"].frame.last) == (6, 21)
    assert page.context["sheet"].columns[0].cards[0].place == "s48 d4"
    assert page.context["sheet"].columns[0].off[0] == ("s0 d24", "Starts at 8:00")


def test_the_poll_of_a_week_brings_the_grid_or_nothing(desk, carlos):
    shown = desk.get(WEEK).context["sheet"].version
    asked = {"HX-Request": "true", "Desk-Has": f"day=2027-03-01 sheet={shown}"}
    assert desk.get(WEEK, headers=asked).status_code == 204
    make.appointment(make.patient("Ana"), carlos.practitioner, MONDAY + timedelta(days=3))
    answer = desk.get(WEEK, headers=asked).content.decode()
    assert ('id="grid"' in answer, "<html" in answer, "Ana Sørensen" in answer) == (True, False, True)


def test_a_free_place_of_the_week_books_with_this_practitioner(desk, carlos):
    page = desk.get(WEEK).content.decode()
    assert f'data-book="/desk/book/?practitioner={carlos.practitioner.pk}&amp;at=2027-03-03T"' in page
    assert 'data-book="/desk/book/?at=2027-03-03T"' in desk.get(WEEK, {"who": "all"}).content.decode()


def test_a_clinic_without_practitioners_says_what_to_do(desk):
    assert "No practitioners yet" in desk.get(WEEK).content.decode()


@pytest.mark.parametrize("who", ["", "all"])
@pytest.mark.parametrize("visits", [1, 3])
def test_the_week_takes_eight_queries(clinic, rita, carlos, django_assert_num_queries, visits, who):
    first = make.kind(slug="first", purpose="initial")
    for n in range(visits):
        of = make.patient(f"P{n}")
        make.condition(of)
        make.appointment(of, carlos.practitioner, MONDAY + timedelta(days=n), status=Status.BOOKED, kind=first)
    assert rita.roles != set()
    with django_assert_num_queries(8):
        week.read(date(2027, 3, 1), who, user=rita, now=MONDAY)


def test_paper_lists_who_comes_when_to_whom_and_nothing_about_health(desk, carlos, ana):
    make.condition(ana, "osteoporosis")
    make.appointment(ana, carlos.practitioner, room=make.room(name="Room 9"))
    make.appointment(make.patient("Gone"), carlos.practitioner, status=Status.CANCELLED)
    page = desk.get("/desk/print/", {"day": "2027-03-01"}).content.decode()
    assert [word for word in ("10:00 AM", "Ana Sørensen", "Adjustment", "Room 9", "20 min") if word not in page] == []
    assert [
        word for word in ("alert", "osteoporosis", "Gone", "ntake") if word in page.split("<main")[1].split("</main")[0]
    ] == []
