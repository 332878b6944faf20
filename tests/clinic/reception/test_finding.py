"""The one search box and the list of patients."""

from datetime import date

import pytest

from tests import make


def names(response):
    return [patient.full_name for patient in response.context["hits"]]


@pytest.mark.parametrize("typed", ["sorensen", "SØR", "ana sor", "0119", "1965-03-14", "03/14/1965"])
def test_a_patient_is_found_in_any_spelling(desk, typed):
    make.patient("Ana", phone="(503) 555-0119")
    make.patient("Ben", "Okafor", birth_date=date(1990, 1, 1), phone="(503) 555-0177")
    assert names(desk.get("/desk/search/", {"q": typed})) == ["Ana Sørensen"]


def test_a_hit_tells_people_of_one_name_apart(desk):
    first = make.patient("Kim", "Lee", phone="(503) 555-0142")
    page = desk.get("/desk/search/", {"q": "lee"}).content.decode()
    told = ["Kim Lee", "Mar 14, 1965", "(61)", "…0142", first.chart_number]
    assert [part for part in told if part in page] == told
    assert "555-0142" not in page


def test_a_hit_wears_the_alert_without_its_content(desk, ana):
    make.condition(ana, "osteoporosis")
    page = desk.get("/desk/search/", {"q": "ana"}).content.decode()
    assert (page.count("Clinical alert"), "steoporosis" in page) == (1, False)


def test_at_most_eight_are_shown(desk):
    for n in range(9):
        make.patient(f"Kim {n}", "Lee")
    assert len(desk.get("/desk/search/", {"q": "lee"}).context["hits"]) == 8


def test_while_typing_a_fragment_answers_and_without_script_a_page(desk, ana):
    page = desk.get("/desk/search/", {"q": "ana"})
    fragment = desk.get("/desk/search/", {"q": "ana"}, headers={"HX-Request": "true"})
    assert ("<html" in page.content.decode(), "<html" in fragment.content.decode()) == (True, False)
    assert f'class="hit" href="/desk/?p={ana.pk}"' in fragment.content.decode()


@pytest.mark.parametrize("typed", ["", "   ", "zzzz", "%", "a" * 3000])
def test_a_search_that_finds_nobody_says_so(desk, ana, typed):
    assert names(desk.get("/desk/search/", {"q": typed})) == []


def test_a_merged_record_is_not_offered(desk, ana):
    make.patient("Anna", merged_into=ana)
    assert names(desk.get("/desk/search/", {"q": "sorensen"})) == ["Ana Sørensen"]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_search_takes_the_same_queries_for_any_number_of_hits(desk, django_assert_num_queries, rows):
    for n in range(rows):
        make.condition(make.patient(f"Kim {n}", "Lee"))
    with django_assert_num_queries(8):
        desk.get("/desk/search/", {"q": "lee"}, headers={"HX-Request": "true"})


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number_of_rows(desk, django_assert_num_queries, rows):
    for n in range(rows):
        make.condition(make.patient(f"Kim {n}", "Lee"))
    with django_assert_num_queries(9):
        desk.get("/desk/patients/")


def test_the_list_is_paged_and_searched(desk):
    for n in range(26):
        make.patient(f"Kim {n:02}", "Lee")
    make.patient("Ana")
    second = desk.get("/desk/patients/", {"page": 2, "q": "lee"}).context["page"]
    assert (len(second.object_list), second.paginator.count) == (1, 26)
    assert desk.get("/desk/patients/", {"page": "x"}).context["page"].number == 1


def test_an_empty_list_says_how_patients_come_in(desk):
    assert "No patients yet" in desk.get("/desk/patients/").content.decode()


def test_strangers_are_sent_to_sign_in(client, ana):
    assert client.get("/desk/search/", {"q": "ana"}).url == "/accounts/login/?next=/desk/search/%3Fq%3Dana"


@pytest.mark.parametrize("typed", ["sorensen", "lund", "0188"])
def test_who_was_joined_is_found_by_the_old_name_phone_or_number_once_and_told_so(desk, ana, typed):
    old = make.patient("Anna", "Lund", phone="(503) 555-0188", merged_into=ana)
    told = f"also known as Anna Lund ({old.chart_number})"
    for text in (typed, old.chart_number):
        for path in ("/desk/search/", "/desk/patients/"):
            page = desk.get(path, {"q": text})
            shown = page.context.get("hits") or page.context["page"].object_list
            assert (shown, page.content.decode().count(told)) == ([ana], 1)
