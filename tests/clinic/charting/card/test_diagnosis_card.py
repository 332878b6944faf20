"""Diagnoses on the travel card: typed, chosen, refused with what to choose instead, ordered, kept at hand."""

import pytest
from django.urls import reverse

from clinic.charting import notes
from clinic.charting.coded import diagnosing
from clinic.charting.models import DiagnosisCode
from tests import make


@pytest.fixture
def visit(carlos, ana):
    return make.visit(ana, carlos.practitioner)


@pytest.fixture
def press(client, carlos, visit):
    """Press a button of the card with what was typed; returns the answer."""
    client.force_login(carlos)

    def pressed(do="save", **fields):
        visit.refresh_from_db()
        texts = {name: getattr(visit, name) or "" for name in notes.FIELDS if name != "purpose"}
        sent = {"version": visit.version, "do": do, **texts, **fields}
        return client.post(reverse("admin:charting_visit_change", args=[visit.pk]), sent)

    return pressed


def codes_of(visit):
    return list(visit.diagnoses.values_list("code_id", flat=True))


def favourites(user):
    return [row.code for row in diagnosing.at_hand(user) if row.is_favourite]


def offered(answer):
    """The codes that the page offers as buttons below the field."""
    return [each["code"].code for each in answer.context["card"].parts["diagnoses"].choices]


def test_a_code_is_added_with_whatever_button(press, visit):
    assert press("save", diagnosis="m5459").status_code == 302
    assert press("kind:ultrasound", diagnosis="M99.03 Segmental and somatic dysfunction").status_code == 302
    assert codes_of(visit) == ["M54.59", "M99.03"]


@pytest.mark.parametrize(
    ("typed", "codes", "words"),
    [
        ("M54.5", ["M54.50", "M54.51", "M54.59"], "M54.5 is a heading now, no longer a code of its own"),
        ("M54.3", ["M54.31", "M54.32"], "M54.3 is a heading: choose one of its parts."),
        ("S33.5XX", ["S33.5XXA", "S33.5XXD", "S33.5XXS"], "S33.5XX needs a seventh character"),
        ("spasm of back", ["M62.830"], "This code is not on the list"),
    ],
)
def test_what_is_no_code_comes_back_typed_with_what_to_choose(press, visit, typed, codes, words):
    answer = press("save", diagnosis=typed, subjective="Stiff")
    assert (answer.status_code, offered(answer), codes_of(visit)) == (422, codes, [])
    shown = answer.content.decode()
    assert (words in shown, f'value="{typed}"' in shown) == (True, True)
    visit.refresh_from_db()
    assert visit.subjective == "Stiff"


def test_sides_and_seventh_characters_are_asked_in_plain_words(press, visit):
    """R28; facts 5: laterality."""
    sides = press("save", diagnosis="M54.3").context["card"].parts["diagnoses"].choices
    assert [each["short"] for each in sides] == ["Right", "Left"]
    ways = press("save", diagnosis="S33.5").context["card"].parts["diagnoses"].choices
    assert [(str(each["short"]), each["likely"]) for each in ways] == [
        ("Active treatment of the new injury", True),
        ("Healing, later care", False),
        ("Late effect of an old injury", False),
    ]


def test_of_an_old_injury_no_way_is_proposed(press, visit):
    visit.episode.onset_on = visit.visited_at.date().replace(year=2020)
    visit.episode.save()
    ways = press("save", diagnosis="S33.5").context["card"].parts["diagnoses"].choices
    assert [each["likely"] for each in ways] == [False, False, False]


def test_the_button_of_a_part_takes_it_although_the_heading_is_still_typed(press, visit):
    assert press("add_diagnosis:M54.31", diagnosis="M54.3").status_code == 302
    assert codes_of(visit) == ["M54.31"]


def test_a_pair_that_excludes_each_other_is_refused_and_says_why(press, visit):
    """R14."""
    press("add_diagnosis:M54.59")
    answer = press("add_diagnosis:M54.41", subjective="Stiff")
    shown = answer.content.decode()
    assert (answer.status_code, codes_of(visit)) == (422, ["M54.59"])
    assert "M54.41 and M54.59 exclude each other (Excludes1: lumbago with sciatica)." in shown
    assert 'name="diagnosis_because"' not in shown


def test_a_cramp_beside_a_spasm_asks_for_a_reason_and_stands_with_it(press, visit):
    press("add_diagnosis:M62.830")
    answer = press("save", diagnosis="R25.2")
    assert (answer.status_code, 'name="diagnosis_because"' in answer.content.decode()) == (422, True)
    assert press("add_diagnosis:R25.2", diagnosis="R25.2", diagnosis_because="Night cramps").status_code == 302
    assert list(visit.diagnoses.values_list("code", "because")) == [("M62.830", ""), ("R25.2", "Night cramps")]


def test_order_favourites_and_removal_are_buttons(press, visit, carlos):
    for code in ("M54.59", "M62.830"):
        press(f"add_diagnosis:{code}")
    second = visit.diagnoses.get(code="M62.830")
    press(f"first_diagnosis:{second.pk}")
    assert codes_of(visit) == ["M62.830", "M54.59"]
    press("favour:M54.59")
    assert favourites(carlos) == ["M54.59"]
    press(f"remove_diagnosis:{second.pk}")
    press("unfavour:M54.59")
    assert (codes_of(visit), favourites(carlos)) == (["M54.59"], [])


@pytest.mark.parametrize(
    "do",
    [
        *("add_diagnosis:", "add_diagnosis:nothing", "remove_diagnosis:0", "remove_diagnosis:x"),
        *("first_diagnosis:99999999999999999999", "favour:nothing", "unfavour:", "take_over:x", "clear_codes:"),
    ],
)
def test_odd_buttons_change_nothing_and_break_nothing(press, visit, do):
    assert press(do).status_code in (302, 422)
    assert codes_of(visit) == []


def test_favourites_are_offered_until_they_stand_or_are_excluded(press, client, visit, carlos):
    for code in ("M54.59", "M54.41", "M54.2"):
        diagnosing.favour(DiagnosisCode.objects.get(code=code), by=carlos)
    press("add_diagnosis:M54.59")
    part = client.get(reverse("admin:charting_visit_change", args=[visit.pk])).context["card"].parts["diagnoses"]
    assert [code.code for code in part.offered] == ["M54.2"]


# --- searching while typing


def test_the_search_answers_with_buttons_of_the_form(client, carlos):
    client.force_login(carlos)
    shown = client.get(reverse("admin:charting_code_search"), {"diagnosis": "spasm back"}).content.decode()
    assert shown.count('name="do"') == 1
    assert 'value="add_diagnosis:M62.830"' in shown


@pytest.mark.parametrize("typed", ["", "M", "zzz", "<script>", "%%"])
def test_the_search_finds_nothing_for_nothing(client, carlos, typed):
    client.force_login(carlos)
    answer = client.get(reverse("admin:charting_code_search"), {"diagnosis": typed})
    assert (answer.status_code, answer.context["hits"]) == (200, [])


def test_the_search_is_for_those_who_read_notes(client, rita):
    client.force_login(rita)
    assert client.get(reverse("admin:charting_code_search"), {"diagnosis": "spasm"}).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_search_asks_the_same_number_of_questions(client, carlos, rows, django_assert_num_queries):
    client.force_login(carlos)
    DiagnosisCode.objects.exclude(code__in=["M54.50", "M54.51", "M54.59"][:rows]).delete()
    with django_assert_num_queries(6):
        client.get(reverse("admin:charting_code_search"), {"diagnosis": "M54"})
