"""A treatment is changed where it stands: the rules are asked anew, and only a response says that it was done."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied

from clinic.audit.models import AuditEvent
from clinic.charting import notes
from clinic.charting.kinds import treating
from clinic.charting.models import TreatmentApplied
from patients.models import Allergy
from tests import make


@pytest.fixture
def visit(carlos, ana):
    return make.visit(ana, carlos.practitioner)


@pytest.fixture
def given(carlos, visit):
    """An ultrasound of eight minutes at the low back."""
    values = {"site": "low_back", "intensity": 1.0, "minutes": 8.0, "frequency_mhz": 1, "duty_percent": 50.0}
    kind = make.treatment_kind("ultrasound")
    return treating.apply(visit, kind=kind, by=carlos, regions=["lumbar"], side="R", minutes=8, values=values)


def test_minutes_change_in_the_row_and_among_the_settings(carlos, given):
    treating.change(given, by=carlos, minutes=10)
    row = TreatmentApplied.objects.get()
    assert (row.minutes, row.parameters["minutes"], row.parameters["intensity"]) == (10, 10, 1.0)
    assert AuditEvent.objects.get(action="treatment.changed").details["fields"] == ["minutes", "parameters"]


def test_a_change_that_changes_nothing_writes_nothing(carlos, visit, given):
    visit.refresh_from_db()
    version = visit.version
    treating.change(given, by=carlos, minutes=8)
    visit.refresh_from_db()
    assert (visit.version, AuditEvent.objects.filter(action="treatment.changed").count()) == (version, 0)


def test_new_segments_bring_their_regions(carlos, visit):
    kind = make.treatment_kind("adjustment")
    values = {"segments": ["L4 R"], "technique": "low_force"}
    row = treating.apply(visit, kind=kind, by=carlos, segments=["L4 R"], values=values)
    changed = treating.change(row, by=carlos, segments=["C2 L", "T5"])
    assert (changed.segments, changed.regions) == (["C2 L", "T5"], ["cervical", "thoracic"])
    assert changed.parameters["segments"] == ["C2 L", "T5"]


def test_a_change_to_what_is_absolute_is_refused_and_the_row_stays(carlos, ana, given):
    make.condition(ana, "malignancy_active")
    with pytest.raises(treating.Contraindicated):
        treating.change(given, by=carlos, minutes=10)
    assert TreatmentApplied.objects.get().minutes == 8


def test_a_change_asks_for_a_reason_when_a_rule_has_begun_to_warn(carlos, ana, visit):
    kind, values = make.treatment_kind("estim"), {"mode": "ifc", "site": "low_back"}
    row = treating.apply(visit, kind=kind, by=carlos, regions=["lumbar"], minutes=10, values=values)
    Allergy.objects.create(patient=ana, label="Adhesive pads", code="adhesive_allergy")
    with pytest.raises(treating.ReasonNeeded):
        treating.change(row, by=carlos, minutes=12)
    treating.change(row, by=carlos, minutes=12, reason="Skin-friendly pads")
    kept = treating.change(row, by=carlos, minutes=15)
    assert (kept.minutes, kept.override_reason, kept.overridden_by) == (15, "Skin-friendly pads", carlos)


def test_an_unknown_value_is_refused(carlos, given):
    with pytest.raises(treating.BadParameters):
        treating.change(given, by=carlos, values={"skin_pre": "shiny"})
    assert "skin_pre" not in TreatmentApplied.objects.get().parameters


def test_the_desk_changes_no_treatment(rita, given):
    with pytest.raises(PermissionDenied):
        treating.change(given, by=rita, minutes=10)
    assert TreatmentApplied.objects.get().minutes == 8


def test_a_treatment_of_a_signed_note_stays_as_it_is(carlos, visit, given):
    visit.refresh_from_db()
    visit = notes.save(visit, version=visit.version, by=carlos, subjective="Stiff")
    notes.sign(visit, version=visit.version, by=carlos)
    with pytest.raises(notes.AlreadySigned):
        treating.change(given, by=carlos, minutes=10)
    assert TreatmentApplied.objects.get().minutes == 8


def test_a_change_is_rolled_back_whole(carlos, given, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(treating, "record", broken)
    with pytest.raises(RuntimeError):
        treating.change(given, by=carlos, minutes=10)
    assert TreatmentApplied.objects.get().minutes == 8


def test_a_treatment_withdrawn_meanwhile_is_no_error(carlos, given):
    copy = SimpleNamespace(pk=given.pk, visit=given.visit)
    treating.withdraw(given, by=carlos)
    assert treating.change(copy, by=carlos, minutes=10) is copy
    assert TreatmentApplied.objects.count() == 0


def test_a_response_says_that_a_carried_row_was_done_and_a_change_does_not(carlos, visit):
    kind = make.treatment_kind("massage")
    row = treating.apply(visit, kind=kind, by=carlos, minutes=10, is_carried=True)
    treating.change(row, by=carlos, minutes=12)
    assert TreatmentApplied.objects.get().is_carried is True
    treating.note_response(row, response="same", by=carlos)
    kept = TreatmentApplied.objects.get()
    assert (kept.is_carried, kept.response, kept.minutes) == (False, "same", 12)
