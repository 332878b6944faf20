"""One click on an appointment, and one to take it back."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clinic.scheduling.models.appointments import Status
from tests import make
from tests.make import MONDAY


@pytest.fixture
def visit(carlos, ana):
    return make.appointment(ana, carlos.practitioner)


def address(visit, deed):
    return f"/desk/appointments/{visit.pk}/{deed}/"


def status_of(visit):
    visit.refresh_from_db()
    return visit.status


def test_a_visit_goes_its_way_one_click_at_a_time(desk, visit):
    way = ["confirmed", "arrived", "in_room", "with_practitioner", "checking_out", "done"]
    seen = []
    for to in way:
        desk.post(address(visit, "step"), {"to": to})
        seen.append(status_of(visit))
    assert seen == way


def test_a_step_returns_to_the_page_its_button_stood_on(desk, visit):
    back = "/desk/?day=2027-03-01&p=1"
    assert desk.post(address(visit, "step"), {"to": "arrived", "back": back}).url == back


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_a_step_never_leads_away(desk, visit, back):
    assert desk.post(address(visit, "step"), {"to": "arrived", "back": back}).url == "/desk/"


def test_a_step_somebody_else_overtook_says_where_the_visit_is(desk, visit):
    type(visit).objects.filter(pk=visit.pk).update(status=Status.DONE, done_at=MONDAY)
    page = desk.post(address(visit, "step"), {"to": "in_room"}, follow=True).content.decode()
    assert "Ana Sørensen was moved meanwhile and is now: Done. Nothing was changed." in page
    assert status_of(visit) == "done"


@pytest.mark.parametrize("to", ["", "cancelled", "held", "expired", "somewhere"])
def test_a_step_that_is_none_is_not_found(desk, visit, to):
    assert desk.post(address(visit, "step"), {"to": to}).status_code == 404
    assert status_of(visit) == "booked"


def test_undo_is_offered_after_a_step_and_takes_it_back(desk, visit):
    desk.post(address(visit, "step"), {"to": "arrived"})
    page = desk.get("/desk/").content.decode()
    assert page.count(f'action="{address(visit, "undo")}"') == 1
    told = desk.post(address(visit, "undo"), follow=True).content.decode()
    assert (status_of(visit), visit.arrived_at) == ("booked", None)
    assert "Taken back: Ana Sørensen is Booked again." in told
    assert address(visit, "undo") not in told


def test_nothing_to_undo_is_said_in_words(desk, visit):
    page = desk.post(address(visit, "undo"), follow=True).content.decode()
    assert "Nothing was changed." in page


def test_cancelling_needs_a_reason_and_keeps_the_row(desk, rita, visit):
    refused = desk.post(address(visit, "cancel"), {"because": " "})
    assert (refused.status_code, status_of(visit)) == (422, "booked")
    desk.post(address(visit, "cancel"), {"because": "child ill"})
    assert (status_of(visit), visit.cancelled_because, visit.cancelled_by) == ("cancelled", "child ill", rita)


def test_a_visit_that_has_begun_is_not_cancelled(desk, carlos, ana):
    begun = make.appointment(ana, carlos.practitioner, status=Status.IN_ROOM)
    page = desk.post(address(begun, "cancel"), {"because": "late"}, follow=True).content.decode()
    assert (status_of(begun), "is now: In room" in page) == ("in_room", True)


def test_a_cancelled_visit_comes_back_unless_its_time_was_given_away(desk, visit, carlos):
    desk.post(address(visit, "cancel"), {"because": "child ill"})
    desk.post(address(visit, "undo"))
    assert status_of(visit) == "booked"
    desk.post(address(visit, "cancel"), {"because": "child ill"})
    make.appointment(make.patient("Ben"), carlos.practitioner)
    page = desk.post(address(visit, "undo"), follow=True).content.decode()
    assert (status_of(visit), "given to somebody else" in page) == ("cancelled", True)


def test_no_show_and_undo(desk, carlos, ana):
    missed = make.appointment(ana, carlos.practitioner, MONDAY - timedelta(hours=1))
    desk.post(address(missed, "step"), {"to": "no_show"})
    assert status_of(missed) == "no_show"
    desk.post(address(missed, "undo"))
    assert status_of(missed) == "booked"


@pytest.mark.parametrize("deed", ["step", "undo", "cancel"])
def test_a_therapist_moves_nothing(client, tess, visit, ten_o_clock, deed):
    client.force_login(tess)
    assert client.post(address(visit, deed), {"to": "arrived", "because": "x"}).status_code == 403
    assert status_of(visit) == "booked"


@pytest.mark.parametrize("deed", ["step", "undo"])
def test_looking_moves_nothing(desk, visit, deed):
    assert desk.get(address(visit, deed)).status_code == 405


@pytest.mark.parametrize("deed", ["step", "undo", "cancel"])
def test_an_unknown_visit_is_not_found(desk, deed):
    assert desk.post(f"/desk/appointments/999999/{deed}/", {"to": "arrived"}).status_code == 404


# --- the fee of a late cancellation


@pytest.fixture
def late(carlos, ana):
    """Ana's visit in three hours, of a kind that asks for a day's notice."""
    kind = make.kind(late_cancel_hours=24, late_cancel_fee=Decimal("25.00"))
    return make.appointment(ana, carlos.practitioner, MONDAY + timedelta(hours=3), kind=kind)


RULE = "The rule for this kind proposes $25.00 (less than 24 hours before). Nothing is charged."


def fee_of(visit):
    visit.refresh_from_db()
    return visit.status, visit.fee_proposed, visit.fee_waived_because


def test_the_page_of_a_late_cancellation_tells_the_rule_and_offers_to_waive_it(desk, late):
    page = desk.get(address(late, "cancel")).content.decode()
    assert (RULE in page, 'name="waive"' in page, 'name="waived_because"' in page) == (True, True, True)


def test_the_page_of_a_cancellation_in_time_speaks_of_no_fee(desk, late):
    type(late).objects.filter(pk=late.pk).update(
        starts_at=MONDAY + timedelta(days=1), busy_from=MONDAY + timedelta(days=1),
        ends_at=MONDAY + timedelta(days=1, minutes=20), busy_until=MONDAY + timedelta(days=1, minutes=20),
    )  # fmt: skip
    page = desk.get(address(late, "cancel")).content.decode()
    assert ("proposes" in page, "waive" in page) == (False, False)
    desk.post(address(late, "cancel"), {"because": "work", "waive": "on", "waived_because": "kindness"})
    assert fee_of(late) == ("cancelled", None, "")


def test_letting_a_held_time_go_speaks_of_no_fee(desk, carlos, late):
    held = {"status": "held", "hold_until": MONDAY + timedelta(hours=1), "booked_at": None, "kind": late.kind}
    row = make.appointment(None, carlos.practitioner, MONDAY + timedelta(hours=2), patient=None, **held)
    assert "proposes" not in desk.get(address(row, "cancel")).content.decode()


def test_a_late_cancellation_keeps_the_fee_and_undo_wipes_it(desk, late):
    desk.post(address(late, "cancel"), {"because": "overslept"})
    assert fee_of(late) == ("cancelled", Decimal("25.00"), "")
    desk.post(address(late, "undo"))
    assert fee_of(late) == ("booked", None, "")


def test_a_fee_is_waived_with_a_reason_and_not_without(desk, late):
    refused = desk.post(address(late, "cancel"), {"because": "flat tyre", "waive": "on", "waived_because": " "})
    page = refused.content.decode()
    assert (refused.status_code, "Say in a few words why the fee is waived." in page, "flat tyre" in page) == (
        422, True, True)  # fmt: skip
    assert fee_of(late) == ("booked", None, "")
    desk.post(address(late, "cancel"), {"because": "flat tyre", "waive": "on", "waived_because": "first time"})
    assert fee_of(late) == ("cancelled", Decimal("25.00"), "first time")


def test_a_reason_to_waive_waives_without_the_tick_too(desk, late):
    desk.post(address(late, "cancel"), {"because": "flat tyre", "waived_because": "first time"})
    assert fee_of(late) == ("cancelled", Decimal("25.00"), "first time")
