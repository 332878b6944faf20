"""T099: a patient is found in any spelling, on both engines."""

from datetime import date

import pytest

from patients import registering, searching
from patients.models import Patient
from tests import make

PEOPLE = [
    ("Émile", "Dubois-Charpentier", "(503) 555-0142"),
    ("Agnieszka", "Wiśniewska", "503 555 0177"),
    ("Zsófia", "Szabó-Halmágyi", ""),
    ("Nguyễn", "Thị Hồng Nhung", ""),
    ("Sinéad", "O’Keefe", "+353 1 555 0199"),
    ("Søren", "Ørsted", ""),
    ("Łukasz", "Łęcki", ""),
    ("محمد", "الأحمد", ""),
    ("Teller", "", ""),
    ("Elisa944", "Johnson679", ""),
]


@pytest.fixture
def people(clinic):
    return [
        make.patient(given, family, phone=phone, birth_date=date(1960 + n, 3, 14))
        for n, (given, family, phone) in enumerate(PEOPLE)
    ]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("émile", 0), ("EMILE", 0), ("emile dub", 0), ("dubois", 0), ("charpentier emile", 0), ("e\u0301mile", 0),
        ("wisniewska", 1), ("Wiśniewska", 1), ("agni wis", 1), ("szabo", 2), ("halmagyi zsofia", 2), ("nguyen", 3),
        ("nhung hong", 3), ("o'keefe", 4), ("okeefe", 4), ("O’Keefe", 4), ("sinead o'k", 4), ("soren", 5),
        ("orsted", 5), ("lecki", 6), ("łęcki lukasz", 6), ("محمد", 7), ("teller", 8),
        ("0142", 0), ("555-0142", 0), ("(503) 555-0142", 0), ("5035550142", 0), ("0177", 1), ("+353 1 555 0199", 4),
        ("1960-03-14", 0), ("03/14/1961", 1), ("3/14/1961", 1), ("14.3.1962", 2), ("19600314", 0),
        ("emile 1960-03-14", 0), ("0142 1960-03-14", 0), ("Johnson679 1969-03-14", 9),
    ],
)  # fmt: skip
def test_a_patient_is_found_by(people, typed, found):
    assert list(Patient.objects.search(typed)) == [people[found]]


@pytest.mark.parametrize("typed", ["", "   ", "'", "%", "_", "emile wisniewska", "mile", "142", "\0", "😀"])
def test_nobody_is_found_by(people, typed):
    assert list(Patient.objects.search(typed)) == []


@pytest.mark.parametrize("typed", ["emile", "lefevre", "lefevre emile", "0188", "0188 lefevre", "0188 1960-03-14"])
def test_what_a_joined_record_says_finds_the_kept_one_once(people, typed):
    """The joined record itself is not offered beside the kept one; all words must stand at one of the two."""
    make.patient("Émile", "Lefèvre", phone="(503) 555-0188", birth_date=date(1960, 3, 14), merged_into=people[0])
    assert list(Patient.objects.search(typed)) == [people[0]]


def test_a_chart_number_finds_its_patient(people):
    assert list(Patient.objects.search(people[3].chart_number)) == [people[3]]


def test_a_changed_name_is_found_and_the_old_one_no_longer(people, rita):
    registering.change(people[0], by=rita, family_name="Lefèvre")
    assert list(Patient.objects.search("lefevre")) == [people[0]]
    assert list(Patient.objects.search("charpentier")) == []


def test_a_search_is_two_index_look_ups_however_long_the_text(people, django_assert_num_queries):
    with django_assert_num_queries(1):
        list(Patient.objects.search("a b c d e f g h i j k l " * 50))
    assert len(searching.query_words("a " * 500)) == searching.MOST_WORDS
