"""One access mark per route; nothing is open that was not meant to be."""

import pytest
from django.test import Client
from django.urls import path

from clinic.accounts.access import open_to_all
from clinic.audit.models import AuditEvent
from tests import make
from tests.access.routes import PUBLIC, Route, all_routes, sign_in_page

MARKS = {"reception_only", "clinical_only", "patient_only", "staff_only", "kiosk", "by_address", "open_to_all"}
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")


def unmarked(routes):
    """Return the names of routes without exactly one known access mark."""
    return [r.name for r in routes if not (r.mark in MARKS or str(r.mark).startswith("by_link:"))]


def open_beyond_the_list(routes):
    """Return the names of open routes that are not on the public list."""
    return [r.name for r in routes if r.mark == "open_to_all" and r.name not in PUBLIC and not sign_in_page(r)]


def test_every_route_carries_one_access_mark():
    """T100, first half: a forgotten mark fails here."""
    assert unmarked(all_routes()) == []


def test_only_the_public_list_is_open_to_all():
    assert open_beyond_the_list(all_routes()) == []


def test_the_guard_catches_a_route_without_a_mark():
    forgotten = path("secret/", lambda request: None, name="secret")
    assert unmarked([Route("secret", "secret/", forgotten.callback)]) == ["secret"]


def test_the_guard_catches_an_open_route_that_is_not_on_the_list():
    assert open_beyond_the_list([Route("chart", "chart/", open_to_all(lambda request: None))]) == ["chart"]


@pytest.fixture(scope="module")
def closed():
    return [r for r in all_routes() if r.name not in PUBLIC and not sign_in_page(r)]


@pytest.mark.django_db
@pytest.mark.parametrize("method", METHODS)
def test_an_anonymous_visitor_gets_login_or_404_off_the_public_list(clinic, closed, method):
    """T001, T002, T025: every route, every method, never 200."""
    ana, client = make.patient(), Client()
    answers = {}
    for route in closed:
        response = getattr(client, method)(route.address(pk=ana.pk, object_id=ana.pk))
        sent_to_login = response.status_code == 302 and response["Location"].startswith("/accounts/login/")
        if not (sent_to_login or response.status_code in (403, 404, 405)):
            answers[route.name] = response.status_code
    assert answers == {}


@pytest.mark.django_db
def test_a_refusal_by_row_and_by_role_leaves_one_audit_row(client, ana, ben):
    client.force_login(ana.user)
    other = make.visit(of=ben)
    assert client.get(f"/portal/visits/{other.pk}/").status_code == 404
    assert client.get("/desk/").status_code == 403
    denied = AuditEvent.objects.filter(action="access.denied").order_by("pk")
    assert [(e.actor_id, e.details["why"]) for e in denied] == [(ana.user.pk, "row"), (ana.user.pk, "role")]
