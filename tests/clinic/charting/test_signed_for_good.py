"""T039 to T042: a signed note and all its parts never change, whoever asks and however; a signature is one's own."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting.models import (
    Addendum,
    Examination,
    MuscleFinding,
    NerveTest,
    ProvokingMovement,
    RangeOfMotion,
    SegmentFinding,
    TreatmentApplied,
    Visit,
    VisitDiagnosis,
)
from clinic.database.frozen import Frozen
from tests import make

# Each part of a note: what makes a row (a second one with other values), and a column with another value.
PARTS = {
    SegmentFinding: ({"segment": "L4"}, {"segment": "L5"}, {"tone": 4}),
    MuscleFinding: ({"muscle": "psoas"}, {"muscle": "piriformis"}, {"tenderness": 4}),
    VisitDiagnosis: ({"code_id": "M62.830"}, {"code_id": "M54.50"}, {"position": 4}),
    TreatmentApplied: ({}, {}, {"minutes": 4}),
    Examination: ({"part": "neuro", "result": "normal"}, {"part": "bp", "result": "normal"}, {"note": "later"}),
    RangeOfMotion: (
        {"region": "lumbar", "movement": "flexion", "degrees": 40},
        {"region": "lumbar", "movement": "extension", "degrees": 10},
        {"degrees": 90},
    ),
    NerveTest: (
        {"kind": "reflex", "level": "L4", "result": "normal"},
        {"kind": "reflex", "level": "S1", "result": "normal"},
        {"note": "later"},
    ),
    ProvokingMovement: (
        {"movement": "bend", "effect": "worse"}, {"movement": "twist", "effect": "worse"}, {"effect": "better"}
    ),
}  # fmt: skip


def parts_of_a_note():
    """Every model whose rows are part of a visit: they go with it."""
    links = [link for link in Visit._meta.related_objects if link.on_delete is models.CASCADE]
    return {link.related_model for link in links}


def unfrozen(found):
    """Return those of these models whose rows are not frozen with their visit."""
    guards = {model: [c for c in model._meta.constraints if isinstance(c, Frozen)] for model in found}
    return [m for m, frozen in guards.items() if not any(c.since == "signed_at" and c.parent for c in frozen)]


def test_every_part_of_a_note_is_frozen_with_it_and_tried_here():
    assert parts_of_a_note() == set(PARTS)
    assert unfrozen(PARTS) == []


def test_the_guard_catches_a_part_that_is_not_frozen():
    class Loose:
        _meta = SimpleNamespace(constraints=[Frozen(name="append_only")])

    assert unfrozen([SegmentFinding, Loose]) == [Loose]


def row(model, visit, which=0, **more):
    by = {TreatmentApplied: {"kind": make.treatment_kind("heat"), "performed_by": visit.opened_by},
          Examination: {"done_by": visit.opened_by}}.get(model, {})  # fmt: skip
    return model(visit=visit, **by, **PARTS[model][which], **more)


@pytest.fixture
def signed(clinic, carlos):
    """A signed note with one row of every part."""
    visit = make.visit(by=carlos.practitioner, subjective="Sore since Monday")
    for model in PARTS:
        row(model, visit).save()
    return make.signed(visit)


def refused(change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


def raw(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def stand(model):
    return list(model.objects.order_by("pk").values())


def bulk_update(model, changed):
    rows = list(model.objects.all())
    for one in rows:
        for name, value in changed.items():
            setattr(one, name, value)
    model.objects.bulk_update(rows, list(changed))


def save(model, changed):
    one = model.objects.get()
    for name, value in changed.items():
        setattr(one, name, value)
    one.save()


CHANGES = {
    "save": save,
    "update": lambda model, changed: model.objects.update(**changed),
    "bulk_update": bulk_update,
    "base manager": lambda model, changed: model._base_manager.update(**changed),
    "raw update": lambda model, changed: raw(f'UPDATE "{model._meta.db_table}" SET id = id'),
    "delete": lambda model, changed: model.objects.get().delete(),
    "delete all": lambda model, changed: model.objects.all().delete(),
    "raw delete": lambda model, changed: raw(f'DELETE FROM "{model._meta.db_table}"'),
}


@pytest.mark.parametrize("way", CHANGES)
@pytest.mark.parametrize("model", PARTS, ids=lambda model: model.__name__)
def test_no_way_changes_or_removes_a_part_of_a_signed_note(signed, model, way):
    before = stand(model)
    refused(lambda: CHANGES[way](model, PARTS[model][2]))
    assert stand(model) == before


@pytest.mark.parametrize("way", CHANGES)
def test_no_way_changes_or_removes_the_note_itself(signed, way):
    before = stand(Visit)
    refused(lambda: CHANGES[way](Visit, {"plan": "Rest"}))
    assert stand(Visit) == before


@pytest.mark.parametrize("model", PARTS, ids=lambda model: model.__name__)
def test_no_part_is_added_to_a_signed_note_nor_moved_into_it(signed, model):
    other = make.visit(signed.patient, signed.practitioner)
    row(model, other, 1).save()
    before = stand(model)
    refused(lambda: row(model, signed, 1).save())
    refused(lambda: model.objects.bulk_create([row(model, signed, 1)]))
    refused(lambda: model.objects.filter(visit=other).update(visit=signed))
    assert stand(model) == before


@pytest.mark.parametrize("model", PARTS, ids=lambda model: model.__name__)
def test_an_open_note_takes_every_one_of_these_changes(clinic, carlos, model):
    """Positive control: it is the signature that refuses, not the change."""
    visit = make.visit(by=carlos.practitioner)
    row(model, visit).save()
    for way in ("save", "update", "bulk_update", "raw update"):
        CHANGES[way](model, PARTS[model][2])
    row(model, visit, 1).save()
    assert [getattr(model.objects.earliest("pk"), name) for name in PARTS[model][2]] == list(PARTS[model][2].values())
    CHANGES["delete all"](model, {})
    assert model.objects.count() == 0


def test_addenda_are_neither_deleted_nor_emptied_at_once(signed):
    Addendum.objects.create(visit=signed, kind="addition", text="x", written_by=signed.opened_by, signature="Dr C")
    words = ["DELETE FROM", "TRUNCATE"] if connection.vendor == "postgresql" else ["DELETE FROM"]
    if connection.vendor == "postgresql":
        raw("SET CONSTRAINTS ALL IMMEDIATE")  # no check may be pending when a table is emptied
    for word in words:
        refused(lambda word=word: raw(f"{word} charting_addendum"))
    assert Addendum.objects.count() == 1


# --- T040, T041: an addendum and a signature are of whoever presses, at the time of the server


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


@pytest.fixture
def ready(carlos, ana):
    """A note of Carlos that can be signed."""
    visit = make.visit(ana, carlos.practitioner)
    SegmentFinding.objects.create(visit=visit, segment="L4", side="R", pain=3)
    return visit


def press(client, visit, do="sign", **more):
    return client.post(
        visit.get_absolute_url(), {"do": do, "version": 1, "subjective": "Sore", "objective": "Tight", **more}
    )


FORGED = {"signed_at": "2020-01-01 08:00", "signed_by": "1", "signature": "Dr Somebody", "sha256": "0" * 64,
          "written_at": "2020-01-01", "written_by": "1", "visited_at": "2020-01-01"}  # fmt: skip


def test_a_signature_takes_neither_a_time_nor_a_name_from_the_form(chart, carlos, ready):
    began = timezone.now()
    assert press(chart, ready, **FORGED).status_code == 302
    note = Visit.objects.get()
    assert (note.signed_by, note.signature, note.sha256 == FORGED["sha256"]) == (carlos, "Dr Carlos Vega, DC", False)
    assert timedelta(0) <= note.signed_at - began < timedelta(minutes=1)
    assert note.visited_at == ready.visited_at


def test_an_addendum_takes_neither_a_time_nor_a_name_from_the_form(chart, carlos, ready):
    press(chart, ready)
    began = timezone.now()
    press(chart, ready, "addendum", kind="addition", text="More", **FORGED)
    added = Addendum.objects.get()
    assert (added.written_by, added.signature) == (carlos, "Dr Carlos Vega, DC")
    assert timedelta(0) <= added.written_at - began < timedelta(minutes=1)


def test_a_colleague_does_not_sign_for_the_practitioner(client, ready):
    dora = make.user("dora@example.org", "chiropractor")
    make.practitioner(dora)
    client.force_login(dora)
    answer = press(client, ready, signed_by=ready.practitioner.user_id)
    assert (answer.status_code, Visit.objects.get().signed_at) == (422, None)
    assert answer.content.decode().count("Only the practitioner of this visit signs it.") == 1


def test_an_expired_licence_does_not_sign(chart, carlos, ready):
    type(carlos.practitioner).objects.update(licence_expires_on=timezone.localdate() - timedelta(days=2))
    answer = press(chart, ready)
    assert (answer.status_code, Visit.objects.get().signed_at) == (422, None)


# --- T042


def test_a_double_click_signs_once(chart, ready):
    answers = [press(chart, ready).status_code for _click in range(2)]
    assert answers == [302, 409]
    assert AuditEvent.objects.filter(action="visit.signed").count() == 1
