"""Phrases at hand, and the patient's words of today taken over by a tap; S stays blank until somebody chose."""

from datetime import timedelta

import pytest
from django.urls import reverse

from clinic.charting.card.phrases import at_hand, joined, words_of
from clinic.charting.models import Phrase
from clinic.outcomes.models import CheckIn
from clinic.scheduling.models.appointments import Status
from content import claims
from tests import make
from tests.clinic.charting.card.test_travel_card import typed


@pytest.fixture
def visit(carlos, ana):
    here = make.appointment(ana, carlos.practitioner, status=Status.ARRIVED)
    return make.visit(ana, carlos.practitioner, appointment=here)


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


def said(visit, **fields):
    told = {"pain": 6, "change": "worse", "words": "worse after shovelling", **fields}
    at = make.MONDAY - timedelta(minutes=8)
    return CheckIn.objects.create(patient=visit.patient, appointment=visit.appointment, given_at=at, **told)


def card(visit):
    return reverse("admin:charting_visit_change", args=[visit.pk])


def test_twenty_phrases_are_shipped_with_a_short_name_each(db):
    rows = Phrase.objects.filter(practitioner=None)
    assert (rows.count(), rows.values("short").distinct().count()) == (20, 20)
    assert [part for part, _letter, _rows in at_hand(None)] == ["subjective", "objective", "assessment", "plan"]


def test_no_shipped_phrase_claims_anything(db):
    assert [text for text in Phrase.objects.values_list("text", flat=True) if claims.check(text, references=0)] == []
    assert len(claims.check("This cures your back.", references=0)) == 1


def test_a_practitioner_has_the_clinics_phrases_and_the_own_ones(carlos):
    other = make.practitioner(make.user("other@example.org", "chiropractor"))
    Phrase.objects.create(practitioner=carlos.practitioner, part="plan", short="mine", text="Mine …")
    Phrase.objects.create(practitioner=other, part="plan", short="theirs", text="Theirs …")
    shorts = [row.short for _part, _letter, rows in at_hand(carlos.practitioner) for row in rows if row.practitioner_id]
    assert shorts == ["mine"]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, ["Worse after shovelling, pain 6."]),
        ({"words": ""}, ["Worse since the last visit, pain 6."]),
        ({"words": "", "change": "same"}, ["About the same since the last visit, pain 6."]),
        ({"words": "", "change": ""}, ["Pain 6."]),
    ],
)
def test_a_check_in_is_offered_as_one_sentence(visit, told, words):
    assert words_of(said(visit, **told)) == words


def test_without_a_check_in_nothing_is_offered():
    assert words_of(None) == []


def test_words_are_put_after_what_stands_there():
    assert (joined("", "Stiff."), joined("Sore. ", "Stiff.")) == ("Stiff.", "Sore. Stiff.")


def test_s_is_blank_until_the_chip_is_pressed_and_the_chip_is_gone_then(chart, visit):
    said(visit)
    page = chart.get(card(visit))
    assert page.context["card"].note["subjective"].value() == ""
    assert page.content.decode().count('value="say:0"') == 1
    assert chart.post(card(visit), typed(visit, "say:0", subjective="Slept badly.")).status_code == 302
    visit.refresh_from_db()
    assert visit.subjective == "Slept badly. Worse after shovelling, pain 6."
    assert 'value="say:0"' not in chart.get(card(visit)).content.decode()


@pytest.mark.parametrize("place", ["1", "x", "", "99999"])
def test_a_chip_that_is_not_there_says_nothing(chart, visit, place):
    said(visit)
    assert chart.post(card(visit), typed(visit, f"say:{place}")).status_code == 302
    visit.refresh_from_db()
    assert visit.subjective == ""


def test_the_phrases_can_be_read_without_script(chart, visit):
    page = chart.get(card(visit)).content.decode()
    assert page.count("<dt>/") == 20
    assert page.count("<dt>/spasm</dt><dd>Spasm … times this week, the longest … minutes.</dd>") == 1


def test_a_therapist_is_offered_neither(client, tess, visit):
    said(visit)
    client.force_login(tess)
    page = client.get(card(visit)).content.decode()
    assert ("<dt>/" in page, "say:0" in page) == (False, False)
    assert client.post(card(visit), typed(visit, "say:0")).status_code == 403
