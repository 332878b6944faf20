"""Consents signed behind the intake's link and on the portal: own ones only, each for itself (T014, T018)."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.audit.models import AuditEvent
from patients import consents
from patients import intake as intakes
from patients.consent_standing import standings
from patients.models import Consent, Intake, ProxyGrant
from tests import make
from tests.clinic.portal.filled import page_fields

DRAWING = json.dumps([[[10, 20], [30, 40]]])


@pytest.fixture
def intake(ana):
    return intakes.open_intake(ana)


@pytest.fixture
def url(intake):
    token = links.make(SignedLink.Scope.INTAKE, intake.pk)
    return reverse("intake_page", args=[token, "consents"])


@pytest.fixture
def portal(ana):
    browser = Client()
    browser.force_login(ana.user)
    return browser


def signed(kind, answer="yes", name="Ana Sørensen", **more):
    """What a browser sends for one card."""
    text = consents.texts_in_force()[kind]
    fields = {"text": text.pk, "answer": answer, "name": name, "drawing": "", **more}
    return {f"consent-{kind}-{field}": value for field, value in fields.items() if value is not None}


def states(patient):
    return {one.kind: one.state for one in standings(patient)}


def kept():
    return list(
        Consent.objects.order_by("pk").values_list("patient__given_name", "text__kind", "is_given", "signed_name")
    )


def grant(patient, user, **scopes):
    today = timezone.localdate()
    return ProxyGrant.objects.create(
        patient=patient, user=user, relation="friend", starts_on=today - timedelta(days=9), granted_by=user,
        may_record=True, **scopes,
    )  # fmt: skip


# --- in the intake


def test_the_page_shows_each_text_in_full_with_its_version(client, intake, url):
    page = client.get(url).content.decode()
    for text in consents.texts_in_force().values():
        assert page.count(f'name="consent-{text.kind}-answer" value="yes"') == 1
        assert text.body.splitlines()[-1] in page
    assert page.count("Version 1 of this text") == 5
    assert "checked" not in page.split("consent-sms-answer")[0]  # nothing is agreed to beforehand


def test_the_page_is_read_in_spanish(client, intake, url):
    page = client.get(url, headers={"accept-language": "es"}).content.decode()
    assert "El ajuste (manipulación) y sus riesgos" in page
    client.post(url, {**page_fields(intake, "consents"), **signed("manipulation")}, headers={"accept-language": "es"})
    assert Consent.objects.get().language == "es"


def test_each_card_is_its_own_answer_and_the_page_goes_on(client, ana, intake, url):
    cards = signed("treatment", drawing=DRAWING) | signed("manipulation", "no", "") | signed("email", None, "")
    answer = client.post(url, {**page_fields(intake, "consents"), **cards})
    assert (answer.status_code, answer.url.rsplit("/", 2)[1]) == (302, "read-through")
    assert kept() == [("Ana", "treatment", True, "Ana Sørensen"), ("Ana", "manipulation", False, "")]
    row = Consent.objects.get(text__kind="treatment")
    assert (row.intake, row.drawing, row.recorded_by) == (intake, [[[10, 20], [30, 40]]], None)
    assert states(ana) == {
        "treatment": "given", "manipulation": "refused", "privacy": "missing", "email": "missing", "sms": "missing",
    }  # fmt: skip


def test_what_was_signed_is_shown_when_the_page_is_opened_again(client, intake, url):
    client.post(url, {**page_fields(intake, "consents"), **signed("treatment", drawing=DRAWING)})
    client.post(url, {**page_fields(intake, "consents"), **signed("manipulation", "no", "")})
    page = client.get(url).content.decode()
    assert "Ana Sørensen, " in page and 'd="M30 20L90 40"' in page
    assert page.count("We do not adjust you") == 2  # said, and waiting in the form to answer again
    assert page.count("Read it again or change your answer") == 2


def test_answering_again_is_a_newer_row_and_sending_twice_is_not(client, ana, intake, url):
    data = {**page_fields(intake, "consents"), **signed("manipulation", "no", "")}
    for _twice in range(2):
        client.post(url, data)
    client.post(url, {**page_fields(intake, "consents"), **signed("manipulation")})
    assert [row[2] for row in kept()] == [False, True]
    assert states(ana)["manipulation"] == "given"


def test_a_page_without_any_answer_keeps_none_and_a_no_does_not_block_the_intake(client, intake, url):
    blank = {key: value for kind in consents.texts_in_force() for key, value in signed(kind, "", "").items()}
    assert client.post(url, {**page_fields(intake, "consents"), **blank}).status_code == 302
    assert kept() == []
    assert client.get(url.replace("consents", "read-through")).content.decode().count("We ask you at the visit") == 5
    refused = {key: value for kind in consents.texts_in_force() for key, value in signed(kind, "no", "").items()}
    client.post(url, {**page_fields(intake, "consents"), **refused})
    assert "consents" in Intake.objects.get(pk=intake.pk).pages_done


@pytest.mark.parametrize(
    ("sent", "field", "message"),
    [
        ({"name": " "}, "name", "Type your full name to sign."),
        ({"answer": ""}, "answer", "Choose an answer, or clear your signature."),
        ({"answer": "", "name": "", "drawing": DRAWING}, "answer", "Choose an answer, or clear your signature."),
        ({"answer": "maybe"}, "answer", "Choose one of the two answers."),
        ({"name": "x" * 121}, "name", "Use at most 120 characters."),
        ({"drawing": '[["<script>"]]'}, "drawing", "The drawing could not be read."),
        ({"drawing": "[[" + ",".join(["[1,1]"] * 4001) + "]]"}, "drawing", "The drawing could not be read."),
        ({"text": "0"}, "text", "This text has changed."),
        ({"text": "x"}, "text", ""),
        ({"text": str(2**70)}, "text", "This text has changed."),
    ],
)
def test_a_refused_card_says_so_at_the_field_and_keeps_the_rest(client, intake, url, sent, field, message):
    cards = signed("treatment") | signed("manipulation", **sent)
    answer = client.post(url, {**page_fields(intake, "consents", contact_limits="Not at work"), **cards})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#consent-manipulation-{field}"' in page and message in page
    assert "<script>" not in page.replace("<script src", "")
    assert kept() == [("Ana", "treatment", True, "Ana Sørensen")]
    assert Intake.objects.get(pk=intake.pk).answers["contact_limits"] == "Not at work"
    if sent.get("name", "Ana").strip() == "Ana":
        assert page.count('name="consent-manipulation-name" value="Ana Sørensen"') == int("name" not in sent)


def test_a_new_version_between_reading_and_signing_is_asked_again(client, intake, url, olga):
    cards = signed("sms")
    consents.write_version(kind="sms", body="New words.", because="Clearer", by=olga)
    answer = client.post(url, {**page_fields(intake, "consents"), **cards})
    assert (answer.status_code, kept()) == (422, [])
    assert "New words." in answer.content.decode()


def test_the_guardian_of_a_child_signs_and_says_how_related(client, clinic):
    child = make.patient("Lars", birth_date=timezone.localdate() - timedelta(days=3000))
    intake = intakes.open_intake(child)
    url = reverse("intake_page", args=[links.make(SignedLink.Scope.INTAKE, intake.pk), "consents"])
    answer = client.post(url, {**page_fields(intake, "consents"), **signed("treatment")})
    assert (answer.status_code, kept()) == (422, [])
    assert "Say how you are related" in answer.content.decode()
    client.post(url, {**page_fields(intake, "consents"), **signed("treatment", relation="mother")})
    assert Consent.objects.values_list("signed_as", "relation").get() == ("guardian", "mother")


def test_extra_fields_change_nothing_else(client, ben, intake, url):
    """T014: whom it concerns, when and by whom come from the server."""
    extra = {
        "patient": ben.pk,
        "recorded_by": 1,
        "signed_at": "2001-01-01",
        "valid_until": "2099-01-01",
        "is_given": "on",
    }
    extra |= {f"consent-manipulation-{name}": value for name, value in extra.items()}
    client.post(url, {**page_fields(intake, "consents"), **extra, **signed("manipulation")})
    row = Consent.objects.get()
    assert (row.patient, row.recorded_by, row.signed_at.year) == (intake.patient, None, timezone.now().year)
    assert row.valid_until.year == timezone.localdate().year + 1


def test_a_link_of_a_handed_in_intake_signs_nothing(client, ana, intake, url):
    intakes.submit(intake)
    assert client.post(url, signed("manipulation")).status_code == 404
    assert kept() == []


def test_who_types_the_answers_in_signs_nothing_in_the_patients_name(client, intake, url, carlos):
    """T041: nobody signs for another person."""
    client.force_login(carlos)
    page = client.get(url).content.decode()
    assert ("consent-sms-answer" in page, "Consents are not signed here" in page) == (False, True)
    answer = client.post(url, {**page_fields(intake, "consents"), **signed("manipulation")})
    assert (answer.status_code, kept()) == (302, [])


def test_the_patients_own_account_signs_behind_the_link(portal, intake, url):
    portal.post(url, {**page_fields(intake, "consents"), **signed("manipulation")})
    assert kept() == [("Ana", "manipulation", True, "Ana Sørensen")]


@pytest.mark.parametrize("answers", [1, 3])
def test_the_page_reads_the_consents_in_as_many_queries(client, intake, url, answers, django_assert_num_queries):
    for kind in ("treatment", "manipulation", "sms")[:answers]:
        make.consent(intake.patient, kind)
    with django_assert_num_queries(7):
        client.get(url)


# --- on the portal


def test_the_portal_shows_how_each_stands_and_every_answer_newest_first(portal, ana):
    make.consent(ana, signed_name="Ana Older")
    make.consent(ana, is_given=False)
    make.consent(ana, "sms", signed_name="Ana Newer")
    page = portal.get(reverse("portal:consents")).content.decode()
    assert page.index("Ana Newer") < page.index("Ana Older")
    assert (page.count("Taken back"), page.count("Take back")) == (1, 1)
    assert page.count("Read and answer") == 3


def test_the_portal_signs_what_is_open(portal, ana):
    address = reverse("portal:consent", args=["manipulation"])
    assert "0.21 in 100,000" in portal.get(address).content.decode()
    answer = portal.post(address, signed("manipulation", drawing=DRAWING))
    assert (answer.status_code, answer.url) == (302, reverse("portal:consents"))
    row = Consent.objects.get()
    assert (row.patient, row.recorded_by, row.signed_as) == (ana, ana.user, "patient")


@pytest.mark.parametrize(("sent", "words"), [({}, "Choose an answer."), ({"name": ""}, "Type your full name")])
def test_the_portal_refuses_in_words(portal, ana, sent, words):
    data = signed("manipulation", **sent) if sent else signed("manipulation", "", "")
    answer = portal.post(reverse("portal:consent", args=["manipulation"]), data)
    assert (answer.status_code, kept()) == (422, [])
    assert words in answer.content.decode()


@pytest.mark.parametrize("kind", ["nonsense", "0", "manipulation-2"])
def test_an_unknown_text_is_not_found(portal, kind):
    assert portal.get(reverse("portal:consent", args=[kind])).status_code == 404
    assert portal.post(reverse("portal:consent", args=[kind]), signed("sms")).status_code == 404


def test_taking_back_asks_once_and_says_what_follows(portal, ana):
    row = make.consent(ana)
    address = reverse("portal:take_back", args=[row.pk])
    page = portal.get(address).content.decode()
    assert "We do not adjust you" in page and Consent.objects.count() == 1
    assert portal.post(address).status_code == 302
    assert (states(ana)["manipulation"], Consent.objects.count()) == ("withdrawn", 2)
    for again in (portal.post(address), portal.get(address)):
        assert (again.status_code, Consent.objects.count()) == (302, 2)


def test_nobody_reads_or_takes_back_the_consents_of_another(portal, ben):
    """T018."""
    row = make.consent(ben, signed_name="Ben Whitcombe")
    for answer in (
        portal.get(reverse("portal:take_back", args=[row.pk])),
        portal.post(reverse("portal:take_back", args=[row.pk])),
        portal.get(reverse("portal:consents"), {"for": ben.pk}),
        portal.post(f"{reverse('portal:consent', args=['sms'])}?for={ben.pk}", signed("sms")),
    ):
        assert answer.status_code == 404
    assert "Whitcombe" not in portal.get(reverse("portal:consents")).content.decode()
    assert kept() == [("Ben", "manipulation", True, "Ben Whitcombe")]


def test_a_grant_opens_consents_only_with_the_forms_in_it(portal, ana, ben):
    row = make.consent(ben, "email")
    first = grant(ben, ana.user)
    query = f"?for={ben.pk}"
    pages = [
        reverse("portal:consents"),
        reverse("portal:consent", args=["sms"]),
        reverse("portal:take_back", args=[row.pk]),
    ]
    assert [portal.get(page + query).status_code for page in pages] == [404, 404, 404]
    assert portal.post(pages[1] + query, signed("sms", relation="friend")).status_code == 404
    first.may_forms = True
    first.save()
    assert [portal.get(page + query).status_code for page in pages] == [200, 200, 200]
    assert portal.post(pages[1] + query, signed("sms")).status_code == 422  # who signs for another says how related
    answer = portal.post(pages[1] + query, signed("sms", name="Ana Sørensen", relation="friend"))
    assert (answer.status_code, answer.url) == (302, pages[0] + query)
    assert kept()[-1] == ("Ben", "sms", True, "Ana Sørensen")
    assert Consent.objects.latest("pk").recorded_by == ana.user


@pytest.mark.parametrize("rows", [1, 3])
def test_the_portal_page_takes_the_same_queries_with_one_and_three(portal, ana, rows, django_assert_num_queries):
    for kind in ("treatment", "manipulation", "sms")[:rows]:
        make.consent(ana, kind)
    with django_assert_num_queries(12):
        portal.get(reverse("portal:consents"))


def test_looking_at_consents_writes_nothing(portal, ana):
    row = make.consent(ana)
    before = (Consent.objects.count(), AuditEvent.objects.filter(action__startswith="consent").count())
    for name, args in (("consents", []), ("consent", ["sms"]), ("take_back", [row.pk])):
        assert portal.get(reverse(f"portal:{name}", args=args)).status_code == 200
    assert (Consent.objects.count(), AuditEvent.objects.filter(action__startswith="consent").count()) == before
