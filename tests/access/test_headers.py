"""T085, T086, T090, T092: what every response carries, errors included."""

import pytest

from tests import make

PAGES = ["/", "/library/", "/accounts/login/", "/healthz", "/no-such-page", "/desk/", "/admin/", "/portal/"]


@pytest.fixture(params=PAGES)
def response(request, client, clinic):
    return client.get(request.param)


def test_every_response_has_the_headers(response):
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert len(response["X-Request-ID"]) == 36


def test_every_response_has_a_strict_policy(response):
    policy = response["Content-Security-Policy"]
    assert [word for word in ("unsafe-inline", "unsafe-eval", "*", "http:", "https:") if word in policy] == []
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives == {
        "default-src": "'self'", "img-src": "'self' data:", "object-src": "'none'", "base-uri": "'none'",
        "form-action": "'self'", "frame-ancestors": "'none'",
    }  # fmt: skip


def test_a_server_error_has_the_headers_too(client, clinic, monkeypatch):
    from content.models import Article

    def breaks(*args, **kwargs):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(Article.objects.__class__, "published", breaks)
    client.raise_request_exception = False
    response = client.get("/library/")
    assert response.status_code == 500
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert b"broken on purpose" not in response.content


@pytest.mark.parametrize("path", ["/portal/", "/no-such-page", "/desk/"])
def test_what_a_signed_in_person_sees_is_never_stored(client, ana, path):
    client.force_login(ana.user)
    assert client.get(path)["Cache-Control"] == "no-store, private"


def test_cookies_are_for_the_server_only(client, clinic):
    make.user("rita2@example.org", "receptionist", password="a long enough password")
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "rita2@example.org", "password": "a long enough password"})
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert (bool(cookie["httponly"]), cookie["samesite"]) == (True, "Lax")


def test_a_post_without_the_token_is_refused(clinic, rita):
    """T088."""
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rita)
    appointment = make.appointment()
    assert strict.post(f"/desk/appointments/{appointment.pk}/step/", {"to": "arrived"}).status_code == 403
    appointment.refresh_from_db()
    assert appointment.status == "booked"
