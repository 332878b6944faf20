"""Which records are likely one person: by spelling, sound, swapped names, mistyped dates; never families or twins."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from patients import duplicates, matching, merging
from patients.matching import Person, compare
from tests import make, plans, scale

BORN = date(1965, 3, 14)
PHONE = "(503) 555-0119"


def person(name, born=BORN, **more):
    given_name, _space, family_name = name.partition(" ")
    return Person(given_name, family_name, born, **more)


def told(one, other):
    found = compare(one, other)
    return found.in_words if found.is_likely else ""


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("Émile Sørensen", "emile SORENSEN", "same birth date, same name"),
        ("Siobhan O'Keefe", "Siobhan O’Keefe", "same birth date, same name"),
        ("Catherine Smith", "Katherine Smyth", "same birth date, name sounds or is spelled alike"),
        ("Christine Berg", "Kristin Berg", "same birth date, name sounds or is spelled alike"),
        ("Annelies Janssen", "Annelise Jansen", "same birth date, name sounds or is spelled alike"),
        ("Mohammed Ali", "Muhammad Aly", "same birth date, name sounds or is spelled alike"),
        ("Ana Lund", "Anna Lund", "same birth date, name sounds or is spelled alike"),
        ("Иван Петров", "Иван Петров", "same birth date, same name"),
        ("Van Nguyen", "Nguyen Van", "same birth date, first and last name swapped"),
        ("Alex Berg", "Alexander Berg", "same birth date, short for the same name"),
        ("Cher", "Cher", "same birth date, same name"),
        ("Ana Lopez", "Ana Lopez-Ruiz", "same birth date, name sounds or is spelled alike"),
    ],
)
def test_one_person_in_two_spellings_is_likely_and_the_reason_is_told(one, other, words):
    assert (told(person(one), person(other)), told(person(other), person(one))) == (words, words)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (date(1965, 4, 13), ""),
        (date(1966, 3, 14), "birth dates differ by a typing slip, same name"),
        (date(1956, 3, 14), "birth dates differ by a typing slip, same name"),
        (date(1965, 3, 15), "birth dates differ by a typing slip, same name"),
        (date(1975, 3, 24), ""),
    ],
)
def test_a_slip_in_the_birth_date_needs_the_same_name(other, words):
    assert told(person("Ana Lund"), person("Ana Lund", other)) == words
    assert told(person("Ana Lund"), person("Ane Lundt", other)) == ""


def test_day_and_month_swapped_are_told():
    one, other = person("Ana Lund", date(1965, 3, 4)), person("Ana Lund", date(1965, 4, 3))
    assert told(one, other) == "day and month of birth swapped, same name"


def test_the_name_somebody_likes_to_be_called_counts():
    assert told(person("William Berg", preferred_name="Bill"), person("Bill Berg"))
    assert told(person("William Berg"), person("Bill Berg")) == ""


def test_the_same_phone_with_the_same_name_is_likely_within_a_generation():
    """A father and a son have one name and one phone."""
    one = person("John Berg", phone=PHONE)
    assert told(one, person("John Berg", date(1970, 11, 2), phone="503 555 0119")) == "same name, same phone"
    assert told(one, person("John Berg", date(1990, 11, 2), phone=PHONE)) == ""
    assert told(one, person("John Berg", date(1970, 11, 2))) == ""


def test_a_new_last_name_needs_birth_date_first_name_and_phone():
    one = person("Maria Lopez", phone=PHONE)
    assert (
        told(one, person("Maria Garcia", phone=PHONE))
        == "same birth date, same first name, other last name, same phone"
    )
    assert told(one, person("Maria Garcia")) == ""
    assert told(one, person("Marie Garcia", phone=PHONE)) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("Lena Berg", "Lina Berg"), ("Tom Berg", "Tim Berg"), ("Ava Berg", "Eve Berg"), ("Ana Berg", "Ben Berg")],
)
def test_twins_are_two_people(one, other):
    assert told(person(one, phone=PHONE), person(other, phone=PHONE)) == ""


def test_a_brother_and_a_sister_with_nearly_one_name_are_two_people():
    one, other = (
        person(name, phone=PHONE, sex=sex) for name, sex in (("Christian Berg", "M"), ("Christina Berg", "F"))
    )
    assert told(one, other) == ""
    assert told(person("Kim Berg", sex="M"), person("Kim Berg", sex="F")) == "same birth date, same name"


def test_a_mother_and_her_daughter_with_one_phone_are_two_people():
    assert told(person("Maria Lopez", phone=PHONE), person("Maria Lopez", date(1992, 7, 1), phone=PHONE)) == ""


DAYS = st.dates(date(1900, 1, 1), date(2026, 1, 1))


@given(DAYS, DAYS)
def test_the_dates_that_are_looked_up_are_exactly_those_that_count_as_near(one, other):
    assert (other in matching.near_dates(one)) == bool(matching.born_likeness(one, other))


@given(DAYS)
def test_every_near_date_counts_as_near_and_both_ways_alike(day):
    for other in matching.near_dates(day):
        assert matching.born_likeness(day, other) == matching.born_likeness(other, day) != ""


NAMES = st.text(alphabet="abcdeinorst éñ'-", max_size=12)


@given(NAMES, NAMES, NAMES, NAMES)
def test_likeness_is_the_same_both_ways_and_no_name_breaks_it(given_name, family_name, other, another):
    one, two = Person(given_name, family_name, BORN), Person(other, another, BORN)
    assert compare(one, two).score == compare(two, one).score


# --- in the file


def found(**typed):
    return [
        (row.full_name, row.likeness.in_words)
        for row in duplicates.likely_same(**{"given_name": "Ana", "family_name": "Lund", "birth_date": BORN} | typed)
    ]


def test_the_file_is_searched_by_near_birth_dates_and_by_phone(clinic):
    make.patient("Anna", "Lund")
    make.patient("Ana", "Lund", birth_date=date(1965, 3, 15))
    make.patient("Ana", "Lund", birth_date=date(1971, 9, 9), phone="+1 503 555 0119")
    make.patient("Ben", "Lund", phone=PHONE)
    assert found(phone=PHONE) == [
        ("Anna Lund", "same birth date, name sounds or is spelled alike"),
        ("Ana Lund", "birth dates differ by a typing slip, same name"),
        ("Ana Lund", "same name, same phone"),
    ]
    assert len(found()) == 2


def test_a_joined_record_is_found_by_its_old_name_and_answered_by_the_one_that_is_kept(clinic):
    kept = make.patient("Anna", "Berg")
    make.patient("Ana", "Lund", merged_into=kept)
    make.patient("Ana", "Lund", merged_into=kept, phone=PHONE)
    assert found() == [("Anna Berg", "same birth date, same name")]


def test_a_record_is_not_like_itself_nor_like_those_joined_to_it(clinic):
    kept = make.patient("Ana", "Lund")
    joined, other = make.patient("Ana", "Lund", merged_into=kept), make.patient("Anna", "Lund")
    assert [duplicates.like(row) for row in (kept, joined)] == [[other], [other]]


@pytest.mark.parametrize("rows", [1, 3])
def test_looking_for_one_person_is_one_query(clinic, django_assert_num_queries, rows):
    for _ in range(rows):
        make.patient("Anna", "Lund")
    with django_assert_num_queries(1):
        assert len(found(phone=PHONE)) == rows


# --- across the whole file


def pairs(look):
    return [(pair.older.pk, pair.newer.pk) for pair in look.pairs]


def test_the_whole_file_is_looked_through_and_families_stay_apart(clinic):
    old, new = make.patient("Ana", "Lund", phone=PHONE), make.patient("Anna", "Lund")
    for name in ("Ben", "Cora", "Dora"):
        make.patient(name, "Lund", phone=PHONE, email="family@example.org")
    look = duplicates.across()
    assert (pairs(look), look.looked_at, look.go_on_below) == ([(old.pk, new.pk)], 5, None)


def test_what_was_proposed_refused_joined_or_undone_is_not_listed_again(clinic, olga):
    old, new = make.patient("Ana", "Lund"), make.patient("Anna", "Lund")
    merge = merging.propose(kept=new, absorbed=old, because="x", by=olga)
    assert pairs(duplicates.across()) == []
    merging.carry_out(merge, by=olga)
    assert (pairs(duplicates.across()), duplicates.across().looked_at) == ([], 1)
    merging.undo(merge, because="x", by=olga)
    assert pairs(duplicates.across()) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_a_look_takes_the_same_queries_for_any_number_of_pairs(clinic, django_assert_num_queries, rows):
    for n in range(rows):
        born = BORN + timedelta(days=400 * n)
        make.patient("Ana", "Lund", birth_date=born)
        make.patient("Anna", "Lund", birth_date=born)
    with django_assert_num_queries(4):
        assert len(duplicates.across().pairs) == rows


def test_a_look_is_bounded_and_goes_on_where_it_stopped(clinic, monkeypatch):
    monkeypatch.setattr(duplicates, "CHUNK", 2)
    monkeypatch.setattr(duplicates, "MOST_LOOKED_AT", 4)
    old = [make.patient(name, "Lund") for name in ("Ana", "Ben", "Cora")]
    new = [make.patient(name, "Lund") for name in ("Anna", "Benn", "Kora")]
    first = duplicates.across()
    second = duplicates.across(first.go_on_below)
    assert (first.looked_at, second.looked_at, second.go_on_below) == (4, 2, None)
    assert sorted(pairs(first) + pairs(second)) == [(a.pk, b.pk) for a, b in zip(old, new, strict=True)]


def test_among_100000_patients_candidates_are_looked_up_in_the_index(clinic):
    scale.patients(100_000)
    other_day = date(1980, 7, 1)  # the others were all born on one day
    make.patient("Anna", "Lund", birth_date=other_day)
    with CaptureQueriesContext(connection) as asked:
        assert found(birth_date=other_day) == [("Anna Lund", "same birth date, name sounds or is spelled alike")]
    assert [plans.tables_read_whole(q["sql"], ["patients_searchtoken", "patients_patient"]) for q in asked] == [[]]
