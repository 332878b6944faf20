"""T089: looking changes nothing, whoever looks at whatever page.

Excepted and named: the log and the sessions (never compared), when an assigned article was read, and allauth's own copy
of the address, which its page of addresses brings up to date.
"""

import pytest

from content.models import Assignment
from patients import chart_pages, chart_tabs
from tests.access import oracle, places, tables, typed
from tests.access.routes import sign_in_page
from tests.access.test_admin_matrix import url
from tests.access.world import ROLES, browser

pytestmark = pytest.mark.django_db
ROUTES = oracle.by_name()
READ_TIMES, ADDRESSES = "content_assignment", "account_emailaddress"


@pytest.fixture(scope="module")
def before(built):
    return tables.stand(READ_TIMES, ADDRESSES)


def assignments():
    """Everything of the assignments but when they were read."""
    names = [f.attname for f in Assignment._meta.fields if f.attname not in ("first_read_at", "last_read_at")]
    return list(Assignment.objects.order_by("pk").values_list(*names))


def addresses(world, role):
    """(path, query) of every page there is, with keys of Ana's rows."""
    for row in oracle.rows():
        if row["method"] == "GET":
            yield places.address(world, ROUTES[row["route"]], role), getattr(typed, row["data"] or "nothing")(world)
    yield "/desk/", {"p": world.ana.pk, "day": "2027-03-02"}
    yield "/desk/book/", {"patient": world.ana.pk}
    yield "/admin/", {"tasks": "all"}
    yield f"/intake/{world.tokens['intake']}/read-through/", {}
    yield f"/intake/{world.tokens['intake']}/stop/", {}
    for tab, _label in chart_tabs.placed(chart_pages.TABS):
        yield f"/admin/patients/patient/{world.ana.pk}/change/", {"tab": tab}
    shown = {"tab": "intake", "v": world.ana_rows.handed_in.pk, "against": world.ana_rows.handed_in.pk, "correct": 1}
    yield f"/admin/patients/patient/{world.ana.pk}/change/", shown
    yield f"/admin/charting/visit/{world.ana_rows.visit.pk}/change/", {}
    rows = world.ana_rows
    for kind, row in (("letter", rows.letter), ("findings", rows.episode), ("summary", world.ana)):
        yield f"/admin/charting/referral/paper/{kind}/{row.pk}/", {}
    for label in oracle.admin_letters():
        yield from ((url(world, label, page), {}) for page in oracle.MODEL_PAGES)


@pytest.mark.parametrize("role", ROLES)
def test_looking_at_every_page_leaves_the_tables_as_they_are(world, before, role):
    given, client, opened = assignments(), browser(world, role), 0
    for path, query in addresses(world, role):
        opened += client.get(path, query).status_code == 200
    assert opened > 10
    assert tables.changed(before, READ_TIMES, ADDRESSES) == []
    assert assignments() == given


def test_a_page_that_changes_something_would_be_found(world, before):
    """Positive control: reading an article is noted, and a deed is seen."""
    stand = tables.stand()
    browser(world, "patient").get(places.address(world, ROUTES["portal:article"], "patient"))
    assert tables.changed(stand) == [READ_TIMES]
    browser(world, "receptionist").post(ROUTES["desk:step"].address(pk=world.ana_rows.today.pk), {"to": "in_room"})
    assert "scheduling_appointment" in tables.changed(before, READ_TIMES)


def test_a_link_in_a_mail_does_nothing_when_it_is_opened(world, before):
    """Scanners of mail open every link."""
    for path in (f"/intake/{world.tokens['intake']}/", f"/invitation/{world.tokens['invitation']}/"):
        for _again in range(3):
            assert browser(world, "link_holder").get(path).status_code == 200
    assert tables.changed(before, READ_TIMES, ADDRESSES) == []


def test_no_sign_in_page_is_left_out():
    """The pages of allauth are among the routes that are walked."""
    assert len([route for route in ROUTES.values() if sign_in_page(route)]) > 20
