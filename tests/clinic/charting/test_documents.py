"""What is signed is the whole note: every column of every row of it, or named here with the reason why not."""

import json

import pytest
from django.utils import timezone

from clinic.charting import documents, notes
from clinic.charting.card import alike
from clinic.charting.models import (
    Examination,
    ImagingDecision,
    MuscleFinding,
    NerveTest,
    ProvokingMovement,
    RangeOfMotion,
    SegmentFinding,
    TreatmentApplied,
    Visit,
    VisitDiagnosis,
)
from tests import make

ROW = {"id", "visit", "is_carried"}  # the note itself; what was taken over stands under "carried"
ELSEWHERE = {
    SegmentFinding: ROW,
    MuscleFinding: ROW,
    RangeOfMotion: ROW,
    NerveTest: ROW,
    ProvokingMovement: ROW,
    TreatmentApplied: {
        *(ROW | {"kind", "device", "started_at", "ended_at"}),  # told in words by `content_of` itself
        "strictest",  # of the warnings, which are told whole
        "recorded_at",
    },
    Examination: {*ROW, "done_at", "done_by"},
    ImagingDecision: {*ROW, "episode", "decided_at", "decided_by"},
    VisitDiagnosis: {*ROW, "code", "position", "because"},
    Visit: {
        *("id", "patient", "episode", "visited_at", "spare_until", "check_in", "codes"),  # told by `content_of` itself
        *("signed_at", "signed_by", "signature", "rules_version"),
        *("appointment", "practitioner", "version", "opened_at", "opened_by", "saved_at", "saved_by"),
        *("document", "sha256"),  # made of it
    },
}
TOLD = {
    SegmentFinding: documents.SEGMENT,
    MuscleFinding: documents.MUSCLE,
    RangeOfMotion: documents.RANGE,
    NerveTest: documents.NERVE,
    ProvokingMovement: documents.MOVEMENT,
    TreatmentApplied: (*documents.TREATMENT, *documents.GIVEN_BY),
    Examination: documents.EXAMINATION,
    ImagingDecision: documents.IMAGING,
    VisitDiagnosis: (),
    Visit: documents.TEXTS,
}


def forgotten(model, told):
    return {field.name for field in model._meta.concrete_fields} - ELSEWHERE[model] - set(told)


@pytest.mark.parametrize("model", TOLD, ids=lambda model: model.__name__)
def test_no_column_of_a_note_is_forgotten(model):
    assert forgotten(model, TOLD[model]) == set()


def test_a_column_that_is_left_out_would_be_found():
    assert forgotten(SegmentFinding, documents.SEGMENT[1:]) == {"segment"}


def test_every_kind_of_row_that_is_taken_over_says_so():
    """Treatments are not among them: a note with one that nobody has confirmed is not signed."""
    rows = {
        relation.related_model
        for relation in Visit._meta.related_objects
        if any(field.name == "is_carried" for field in relation.related_model._meta.concrete_fields)
    }
    named = {Visit._meta.get_field(name).related_model for name in documents.CARRIED}
    assert rows - named == {TreatmentApplied}


@pytest.fixture
def visit(carlos):
    made = make.visit(by=carlos.practitioner, subjective="Sore since Monday", signed_at=None)
    VisitDiagnosis.objects.create(visit=made, code_id="M54.50", position=2, is_carried=True)
    VisitDiagnosis.objects.create(visit=made, code_id="M62.830", position=1, because="Two places")
    return made


def given(visit, by, **fields):
    kind = make.treatment_kind("massage")
    return TreatmentApplied.objects.create(visit=visit, kind=kind, regions=["lumbar"], performed_by=by, **fields)


def test_the_document_says_who_gave_a_treatment_and_who_answers_for_it(visit, carlos, tess):
    given(visit, tess, supervised_by=carlos)
    row = notes.sign(visit, version=1, by=carlos)
    told = json.loads(row.document)["treatments"][0]
    assert (told["performed_by"], told["supervised_by"], "overridden_by" in told) == ("Tess", "Dr Carlos Vega", False)


def test_the_document_has_the_diagnoses_in_their_order_and_says_which_were_taken_over(visit):
    visit.signed_at = timezone.now()
    told = documents.content_of(visit)
    assert told["diagnoses"] == ["M62.830", "M54.50"]
    assert (told["carried"], told["diagnosis_reasons"]) == (["M54.50"], {"M62.830": "Two places"})


def test_who_gave_a_treatment_makes_no_note_another_one(visit, carlos, tess):
    visit.signed_at = timezone.now()
    row = given(visit, tess)
    before = documents.content_of(visit)
    TreatmentApplied.objects.filter(pk=row.pk).update(performed_by=carlos, supervised_by=tess)
    after = documents.content_of(visit)
    assert before != after
    assert alike.canonical(before) == alike.canonical(after)
