"""What the record adds to an intake's answers when the safety rules are read, and what a page forgets."""

from datetime import date

from patients import intake as intakes
from tests import make


def test_a_record_that_does_not_say_leaves_the_sex_to_the_answer(clinic):
    """RF18 asks for men over 60 who smoke; the desk often registers without a sex."""
    patient = make.patient("Per", birth_date=date(1950, 1, 1), sex="X")
    row = intakes.open_intake(patient)
    answers = {"sex": "M", "smoker": "yes", "RF18": ["none"]}
    row = intakes.save_page(row, page="social", answers=answers)
    assert "RF18" in intakes.assess(row).ids
    row = intakes.save_page(row, page="social", answers={**answers, "sex": "F"})
    assert "RF18" not in intakes.assess(row).ids


def test_a_record_that_says_male_or_female_counts_before_the_answer(clinic):
    row = intakes.open_intake(make.patient(sex="F"))
    row.answers = {"sex": "M"}
    assert intakes.person_facts(row)["sex"] == "F"


def test_what_is_no_longer_asked_is_forgotten_and_the_page_may_stay_open(ana):
    row = intakes.save_page(intakes.open_intake(ana), page="red_flags", answers={"RF06": "yes", "RF06a": "yes"})
    row = intakes.save_page(row, page="history", answers={"RF06": "no"}, forget=["RF06a"], done=False)
    assert (row.answers, row.pages_done) == ({"RF06": "no"}, ["red_flags"])
