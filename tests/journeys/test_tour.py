"""T087: a tour of the demo clinic's pages. The console stays empty under the strict policy; axe finds no violation."""

import pytest
from django.core.management import call_command

from clinic.accounts.models import User
from scripts.screenshots import pages, tablet_cookies
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def told(faults):
    """The faults, a line each, so that none is cut off."""
    return "\n".join(f"{page}: {fault}" for page, found in faults.items() for fault in found)


SIZES = {"wide": (1440, 900), "tablet": (1024, 768), "phone": (375, 812)}


@pytest.fixture
def demo(live_server, settings, transactional_db):
    """A small demo clinic, served."""
    settings.SITE_URL = live_server.url
    make.clinical_tables()
    call_command("demo", "--quiet", "--patients", "40", "--weeks", "2", "--seed", "7")
    return live_server.url


GONE = {"intake-link-gone": 404}  # what a page that says so answers


def arrive_as(role, demo, page, sign_in_at):
    """A session of the role's account, or the cookies of a paired tablet."""
    if role == "kiosk":
        page.context.add_cookies([{"name": k, "value": v, "url": demo} for k, v in tablet_cookies().items()])
    elif role:
        sign_in_at(demo, page, User.objects.filter(role_grants__role=role).order_by("pk").first())


@pytest.mark.timeout(900)
def test_every_page_is_clean_and_accessible_at_every_width(page, demo, sign_in_at, axe):
    faults = {}
    heard = []
    page.on("console", lambda message: heard.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    for name, path, role in pages():
        page.context.clear_cookies()
        arrive_as(role, demo, page, sign_in_at)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            answer = page.goto(demo + path)
            wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            expected = GONE.get(name, 200)
            told_off = [text for text in heard if name not in GONE or f"status of {expected}" not in text]
            found = [*told_off, *([f"status {answer.status}"] if answer.status != expected else []),
                     *(["scrolls sideways"] if wide else []), *(axe(page) if size != "tablet" else [])]  # fmt: skip
            heard.clear()
            if found:
                faults[f"{name} {size}"] = found
    assert faults == {}, told(faults)


@pytest.mark.timeout(900)
def test_the_dark_set_is_readable(page, demo, sign_in_at, axe):
    """Contrast in the dark: the same check on the busiest screens."""
    page.emulate_media(color_scheme="dark")
    faults = {}
    for name, path, role in pages():
        if name not in {"home", "desk", "chart-home", "travel-card", "portal", "article"}:
            continue
        page.context.clear_cookies()
        arrive_as(role, demo, page, sign_in_at)
        page.goto(demo + path)
        if found := [fault for fault in axe(page) if fault[0] == "color-contrast"]:
            faults[name] = found
    assert faults == {}, told(faults)


def test_the_tour_catches_a_planted_fault(page, demo, axe):
    """The checks can fail: an inline handler breaks the policy, a picture without words breaks the axe rules."""
    heard = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.goto(demo + "/library/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"/x\" onerror=\"alert(1)\">')")
    page.wait_for_timeout(300)
    assert any("Content Security Policy" in text for text in heard)
    assert "image-alt" in [rule for rule, _ in axe(page)]
