"""T039: a signed note cannot change, whoever asks."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clinic.charting.models import Addendum, SegmentFinding, TreatmentApplied, Visit, VisitDiagnosis
from tests import make


@pytest.fixture
def signed(clinic):
    """A visit with findings and a treatment, signed straight in the table."""
    visit = make.visit(subjective="Sore since Monday")
    SegmentFinding.objects.create(visit=visit, segment="L4", side="R", pain=3)
    TreatmentApplied.objects.create(
        visit=visit, kind=make.treatment_kind(), segments=["L4 R"], performed_by=visit.opened_by
    )
    VisitDiagnosis.objects.create(visit=visit, code_id="M62.830")
    Visit.objects.filter(pk=visit.pk).update(
        signed_at=timezone.now(),
        signed_by=visit.opened_by,
        signature="Dr C, DC",
        document="{}",
        sha256="0" * 64,
        rules_version="2026.11.0",
    )
    visit.refresh_from_db()
    return visit


def refused(change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


def raw(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_signed_note_refuses_save_update_raw_sql_and_delete(signed):
    signed.subjective = "Something else"
    refused(signed.save)
    refused(lambda: Visit.objects.filter(pk=signed.pk).update(plan="more"))
    refused(lambda: raw("UPDATE charting_visit SET plan = 'more'"))
    refused(lambda: raw("DELETE FROM charting_visit"))
    assert Visit.objects.get().subjective == "Sore since Monday"


@pytest.mark.parametrize("model", [SegmentFinding, TreatmentApplied, VisitDiagnosis])
def test_rows_of_a_signed_note_refuse_change_and_removal(signed, model):
    column = {SegmentFinding: "tone", TreatmentApplied: "minutes", VisitDiagnosis: "position"}[model]
    refused(lambda: model.objects.update(**{column: 4}))
    refused(lambda: model.objects.all().delete())
    assert model.objects.count() == 1


def test_a_signed_note_takes_no_further_row(signed):
    refused(lambda: SegmentFinding.objects.create(visit=signed, segment="L5"))
    refused(lambda: SegmentFinding.objects.bulk_create([SegmentFinding(visit=signed, segment="L5")]))
    assert SegmentFinding.objects.count() == 1


def test_a_row_cannot_be_moved_into_a_signed_note(signed):
    other = make.visit(of=signed.patient, by=signed.practitioner)
    SegmentFinding.objects.create(visit=other, segment="C2")
    refused(lambda: SegmentFinding.objects.filter(visit=other).update(visit=signed))


def test_an_unsigned_note_can_still_change(clinic):
    visit = make.visit()
    Visit.objects.filter(pk=visit.pk).update(plan="walk")
    assert Visit.objects.get().plan == "walk"


def test_an_addendum_is_a_new_row_and_then_never_changes(signed):
    addendum = Addendum.objects.create(
        visit=signed, kind="correction", text="Right, not left", written_by=signed.opened_by, signature="Dr C, DC"
    )
    refused(lambda: Addendum.objects.update(text="left"))
    refused(addendum.delete)
    assert Addendum.objects.get().text == "Right, not left"


@pytest.mark.django_db(transaction=True)
def test_triggers_survive_a_rebuild_of_the_table():
    """A later migration that alters the table must not thaw the notes (SQLite rebuilds the whole table)."""
    make.clinic()
    visit = make.visit()
    Visit.objects.filter(pk=visit.pk).update(
        signed_at=timezone.now(),
        signed_by=visit.opened_by,
        signature="Dr C",
        document="{}",
        sha256="0" * 64,
        rules_version="1",
    )
    old = Visit._meta.get_field("spare_movement")
    new = old.clone()
    new.max_length = 121
    new.set_attributes_from_name("spare_movement")
    new.model = Visit
    with connection.schema_editor() as editor:
        editor.alter_field(Visit, old, new)
    refused(lambda: Visit.objects.filter(pk=visit.pk).update(plan="more"))
    refused(lambda: SegmentFinding.objects.create(visit=visit, segment="L5"))
    with connection.schema_editor() as editor:
        editor.alter_field(Visit, new, old)
