"""T022: a signed link opens one thing for one person, while it lives; a spoilt one does not say why."""

import re
from datetime import timedelta

import pytest
from django.urls import resolve

from clinic.accounts.models import SignedLink
from tests.access import oracle, places, tables, typed
from tests.access.test_matrix import denials
from tests.access.test_patient_isolation import said_of_ana
from tests.access.world import PASSWORD, browser, own_link
from tests.make import MONDAY

pytestmark = pytest.mark.django_db
ROUTES = oracle.by_name()

SPOILT = {
    "expired": {
        "created_at": MONDAY - timedelta(days=8),
        "expires_at": MONDAY,
    },
    "used up": {"used_at": MONDAY},
    "withdrawn": {"revoked_at": MONDAY},
}


def said(answer, path):
    """What a page says, without its own address (the form for a new link repeats it) and the form's secret."""
    own = resolve(path).kwargs["token"].encode()
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", answer.content).replace(own, b"")


@pytest.mark.parametrize("spoilt", SPOILT)
@pytest.mark.parametrize("name", ["intake", "intake_page", "invitation", "offer", "checkin:pair"])
def test_a_spoilt_link_opens_nothing_and_does_not_say_why(world, name, spoilt):
    """T022."""
    SignedLink.objects.filter(used_at=None).update(**SPOILT[spoilt])
    path = places.address(world, ROUTES[name], "link_holder")
    stand, denied = tables.stand(), denials()
    nowhere = ROUTES[name].address()
    unknown = said(browser(world, "link_holder").get(nowhere), nowhere)
    for answer in (browser(world, "link_holder").get(path), browser(world, "link_holder").post(path, {})):
        assert answer.status_code == 404
        assert said(answer, path) == unknown
    assert denials() - denied == 3
    assert tables.changed(stand) == []


def test_a_link_of_one_kind_opens_no_page_of_another(world):
    """T022: an invitation is no way into a health history, and the other way round."""
    assert browser(world, "link_holder").get(f"/intake/{world.tokens['invitation']}/").status_code == 404
    assert browser(world, "link_holder").get(f"/invitation/{world.tokens['intake']}/").status_code == 404


def test_a_link_shows_its_own_persons_answers_only(world):
    """T022."""
    token = own_link(world, world.ben_rows, world.ben)
    for page in ("", "complaint/", "read-through/"):
        assert said_of_ana(browser(world, "link_holder").get(f"/intake/{token}/{page}")) == []
    hers = browser(world, "link_holder").get(f"/intake/{world.tokens['intake']}/complaint/")
    assert "Hopscotching" in said_of_ana(hers)


def test_an_invitation_is_used_up_by_opening_the_account(world):
    """T077 for our own links: the second time it opens nothing."""
    path = f"/invitation/{world.tokens['invitation']}/"
    assert browser(world, "link_holder").post(path, typed.password(world)).status_code == 302
    assert browser(world, "link_holder").get(path).status_code == 404
    assert browser(world, "link_holder").post(path, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 404
