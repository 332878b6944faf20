"""The desk in a real browser: keys and clicks counted, cards carried, a page that stays up to date."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.scheduling import booking
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import Status
from patients import registering
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rita(site):
    return make.user("rita@example.org", Role.RECEPTIONIST, display_name="Rita")


@pytest.fixture
def carlos(site):
    return make.practitioner(name="Dr Carlos Vega", hours=False, room=make.room(name="Room 1"))


@pytest.fixture
def noor(site):
    return make.practitioner(name="Dr Noor", hours=False)


@pytest.fixture
def open_all_day(carlos, noor):
    """Both work from 8 to 18 every day, weekends too; it is midday in the clinic."""
    from datetime import time

    from clinic.scheduling.models import WorkingHours

    for person in (carlos, noor):
        for day in range(7):
            WorkingHours.objects.create(practitioner=person, weekday=day, opens=time(8), closes=time(18))


def at(clock):
    """Today at this time on the clinic's clock."""
    hour, minute = clock.split(":")
    with timezone.override(make.location().zone):
        return timezone.localtime().replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)


def late():
    """A start some twenty minutes ago: a call is due."""
    return (timezone.now() - timedelta(minutes=20)).replace(second=0, microsecond=0)


def clock(visit):
    visit.refresh_from_db()
    return f"{visit.starts_at.astimezone(make.location().zone):%H:%M}"


@pytest.fixture
def ana(site):
    return make.patient("Ana", phone="(503) 555-0119")


@pytest.fixture
def desk(tab, site, rita, sign_in, open_all_day):
    """Rita's tab on the day sheet, wide enough for all of it."""
    make.kind()
    sign_in(tab, rita)
    tab.set_viewport_size({"width": 1440, "height": 900})

    def show(path="/desk/"):
        tab.goto(f"{site}{path}")
        return tab

    return show


@pytest.fixture
def count_keys():
    """`count_keys(tab)` counts every key that is pressed from now on; `counted()` tells how many beyond letters."""

    def begin(tab):
        tab.evaluate("""() => { window.pressed = [];
            document.addEventListener('keydown', (e) => window.pressed.push(e.key), true); }""")
        return lambda: tab.evaluate("window.pressed")

    return begin


def card(tab, visit):
    return tab.locator(f"#a{visit.pk}")


def stands(tab, visit, person):
    """Wait until the card stands in the column of this practitioner."""
    tab.wait_for_selector(f"ol[data-practitioner='{person.pk}'] #a{visit.pk}")


def test_a_known_patient_is_booked_by_keys_alone(desk, ana, count_keys):
    """At most twelve keys beyond the name; the mouse is not touched."""
    tab = desk()
    pressed = count_keys(tab)
    tab.keyboard.press("n")
    tab.wait_for_selector("#book-dialog[open] #who:focus")
    tab.keyboard.type("sorensen")
    tab.wait_for_selector("#pick-hits [data-chosen]")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#book-dialog input[name=at]:checked:focus")
    tab.keyboard.press("Control+Enter")
    tab.wait_for_selector("#book-dialog:not([open])", state="attached")
    tab.wait_for_selector(".slot .appt")
    keys = pressed()
    assert len(keys) - len("sorensen") <= 12, keys
    made = Appointment.objects.get()
    assert (made.patient, made.status) == (ana, Status.BOOKED)
    assert "Booked: Ana" in tab.inner_text("#toasts")


def test_an_arrival_takes_one_click(desk, carlos, ana):
    visit = make.appointment(ana, carlos, late())
    tab = desk()
    tab.evaluate("() => { window.clicks = 0; document.addEventListener('click', () => window.clicks++, true); }")
    tab.locator("#flow button", has_text="Arrived").click()
    tab.wait_for_selector(f"#a{visit.pk}.is-arrived")
    assert tab.evaluate("window.clicks") == 1
    visit.refresh_from_db()
    assert visit.status == Status.ARRIVED
    assert "Ana Sørensen: Arrived" in tab.inner_text("#undo")


def test_a_double_click_takes_one_step(desk, carlos, ana):
    visit = make.appointment(ana, carlos, late())
    tab = desk()
    x, y = middle(tab.locator(f"#flow-{visit.pk}"))
    tab.mouse.click(x, y)
    tab.wait_for_selector(f"#a{visit.pk}.is-arrived")
    tab.mouse.down(click_count=2)  # the second half of a double click
    tab.mouse.up(click_count=2)
    tab.wait_for_timeout(300)
    visit.refresh_from_db()
    assert visit.status == Status.ARRIVED


def test_keys_on_a_card_step_and_u_takes_back(desk, carlos, ana):
    visit = make.appointment(ana, carlos, at("13:00"))
    tab = desk()
    card(tab, visit).focus()
    tab.keyboard.press("a")
    tab.wait_for_selector(f"#a{visit.pk}.is-arrived:focus")  # the card was drawn anew and keeps the cursor
    tab.keyboard.press("r")
    tab.wait_for_selector(f"#a{visit.pk}.is-in_room:focus")
    tab.keyboard.press("u")
    tab.wait_for_selector(f"#a{visit.pk}.is-arrived")


def test_arrows_walk_the_cards_and_the_page_has_one_stop_for_them(desk, carlos, noor, ana):
    first = make.appointment(ana, carlos, at("10:00"))
    second = make.appointment(make.patient("Ben"), carlos, at("13:00"))
    beside = make.appointment(make.patient("Eva"), noor, at("12:40"))
    tab = desk()
    card(tab, first).focus()
    seen = []
    for key in ("ArrowDown", "ArrowRight", "ArrowLeft", "ArrowUp"):
        tab.keyboard.press(key)
        seen.append(tab.evaluate("document.activeElement.id"))
    assert seen == [f"a{pk}" for pk in (second.pk, beside.pk, second.pk, first.pk)]
    assert tab.evaluate("[...document.querySelectorAll('.sheet .appt')].filter((c) => c.tabIndex === 0).length") == 1
    assert "/desk/?" not in tab.url


def test_a_visit_is_carried_by_keys_and_every_place_is_said(desk, carlos, noor, ana):
    visit = make.appointment(ana, carlos, at("13:00"))
    make.appointment(make.patient("Ben"), noor, at("13:00"))
    tab = desk()
    card(tab, visit).focus()
    tab.keyboard.press("m")
    said = []
    for key in ("ArrowDown", "ArrowRight", "PageDown"):
        tab.keyboard.press(key)
        said.append(tab.text_content("#sheet-tells"))
    assert said == [
        "1:05, Dr Carlos Vega: free",
        "1:05, Dr Noor: not free, Taken by Ben Sørensen",
        "2:05, Dr Noor: free",
    ]
    tab.keyboard.press("Enter")
    stands(tab, visit, noor)
    assert (clock(visit), visit.practitioner) == ("14:05", noor)
    tab.keyboard.press("u")
    stands(tab, visit, carlos)
    assert clock(visit) == "13:00"


def test_escape_puts_a_carried_visit_back(desk, carlos, ana):
    visit = make.appointment(ana, carlos, at("13:00"))
    tab = desk()
    card(tab, visit).focus()
    for key in ("m", "ArrowDown", "Escape"):
        tab.keyboard.press(key)
    assert (tab.text_content("#sheet-tells"), tab.locator(".drop").count(), clock(visit)) == ("Put back.", 0, "13:00")


def drag(tab, start, end):
    tab.mouse.move(*start)
    tab.mouse.down()
    tab.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    tab.mouse.move(*end, steps=4)


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_card_is_dragged_to_another_person_and_time(desk, carlos, noor, ana):
    visit = make.appointment(ana, carlos, at("13:00"))
    tab = desk()
    card(tab, visit).scroll_into_view_if_needed()
    x, y = middle(card(tab, visit))
    to = middle(tab.locator(f"ol.col[data-practitioner='{noor.pk}']"))
    drag(tab, (x, y), (to[0], y + 61))  # 10 px are five minutes
    assert tab.text_content(".drop") == "1:30–1:50"
    tab.mouse.up()
    stands(tab, visit, noor)
    assert (clock(visit), visit.practitioner) == ("13:30", noor)
    assert "/desk/" in tab.url and "p=" not in tab.url  # a drag is no click


def test_a_stroke_over_free_time_books_its_length(desk, carlos, ana):
    tab = desk()
    column = tab.locator(f"ol.col[data-practitioner='{carlos.pk}']")
    tab.evaluate("document.querySelector('.sheet').scrollTop = 400")
    box = column.bounding_box()
    y = box["y"] + 10 * 12 * 5 + 2  # 13:00, five hours below the first one
    drag(tab, (box["x"] + 50, y), (box["x"] + 60, y + 75))
    tab.mouse.up()
    tab.wait_for_selector("#book-dialog[open]")
    typed = [tab.input_value(f"#book-dialog #{name}") for name in ("id_time", "id_minutes", "id_practitioner")]
    assert typed == ["13:00", "40", str(carlos.pk)]


def test_somebody_else_was_faster_and_the_card_springs_back(desk, carlos, ana):
    visit = make.appointment(ana, carlos, at("13:00"))
    olga = make.user("olga@example.org", Role.CLINIC_ADMIN, display_name="Olga")
    tab = desk()
    booking.move(visit, starts_at=at("14:00"), by=olga)
    card(tab, visit).focus()
    for key in ("m", "ArrowDown", "Enter"):
        tab.keyboard.press(key)
    tab.wait_for_selector("#visit-dialog[open] #moved-meanwhile")
    assert "Moved by Olga to" in tab.inner_text("#moved-meanwhile")
    tab.heard.clear()  # the browser writes the 409 into its console
    tab.get_by_role("button", name="Try again").click()
    tab.wait_for_selector("#visit-dialog:not([open])", state="attached")
    assert clock(visit) == "13:05"


def test_the_page_brings_what_others_do_and_keeps_the_cursor(desk, carlos, ana):
    here = make.appointment(ana, carlos, at("13:00"))
    tab = desk()
    card(tab, here).focus()
    other = make.appointment(make.patient("Ben"), carlos, at("14:00"))
    tab.evaluate("document.body.dispatchEvent(new Event('desk-changed'))")
    card(tab, other).wait_for()
    assert tab.evaluate("document.activeElement.id") == f"a{here.pk}"


def test_a_lost_line_is_said_and_the_buttons_rest(desk, carlos, ana, context):
    make.appointment(ana, carlos, late())
    tab = desk()
    context.set_offline(True)
    tab.wait_for_selector("#line-bar:not([hidden])")
    assert "Not connected since" in tab.inner_text("#line-bar")
    assert tab.locator("#flow button").first.is_disabled()
    context.set_offline(False)
    tab.wait_for_selector("#line-bar[hidden]", state="attached")
    assert tab.locator("#flow button").first.is_enabled()
    tab.heard.clear()  # what the browser and htmx write about the lost line


def test_a_session_that_has_ended_is_said_once_and_asking_stops(desk, carlos, ana):
    from django.contrib.sessions.models import Session

    tab = desk()
    Session.objects.all().delete()
    asked = []
    tab.on(
        "request", lambda request: asked.append(request.url) if "now" in request.url.rsplit("?")[0].split("/") else None
    )
    tab.evaluate("document.body.dispatchEvent(new Event('desk-changed'))")
    tab.wait_for_selector("#line-bar:not([hidden]) a:not([hidden])")
    assert "You were signed out" in tab.inner_text("#line-bar")
    tab.evaluate("document.body.dispatchEvent(new Event('desk-changed'))")
    tab.wait_for_timeout(300)
    assert len([url for url in asked if "next=" not in url]) == 1  # the browser itself goes on to the sign-in page
    assert tab.locator("#who").count() == 0


def test_single_keys_can_be_switched_off_and_stay_off(desk, carlos, ana):
    tab = desk()
    tab.keyboard.press("?")
    tab.uncheck("#single-keys")
    tab.keyboard.press("Escape")
    tab = desk()
    tab.keyboard.press("n")
    tab.wait_for_timeout(300)
    assert tab.locator("#book-dialog[open]").count() == 0
    tab.locator("button.keys").click()
    tab.check("#single-keys")
    tab.keyboard.press("Escape")
    tab.keyboard.press("n")
    tab.wait_for_selector("#book-dialog[open]")


def test_a_walk_in_who_is_new_takes_one_dialog(desk, open_all_day):
    tab = desk()
    tab.get_by_role("link", name="Walk-in").click()
    tab.wait_for_selector("#book-dialog[open]")
    for name, value in (
        ("given_name", "Kofi"),
        ("family_name", "Mensah"),
        ("birth_date", "1980-05-06"),
        ("phone", "5035550133"),
    ):
        tab.fill(f"#id_{name}", value)
    tab.keyboard.press("Control+Enter")
    tab.wait_for_selector(".slot .appt")
    assert Appointment.objects.get().patient.full_name == "Kofi Mensah"


def test_a_double_is_noticed_while_typing(desk, ana):
    registering.create(given_name="Anna", family_name="Soerensen", birth_date=ana.birth_date)
    tab = desk()
    tab.keyboard.press("n")
    tab.wait_for_selector("#book-dialog[open]")
    tab.fill("#id_birth_date", "1965-03-14")
    tab.fill("#id_given_name", "Ana")
    tab.fill("#id_family_name", "Sørensen")
    tab.wait_for_selector("#same .hit")
    assert "may be" in tab.inner_text("#same")


def test_the_undo_goes_out_of_sight_and_its_key_still_works(desk, carlos, ana):
    visit = make.appointment(ana, carlos, at("13:00"))
    tab = desk()
    card(tab, visit).focus()
    tab.keyboard.press("a")
    tab.wait_for_selector("#undo:not(.vh)")
    tab.evaluate("document.querySelector('#undo').dataset.age = '9'")
    tab.wait_for_selector("#undo.vh", state="attached")
    tab.keyboard.press("u")
    tab.wait_for_selector(f"#a{visit.pk}.is-booked")


def test_the_open_dialog_and_the_sheet_pass_the_accessibility_check(desk, carlos, ana, axe):
    make.appointment(ana, carlos, at("13:00") + timedelta(minutes=5), status=Status.ARRIVED)
    tab = desk()
    found = axe(tab)
    tab.keyboard.press("n")
    tab.wait_for_selector("#book-dialog[open] input[name=at]:checked")
    assert found + axe(tab) == []


@pytest.mark.parametrize("width", [1440, 375])
@pytest.mark.parametrize("path", ["/desk/week/", "/desk/week/?who=all", "/desk/?by=rooms", "/desk/print/"])
def test_week_rooms_and_paper_pass_the_accessibility_check(desk, carlos, ana, axe, path, width):
    table = make.room(name="Table 1")
    make.kind(slug="heat").rooms.add(table)
    visit = make.appointment(ana, carlos, at("13:00"), room=table)
    tab = desk(path)
    tab.set_viewport_size({"width": width, "height": 800})
    assert axe(tab) == []
    tab.goto(tab.url.split("/desk/")[0] + f"/desk/appointments/{visit.pk}/move/")
    assert axe(tab) == []
