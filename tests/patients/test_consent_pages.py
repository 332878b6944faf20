"""Consents in the chart and the texts in the admin: who reads, who records, and nothing that is edited."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from patients import consents
from patients.consent_standing import standings
from patients.models import Consent, ConsentText
from tests import make

STROKES = [[[10, 20], [30, 40]]]


def tab(patient, **query):
    return reverse("admin:patients_patient_change", args=[patient.pk]) + "?tab=consents"


def paper(row):
    return reverse("admin:patients_consent_paper", args=[row.pk])


def state(patient, kind="manipulation"):
    return {one.kind: one.state for one in standings(patient)}[kind]


def taken(**changes):
    given = {"do": "consent_taken:", "kind": "manipulation", "answer": "yes", "how": "paper", "signed_name": "Ana S"}
    return {**given, "regions": ["cervical", "lumbar"], **changes}


@pytest.fixture
def doctor(client, carlos):
    client.force_login(carlos)
    return client


# --- the tab


def test_the_tab_tells_each_kind_with_signature_version_language_and_history(doctor, ana):
    make.consent(ana, signed_name="Ana Older")
    make.consent(ana, drawing=STROKES, language="es", regions=["lumbar"], signed_name="Ana Newer")
    page = doctor.get(tab(ana)).content.decode()
    assert page.index("Ana Newer") < page.index("Ana Older")
    for words in ('d="M30 20L90 40"', "version 1, read in Spanish", "low back (lumbar)", "with the health history"):
        assert words in page
    assert page.count("Not asked yet.") == 4


def test_therapist_and_clinic_admin_read_and_change_nothing(client, ana, tess, olga):
    row = make.consent(ana, signed_name="Ana Signaturely")
    for who in (tess, olga):
        client.force_login(who)
        page = client.get(tab(ana)).content.decode()
        assert ("Ana Signaturely" in page, "Record a consent" in page, "Take it back" in page) == (True, False, False)
        assert client.post(tab(ana), taken()).status_code == 403
        assert client.post(tab(ana), {"do": f"consent_back:{row.pk}", f"back-{row.pk}-because": "x"}).status_code == 403
    assert Consent.objects.count() == 1


def test_the_clinic_admins_look_is_written_down_once(client, ana, olga):
    make.condition(ana, "osteoporosis")
    client.force_login(olga)
    assert "steoporosis" not in client.get(tab(ana)).content.decode()
    assert AuditEvent.objects.filter(action="chart.read", patient_id=ana.pk).count() == 1


@pytest.mark.parametrize("kinds", [1, 3])
def test_the_tab_takes_the_same_queries_with_one_and_three(doctor, ana, kinds, django_assert_num_queries):
    for kind in ("treatment", "manipulation", "sms")[:kinds]:
        make.consent(ana, kind)
        make.consent(ana, kind)
    with django_assert_num_queries(TAB_QUERIES + (connection.vendor == "postgresql")):
        doctor.get(tab(ana))


TAB_QUERIES = 18


# --- recording and taking back


def test_the_practitioner_records_a_consent_on_paper_with_its_regions(doctor, ana, carlos):
    assert doctor.post(tab(ana), taken()).status_code == 302
    row = Consent.objects.get()
    assert (row.explained_by, row.regions, row.because, row.signed_as) == (
        carlos, ["cervical", "lumbar"], "Signed on paper", "patient",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"signed_name": ""}, "signed_name"),
        ({"kind": ""}, "kind"),
        ({"kind": "nonsense"}, "kind"),
        ({"answer": "perhaps"}, "answer"),
        ({"kind": "email"}, "regions"),
        ({"regions": ["moon"]}, "regions"),
        ({"signed_on": str(timezone.localdate() + timedelta(days=2))}, "signed_on"),
        ({"signed_on": "1890-01-01"}, "signed_on"),
        ({"signed_on": "yesterday"}, "signed_on"),
        ({"because": "x" * 251}, "because"),
    ],
)
def test_what_cannot_be_recorded_comes_back_at_its_field(doctor, ana, changes, field):
    answer = doctor.post(tab(ana), taken(**changes))
    assert (answer.status_code, Consent.objects.count()) == (422, 0)
    assert list(answer.context["taken_form"].errors) == [field]


def test_a_child_needs_the_relation_of_who_agreed(doctor, clinic):
    child = make.patient("Lars", birth_date=timezone.localdate() - timedelta(days=3000))
    assert list(doctor.post(tab(child), taken()).context["taken_form"].errors) == ["relation"]
    doctor.post(tab(child), taken(relation="mother"))
    assert Consent.objects.get().signed_as == "guardian"


def test_taking_back_on_request_wants_the_reason(doctor, ana):
    row = make.consent(ana)
    refused = doctor.post(tab(ana), {"do": f"consent_back:{row.pk}", f"back-{row.pk}-because": ""})
    assert (refused.status_code, state(ana)) == (422, "given")
    given = {"do": f"consent_back:{row.pk}", f"back-{row.pk}-because": "Called us"}
    for _twice in range(2):
        assert doctor.post(tab(ana), given).status_code == 302
    assert (state(ana), Consent.objects.count()) == ("withdrawn", 2)


@pytest.mark.parametrize("what", ["", "0", "-1", "abc", "9223372036854775808", "of Ben"])
def test_a_consent_of_another_chart_is_not_found_here(doctor, ana, ben, what):
    """T018."""
    row = make.consent(ben)
    pk = row.pk if what == "of Ben" else what
    assert doctor.post(tab(ana), {"do": f"consent_back:{pk}", f"back-{pk}-because": "x"}).status_code == 404
    assert state(ben) == "given"


# --- the paper


def test_the_paper_holds_the_words_that_were_read_and_the_signature(doctor, ana, olga):
    row = make.consent(ana, drawing=STROKES, language="es", relation="", signed_name="Ana Signaturely")
    consents.write_version(kind="manipulation", body_es="Nuevo texto.", because="Clearer", by=olga)
    page = doctor.get(paper(row)).content.decode()
    for words in ("El ajuste (manipulación)", "7 en 100,000", "Ana Signaturely", 'd="M30 20L90 40"', "Version 1"):
        assert words in page
    assert "Nuevo texto" not in page


def test_the_paper_is_for_those_who_may_read_consents(client, ana, rita, ivan, tess, olga):
    row = make.consent(ana)
    told = {}
    for who in (rita, ivan, tess, olga):
        client.force_login(who)
        told[who.email] = client.get(paper(row)).status_code
    assert list(told.values()) == [403, 403, 200, 200]


# --- the texts in the admin

TEXTS = "/admin/patients/consenttext/"


@pytest.fixture
def admin(client, olga):
    client.force_login(olga)
    return client


def version(**changes):
    text = consents.texts_in_force()["sms"]
    words = {name: getattr(text, name) for name in consents.WRITTEN}
    given = {**words, "valid_months": "", "is_required": "", "kind": "sms", "because": "Clearer", "body": "New words."}
    return {**given, **changes}


def test_a_new_version_is_written_by_a_form_that_begins_with_the_last(admin, olga):
    page = admin.get(f"{TEXTS}add/?kind=manipulation").content.decode()
    assert "0.21 in 100,000" in page and "El ajuste" in page
    assert admin.post(f"{TEXTS}add/", version()).status_code == 302
    text = ConsentText.objects.latest("pk")
    assert (text.kind, text.version, text.body, text.because, text.written_by) == (
        "sms", 2, "New words.", "Clearer", olga,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"because": ""}, "because"), ({"body": ""}, "body"), ({"kind": "x"}, "kind"), ({"title_es": ""}, "body_es"),
     ({"source": ""}, "source"), ({"valid_months": "-1"}, "valid_months")],
)  # fmt: skip
def test_a_version_that_cannot_be_kept_comes_back_at_its_field(admin, changes, field):
    answer = admin.post(f"{TEXTS}add/", version(**changes))
    assert (field in answer.context["adminform"].form.errors, ConsentText.objects.count()) == (True, 5)


def test_the_same_words_are_no_new_version(admin):
    body = consents.texts_in_force()["sms"].body.replace("\n", "\r\n")  # as browsers send it
    answer = admin.post(f"{TEXTS}add/", version(body=body))
    assert (list(answer.context["adminform"].form.errors), ConsentText.objects.count()) == (["body"], 5)


def test_a_version_is_read_and_never_edited(admin):
    text = consents.texts_in_force()["manipulation"]
    page = admin.get(f"{TEXTS}{text.pk}/change/").content.decode()
    assert ("Write a new version" in page, 'name="body"' in page, "0.21 in 100,000" in page) == (True, False, True)
    assert admin.post(f"{TEXTS}{text.pk}/change/", version()).status_code == 403
    assert admin.post(f"{TEXTS}{text.pk}/delete/", {"post": "yes"}).status_code == 403
    assert ConsentText.objects.count() == 5


def test_others_read_the_texts_or_do_not_reach_them(client, carlos, tess, rita, ivan):
    text = consents.texts_in_force()["sms"]
    told = []
    for who in (carlos, tess, rita, ivan):
        client.force_login(who)
        page = client.get(f"{TEXTS}{text.pk}/change/")
        told.append((page.status_code, b"Write a new version" in page.content, client.get(f"{TEXTS}add/").status_code))
    assert told == [(200, False, 403), (200, False, 403), (403, False, 403), (403, False, 403)]


@pytest.mark.parametrize("versions", [1, 3])
def test_the_list_of_texts_takes_the_same_queries(admin, olga, versions, django_assert_num_queries):
    for number in range(versions):
        consents.write_version(kind="sms", body=f"Words {number}.", because="x", by=olga)
    with django_assert_num_queries(LIST_QUERIES):
        assert admin.get(TEXTS).status_code == 200


LIST_QUERIES = 8
