"""Therapy timers in a real browser: seconds that tick, zero said aloud once; and the keys to the follow-up lists."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.scheduling.models import TherapyTimer
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TOLD = "Heat on Table 2 has ended: Ana Sørensen"


@pytest.fixture
def table(site):
    return make.room(name="Table 2")


@pytest.fixture
def visit(site):
    carlos = make.user("carlos@example.org", Role.CHIROPRACTOR)
    now = timezone.now().replace(second=0, microsecond=0)
    return make.appointment(make.patient(), make.practitioner(carlos, name="Dr Carlos Vega"), now, status="in_room")


@pytest.fixture
def desk(tab, site, sign_in, visit):
    """Rita's tab on the day, with a clock the test can wind."""
    sign_in(tab, make.user("rita@example.org", Role.RECEPTIONIST))
    tab.clock.install()
    return tab


def board(desk):
    return desk.locator("#timers")


def wind(desk, seconds):
    """Let so much time pass in the browser at once; the poll would wait for its answer as long, so it rests."""
    desk.evaluate("document.querySelector('#poll')?.remove()")
    desk.clock.run_for(seconds * 1000)


def test_a_timer_counts_down_turns_red_rings_and_is_said_once(desk, site, visit, table):
    make.timer(visit, room=table, at=timezone.now() - timedelta(minutes=8), minutes=10)
    desk.goto(f"{site}/desk/")
    row, said = board(desk).locator("li"), desk.get_by_role("status").filter(has_text=TOLD)
    first = row.locator("[data-left]").inner_text()
    assert first in ("2:00", "1:59", "1:58", "1:57", "1:56", "1:55")
    wind(desk, 10)
    assert row.locator("[data-left]").inner_text() != first
    assert (row.get_attribute("class"), said.count()) == ("", 0)
    wind(desk, 55)
    assert (row.get_attribute("class"), said.count()) == ("soon", 0)
    wind(desk, 75)
    assert row.get_attribute("class") == "rung"
    assert row.locator(".left").inner_text().startswith("Ended 0:")
    assert said.count() == 1


def test_a_timer_that_rang_before_the_page_was_opened_is_shown_and_not_said(desk, site, visit, table):
    make.timer(visit, room=table, at=timezone.now() - timedelta(minutes=12), minutes=10)
    desk.goto(f"{site}/desk/")
    wind(desk, 3)
    assert board(desk).locator("li").get_attribute("class") == "rung"
    assert desk.get_by_role("status").filter(has_text=TOLD).count() == 0


def test_a_timer_is_started_in_the_dialog_and_stopped(desk, site, visit, table, axe):
    desk.goto(f"{site}/desk/")
    board(desk).get_by_role("link", name="Start").click()
    dialog = desk.get_by_role("dialog", name="Start a timer")
    dialog.get_by_label("Therapy").select_option("e-stim")
    dialog.get_by_label("Table").select_option("Table 2")
    assert axe(desk) == []
    dialog.get_by_role("button", name="Start the timer").click()
    board(desk).get_by_role("button", name="Five minutes more for Ana Sørensen").click()
    board(desk).get_by_role("button", name="Stop").click()
    board(desk).get_by_text("No timer runs.").wait_for()
    timer = TherapyTimer.objects.get()
    assert (timer.name, timer.minutes, timer.room, timer.ended_at is None) == ("e-stim", 20, table, False)


def test_g_then_l_opens_the_follow_up_lists_and_an_attempt_is_one_click(desk, site, visit, axe):
    missed = make.patient("Ben", family="Whitcombe")
    make.appointment(missed, visit.practitioner, visit.starts_at - timedelta(days=1), status="no_show")
    desk.goto(f"{site}/desk/")
    desk.keyboard.press("l")  # alone it is no key
    desk.keyboard.press("g")
    desk.keyboard.press("l")
    desk.wait_for_url(f"{site}/desk/follow-up/missed/")
    assert axe(desk) == []
    desk.get_by_label("Note about the attempt").fill("call after 5")
    desk.keyboard.press("Enter")  # presses no outcome
    desk.get_by_role("button", name="Message left Ben Whitcombe").click()
    desk.get_by_text("Left a message today").wait_for()
    assert [(c.outcome, c.note) for c in missed.calls.all()] == [("message", "call after 5")]
    desk.locator("body").press("g")
    desk.locator("body").press("f")
    desk.wait_for_url(f"{site}/desk/")
    desk.keyboard.press("g")
    desk.keyboard.press("f")
    assert desk.evaluate("document.activeElement.id") == "h-flow"
