"""The desk takes over what a patient gave about the person, one by one or all, and never sees a word about health."""

import re
from datetime import date

import pytest

from clinic.scheduling.models.appointments import Status
from patients.models import Patient
from tests import make
from tests.make import MONDAY
from tests.patients.test_person_updates import given

PLANTED = {
    "chief_complaint": "Zwickscharf stabbing",
    "illness_details": "Quellmond disease",
    "mechanism_story": "Trubholz crash",
    "pregnancy_problems": "Wenkbart bleeding",
    "illnesses": ["osteoporosis", "hiv"],
    "medicines": [{"name": "Flaxomin", "dose": "", "how_often": "", "since": "", "prescriber": ""}],
    "goal_words": "Holmgrat again",
    "family_history": ["cancer"],
    "alcohol": 17,
}
WORDS = ("Zwickscharf", "Quellmond", "Trubholz", "Wenkbart", "steoporosis", "HIV", "Flaxomin", "Holmgrat")


def page_of(patient):
    return f"/desk/patients/{patient.pk}/details/"


@pytest.fixture
def told(ana):
    return given(ana, phone="(503) 555-0199", preferred_name="Mia", date_of_birth="1966-03-14", **PLANTED)


def offered(page):
    return re.findall(r'value="accept:(\w+)"', page.content.decode())


def stored(patient):
    return Patient.objects.get(pk=patient.pk)


def test_what_differs_stands_beside_the_record(desk, ana, told):
    page = desk.get(page_of(ana))
    assert offered(page) == ["preferred_name", "phone", "date_of_birth", "all"]
    assert page.content.decode().count("(503) 555-0199") == 1


def test_one_is_accepted_and_the_list_stays_open(desk, ana, told):
    answer = desk.post(page_of(ana), {"do": "accept:phone"})
    assert (answer.url, stored(ana).phone, offered(desk.get(page_of(ana)))) == (
        page_of(ana),
        "(503) 555-0199",
        ["preferred_name", "date_of_birth", "all"],
    )


def test_all_are_accepted_but_the_birth_date_waits_for_the_tick(desk, ana, told):
    desk.post(page_of(ana), {"do": "accept:all"})
    assert (stored(ana).preferred_name, stored(ana).birth_date) == ("Mia", date(1965, 3, 14))
    answer = desk.post(page_of(ana), {"do": "accept:date_of_birth", "is_checked": "on"})
    assert (answer.url, stored(ana).birth_date) == (f"/desk/patients/{ana.pk}/", date(1966, 3, 14))


def test_the_birth_date_without_the_tick_is_refused_on_the_page(desk, ana, told):
    answer = desk.post(page_of(ana), {"do": "accept:date_of_birth"})
    assert (answer.status_code, stored(ana).birth_date) == (422, date(1965, 3, 14))
    assert answer.content.decode().count('aria-invalid="true"') == 1


def test_what_does_not_fit_is_said_on_the_page(desk, ana):
    given(ana, email="no address at all")
    answer = desk.post(page_of(ana), {"do": "accept:email"})
    assert (answer.status_code, stored(ana).email) == (422, "")
    assert answer.content.decode().count("Enter a valid email address.") == 1


def test_the_record_is_kept_for_all(desk, ana, told):
    assert desk.post(page_of(ana), {"do": "refuse:all"}).url == f"/desk/patients/{ana.pk}/"
    assert (stored(ana).phone, stored(ana).preferred_name, offered(desk.get(page_of(ana)))) == ("", "", [])


@pytest.mark.parametrize("do", ["", "accept:illnesses", "burn:phone", "accept:", "refuse:xyz", "accept"])
def test_what_is_not_offered_changes_nothing(desk, ana, told, do):
    desk.post(page_of(ana), {"do": do})
    assert (stored(ana).phone, offered(desk.get(page_of(ana)))[:2]) == ("", ["preferred_name", "phone"])


def test_the_snapshot_counts_what_waits(desk, ana, told):
    pages = [desk.get(f"/desk/patients/{ana.pk}/").content.decode()]
    desk.post(page_of(ana), {"do": "refuse:all"})
    pages.append(desk.get(f"/desk/patients/{ana.pk}/").content.decode())
    assert [page.count("3 details given in the history") for page in pages] == [1, 0]


def test_a_therapist_decides_nothing(client, tess, ana, told):
    client.force_login(tess)
    assert [client.get(page_of(ana)).status_code, client.post(page_of(ana), {"do": "accept:phone"}).status_code] == [
        403,
        403,
    ]
    assert stored(ana).phone == ""


def test_the_list_costs_the_same_for_one_detail_and_three(desk, ana, ben, django_assert_num_queries):
    given(ana, phone="2")
    given(ben, phone="2", preferred_name="Benny", occupation="Baker")
    for patient in (ana, ben):
        with django_assert_num_queries(9):
            desk.get(page_of(patient))


# --- T030: the front desk learns how far an intake is and nothing else


def test_no_page_of_the_desk_shows_a_word_of_the_history(desk, carlos, ana, told):
    make.appointment(ana, carlos.practitioner, MONDAY, status=Status.ARRIVED)
    make.condition(ana, "osteoporosis", certainty="stated")
    addresses = (
        f"/desk/patients/{ana.pk}/",
        page_of(ana),
        f"/desk/patients/{ana.pk}/contact/",
        f"/desk/?p={ana.pk}",
        "/desk/",
        "/desk/week/",
        "/desk/print/",
        "/desk/search/?q=Ana",
        "/desk/patients/?q=Ana",
        f"/desk/book/?patient={ana.pk}",
    )
    seen = {}
    for address in addresses:
        page = desk.get(address)
        seen[address] = (page.status_code, [word for word in WORDS if word in page.content.decode()])
    assert seen == dict.fromkeys(addresses, (200, []))


def test_the_planted_words_would_be_seen_by_who_treats(chart, ana, told):
    page = chart.get(f"/admin/patients/patient/{ana.pk}/change/?tab=intake").content.decode()
    assert [word for word in ("Zwickscharf", "Quellmond", "Trubholz", "Flaxomin", "Holmgrat") if word not in page] == []


def test_the_desk_has_no_review_of_a_history(client, rita, ana, told):
    client.force_login(rita)
    assert client.get(f"/admin/patients/patient/{ana.pk}/change/?tab=intake").status_code == 403
