"""The clinic admin's pages: the list, the review side by side, the look through the file; asked for a sign-in first."""

import time
from datetime import timedelta

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows import login
from django.urls import reverse
from django.utils import timezone

from clinic.accounts import recent
from patients import merging
from patients.models import Intake, Merge, Patient
from tests import make

LIST, LIKELY = "/admin/patients/merge/", "/admin/patients/merge/likely/"


@pytest.fixture
def anna(ana):
    return make.patient("Anna", "Sorensen", phone="(503) 555-0119")


@pytest.fixture
def proposal(ana, anna, rita):
    return merging.propose(kept=ana, absorbed=anna, because="same face", by=rita)


def signed_in(client, user, ago=0):
    """Sign in, having given the password `ago` seconds before."""
    client.force_login(user)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time() - ago}]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    return client


@pytest.fixture
def admin(client, olga):
    return signed_in(client, olga)


def page_of(merge):
    return reverse("admin:patients_merge_change", args=[merge.pk])


def state(merge):
    merge.refresh_from_db()
    return merge.decided_at is not None, merge.is_merged, merge.undone_at is not None


def test_the_two_are_shown_side_by_side_with_what_differs_and_what_stands_under_each(admin, proposal, ana, anna):
    make.condition(ana)
    make.document(anna)
    page = admin.get(page_of(proposal)).context
    assert [(line.label, line.kept, line.absorbed) for line in page["lines"] if line.differs] == [
        ("First name", "Ana", "Anna")
    ]
    assert [(str(label), one, other) for label, one, other in page["counts"]] == [
        ("Conditions", 1, 0),
        ("Documents", 0, 1),
    ]
    assert page["likeness"] == "same birth date, name sounds or is spelled alike"
    assert (page["warnings"], page["hindrance"], page["lacking"]) == ([], "", [])


def test_the_page_counts_clinical_rows_and_shows_none(admin, proposal, ana):
    make.condition(ana, label="Marblebone")
    assert "Marblebone" not in admin.get(page_of(proposal)).content.decode()


def test_what_to_mind_is_told(admin, proposal, ana, anna, carlos):
    anna.user = make.user("anna@example.org", "patient")
    anna.sex, anna.birth_date = "M", ana.birth_date + timedelta(days=1)
    anna.save()
    Patient.objects.filter(pk=ana.pk).update(sex="F")
    soon = timezone.now() + timedelta(days=3)
    for of, minutes in ((ana, 0), (anna, 10)):
        make.appointment(of, make.practitioner(), soon + timedelta(minutes=minutes))
        Intake.objects.create(patient=of, version=1, questionnaire_version="1")
    told = admin.get(page_of(proposal)).context["warnings"]
    assert [text.split(".")[0].split(":")[0] for text in told] == [
        "The birth dates differ",
        "One record says female, the other male",
        "Both have an account of their own",
        "They are booked at the same time",
        "Both have a health history that is not handed in yet",
    ]


def test_joining_turning_round_refusing_and_undoing_are_one_button_each(admin, proposal, ana, anna, rita):
    def press(do, **sent):
        answer = admin.post(page_of(proposal), {"do": do, **sent})
        assert (answer.status_code, answer["Location"]) == (302, page_of(proposal))
        return state(proposal)

    assert press("turn") == (False, False, False)
    assert (proposal.kept, proposal.absorbed) == (anna, ana)
    press("turn")
    assert press("join") == (True, True, False)
    assert admin.get(page_of(proposal)).context["lacking"] == [("phone", "phone", "(503) 555-0119")]
    press("take:phone")
    ana.refresh_from_db()
    assert ana.phone == "(503) 555-0119"
    assert press("undo", because="two sisters") == (True, True, True)
    other = merging.propose(kept=ana, absorbed=anna, because="x", by=rita)
    admin.post(page_of(other), {"do": "refuse", "because": "two sisters"})
    assert state(other) == (True, False, False)


@pytest.mark.parametrize("do", ["refuse", "undo"])
def test_a_reason_that_is_missing_is_asked_for_at_its_field(admin, proposal, olga, do):
    if do == "undo":
        merging.carry_out(proposal, by=olga)
    before, answer = state(proposal), admin.post(page_of(proposal), {"do": do, "because": "  "})
    assert (answer.status_code, 'aria-describedby="because-e"' in answer.content.decode()) == (422, True)
    assert state(proposal) == before


@pytest.mark.parametrize("do", ["", "join:1x", "delete", "take:nonsense", "undo"])
def test_a_button_that_does_not_fit_changes_nothing(admin, proposal, do):
    was = state(proposal)
    answer = admin.post(page_of(proposal), {"do": do, "because": "x"})
    if do == "join:1x":
        assert state(proposal) == (True, True, False)
    else:
        assert (answer.status_code in (302, 404), state(proposal)) == (True, was)


def test_what_forbids_a_merge_is_told_and_has_no_button(admin, proposal, anna):
    Patient.objects.filter(pk=anna.pk).update(deceased_on=timezone.localdate())
    page = admin.get(page_of(proposal)).content.decode()
    assert ("Settle that first" in page, 'value="join"' in page) == (True, False)
    admin.post(page_of(proposal), {"do": "join"})
    assert state(proposal) == (False, False, False)


# --- T080: asked for the password again


@pytest.mark.parametrize(("ago", "is_open"), [(0, True), (recent.RECENT - 5, True), (recent.RECENT + 5, False)])
def test_records_are_joined_only_soon_after_signing_in(client, olga, proposal, ago, is_open):
    """T080."""
    signed_in(client, olga, ago)
    assert ('value="join"' in client.get(page_of(proposal)).content.decode()) is is_open
    answer = client.post(page_of(proposal), {"do": "join"})
    back = page_of(proposal) if is_open else f"/accounts/2fa/?next={page_of(proposal)}"
    assert (answer.status_code, answer["Location"]) == (302, back)
    assert state(proposal) == (is_open, is_open, False)


def test_whoever_has_a_password_is_asked_for_it_and_comes_back(client, olga, proposal):
    """T080: and nothing was done in between."""
    olga.set_password("walk the harbour wall")
    olga.save()
    signed_in(client, olga, recent.RECENT + 5)
    there = client.post(page_of(proposal), {"do": "join"})["Location"]
    assert there == f"/accounts/reauthenticate/?next={page_of(proposal)}"
    back = client.post(there, {"password": "walk the harbour wall", "next": page_of(proposal)})
    assert (back["Location"], state(proposal)) == (page_of(proposal), (False, False, False))
    client.post(page_of(proposal), {"do": "join"})
    assert state(proposal) == (True, True, False)


# --- the list and the look


def test_the_list_shows_those_to_review_first_and_filters_by_state(admin, proposal, olga, ben):
    done = merging.carry_out(merging.propose(kept=ben, absorbed=make.patient("Benn"), because="x", by=olga), by=olga)
    assert list(admin.get(LIST).context["cl"].result_list) == [proposal, done]
    for word, rows in (("waiting", [proposal]), ("joined", [done]), ("refused", []), ("apart", [])):
        assert list(admin.get(LIST, {"state": word}).context["cl"].result_list) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number(admin, olga, rows, django_assert_num_queries):
    for n in range(rows):
        merging.propose(kept=make.patient(f"A{n}"), absorbed=make.patient(f"B{n}"), because="x", by=olga)
    with django_assert_num_queries(7):
        admin.get(LIST)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_look_takes_the_same_queries_for_any_number_of_pairs(admin, rows, django_assert_num_queries):
    for n in range(rows):
        for name in ("Ana", "Anna"):
            make.patient(name, birth_date=timezone.localdate() - timedelta(days=9000 + 400 * n))
    with django_assert_num_queries(9):
        assert len(admin.get(LIKELY).context["look"].pairs) == rows


def test_a_likely_pair_is_proposed_with_its_reasons_and_leads_to_the_review(admin, ana, anna, olga):
    (pair,) = admin.get(LIKELY).context["look"].pairs
    answer = admin.post(LIKELY, {"kept": pair.older.pk, "absorbed": pair.newer.pk})
    merge = Merge.objects.get()
    assert (merge.kept, merge.absorbed, merge.proposed_by) == (ana, anna, olga)
    assert (merge.because, answer["Location"]) == (pair.likeness.in_words, page_of(merge))
    assert admin.get(LIKELY).context["look"].pairs == []
    assert admin.post(LIKELY, {"kept": ana.pk, "absorbed": anna.pk})["Location"] == LIKELY
    assert Merge.objects.count() == 1


@pytest.mark.parametrize("below", ["", "x", "-1", "9" * 30, "³"])
def test_an_odd_place_to_look_on_from_is_no_error(admin, anna, below):
    assert admin.get(LIKELY, {"below": below}).status_code == 200


@pytest.mark.parametrize("who", ["rita", "carlos", "tess", "ivan"])
def test_nobody_else_opens_the_pages(client, request, proposal, who):
    signed_in(client, request.getfixturevalue(who))
    assert {client.get(path).status_code for path in (LIST, LIKELY, page_of(proposal))} == {403}
    assert client.post(page_of(proposal), {"do": "join"}).status_code == 403
    assert state(proposal) == (False, False, False)
