"""The twelve risk factors for spasms, and the self-care that fits them: each row stands, is silent, or stays open."""

from pathlib import Path

import pytest

from patients import risks
from patients.expressions import Facts

# For each factor with a rule: answers or conditions that make it stand, that make it silent, that leave it open.
TOLD = {
    "segmental_dysfunction": ({"has": {"segmental_dysfunction"}}, None, None),
    "dehydration": ({"fluids_per_day": 2}, {"fluids_per_day": 8, "fluid_loss": "no"}, {"fluids_per_day": None}),
    "posture": ({"load_cause": ["desk"]}, {"load_cause": ["raking"]}, {"load_cause": None}),
    "heat": ({"heat_exposure": "often"}, {"heat_exposure": "no"}, {"heat_exposure": None}),
    "pregnancy": ({"has": {"pregnancy"}}, {"pregnancy_status": "no"}, {"pregnancy_status": "unsure"}),
    "diabetes": ({"has": {"diabetes"}}, {"illnesses": ["none"]}, {"illnesses": ["unsure"]}),
    "nerve_liver_thyroid": ({"has": {"thyroid_disorder"}}, {"illnesses": ["none"]}, {"illnesses": None}),
}  # fmt: skip
FOUND_ONLY = ("spinal_muscles", "abdominals", "pelvic_tilt", "hamstrings", "muscle_mass")


def facts(told):
    told = dict(told)
    return Facts(conditions=frozenset(told.pop("has", ())), answers=told, age=40)


def answer(factor, told, found=None, **asked):
    return {one.factor.slug: one.answer for one in risks.standing(facts(told), found or {}, **asked)}[factor]


def test_there_are_twelve_factors_each_with_a_source_and_both_languages():
    rows = risks.read_factors()
    assert [row.slug for row in rows if not (row.src and row.label and row.label_es and row.finding)] == []
    assert len(rows) == 12
    assert {row.slug for row in rows} == set(TOLD) | set(FOUND_ONLY)


@pytest.mark.parametrize("factor", TOLD)
def test_a_factor_stands_on_what_was_told(factor):
    assert answer(factor, TOLD[factor][0]) == "present"


@pytest.mark.parametrize("factor", [slug for slug, told in TOLD.items() if told[1]])
def test_a_factor_is_absent_when_everything_asked_says_no(factor):
    assert answer(factor, TOLD[factor][1]) == "absent"


@pytest.mark.parametrize("factor", [slug for slug, told in TOLD.items() if told[2]])
def test_not_sure_and_skipped_never_mean_no(factor):
    assert answer(factor, TOLD[factor][2]) == "unclear"


@pytest.mark.parametrize("factor", [*TOLD, *FOUND_ONLY])
def test_what_nobody_asked_is_not_asked(factor):
    assert answer(factor, {}) == "not_asked"
    assert answer(factor, {}, was_asked=False) == "not_asked"


@pytest.mark.parametrize("factor", [*TOLD, *FOUND_ONLY])
def test_the_clinicians_finding_is_the_last_word(factor):
    assert answer(factor, TOLD.get(factor, ({},))[0], {factor: "absent"}) == "absent"
    assert answer(factor, {}, {factor: "present"}) == "present"


@pytest.mark.parametrize("slug", ["thyroid_disorder", "liver_disease", "neuropathy", "neurological_disease"])
def test_a_disorder_of_nerves_liver_or_thyroid_is_one_factor(slug):
    assert answer("nerve_liver_thyroid", {"has": {slug}}) == "present"


# --- self-care


def suggested(told, found=None):
    known = facts(told)
    return {item.slug for item in risks.suggested(known, risks.standing(known, found or {}))}


# What makes each item of the list fit, written by hand.
FITS = {
    "drink_steadily": ({"fluids_per_day": 2}, {}),
    "ask_about_fluids": ({"fluids_per_day": 2, "has": {"kidney_disease"}}, {}),
    "heat_breaks": ({"heat_exposure": "often"}, {}),
    "cramp_stretch": ({"fluid_loss": "yes"}, {}),
    "talk_about_cramps": ({"has": {"diabetes"}}, {}),
    "look_at_skin": ({"has": {"neuropathy"}}, {}),
    "posture_breaks": ({"load_cause": ["desk"]}, {}),
    "hamstring_stretch": ({}, {"hamstrings": "present"}),
    "abdominal_endurance": ({}, {"pelvic_tilt": "present"}),
    "back_endurance": ({}, {"spinal_muscles": "present"}),
    "pregnancy_movement": ({"has": {"pregnancy"}}, {}),
    "build_strength": ({}, {"muscle_mass": "present"}),
    "shovelling": ({"load_cause": ["shovelling"]}, {}),
    "mowing": ({"load_cause": ["mowing"]}, {}),
    "raking": ({"load_cause": ["raking"]}, {}),
    "lifting_child": ({"load_cause": ["lifting_child"]}, {}),
    "gardening": ({"load_cause": ["gardening"]}, {}),
    "lifting_box": ({"load_cause": ["lifting_box"]}, {}),
    "warm_up": ({"load_cause": ["workout"]}, {}),
}


def test_every_item_of_the_list_has_words_in_both_languages_and_a_source():
    rows = risks.read_self_care()
    assert [row.slug for row in rows if not (row.text and row.text_es and row.src)] == []
    assert {row.slug for row in rows} == set(FITS)


@pytest.mark.parametrize("item", FITS)
def test_an_item_is_suggested_where_it_fits_and_nowhere_without_a_reason(item):
    told, found = FITS[item]
    assert item in suggested(told, found)
    assert item not in suggested({}, {})


@pytest.mark.parametrize("illness", ["heart_disease", "heart_failure", "kidney_disease", "diuretic_use"])
def test_more_fluid_is_never_suggested_where_a_doctor_must_be_asked(illness):
    assert suggested({"fluids_per_day": 2, "has": {illness}}) & {"drink_steadily", "ask_about_fluids"} == {
        "ask_about_fluids"
    }


def test_exercise_on_the_belly_and_on_all_fours_is_not_suggested_in_pregnancy():
    found = {"abdominals": "present", "spinal_muscles": "present"}
    assert suggested({"has": {"pregnancy"}}, found) == {"pregnancy_movement"}
    assert suggested({}, found) == {"abdominal_endurance", "back_endurance"}


def test_no_stretch_is_suggested_while_a_nerve_gets_worse():
    assert suggested({"has": {"progressive_neuro_deficit"}}, {"hamstrings": "present"}) == set()


def test_the_words_follow_the_language():
    item = next(row for row in risks.read_self_care() if row.slug == "raking")
    assert item.text_in("es-mx") == item.text_es
    assert item.text_in("en") == item.text


def test_a_table_with_a_double_row_or_an_unknown_part_is_refused(tmp_path):
    head = "slug,label,label_es,part,rule,asked,finding,src\n"
    double, strange = tmp_path / "double.csv", tmp_path / "strange.csv"
    double.write_text(head + "a,A,A,patient,,,x,s\na,A,A,patient,,,x,s\n")
    strange.write_text(head + "a,A,A,somebody,,,x,s\n")
    for path in (double, strange):
        with pytest.raises(risks.BadTable):
            risks.read_factors(path)


def test_what_is_named_to_read_stands_in_the_starter_library():
    library = {path.stem for path in (Path(__file__).parents[2] / "content/library/articles").glob("*.md")}
    named = {slug for item in risks.read_self_care() for slug in item.articles}
    assert named - library == set()
