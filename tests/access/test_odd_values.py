"""T024: odd ids in addresses, odd values in queries and forms: refused or ignored, never an error."""

import pytest
from django.http import QueryDict

from tests.access import oracle, places, typed
from tests.access.routes import sign_in_page
from tests.access.world import browser

pytestmark = pytest.mark.django_db
ROUTES = oracle.by_name()
HUGE, FULL_WIDTH = str(2**200), "\uff11\uff12"  # the second: Python and Django read these digits as 12
ODD = ("-1", "0", str(2**63), HUGE, FULL_WIDTH, "..%2F1", "%00", "1%00", "a", "")
VALUES = ("-1", "0", str(2**63), HUGE, FULL_WIDTH, "../../x", "", "\0", "a" * 5000, "2026-13-45", "9999-12-31")


def is_broken(answer):
    return answer.status_code >= 500


def arguments_of(route):
    """The names of the arguments in a route's pattern."""
    names = (
        "pk",
        "object_id",
        "slug",
        "page",
        "ticket",
        "token",
        "key",
        "uidb36",
        "content_type_id",
        "app_label",
        "url",
    )
    return [name for name in names if f"<{name}>" in route.pattern or f":{name}>" in route.pattern]


@pytest.mark.parametrize("role", ["anonymous", "other_patient", "receptionist", "chiropractor", "kiosk"])
def test_odd_ids_in_an_address_never_break_a_page(world, role):
    broken, asked = [], 0
    for name, route in ROUTES.items():
        for argument in arguments_of(route):
            for odd in ODD:
                path = route.address(**{**places.keys(world, name), argument: odd})
                for method in ("get", "post"):
                    asked += 1
                    if is_broken(getattr(browser(world, role), method)(path)):
                        broken.append(f"{method} {path}")
    assert asked > 400
    assert broken == []


@pytest.fixture
def read(monkeypatch):
    """The names of the query that the last page has looked at."""
    names = set()
    for method in ("get", "__getitem__", "__contains__", "getlist"):
        stock = getattr(QueryDict, method)

        def noting(self, name, *args, stock=stock, **kwargs):
            names.add(name)
            return stock(self, name, *args, **kwargs)

        monkeypatch.setattr(QueryDict, method, noting)
    return names


@pytest.mark.parametrize("role", ["anonymous", "patient", "receptionist", "chiropractor"])
def test_odd_values_in_a_query_never_break_a_page(world, role, read):
    """Each page is asked with each parameter it looks at, whatever that is called (T054)."""
    client, broken, looked_at = browser(world, role), [], set()
    for route in ROUTES.values():
        path = places.address(world, route, role)
        read.clear()
        if sign_in_page(route) or client.get(path).status_code != 200:
            continue
        for parameter in sorted(read - {"_popup", "_to_field"}):
            looked_at.add(parameter)
            broken += [f"{path}?{parameter}={v[:20]!r}" for v in VALUES if is_broken(client.get(path, {parameter: v}))]
    assert {"kind", "from", "with"} <= looked_at  # positive control: the names are found
    assert broken == []


def test_odd_values_never_break_a_list_of_the_chart(world):
    """Page, order, search, key and every filter of every list."""
    client, broken = browser(world, "clinic_admin"), []
    for label, letters in oracle.admin_letters().items():
        client = browser(world, next(role for role in oracle.STAFF_ROLES if "V" in letters[role]))
        path = f"/admin/{label.replace('.', '/')}/"
        filters = client.get(path).context["cl"].list_filter
        names = ["p", "o", "q", "pk", *(f"{entry}__exact" for entry in filters if isinstance(entry, str))]
        for name in names:
            for value in (str(2**63), "\0", "x"):
                if is_broken(client.get(path, {name: value})):
                    broken.append(f"{path}?{name}={value[:20]!r}")
    assert broken == []


@pytest.mark.parametrize("role", ["receptionist", "chiropractor", "patient", "link_holder", "kiosk"])
def test_odd_values_in_a_form_never_break_a_page(world, role):
    """T006: every form the role may send, with one odd value in all of its fields, and in each alone."""
    broken, asked = [], 0
    for row in oracle.rows():
        if row["method"] != "POST" or row[role] not in ("302", "ok", "422"):
            continue
        path = places.address(world, ROUTES[row["route"]], role)
        good = {**getattr(typed, row["data"] or "nothing")(world), "do": "", "back": "", "take": "", "q": ""}
        tries = [dict.fromkeys(good, value) for value in VALUES]
        tries += [{**good, name: value} for name in list(good)[:14] for value in (HUGE, "\0")]
        for sent in tries:
            asked += 1
            if is_broken(browser(world, role).post(path, sent)):
                broken.append(f"{path} {[(n, str(v)[:20]) for n, v in sent.items() if v != good[n]]}")
    assert asked > 30
    assert broken == []
