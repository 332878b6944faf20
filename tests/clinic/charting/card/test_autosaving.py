"""Autosave keeps what is typed, says what it kept, and never writes over somebody else's text."""

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.charting import notes
from clinic.charting.card.travel_card import base_of
from clinic.charting.models import Visit
from tests import make


@pytest.fixture
def visit(carlos, ana):
    return make.visit(ana, carlos.practitioner)


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


def send(client, visit, **fields):
    texts = {name: getattr(visit, name) or "" for name in notes.FIELDS if name != "purpose"}
    posted = {"version": visit.version, "base": base_of(visit), **texts, "do": "autosave", **fields}
    return client.post(reverse("admin:charting_visit_change", args=[visit.pk]), posted)


def test_autosave_keeps_the_texts_and_gives_the_next_version(chart, visit):
    answer = send(chart, visit, subjective="Stiff since Sunday", pain="6")
    stored = Visit.objects.get(pk=visit.pk)
    assert (answer.status_code, stored.subjective, stored.pain) == (200, "Stiff since Sunday", 6)
    said = answer.json()
    assert (said["version"], said["base"]) == (stored.version, base_of(stored))
    assert "Draft saved" in said["state"]


def test_autosave_of_nothing_new_writes_nothing(chart, visit):
    before = Visit.objects.filter(pk=visit.pk).values().get()
    assert send(chart, visit).status_code == 200
    assert Visit.objects.filter(pk=visit.pk).values().get() == before
    assert AuditEvent.objects.filter(action="visit.saved").count() == 0


def test_autosave_keeps_a_changed_row_and_names_its_fields(chart, carlos, visit):
    row = notes.note_segment(visit, segment="L4", side="R", pain=2, by=carlos)
    visit.refresh_from_db()
    answer = send(chart, visit, **{f"segment-{row.pk}-pain": "3", f"segment-{row.pk}-tone": "1"})
    row.refresh_from_db()
    assert (row.pain, row.tone) == (3, 1)
    assert {f"segment-{row.pk}-pain", "subjective"} <= set(answer.json()["kept"])
    assert answer.json()["version"] == Visit.objects.get(pk=visit.pk).version


def test_autosave_leaves_what_is_half_typed_to_its_button(chart, visit):
    answer = send(chart, visit, plan="Walk", **{"new-segment": "L4 R", "open_kind": "heat", "t-minutes": "10"})
    assert (visit.segment_findings.count(), visit.treatments.count()) == (0, 0)
    assert [name for name in answer.json()["kept"] if name.startswith(("new", "t-"))] == []


def test_autosave_over_another_text_changes_nothing_and_shows_both(chart, carlos, visit):
    notes.save(visit, version=visit.version, by=carlos, subjective="Theirs: better")
    answer = send(chart, visit, subjective="Mine: worse")
    stored = Visit.objects.get(pk=visit.pk)
    said = answer.json()
    assert (answer.status_code, stored.subjective, said["version"]) == (409, "Theirs: better", stored.version)
    assert ("Mine: worse" in said["conflict"], "Theirs: better" in said["conflict"]) == (True, True)


def test_autosave_goes_on_when_only_a_row_was_added_meanwhile(chart, carlos, visit):
    notes.note_segment(visit, segment="L4", side="R", by=carlos)
    assert send(chart, visit, subjective="Mine").status_code == 200
    assert Visit.objects.get(pk=visit.pk).subjective == "Mine"


def test_autosave_names_the_field_that_is_wrong(chart, visit):
    answer = send(chart, visit, pain="11", subjective="Stiff")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["id_pain"])
    assert Visit.objects.get(pk=visit.pk).subjective == ""


def test_autosave_of_a_signed_note_says_where_it_is_and_changes_nothing(chart, carlos, visit):
    saved = notes.save(visit, version=visit.version, by=carlos, subjective="Stiff", objective="Bends freely")
    notes.sign(visit, version=saved.version, by=carlos)
    answer = send(chart, visit, subjective="Too late")
    assert Visit.objects.get(pk=visit.pk).subjective == "Stiff"
    assert (answer.status_code, answer.json()["goes_to"]) == (410, visit.get_absolute_url())


def test_a_therapist_autosaves_a_response_and_no_text(client, carlos, tess, visit):
    from clinic.charting.kinds import treating

    row = treating.apply(visit, kind=make.treatment_kind("heat"), by=carlos, regions=["lumbar"], minutes=10)
    visit.refresh_from_db()
    client.force_login(tess)
    answer = send(client, visit, subjective="Not mine to say", **{f"response-{row.pk}": "better"})
    row.refresh_from_db()
    assert (answer.status_code, row.response, answer.json()["kept"]) == (
        200,
        "better",
        ["response-all", f"response-{row.pk}"],
    )
    assert Visit.objects.get(pk=visit.pk).subjective == ""


@pytest.mark.parametrize(("who", "status"), [("rita", 403), ("olga", 403)])
def test_autosave_is_for_those_who_treat(client, visit, who, status, request):
    client.force_login(request.getfixturevalue(who))
    assert send(client, visit, subjective="x").status_code == status
    assert Visit.objects.get(pk=visit.pk).subjective == ""
