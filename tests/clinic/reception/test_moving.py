"""Moving a visit at the desk, and taking the move back."""

from datetime import timedelta

import pytest

from clinic.audit.models import AuditEvent
from clinic.messaging.models import Message
from clinic.scheduling import booking
from clinic.scheduling.models.appointments import Status
from tests import make
from tests.make import MONDAY

HTMX = {"HX-Request": "true"}


@pytest.fixture
def visit(carlos, ana):
    return make.appointment(ana, carlos.practitioner, MONDAY + timedelta(hours=1))


def address(visit, deed="move"):
    return f"/desk/appointments/{visit.pk}/{deed}/"


def place(visit):
    visit.refresh_from_db()
    return visit.starts_at, visit.practitioner_id, visit.room_id, visit.minutes


def to(visit, clock="13:30", **fields):
    return {"day": "2027-03-01", "time": clock, "sequence": visit.sequence, **fields}


HALF_PAST_ONE = MONDAY + timedelta(hours=3, minutes=30)


def test_a_visit_is_moved_and_the_page_comes_back(desk, visit, carlos):
    answer = desk.post(address(visit), to(visit, back="/desk/?day=2027-03-01"))
    assert answer.url == "/desk/?day=2027-03-01"
    assert place(visit) == (HALF_PAST_ONE, carlos.practitioner.pk, None, 20)


def test_a_drag_says_practitioner_room_and_length_too(desk, visit):
    other, table = make.practitioner(), make.room()
    desk.post(address(visit), to(visit, practitioner=other.pk, room=table.pk, minutes=35))
    assert place(visit) == (HALF_PAST_ONE, other.pk, table.pk, 35)


def test_where_the_page_stays_the_answer_holds_words_and_undo(desk, visit):
    answer = desk.post(address(visit), to(visit), headers=HTMX)
    page = answer.content.decode()
    assert (answer.status_code, answer["HX-Trigger"]) == (200, "desk-changed")
    assert "Ana Sørensen: moved to Mon, Mar 1, 1:30 PM" in page
    assert f'hx-post="{address(visit, "undo")}"' in page


def test_undo_puts_a_moved_visit_back_where_it_was(desk, visit, carlos):
    table = make.room()
    before = (MONDAY + timedelta(hours=1), carlos.practitioner.pk, None, 20)
    desk.post(address(visit), to(visit, practitioner=make.practitioner().pk, room=table.pk, minutes=40))
    told = desk.post(address(visit, "undo"), follow=True).content.decode()
    assert place(visit) == before
    assert "Taken back: Ana Sørensen, Mon, Mar 1, 11:00 AM, with Dr Carlos Vega." in told
    assert 'data-key="u"' not in told


def test_undo_leaves_a_visit_alone_that_somebody_else_has_moved_since(desk, visit, olga):
    desk.post(address(visit), to(visit))
    visit.refresh_from_db()
    booking.move(visit, starts_at=MONDAY + timedelta(hours=5), by=olga)
    told = desk.post(address(visit, "undo"), follow=True).content.decode()
    assert place(visit)[0] == MONDAY + timedelta(hours=5)
    assert "Ana Sørensen was moved meanwhile to Mon, Mar 1, 3:00 PM, with Dr Carlos Vega. Nothing was changed." in told


def test_undo_says_when_the_old_time_was_given_away(desk, visit, carlos):
    desk.post(address(visit), to(visit))
    make.appointment(make.patient("Ben"), carlos.practitioner, MONDAY + timedelta(hours=1))
    told = desk.post(address(visit, "undo"), follow=True).content.decode()
    assert (place(visit)[0], "given to somebody else" in told) == (HALF_PAST_ONE, True)


def test_undo_is_offered_for_five_minutes(desk, visit, time_machine):
    desk.post(address(visit), to(visit))
    time_machine.move_to(MONDAY + timedelta(minutes=5), tick=False)
    assert 'data-key="u"' in desk.get("/desk/").content.decode()
    time_machine.move_to(MONDAY + timedelta(minutes=5, seconds=1), tick=False)
    assert 'data-key="u"' not in desk.get("/desk/").content.decode()


def test_a_taken_place_answers_409_with_the_nearest_free_times(desk, visit, carlos):
    make.appointment(make.patient("Ben"), carlos.practitioner, HALF_PAST_ONE)
    answer = desk.post(address(visit), to(visit), headers=HTMX)
    page = answer.content.decode()
    assert (answer.status_code, page.count('name="at" value="2027'), "This time was taken meanwhile." in page) == (
        409,
        3,
        True,
    )
    assert place(visit)[0] == MONDAY + timedelta(hours=1)
    offered = answer.context["nearest"][0]
    desk.post(address(visit), to(visit, at=offered.isoformat()), headers=HTMX)
    assert place(visit)[0] == offered


def test_outside_working_hours_is_refused_and_a_chiropractor_may_squeeze_in(desk, client, visit, carlos):
    answer = desk.post(address(visit), to(visit, "19:00"), headers=HTMX)
    page = answer.content.decode()
    told = (answer.status_code, "does not work at that time" in page, "overbook_because" in page)
    assert told == (409, True, False)
    desk.post(address(visit), to(visit, "19:00", overbook_because="child ill"))
    assert place(visit)[0] == MONDAY + timedelta(hours=1)
    client.force_login(carlos)
    client.post(address(visit), to(visit, "19:00", overbook_because="comes from work"))
    assert (place(visit)[0], visit.overbooked_because) == (MONDAY + timedelta(hours=9), "comes from work")


def test_somebody_else_was_faster_and_the_page_says_who(desk, visit, olga):
    stale = to(visit)
    booking.move(visit, starts_at=MONDAY + timedelta(hours=5), by=olga)
    answer = desk.post(address(visit), stale, headers=HTMX)
    page = answer.content.decode()
    assert (answer.status_code, "Moved by Olga to Mon, Mar 1, 3:00 PM." in page) == (409, True)
    assert place(visit)[0] == MONDAY + timedelta(hours=5)
    assert '<input type="hidden" name="sequence" value="1">' in page
    desk.post(address(visit), stale | {"sequence": 1}, headers=HTMX)
    assert place(visit)[0] == HALF_PAST_ONE


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"time": ""}, "time", "Type the day and the time."),
        ({"day": ""}, "day", "Type the day and the time."),
        ({"time": "noon"}, "time", "Enter a valid time."),
        ({"day": "2027-03-14", "time": "02:30"}, "time", "The clock is put forward that night"),
        ({"time": "09:00"}, "time", "This time has gone. Choose a later one."),
        ({"minutes": "600"}, "minutes", "Ensure this value is less than or equal to 480."),
        ({"minutes": "x"}, "minutes", "Enter a whole number."),
        ({"practitioner": "0"}, "practitioner", "Select a valid choice."),
        ({"sequence": "-1"}, "sequence", "Ensure this value is greater than or equal to 0."),
    ],
)  # fmt: skip
def test_bad_input_is_said_at_the_field_and_changes_nothing(desk, visit, typed, field, words):
    answer = desk.post(address(visit), to(visit) | typed)
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert place(visit)[0] == MONDAY + timedelta(hours=1)


def test_a_visit_that_has_begun_stays(desk, visit):
    type(visit).objects.filter(pk=visit.pk).update(status=Status.WITH_PRACTITIONER, started_at=MONDAY)
    answer = desk.post(address(visit), to(visit))
    assert answer.context["form"].errors["time"] == ["This visit is With practitioner and cannot be moved any more."]


def test_the_page_works_without_a_grid(desk, visit):
    page = desk.get(address(visit))
    assert page.templates[0].name == "reception/move.html"
    assert [page.context["form"][name].value() for name in ("practitioner", "minutes", "sequence")] == [
        visit.practitioner_id,
        20,
        0,
    ]


def test_the_patient_is_told_once(desk, visit, ana):
    ana.email = "ana@example.org"
    ana.save()
    desk.post(address(visit), to(visit))
    assert list(Message.objects.values_list("event", flat=True)) == ["scheduling/moved"]


def test_nobody_moves_without_the_right(client, tess, visit, ten_o_clock):
    client.force_login(tess)
    before = AuditEvent.objects.filter(action="access.denied").count()
    assert [client.get(address(visit)).status_code, client.post(address(visit), to(visit)).status_code] == [403, 403]
    assert AuditEvent.objects.filter(action="access.denied").count() - before == 2
    assert place(visit)[0] == MONDAY + timedelta(hours=1)


def test_a_step_where_the_page_stays(desk, visit):
    answer = desk.post(address(visit, "step"), {"to": "arrived"}, headers=HTMX)
    assert (answer["HX-Trigger"], "Ana Sørensen: Arrived" in answer.content.decode()) == ("desk-changed", True)
    type(visit).objects.filter(pk=visit.pk).update(status=Status.DONE, done_at=MONDAY)
    late = desk.post(address(visit, "step"), {"to": "in_room"}, headers=HTMX).content.decode()
    assert "is now: Done. Nothing was changed." in late
