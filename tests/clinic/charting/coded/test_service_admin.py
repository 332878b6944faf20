"""The services: shipped without numbers; the clinic enters them one by one or from a file, whole or not at all."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.charting.coded import service_numbers
from clinic.charting.models import ServiceCode
from tests import make

KEYS = ["cmt_spinal_a", "cmt_spinal_b", "cmt_spinal_c", "cmt_extra", "pack", "traction_m", "estim_un", "estim_at", "us"]
KEYS += ["exercise", "neuro_re", "massage", "manual", "em_new", "em_est"]
PAGE = "admin:charting_servicecode_numbers"


@pytest.fixture
def office(client, olga):
    client.force_login(olga)
    return client


def numbers():
    return dict(ServiceCode.objects.exclude(code="").values_list("key", "code"))


def test_fifteen_services_are_shipped_without_any_number(db):
    rows = ServiceCode.objects.all()
    assert [row.key for row in rows] == KEYS
    assert {row.code for row in rows} == {""}
    assert {row.key for row in rows if row.is_timed} == {"estim_at", "us", "exercise", "neuro_re", "massage", "manual"}


def test_a_file_is_read_with_its_spaces_and_small_letters(db):
    assert service_numbers.read(b"\xef\xbb\xbfKey, Code\nus, 97035 \nestim_un,g0283\n\npack,\n") == {
        "us": "97035",
        "estim_un": "G0283",
        "pack": "",
    }


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (b"", ["The first line must be: key,code"]),
        (b"code,key\n", ["The first line must be: key,code"]),
        (b"key,code\n", ["The file has no row."]),
        (b"\xff\xfe", ["This is not a CSV file in UTF-8."]),
        (b'key,code\nus,"970\n', ["This is not a CSV file in UTF-8."]),
        (b"key,code\nus,97035\nlaser,1\n", ["Line 3: there is no service “laser”."]),
        (b"key,code\nus,1\nus,2\n", ["Line 3: “us” stands twice."]),
        (b"key,code\nus,97-035\n", ["Line 2: “97-035” is no code number."]),
        (b"key,code\nus\n", ["Line 2: two columns are needed."]),
        (
            b"key,code\nlaser,1\nus,97035\nus,97\x00\n",
            ["Line 2: there is no service “laser”.", "Line 4: “us” stands twice."],
        ),
    ],
)
def test_a_wrong_file_is_refused_with_each_wrong_row_named(db, data, wrong):
    with pytest.raises(service_numbers.BadFile) as refusal:
        service_numbers.read(data)
    assert refusal.value.wrong == wrong


def test_numbers_are_taken_over_and_the_change_is_written_down_once(olga):
    assert service_numbers.take({"us": "97035", "massage": "97124", "pack": ""}, by=olga) == 2
    assert numbers() == {"us": "97035", "massage": "97124"}
    assert service_numbers.take({"us": "97035"}, by=olga) == 0
    assert service_numbers.take({"us": ""}, by=olga) == 1
    assert (numbers(), AuditEvent.objects.filter(action="service_code.imported").count()) == ({"massage": "97124"}, 2)


def test_who_may_not_change_services_takes_no_number_over(carlos):
    with pytest.raises(PermissionDenied):
        service_numbers.take({"us": "97035"}, by=carlos)
    assert numbers() == {}


def test_taking_over_is_rolled_back_whole(olga, monkeypatch):
    monkeypatch.setattr(service_numbers, "record", lambda *args, **more: (_ for _ in ()).throw(DatabaseError))
    with pytest.raises(DatabaseError):
        service_numbers.take({"us": "97035", "massage": "97124"}, by=olga)
    assert numbers() == {}


def test_the_page_takes_a_file_over(office):
    file = make.upload(b"key,code\nus,97035\nmassage,97124\n", "numbers.csv", "text/csv")
    answer = office.post(reverse(PAGE), {"file": file})
    assert (answer.url, numbers()) == (
        reverse("admin:charting_servicecode_changelist"),
        {"us": "97035", "massage": "97124"},
    )


def test_the_page_names_every_wrong_row_and_takes_nothing_over(office):
    file = make.upload(b"key,code\nus,97035\nlaser,1\nmassage,?\n", "numbers.csv", "text/csv")
    answer = office.post(reverse(PAGE), {"file": file})
    shown = answer.content.decode()
    assert (answer.status_code, numbers()) == (422, {})
    assert [words in shown for words in ("Line 3: there is no service “laser”", "Line 4: “?” is no code number")] == [
        True,
        True,
    ]


@pytest.mark.parametrize("sent", [{}, {"file": "typed"}])
def test_without_a_file_the_page_asks_again(office, sent):
    assert office.post(reverse(PAGE), sent).status_code == 422


def test_a_file_that_is_too_large_is_refused_unread(office):
    file = make.upload(b"x" * (service_numbers.LARGEST + 1), "numbers.csv", "text/csv")
    answer = office.post(reverse(PAGE), {"file": file})
    assert (answer.status_code, "too large" in answer.content.decode()) == (422, True)


def test_one_number_is_changed_on_its_page_and_how_it_is_counted_is_not(office):
    row = ServiceCode.objects.get(key="us")
    url = reverse("admin:charting_servicecode_change", args=[row.pk])
    sent = {"label": "Ultrasound", "code": "97035", "is_active": "on", "order": "5", "key": "other", "is_timed": ""}
    assert office.post(url, sent).status_code == 302
    row.refresh_from_db()
    assert (row.label, row.code, row.key, row.is_timed) == ("Ultrasound", "97035", "us", True)
    written = AuditEvent.objects.get(action="service_code.changed")
    assert written.details["fields"] == ["code", "label", "order"]


def test_the_clinic_adds_a_service_of_its_own(office):
    sent = {"label": "Cupping", "key": "cupping", "attendance": "none", "order": "200", "is_active": "on"}
    assert office.post(reverse("admin:charting_servicecode_add"), sent).status_code == 302
    assert ServiceCode.objects.get(key="cupping").label == "Cupping"


def test_the_list_offers_the_import_to_those_who_may_use_it(client, olga, carlos):
    seen = {}
    for user in (olga, carlos):
        client.force_login(user)
        seen[user.email] = (
            reverse(PAGE) in client.get(reverse("admin:charting_servicecode_changelist")).content.decode()
        )
    assert seen == {"olga@example.org": True, "carlos@example.org": False}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_questions(office, rows, django_assert_num_queries):
    ServiceCode.objects.exclude(key__in=KEYS[:rows]).delete()
    with django_assert_num_queries(8):
        office.get(reverse("admin:charting_servicecode_changelist"))
