"""Every word the portal needs is there: columns, regions, treatments, answers."""

from clinic.anatomy.sites import PAIN_SITES
from clinic.portal import asking
from clinic.portal.plain_words import KINDS
from patients.answer_words import in_words, whole_intake
from patients.column_labels import COLUMNS, REGIONS
from patients.questionnaire import load
from patients.questions import TYPES


def test_every_column_of_every_list_has_words():
    used = {name for question in load().questions() for name in question.fields}
    assert used == set(COLUMNS)


def test_every_area_of_the_movement_grid_has_words():
    assert list(REGIONS) == list(load().question("movement_grid").regions)


def test_every_place_of_the_body_leads_to_an_area_of_the_grid():
    known = {site.slug for site in PAIN_SITES}
    assert set(asking.REGION_OF_SITE) <= known
    assert set(asking.REGION_OF_SITE.values()) | {"other"} == set(REGIONS)
    assert asking.regions_asked([{"site": "foot"}, {"site": "neck"}]) == ("neck", "other")
    assert asking.regions_asked(None) == ("low_back",)


def test_every_part_of_the_drawing_has_its_place_in_the_list():
    one = asking.Asked(load().question("pain_sites"))
    drawn = {part["place"] for figure in one.drawing["figures"] for part in figure["parts"]}
    assert drawn == {place.value for place in one.places}


def test_every_type_of_question_has_a_template():
    from django.template.loader import get_template

    assert [get_template(f"intake/question/{kind}.html").template.name.endswith(".html") for kind in TYPES] == [
        True
    ] * len(TYPES)


def test_every_kind_of_treatment_has_plain_words(db):
    from clinic.charting.models import TreatmentKind

    assert set(TreatmentKind.objects.values_list("slug", flat=True)) == set(KINDS)


def test_answers_are_written_in_words():
    told = load().question
    assert in_words(told("RF01"), "unsure") == ["Not sure"]
    assert in_words(told("RF01"), None) == ["Left open"]
    assert in_words(told("quality"), ["spasm", "stiff"]) == ["Spasm", "Stiff"]
    assert in_words(told("pain_now"), 0) == ["0 of 10"]
    assert in_words(told("onset_date"), "2026-01-05") == ["Jan. 5, 2026"]
    assert in_words(told("injuries"), [{"what": "Fall", "year": ""}]) == ["What: Fall"]
    assert in_words(told("pain_sites"), [{"site": "low_back", "side": "left", "score_0_10": 6}]) == [
        "Low back, left: 6 of 10"
    ]
    old = {"site": "low_back", "side": "right", "score_0_10": None, "spreads_to": "calf"}
    assert in_words(told("pain_sites"), [old, {**old, "score_0_10": 6, "spreads_side": "left"}]) == [
        "Low back, right, spreads to calf, right",
        "Low back, right: 6 of 10, spreads to calf, left",
    ]
    odd = {"site": "tail_end", "side": "both", "spreads_to": "head", "spreads_side": "left"}
    assert in_words(told("pain_sites"), [odd]) == ["Tail end, both sides, spreads to head"]
    grid = {"low_back": {"flexion": "worse", "cough": "not_tested"}}
    assert in_words(told("movement_grid"), grid) == ["Low back. Bend forward: Worse"]


def test_an_answer_of_an_earlier_questionnaire_is_told_as_it_was_kept():
    told = load().question
    assert in_words(told("quality"), ["spasm", "gone_word"]) == ["Spasm", "Gone word"]
    assert in_words(told("care_reason"), "second_opinion") == ["Second opinion"]
    assert in_words(told("imaging"), [{"test": "X-ray", "old_column": "clear"}]) == ["Test: X-ray; Old column: clear"]
    assert in_words(told("movement_grid"), {"jaw": {"chew": "much_worse"}}) == ["Jaw. Chew: Much worse"]
    assert in_words(told("onset_date"), "last spring") == ["last spring"]
    assert in_words(told("injuries"), "a fall") == ["a fall"]
    assert in_words(told("pain_sites"), [{"where": "neck"}]) == ["Where: neck"]


def test_an_answer_whose_question_is_gone_stands_at_the_end():
    answers = {"old_question": {"a_part": "yes", "open": ""}, "RF01": "no", "gone_empty": None, "list_gone": ["a", "b"]}
    *_topics, (title, pairs) = whole_intake(answers)
    assert title == "Asked earlier"
    assert pairs == [("Old question", ["A part: yes"], False), ("List gone", ["a", "b"], False)]
    assert [title for title, _pairs in whole_intake({"RF01": "no"})] == ["Safety questions"]


def test_a_spot_on_both_sides_marks_both_places():
    both = [{"site": "low_back", "side": "both", "score_0_10": 4, "spreads_to": "calf"}]
    marked = [place for place in asking.Asked(load().question("pain_sites"), both).places if place.is_marked]
    assert [(place.value, place.score, place.spreads_to) for place in marked] == [
        ("low_back.left", "4", "calf.left"),
        ("low_back.right", "4", "calf.right"),
    ]


def test_a_score_of_pain_says_what_its_ends_mean_and_goals_offer_everyday_loads():
    told = load().question
    assert [str(words) for words in asking.Asked(told("pain_now")).ends] == ["0 no pain", "10 worst you can imagine"]
    assert asking.Asked(told("stress")).ends == ()
    assert asking.Asked(told("goal_activities")).ideas[:5] == [
        *("Shovelling", "Mowing", "Raking", "Work-outs", "Lifting a child")
    ]
    assert asking.Asked(told("medicines")).ideas == []


def test_every_movement_has_its_own_figure():
    from django.template.loader import render_to_string

    moves = [row.value for row in load().question("movement_grid").rows]
    drawn = [render_to_string("intake/question/_move_picture.html", {"move": move}) for move in moves]
    empty = render_to_string("intake/question/_move_picture.html", {"move": "unknown"})
    assert len({*drawn, empty}) == len(moves) + 1
