"""What differs between two versions of a health history: by meaning, in words, the most worrying first."""

import pytest

from patients import intake_differences
from patients.intake_differences import compare, unchanged
from patients.questions import load


def told(older, newer):
    """[(key, kind, before, after)]: "+" stands before what is new, "-" before what is gone."""
    return [
        (
            one.key,
            one.kind,
            [("-" if part.differs else "") + part.words for part in one.before],
            [("+" if part.differs else "") + part.words for part in one.after],
        )
        for one in compare(older, newer)
    ]


def medicine(name, **more):
    return {"name": name, "dose": "", "how_often": "", "since": "", "prescriber": "", **more}


def spot(site, side, score, **more):
    return {"site": site, "side": side, "score_0_10": score, "quality": [], "spreads_to": "", **more}


def test_equal_versions_differ_in_nothing():
    answers = {"pain_now": 6, "medicines": [medicine("Ibuprofen")], "worse_with": "sitting", "RF12": "no"}
    assert (compare(answers, dict(answers)), unchanged(answers, answers)) == ([], 4)


@pytest.mark.parametrize(
    ("key", "older", "newer"),
    [
        ("worse_with", "Sitting  long.", "sitting long"),
        ("medicines", [medicine("Ibuprofen"), medicine("Aspirin")], [medicine("aspirin"), medicine("ibuprofen")]),
        ("illnesses", ["osteoporosis", "epilepsy"], ["epilepsy", "osteoporosis"]),
        ("pain_sites", [spot("neck", "", 3), spot("knee", "left", 2)], [spot("knee", "left", 2), spot("neck", "", 3)]),
        ("movement_grid", {"neck": {"flexion": "worse"}}, {"neck": {"flexion": "worse", "extension": "not_tested"}}),
        ("supplements", None, ""),
        ("surgeries", [], None),
    ],
)
def test_order_capitals_spaces_and_empty_answers_are_no_difference(key, older, newer):
    assert told({key: older}, {key: newer}) == []


def test_an_answer_that_was_not_asked_before_is_added_and_one_that_is_gone_is_removed():
    assert told({}, {"pain_now": 6}) == [("pain_now", "added", ["Not asked"], ["+6 of 10"])]
    assert told({"pain_now": 6}, {"pain_now": None}) == [("pain_now", "removed", ["-6 of 10"], ["Left open"])]


def test_a_medicine_that_was_added_is_the_only_thing_new_in_its_list():
    older = {"medicines": [medicine("Alendronate", dose="70 mg")]}
    newer = {"medicines": [medicine("Apixaban"), medicine("alendronate", dose="70 mg")]}
    assert told(older, newer) == [
        (
            "medicines",
            "changed",
            ["Name: Alendronate; Dose: 70 mg"],
            ["+Name: Apixaban", "Name: alendronate; Dose: 70 mg"],
        )
    ]


def test_a_dose_that_changed_is_gone_and_new_at_its_medicine():
    older, newer = (
        {"medicines": [medicine("Ibuprofen", dose="400")]},
        {"medicines": [medicine("ibuprofen", dose="800")]},
    )
    assert told(older, newer) == [
        ("medicines", "changed", ["-Name: Ibuprofen; Dose: 400"], ["+Name: ibuprofen; Dose: 800"])
    ]


def test_two_medicines_of_the_same_name_are_told_apart():
    older = {"medicines": [medicine("Insulin", dose="10"), medicine("Insulin", dose="20")]}
    newer = {"medicines": [medicine("Insulin", dose="10")]}
    assert told(older, newer)[0][2:] == (
        ["Name: Insulin; Dose: 10", "-Name: Insulin; Dose: 20"],
        ["Name: Insulin; Dose: 10"],
    )


def test_a_spot_that_moved_is_gone_here_and_new_there():
    older = {"pain_sites": [spot("low_back", "right", 6), spot("neck", "", 2)]}
    newer = {"pain_sites": [spot("low_back", "left", 6), spot("neck", "", 2)]}
    assert told(older, newer) == [
        (
            "pain_sites",
            "changed",
            ["-Low back, right: 6 of 10", "Neck: 2 of 10"],
            ["+Low back, left: 6 of 10", "Neck: 2 of 10"],
        )
    ]


def test_of_the_movement_grid_only_what_moved_is_told():
    still = {"flexion": "worse", "rotation_left": "better"}
    older = {"movement_grid": {"low_back": {**still, "extension": "same"}}}
    newer = {"movement_grid": {"low_back": {**still, "extension": "worse"}}}
    labels = {choice.value: choice.label for choice in load().question("movement_grid").choices}
    before, after = f"-Low back. Bend back: {labels['same']}", f"+Low back. Bend back: {labels['worse']}"
    assert told(older, newer) == [("movement_grid", "changed", [before], [after])]


def test_safety_answers_stand_first_and_the_person_last():
    older = {"phone": "1", "pain_now": 3, "illnesses": ["none"], "RF12": "yes", "RF06": "no", "RF20": ["none"]}
    newer = {
        "phone": "2",
        "pain_now": 7,
        "illnesses": ["osteoporosis"],
        "RF12": "no",
        "RF06": "unsure",
        "RF20": ["RF20a"],
    }
    found = compare(older, newer)
    assert [one.key for one in found] == ["RF06", "RF20", "RF12", "illnesses", "pain_now", "phone"]
    assert [(one.is_alarming, one.is_safety) for one in found] == [
        (True, True),
        (True, True),
        (False, True),
        (False, False),
        (False, False),
        (False, False),
    ]


def test_a_safety_answer_that_is_missing_now_alarms_for_missing_never_means_no():
    (one,) = compare({"RF01": "no"}, {"RF01": None})
    assert (one.kind, one.is_alarming) == ("removed", True)


def test_an_answer_to_a_question_that_is_asked_no_more_is_told_as_it_is_kept():
    assert told({"old_question": "yes"}, {}) == [("old_question", "removed", ["-yes"], ["Not asked"])]


def test_unchanged_counts_answered_questions_only():
    assert unchanged({"pain_now": 3, "RF12": "no"}, {"pain_now": 3, "RF12": "yes", "RF13": None}) == 1


def test_what_was_compared_stays_as_it_was():
    older, newer = {"illnesses": ["epilepsy"]}, {"illnesses": ["none"]}
    compare(older, newer)
    assert (older, newer) == ({"illnesses": ["epilepsy"]}, {"illnesses": ["none"]})
    assert intake_differences.compare(newer, older)[0].kind == "changed"
