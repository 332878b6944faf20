"""The permission matrix (`matrix.csv`, `admin_matrix.csv`), cell by cell, against the running doors."""

from html import unescape

import pytest
from django.contrib import admin
from django.urls import path

from clinic.accounts.admin_rights import ByRight
from clinic.audit.models import AuditEvent
from tests.access import oracle, places, tables, typed
from tests.access.routes import PUBLIC, Route, all_routes, sign_in_page
from tests.access.world import browser

pytestmark = pytest.mark.django_db
NOT_A_REFUSAL = PUBLIC | {"admin:(?P<url>.*)$"}  # a public 404 says that there is no such page, to anybody
COOKIE_ONLY = ("language",)  # kept in the browser, not by us
OTHERS = ("put", "patch", "delete", "options", "trace")
ROUTES = oracle.by_name()


@pytest.fixture(scope="module")
def before(built):
    """The tables as they stand before any request."""
    return tables.stand()


def ask(world, cell):
    """Send the cell's request and return the answer."""
    client, url = browser(world, cell.role), places.address(world, ROUTES[cell.route], cell.role)
    return getattr(client, cell.method.lower())(url, getattr(typed, cell.data or "nothing")(world))


def seen(response):
    """What kind of answer this is, in the words of the matrix."""
    if response.status_code == 302:
        return "login" if response["Location"].startswith("/accounts/login/?next=") else "302"
    return "ok" if response.status_code == 200 else str(response.status_code)


def text_of(response):
    """What the answer says; a file is read as far as it is text."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")


def denials():
    return AuditEvent.objects.filter(action="access.denied").count()


def expected_denials(cell):
    """A refused person or link holder leaves one row; who must sign in first, or finds no page, leaves none."""
    refused = cell.answer == "403" or (cell.answer == "404" and cell.route not in NOT_A_REFUSAL)
    return int(refused and not sign_in_page(ROUTES[cell.route]))


@pytest.mark.parametrize("cell", oracle.cells(), ids=str)
def test_every_cell_of_the_matrix_holds(world, before, cell):
    denied = denials()
    response = ask(world, cell)
    assert seen(response) == cell.answer
    assert denials() - denied == expected_denials(cell)
    if cell.answer == "ok":
        wanted = cell.shows.format(name=places.person_of(world, cell.role).given_name)
        assert wanted in unescape(text_of(response))
    elif cell.method == "POST" and cell.answer == "302" and not cell.route.startswith(("admin:", *COOKIE_ONLY)):
        assert tables.changed(before) != []
    elif cell.answer != "302" or cell.route in COOKIE_ONLY:
        assert tables.changed(before) == []


@pytest.mark.parametrize(
    "role", ["anonymous", "other_patient", "receptionist", "chiropractor", "it_superuser", "kiosk"]
)
def test_no_other_method_is_answered(world, before, role):
    """T002, T025: PUT, PATCH, DELETE, OPTIONS and TRACE get 405 or what the role gets anyway."""
    answers = {}
    for name, route in ROUTES.items():
        if sign_in_page(route) or name == "admin:login":  # they only send people on
            continue
        for method in OTHERS:
            answer = seen(getattr(browser(world, role), method)(places.address(world, route, role)))
            if answer not in ("405", "login", "403", "404"):
                answers[f"{method} {name}"] = answer
    assert answers == {}
    assert tables.changed(before) == []


# --- the walk (T100)


def known():
    return {(row["route"], row["method"]) for row in oracle.rows()}


def test_every_route_and_method_has_a_row_and_every_row_a_route():
    assert oracle.missing_and_stale(all_routes(), known(), oracle.admin_letters()) == ([], [])


def test_the_guard_catches_a_route_without_a_row_and_a_row_without_a_route():
    planted = Route("secret", "secret/", path("secret/", lambda request: None).callback)
    missing, _stale = oracle.missing_and_stale([*all_routes(), planted], known(), oracle.admin_letters())
    assert missing == [("secret", "GET"), ("secret", "POST")]
    _missing, stale = oracle.missing_and_stale(all_routes(), {*known(), ("gone", "GET")}, oracle.admin_letters())
    assert stale == [("gone", "GET")]


def test_a_page_of_a_model_beside_its_stock_pages_needs_a_row_of_its_own():
    planted = Route("admin:charting_visit_export", "admin/charting/visit/export/", lambda request: None)
    missing, _stale = oracle.missing_and_stale([*all_routes(), planted], known(), oracle.admin_letters())
    assert missing == [("admin:charting_visit_export", "GET"), ("admin:charting_visit_export", "POST")]


def test_every_registered_model_has_a_row_and_every_row_a_model():
    assert sorted(oracle.admin_letters()) == sorted(model._meta.label_lower for model in admin.site._registry)


def asks_the_matrix(pages):
    """Does this class take `ByRight`'s answers before Django's own?"""
    order = pages.__mro__
    return ByRight in order and order.index(ByRight) < order.index(admin.ModelAdmin)


def test_the_guard_catches_pages_that_ask_django_first():
    assert asks_the_matrix(type("Wrong", (admin.ModelAdmin, ByRight), {})) is False
    assert asks_the_matrix(type("Right", (ByRight, admin.ModelAdmin), {})) is True


def test_every_admin_page_asks_the_permission_matrix():
    """A superuser passes Django's own permissions: pages that packages bring along must not get in."""
    assert [m._meta.label for m, pages in admin.site._registry.items() if not asks_the_matrix(type(pages))] == []


def test_a_page_that_does_not_ask_the_matrix_is_not_registered():
    site = type(admin.site)()
    site.register(AuditEvent, admin.ModelAdmin)
    assert site.is_registered(AuditEvent) is False
