"""A real browser: the system's Chromium, our server, the strict policy. Console errors fail the test."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from tests import make

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs its own event loop beside Django
AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    return {**browser_type_launch_args, "executable_path": path, "args": QUIET}


def where_it_is_midday():
    """A zone in which the clinic is open right now, whenever the tests run."""
    hours = datetime.now(UTC).hour - 11
    return f"Etc/GMT{'+' if hours >= 0 else '-'}{abs(hours)}"


@pytest.fixture
def site(live_server, settings, transactional_db):
    """The served clinic: addresses in mails lead to it, clinical tables are loaded."""
    settings.SITE_URL = live_server.url
    make.clinical_tables()
    make.location(time_zone=where_it_is_midday())
    make.clinic()
    return live_server.url


@pytest.fixture
def tab(page, site):
    """A tab whose console must stay empty: a broken policy, a missing file or a script error fails the test."""
    heard = []
    page.on("console", lambda message: heard.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.set_default_timeout(15_000)
    page.heard = heard
    yield page
    assert heard == []


@pytest.fixture
def sign_in_at():
    """`sign_in_at(address, tab, user)` gives the tab a session of that account (signing in has its own journey)."""

    def give(address, tab, user):
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        tab.context.clear_cookies()
        tab.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": address}])

    return give


@pytest.fixture
def sign_in(site, sign_in_at):
    """`sign_in(tab, user)` at the served clinic."""
    return lambda tab, user: sign_in_at(site, tab, user)


@pytest.fixture
def axe():
    """`axe(tab)` returns what the accessibility check finds: [(rule, first place)]."""
    source = AXE.read_text()

    def run(tab):
        tab.evaluate(source)
        rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}}
        found = tab.evaluate("options => axe.run(document, options)", rules)
        return [(v["id"], v["nodes"][0]["html"][:160]) for v in found["violations"]]

    return run
