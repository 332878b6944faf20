"""The travel card in the admin: what was typed is never lost, the rules are asked, a signed note stays as it is."""

from datetime import timedelta

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.charting import notes
from clinic.charting.models import Addendum, TreatmentApplied, Visit, VisitMark
from clinic.outcomes.models import CheckIn
from clinic.scheduling.models.appointments import Status
from content.models import Assignment
from patients.models import Allergy
from tests import make


@pytest.fixture
def visit(carlos, ana):
    return make.visit(ana, carlos.practitioner)


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


def card(visit):
    return reverse("admin:charting_visit_change", args=[visit.pk])


def typed(visit, do, **fields):
    """The least a browser sends: the texts as they stand, then what is typed over them."""
    visit.refresh_from_db()
    texts = {name: getattr(visit, name) or "" for name in notes.FIELDS if name != "purpose"}
    return {"version": visit.version, "do": do, **texts, **fields}


def test_opening_from_the_list_makes_one_note_and_goes_to_it(chart, carlos, ana):
    arrived = make.appointment(ana, carlos.practitioner, status=Status.ARRIVED)
    url = reverse("admin:charting_visit_open", args=[arrived.pk])
    first, second = chart.post(url), chart.post(url)
    assert Visit.objects.count() == 1
    assert first.url == second.url == card(Visit.objects.get())


def test_opening_by_get_is_refused_and_opens_nothing(chart, carlos, ana):
    arrived = make.appointment(ana, carlos.practitioner, status=Status.ARRIVED)
    assert chart.get(reverse("admin:charting_visit_open", args=[arrived.pk])).status_code == 405
    assert Visit.objects.count() == 0


def test_reading_the_card_writes_one_audit_row_and_changes_nothing(chart, carlos, visit):
    before = Visit.objects.filter(pk=visit.pk).values().get()
    assert chart.get(card(visit)).status_code == 200
    assert Visit.objects.filter(pk=visit.pk).values().get() == before
    read = AuditEvent.objects.filter(action="chart.read").values_list("actor_id", "patient_id")
    assert list(read) == [(carlos.pk, visit.patient_id)]


def test_subjective_is_blank_at_first_although_the_last_visit_has_one(chart, carlos, ana, visit):
    make.visit(ana, carlos.practitioner, subjective="Sore on Tuesday", signed_at=None)
    assert "Sore on Tuesday" not in chart.get(card(visit)).content.decode()


@pytest.mark.parametrize("do", ["save", "add_finding", "kind:ultrasound", "cancel_kind", "withdraw:999"])
def test_every_button_saves_the_texts_first(chart, visit, do):
    assert chart.post(card(visit), typed(visit, do, subjective="Stiff since Sunday", pain="6")).status_code == 302
    visit.refresh_from_db()
    assert (visit.subjective, visit.pain) == ("Stiff since Sunday", 6)


def test_a_typed_finding_is_noted_with_whatever_button(chart, visit):
    chart.post(card(visit), typed(visit, "save", **{"new-segment": "l4r", "new-pain": "3", "new-asymmetry": "post R"}))
    assert list(visit.segment_findings.values_list("segment", "side", "pain", "asymmetry", "tone")) == [
        ("L4", "R", 3, "post R", None)
    ]


def test_several_segments_typed_beside_the_map_are_noted_and_graded_ones_stay(chart, carlos, visit):
    notes.note_segment(visit, segment="L4", side="R", pain=3, by=carlos)
    chart.post(card(visit), typed(visit, "save", quick="L4 R, SI L"))
    assert list(visit.segment_findings.values_list("segment", "side", "pain")) == [("L4", "R", 3), ("SI", "L", None)]


def test_an_unknown_segment_is_named_at_its_field_and_the_rest_stays(chart, visit):
    answer = chart.post(card(visit), typed(visit, "save", plan="Walk", **{"new-segment": "L9 R", "new-pain": "2"}))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert page.count("is not a segment. Type a level and a side") == 1
    assert page.count('value="L9 R"') == 1
    visit.refresh_from_db()
    assert (visit.plan, visit.segment_findings.count()) == ("Walk", 0)


def test_a_row_of_another_note_is_not_touched_by_a_tampered_name(chart, carlos, ben, visit):
    other = make.visit(ben, carlos.practitioner)
    row = notes.note_segment(other, segment="C2", side="L", pain=1, by=carlos)
    chart.post(card(visit), typed(visit, "save", **{f"segment-{row.pk}-pain": "4"}))
    chart.post(card(visit), typed(visit, f"remove_segment:{row.pk}"))
    assert list(other.segment_findings.values_list("segment", "pain")) == [("C2", 1)]


def test_muscles_keep_spasm_before_and_after(chart, visit):
    fields = {"newm-muscle": "piriformis", "newm-side": "R", "newm-spasm_before": "3", "newm-spasm_after": "1"}
    chart.post(card(visit), typed(visit, "add_finding", **fields))
    assert list(visit.muscle_findings.values_list("muscle", "side", "spasm_before", "spasm_after")) == [
        ("piriformis", "R", 3, 1)
    ]


def test_a_treatment_keeps_its_own_settings_with_units(chart, visit):
    settings = {"t-frequency_mhz": "1", "t-intensity": "1.0", "t-duty_percent": "50", "t-minutes": "8"}
    place = {"open_kind": "ultrasound", "t-site": "low_back", "t-side": "right"}
    assert chart.post(card(visit), typed(visit, "add_treatment", **place, **settings)).status_code == 302
    row = TreatmentApplied.objects.get()
    assert row.parameters == {
        "frequency_mhz": 1,
        "intensity": 1.0,
        "duty_percent": 50.0,
        "minutes": 8.0,
        "site": "low_back",
        "side": "right",
    }
    assert (row.kind.slug, row.regions, row.side, row.minutes) == ("ultrasound", ["lumbar"], "R", 8)


def test_an_unusual_value_asks_for_its_reason_and_is_kept_with_it(chart, visit):
    settings = {"open_kind": "ultrasound", "t-site": "low_back", "t-intensity": "2.5"}
    answer = chart.post(card(visit), typed(visit, "add_treatment", **settings))
    assert (answer.status_code, TreatmentApplied.objects.count()) == (422, 0)
    assert answer.content.decode().count("Keep it? Say why; the reason stays with the note.") == 1
    settings["t-deviation_reason"] = "Thick tissue"
    chart.post(card(visit), typed(visit, "add_treatment", **settings))
    assert TreatmentApplied.objects.get().parameters["deviation_reason"] == "Thick tissue"


def test_an_absolute_contraindication_has_an_alternative_and_no_field_for_a_reason(chart, ana, visit):
    make.condition(ana, "osteoporosis")
    fields = {"open_kind": "traction", "t-region": "lumbar", "t-force": "41"}
    answer = chart.post(card(visit), typed(visit, "add_treatment", subjective="Stiff", **fields))
    page = answer.content.decode()
    assert (answer.status_code, TreatmentApplied.objects.count()) == (422, 0)
    assert page.count("<b>Absolute:</b>") >= 1
    assert page.count("<b>Instead:</b>") >= 1
    assert "Reason to go on" not in page
    assert page.count('name="t-force" value="41"') == 1
    visit.refresh_from_db()
    assert visit.subjective == "Stiff"


def test_a_relative_contraindication_asks_for_a_reason_and_stores_it(chart, carlos, ana, visit):
    Allergy.objects.create(patient=ana, label="Adhesive pads", code="adhesive_allergy")
    fields = {"open_kind": "estim", "t-mode": "ifc", "t-site": "low_back", "t-intensity_felt": "sensory"}
    answer = chart.post(card(visit), typed(visit, "add_treatment", **fields))
    assert (answer.status_code, TreatmentApplied.objects.count()) == (422, 0)
    assert answer.content.decode().count("Reason to go on") == 1
    chart.post(card(visit), typed(visit, "add_treatment", **fields, **{"t-reason": "Skin-friendly pads"}))
    row = TreatmentApplied.objects.get()
    assert (row.strictest, row.override_reason, row.overridden_by) == ("R", "Skin-friendly pads", carlos)


def test_a_stale_version_shows_both_texts_and_overwrites_neither(chart, carlos, visit):
    mine = typed(visit, "save", subjective="My words")
    notes.save(visit, version=visit.version, by=carlos, subjective="Their words")
    answer = chart.post(card(visit), mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert (page.count("<td>My words</td>"), page.count("<td>Their words</td>")) == (1, 1)
    visit.refresh_from_db()
    assert visit.subjective == "Their words"


def test_after_a_conflict_the_other_text_can_be_kept(chart, carlos, visit):
    notes.save(visit, version=visit.version, by=carlos, subjective="Their words", plan="Rest")
    chart.post(card(visit), typed(visit, "theirs:subjective", subjective="My words", plan="Walk"))
    visit.refresh_from_db()
    assert (visit.subjective, visit.plan) == ("Their words", "Walk")


def test_rows_added_by_a_colleague_do_not_stop_a_draft_but_stop_the_signature(chart, carlos, visit):
    page = chart.get(card(visit))
    sent = typed(visit, "save", subjective="Stiff", base=page.context["card"].base)
    notes.note_segment(visit, segment="L4", side="R", pain=3, by=carlos)
    assert chart.post(card(visit), {**sent, "do": "sign"}).status_code == 409
    assert chart.post(card(visit), sent).status_code == 302
    visit.refresh_from_db()
    assert (visit.subjective, visit.signed_at) == ("Stiff", None)


def test_a_therapist_adds_a_treatment_but_neither_writes_nor_signs(client, tess, visit):
    client.force_login(tess)
    heat = {"open_kind": "heat", "t-site": "low_back", "t-sensation_tested": "yes", "t-minutes": "15"}
    assert client.post(card(visit), typed(visit, "add_treatment", subjective="Mine", **heat)).status_code == 302
    assert client.post(card(visit), typed(visit, "sign", subjective="Mine")).status_code == 403
    assert client.post(card(visit), typed(visit, "add_finding", **{"new-segment": "L4 R"})).status_code == 403
    visit.refresh_from_db()
    assert (visit.subjective, visit.signed_at, visit.segment_findings.count()) == ("", None, 0)
    assert TreatmentApplied.objects.get().performed_by == tess


def test_nobody_but_clinicians_opens_a_note(client, olga, ivan, rita, ana, visit):
    for person in (olga, ivan, rita, ana.user):
        client.force_login(person)
        assert client.get(card(visit)).status_code == 403
        assert client.post(card(visit), typed(visit, "save", subjective="x")).status_code == 403
    visit.refresh_from_db()
    assert visit.subjective == ""


def test_signing_says_what_is_missing(chart, visit):
    answer = chart.post(card(visit), typed(visit, "sign"))
    assert answer.status_code == 422
    assert answer.content.decode().count("Say what is new today") == 1


def test_a_diagnosis_comes_from_the_pick_list(chart, visit):
    assert chart.post(card(visit), typed(visit, "save", diagnosis="Z99.99 nonsense")).status_code == 422
    chart.post(card(visit), typed(visit, "save", diagnosis="M62.830 Muscle spasm of back"))
    assert [d.code_id for d in visit.diagnoses.all()] == ["M62.830"]


def test_an_article_is_given_with_a_reason_and_not_without(chart, carlos, visit):
    article = make.article(regions=["lumbar"])
    assert chart.post(card(visit), typed(visit, f"assign:{article.pk}")).status_code == 422
    because = {f"because-{article.pk}": "This is the guarding we felt."}
    chart.post(card(visit), typed(visit, f"assign:{article.pk}", **because))
    given = Assignment.objects.get()
    assert (given.article, given.patient, given.because) == (article, visit.patient, "This is the guarding we felt.")


def test_the_spine_map_is_links_that_prefill_the_finding(chart, visit):
    page = chart.get(card(visit) + "?segment=SI+R")
    assert page.context["card"].new_segment["segment"].value() == "SI R"
    assert page.content.decode().count('data-segment="L4"') == 1


# --- signed


@pytest.fixture
def signed(carlos, visit):
    notes.save(
        visit, version=1, by=carlos, subjective="Better", objective="L4 looser", plan="Walk", spare_movement="Bend"
    )
    visit.refresh_from_db()
    return notes.sign(visit, version=visit.version, by=carlos)


def row_of(visit):
    return Visit.objects.filter(pk=visit.pk).values().get()


@pytest.mark.parametrize("do", ["save", "sign", "add_treatment", "withdraw:1", "theirs:plan", "", "release_all"])
def test_a_signed_note_refuses_every_button(chart, signed, do):
    before = row_of(signed)
    sent = {"version": signed.version, "do": do, "subjective": "Changed my mind", "open_kind": "heat"}
    answer = chart.post(card(signed), sent)
    assert answer.status_code == 409
    assert row_of(signed) == before
    assert answer.content.decode().count("Changed my mind</textarea>") == 1  # waits as an addendum


def test_a_signed_note_shows_text_its_signer_and_hash_and_no_field_of_the_note(chart, signed):
    page = chart.get(card(signed)).content.decode()
    assert "Dr Carlos Vega, DC" in page
    assert f"hash {signed.sha256[:8]}" in page
    assert 'name="subjective"' not in page


def test_the_admin_has_no_other_way_to_a_signed_note(chart, signed):
    before = row_of(signed)
    base = reverse("admin:charting_visit_changelist")
    assert chart.post(reverse("admin:charting_visit_delete", args=[signed.pk]), {"post": "yes"}).status_code == 403
    assert chart.get(reverse("admin:charting_visit_add")).status_code == 403
    chart.post(base, {"action": "delete_selected", "_selected_action": [signed.pk], "post": "yes"})
    assert chart.get(reverse("admin:charting_visit_history", args=[signed.pk])).status_code == 200
    assert row_of(signed) == before


def test_an_addendum_stands_below_and_the_note_is_unchanged(chart, carlos, signed):
    before = row_of(signed)
    chart.post(card(signed), {"do": "addendum", "kind": "correction", "text": "It was the left side."})
    assert list(Addendum.objects.values_list("kind", "text", "written_by")) == [
        ("correction", "It was the left side.", carlos.pk)
    ]
    assert row_of(signed) == before
    assert chart.get(card(signed)).content.decode().count("It was the left side.") == 1


def test_an_empty_addendum_is_refused_at_its_field(chart, signed):
    assert chart.post(card(signed), {"do": "addendum", "kind": "addition", "text": ""}).status_code == 422
    assert Addendum.objects.count() == 0


def test_a_release_is_proposed_in_plain_words_and_read_pages_release_nothing(chart, carlos, signed):
    page = chart.get(card(signed))
    proposed = page.context["release_form"]["summary"].value()
    assert proposed == "Please go easy on: Bend.\n\nWalk\n\nCall us if something gets worse or is new."
    assert VisitMark.objects.count() == 0
    chart.post(card(signed), {"do": "release", "summary": "We loosened your back."})
    assert list(VisitMark.objects.values_list("kind", "summary", "by")) == [
        ("released", "We loosened your back.", carlos.pk)
    ]


def test_a_therapist_does_not_release(client, tess, signed):
    client.force_login(tess)
    assert client.post(card(signed), {"do": "release", "summary": "x"}).status_code == 403
    assert VisitMark.objects.count() == 0


def test_notes_cannot_be_guessed_letter_by_letter_through_the_address(chart, signed):
    base = reverse("admin:charting_visit_changelist")
    assert chart.get(base + "?subjective__startswith=B").status_code == 400
    assert chart.get(base + "?patient__conditions__code=osteoporosis").status_code == 400
    assert chart.get(base + f"?practitioner__id__exact={signed.practitioner_id}").status_code == 200


def test_sign_and_next_opens_whoever_has_waited_longest(chart, carlos, ben, visit):
    waiting = make.appointment(ben, carlos.practitioner, status=Status.ARRIVED)
    answer = chart.post(card(visit), typed(visit, "sign_next", subjective="Stiff", objective="Looser"))
    assert answer.url == card(Visit.objects.get(appointment=waiting))
    visit.refresh_from_db()
    assert visit.is_signed


def test_the_card_shows_what_the_patient_said_on_arriving(chart, carlos, ana):
    here = make.appointment(ana, carlos.practitioner, status=Status.ARRIVED)
    visit = make.visit(ana, carlos.practitioner, appointment=here)
    assert "<q>" not in chart.get(card(visit)).content.decode()
    CheckIn.objects.create(
        patient=ana, appointment=here, pain=6, change="worse", words="worse after shovelling", urgency="U",
        given_at=make.MONDAY - timedelta(minutes=8),
    )  # fmt: skip
    page = chart.get(card(visit)).content.decode()
    assert "Check-in 09:52: pain 6, worse, <q>worse after shovelling</q>" in page
    assert 'class="checkin flagged"' in page
    CheckIn.objects.update(given_at=make.MONDAY - timedelta(days=7))  # the visit was moved afterwards
    assert "Check-in of 22 Feb: pain 6" in chart.get(card(visit)).content.decode()
