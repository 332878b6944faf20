"""Reading for somebody else: only with a grant, only in its scope, only within its dates."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.scheduling.models import AppointmentRequest
from patients import granting
from patients import intake as intakes
from patients.models import Intake, ProxyGrant
from tests import make

PAGES = ("portal:home", "portal:visits", "portal:reading", "portal:record")


@pytest.fixture
def kim(clinic):
    return make.patient("Kim", birth_date=date(2018, 5, 1), street="7 Kim Lane")


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana.user)
    return client


def grant(to, of, by, **fields):
    today = timezone.localdate()
    return ProxyGrant.objects.create(
        user=to.user,
        patient=of,
        relation="mother",
        granted_by=by,
        **{"may_record": True, "starts_on": today - timedelta(days=10), **fields},
    )


def pages_for(client, person):
    return [client.get(reverse(name), {"for": person.pk}).status_code for name in PAGES]


def test_a_parent_reads_the_child_s_record_and_is_told_whose_it_is(as_ana, ana, kim, olga):
    grant(ana, kim, olga, ends_on=timezone.localdate())
    assert pages_for(as_ana, kim) == [200] * 4
    text = as_ana.get(reverse("portal:record"), {"for": kim.pk}).content.decode()
    assert ("7 Kim Lane" in text, "You are reading the record of <strong>Kim" in text) == (True, True)
    assert "Open the record of Kim" in as_ana.get(reverse("portal:home")).content.decode()


def test_without_a_grant_there_is_no_such_person(as_ana, kim, ben):
    assert pages_for(as_ana, kim) == [404] * 4
    assert pages_for(as_ana, ben) == [404] * 4


@pytest.mark.parametrize(
    "fields",
    [
        {"revoked_at": timezone.now()},
        {"ends_on": timezone.localdate() - timedelta(days=1)},
        {"starts_on": timezone.localdate() + timedelta(days=1)},
        {"may_record": False, "may_booking": True, "may_forms": True, "may_messages": True},
    ],
    ids=["revoked", "ended", "not yet begun", "another scope"],
)
def test_a_grant_that_does_not_cover_it_opens_nothing(as_ana, ana, kim, olga, fields):
    grant(ana, kim, olga, **fields)
    assert pages_for(as_ana, kim) == [404] * 4
    text = as_ana.get(reverse("portal:home")).content.decode()
    assert "Kim" not in text


def test_another_account_s_grant_does_not_count(as_ana, ana, ben, kim, olga):
    grant(ben, kim, olga)
    assert pages_for(as_ana, kim) == [404] * 4


def test_leave_to_read_is_not_leave_to_see_bookings_or_forms(as_ana, ana, kim, carlos, olga):
    grant(ana, kim, olga)
    make.appointment(kim, carlos.practitioner, at=timezone.now() + timedelta(days=2))
    waiting = intakes.open_intake(kim)
    context = as_ana.get(reverse("portal:home"), {"for": kim.pk}).context
    assert (context["next"], context["intake"]) == (None, None)
    assert as_ana.post(reverse("portal:intake", args=[waiting.pk])).status_code == 404


def test_leave_for_forms_opens_the_child_s_intake(as_ana, ana, kim, olga):
    grant(ana, kim, olga, may_forms=True)
    waiting = intakes.open_intake(kim)
    answer = as_ana.post(reverse("portal:intake", args=[waiting.pk]))
    assert as_ana.get(answer.url).context["filling"].intake == waiting


def test_an_account_with_grants_only_opens_the_first_of_them(client, kim, olga, clinic):
    mother = make.user("mother@example.org", Role.PATIENT)
    ProxyGrant.objects.create(
        user=mother, patient=kim, relation="mother", may_record=True, starts_on=date(2020, 1, 1), granted_by=olga
    )
    client.force_login(mother)
    assert client.get(reverse("portal:home")).context["request"].portal.person == kim


def test_an_account_without_any_record_is_told_so(client, clinic):
    client.force_login(make.user("nobody@example.org", Role.PATIENT))
    answer = client.get(reverse("portal:home"))
    assert (answer.status_code, answer.templates[0].name) == (200, "portal/nobody.html")


def test_links_on_the_page_keep_the_same_record_open(as_ana, ana, kim, carlos, olga):
    grant(ana, kim, olga)
    given = make.assignment(kim, None, carlos)
    text = as_ana.get(reverse("portal:reading"), {"for": kim.pk}).content.decode()
    assert f'href="/portal/reading/{given.pk}/?for={kim.pk}"' in text
    assert f'href="/portal/visits/?for={kim.pk}"' in text


# --- who may act for whom, in the holder's own hands


ACTING = "/portal/acting/"


@pytest.fixture
def paul(clinic):
    """An account without a record of its own."""
    return SimpleNamespace(user=make.user("paul@example.org", Role.PATIENT, display_name="Paul Moor"))


def text_of(response):
    return response.content.decode()


def scopes(*names):
    return {f"may_{name}": name in names for name in ("record", "booking", "forms", "messages")}


def opened(client, kim):
    """What of Kim this browser gets at: pages, the next visit, the waiting form."""
    waiting = Intake.objects.filter(submitted_at=None).first()
    acting = text_of(client.get(ACTING))
    return {
        "record": [client.get(reverse(name), {"for": kim.pk}).status_code for name in PAGES],
        "visit": "Dr Carlos Vega" in acting,
        "form": f"/portal/intake/{waiting.pk}/" in acting,
        "begun": client.post(reverse("portal:intake", args=[waiting.pk])).status_code,
    }


@pytest.mark.parametrize("scope", ["record", "booking", "forms", "messages"])
def test_each_scope_opens_its_own_pages_and_no_other(client, paul, kim, carlos, olga, scope):
    """T026: to read is not to book, to book is not to fill in forms, to write is neither."""
    make.appointment(kim, carlos.practitioner, at=timezone.now() + timedelta(days=2))
    intakes.open_intake(kim)
    grant(paul, kim, olga, **scopes(scope))
    client.force_login(paul.user)
    assert opened(client, kim) == {
        "record": [200 if scope == "record" else 404] * 4,
        "visit": scope == "booking",
        "form": scope == "forms",
        "begun": 302 if scope == "forms" else 404,
    }


def test_leave_taken_back_ends_in_the_middle_of_a_session(as_ana, ana, kim, carlos, olga, rita):
    """T027: the very next page is not found, whatever was open before."""
    made = grant(ana, kim, olga, **scopes("record", "booking", "forms"))
    waiting = intakes.open_intake(kim)
    assert (pages_for(as_ana, kim), "Kim" in text_of(as_ana.get(ACTING))) == ([200] * 4, True)
    granting.revoke(made, by=rita)
    assert (pages_for(as_ana, kim), "Kim" in text_of(as_ana.get(ACTING))) == ([404] * 4, False)
    assert as_ana.post(reverse("portal:intake", args=[waiting.pk])).status_code == 404
    assert as_ana.get(reverse("portal:home")).status_code == 200


def test_leave_for_a_minor_ends_at_midnight_of_the_birthday_in_the_middle_of_a_session(client, paul, rita):
    """T028: through the pages, on the clinic's clock, born on 29 February."""
    kim = make.patient("Kim", birth_date=date(2008, 2, 29))
    with time_machine.travel("2026-03-01 04:58:00+00:00", tick=False) as clock:
        granting.grant(
            kim, email="paul@example.org", relation="father", scopes=["record"], identity_seen="passport", by=rita,
            is_guardian=True, today=date(2026, 2, 1),
        )  # fmt: skip
        ProxyGrant.objects.update(starts_on=date(2026, 2, 1))
        client.force_login(paul.user)
        before = pages_for(client, kim)
        clock.move_to("2026-03-01 05:01:00+00:00")
        assert (before, pages_for(client, kim)) == ([200] * 4, [404] * 4)


def test_patients_see_who_acts_for_them_and_end_it(as_ana, ana, ben, paul, olga):
    mine, other = grant(paul, ana, olga, ends_on=None), grant(paul, ben, olga)
    page = text_of(as_ana.get(ACTING))
    assert ("Paul Moor" in page, "mother" in page, f"/acting/{other.pk}/" in page) == (True, True, False)
    assert as_ana.post(f"{ACTING}{mine.pk}/end/").url == ACTING
    mine.refresh_from_db()
    assert (mine.revoked_by, "Paul Moor" in text_of(as_ana.get(ACTING))) == (ana.user, False)
    assert as_ana.post(f"{ACTING}{mine.pk}/end/").status_code == 302
    assert as_ana.post(f"{ACTING}{other.pk}/end/").status_code == 404
    other.refresh_from_db()
    assert other.revoked_at is None


def test_who_holds_leave_lays_it_down(client, paul, ana, ben, olga):
    mine, other = grant(paul, ana, olga), grant(ben, ana, olga)
    client.force_login(paul.user)
    page = text_of(client.get(ACTING))
    assert ("Ana Sørensen" in page, "They may act for you" in page, "Let somebody act" in page) == (True, False, False)
    assert [client.post(f"{ACTING}{one.pk}/end/").status_code for one in (mine, other)] == [302, 404]
    assert list(ProxyGrant.objects.filter(revoked_at=None)) == [other]


WISH = {"name": "Mira Moor", "relation": "my daughter", "scopes": ["record", "booking"]}


def test_asking_leaves_a_wish_with_the_desk_and_gives_nothing(as_ana, ana, rita, client):
    answer = as_ana.post(ACTING, WISH | {"patient": "1", "user": "1", "granted_by": "1", "is_staff": "on"})
    asked = AppointmentRequest.objects.get()
    assert (answer.url, ProxyGrant.objects.count(), asked.name, asked.email) == (ACTING, 0, "Ana Sørensen", ana.email)
    assert asked.question == (
        "Asks that Mira Moor (my daughter) may: read the record, book visits. Look at an identity document first."
    )
    client.force_login(rita)
    assert "Mira Moor" in text_of(client.get("/desk/"))


def test_a_third_wish_is_not_kept(as_ana, ana):
    for _again in range(3):
        assert as_ana.post(ACTING, WISH).status_code == 302
    assert AppointmentRequest.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"relation": "x" * 61}, "relation"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["all"]}, "scopes"),
    ],
)
def test_a_wish_that_says_too_little_stays_typed(as_ana, ana, typed, field):
    answer = as_ana.post(ACTING, WISH | typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert ('value="my daughter"' in text_of(answer) or field == "relation", AppointmentRequest.objects.count()) == (
        True,
        0,
    )


def test_an_account_without_a_record_asks_for_nothing(client, paul):
    client.force_login(paul.user)
    assert client.get(ACTING).context["form"] is None
    assert (client.post(ACTING, WISH).status_code, AppointmentRequest.objects.count()) == (403, 0)


@pytest.mark.parametrize("rows", [1, 3])
def test_who_acts_for_me_is_read_in_the_same_number_of_questions(as_ana, ana, olga, rows, django_assert_num_queries):
    for n in range(rows):
        user = SimpleNamespace(user=make.user(f"p{n}@example.org", Role.PATIENT))
        grant(user, ana, olga)
    as_ana.get(ACTING)
    with django_assert_num_queries(8):
        as_ana.get(ACTING)
