"""Tablets at the desk: added with a code that is shown once, paired by one button, taken out of use in one click."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client

from clinic.accounts import device_cookie
from clinic.accounts.models import Device
from tests import make
from tests.make import MONDAY


def text(response):
    return unescape(response.content.decode())


def add(desk):
    """Add a tablet at the desk and return (page, path of its pairing link)."""
    response = desk.post("/desk/devices/", {"name": "Tablet by the door", "location": make.location().pk})
    return response, re.search(r'value="[^"]*(/checkin/pair/[^"]+)"', text(response))[1]


def test_a_tablet_is_added_paired_and_shows_the_check_in(desk):
    page, path = add(desk)
    assert (page.status_code, "data:image/svg+xml;base64," in text(page)) == (200, True)
    tablet = Client()
    assert "Pair this device" in text(tablet.get(path))
    assert tablet.post(path).url == "/checkin/"
    assert tablet.get("/checkin/").status_code == 200
    cookie = tablet.cookies[device_cookie.NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/checkin/")
    device = Device.objects.get()
    assert (device.name, device.paired_at) == ("Tablet by the door", MONDAY)


def test_the_pairing_address_is_shown_only_once(desk):
    _page, path = add(desk)
    again = text(desk.get("/desk/devices/"))
    assert (path in again, "Tablet by the door" in again, "Not yet" in again) == (False, True, True)


def test_looking_at_the_pairing_page_pairs_nothing(desk):
    _page, path = add(desk)
    for _again in range(3):
        assert Client().get(path).status_code == 200
    assert Device.objects.get().paired_at is None


def test_a_replayed_pairing_link_opens_nothing(desk):
    _page, path = add(desk)
    Client().post(path)
    second = Client()
    assert (second.post(path).status_code, second.get(path).status_code) == (404, 404)
    assert second.get("/checkin/").status_code == 403


def test_a_pairing_link_ends_after_a_quarter_of_an_hour(client, rita):
    with time_machine.travel(MONDAY, tick=False) as clock:
        client.force_login(rita)
        _page, path = add(client)
        clock.shift(timedelta(minutes=15))
        assert Client().post(path).status_code == 404
    assert Device.objects.get().paired_at is None


def test_pairing_signs_out_whoever_was_signed_in_on_the_tablet(desk):
    _page, path = add(desk)
    desk.post(path)
    assert desk.get("/desk/").url.startswith("/accounts/login/")
    assert desk.get("/checkin/").status_code == 200


def test_one_click_takes_a_tablet_out_of_use(desk, rita):
    _page, path = add(desk)
    tablet = Client()
    tablet.post(path)
    device = Device.objects.get()
    assert desk.post(f"/desk/devices/{device.pk}/revoke/").url == "/desk/devices/"
    assert tablet.get("/checkin/").status_code == 403
    device.refresh_from_db()
    assert (device.revoked_at, device.revoked_by) == (MONDAY, rita)
    page = text(desk.get("/desk/devices/"))  # the message of the deed, and no row any more
    assert ("Tablet by the door is no longer paired." in page, "Revoke<" in page) == (True, False)


@pytest.mark.parametrize("typed", [{"name": ""}, {"name": "x" * 61}, {"location": ""}, {"location": "999"}])
def test_half_a_device_is_refused_at_its_field(desk, typed):
    sent = {"name": "Tablet by the door", "location": make.location().pk, **typed}
    response = desk.post("/desk/devices/", sent)
    assert (response.status_code, "invalid-feedback" in text(response), Device.objects.count()) == (422, True, 0)
    assert sent["name"] in text(response)


def test_a_place_that_is_closed_takes_no_tablet(desk):
    closed = make.location(name="Old house", is_active=False)
    assert desk.post("/desk/devices/", {"name": "Tablet", "location": closed.pk}).status_code == 422


def test_the_menu_leads_to_the_devices_for_those_who_may_pair(desk, client, tess):
    assert "/desk/devices/" in text(desk.get("/desk/"))
    client.force_login(tess)
    assert "/desk/devices/" not in text(client.get("/desk/"))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_as_many_queries_however_many_tablets(desk, rita, rows, django_assert_num_queries):
    for n in range(rows):
        make.device(rita, name=f"Tablet {n}")
    with django_assert_num_queries(8):
        assert desk.get("/desk/devices/").status_code == 200
