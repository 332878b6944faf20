"""Every word the portal needs is there: columns, regions, treatments, answers."""

from clinic.anatomy.sites import PAIN_SITES
from clinic.portal import asking
from clinic.portal.answer_words import in_words
from clinic.portal.column_labels import COLUMNS, REGIONS
from clinic.portal.plain_words import KINDS
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
    grid = {"low_back": {"flexion": "worse", "cough": "not_tested"}}
    assert in_words(told("movement_grid"), grid) == ["Low back. Bend forward: Worse"]
