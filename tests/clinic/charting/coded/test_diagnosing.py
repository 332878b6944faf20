"""Diagnoses of a note: billable codes only, none beside one that excludes it, in the order the practitioner wants."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting import notes
from clinic.charting.card import carrying
from clinic.charting.coded import diagnosing
from clinic.charting.models import DiagnosisCode, FavouriteCode, VisitDiagnosis
from tests import make


@pytest.fixture
def visit(carlos, ana):
    return make.visit(ana, carlos.practitioner)


def code(name):
    return DiagnosisCode.objects.get(code=name)


def codes_of(visit):
    return list(visit.diagnoses.values_list("code_id", flat=True))


@pytest.fixture
def diagnosed(visit, carlos):
    """Put these codes on the note."""

    def put(*names):
        return [diagnosing.add(visit, code=code(name), by=carlos) for name in names]

    return put


@pytest.mark.parametrize("typed", ["M54.59", "m54.59", "m5459", " M54.59 Other low back pain"])
def test_a_code_is_read_however_it_is_typed(db, typed):
    assert diagnosing.code_from(typed).code == "M54.59"


@pytest.mark.parametrize(
    ("typed", "parts", "is_retired"),
    [
        ("M54.5", ["M54.50", "M54.51", "M54.59"], True),
        ("M54.3", ["M54.31", "M54.32"], False),
        ("M25.55", ["M25.551", "M25.552"], False),
        ("S33.5", ["S33.5XXA", "S33.5XXD", "S33.5XXS"], False),
        ("S33.5XX", ["S33.5XXA", "S33.5XXD", "S33.5XXS"], False),
    ],
)
def test_a_heading_is_refused_with_its_parts(db, typed, parts, is_retired):
    """R28 for the injuries; laterality for the rest."""
    with pytest.raises(diagnosing.NotBillable) as refusal:
        diagnosing.code_from(typed)
    assert ([row.code for row in refusal.value.found], refusal.value.is_retired) == (parts, is_retired)


def test_words_find_codes_but_are_no_code(db):
    with pytest.raises(diagnosing.UnknownCode) as refusal:
        diagnosing.code_from("spasm back")
    assert [row.code for row in refusal.value.found] == ["M62.830"]


def test_no_more_than_twelve_are_found_and_the_pick_list_comes_first(db):
    rows = [DiagnosisCode(code=f"A00.{n}", title=f"Pain {n}", is_picked=False) for n in range(9)]
    DiagnosisCode.objects.bulk_create(rows)
    found = diagnosing.found("pain")
    assert (len(found), [row.is_picked for row in found]) == (12, [True] * 12)


@pytest.mark.parametrize("typed", ["", "  ", "%", "zzz", "\x00"])
def test_nothing_is_found_for_nothing(db, typed):
    assert diagnosing.found(typed) == []


def test_the_same_code_twice_stays_one_row(visit, diagnosed):
    diagnosed("M54.59", "M99.03", "M54.59")
    assert codes_of(visit) == ["M54.59", "M99.03"]


@pytest.mark.parametrize(("first", "second"), [("M54.59", "M54.41"), ("M54.41", "M54.59")])
def test_a_code_is_refused_beside_one_that_excludes_it_in_either_order(visit, carlos, diagnosed, first, second):
    """R14."""
    diagnosed(first)
    version = type(visit).objects.get(pk=visit.pk).version
    with pytest.raises(diagnosing.Excluded) as refusal:
        diagnosing.add(visit, code=code(second), by=carlos, because="I want both")
    assert (codes_of(visit), refusal.value.may_override) == ([first], False)
    assert [clash.because for clash in refusal.value.clashes] == ["lumbago with sciatica"]
    assert type(visit).objects.get(pk=visit.pk).version == version


def test_a_code_is_refused_beside_one_carried_over_from_the_last_visit(visit, carlos):
    """R14."""
    diagnosing.add(visit, code=code("M54.59"), by=carlos, is_carried=True)
    with pytest.raises(diagnosing.Excluded):
        diagnosing.add(visit, code=code("M51.26"), by=carlos)


def test_same_as_last_leaves_behind_what_todays_codes_exclude_and_what_stood_with_a_reason(ana, carlos):
    """R14, against codes copied by same as last."""
    last = make.visit(ana, carlos.practitioner, visited_at=timezone.now() - timedelta(days=3))
    today = make.visit(ana, carlos.practitioner, episode=last.episode)
    for name, why in (("M54.59", ""), ("M62.830", ""), ("R25.2", "Night cramps")):
        diagnosing.add(last, code=code(name), because=why, by=carlos)
    diagnosing.add(today, code=code("M54.41"), by=carlos)
    carrying.same_as_last(today, by=carlos)
    assert list(today.diagnoses.values_list("code", "because", "is_carried")) == [
        ("M54.41", "", False),
        ("M62.830", "", True),
    ]


def test_a_cramp_stands_beside_a_spasm_only_with_a_reason_that_is_kept_and_written_down(visit, carlos, diagnosed):
    diagnosed("M62.830")
    with pytest.raises(diagnosing.Excluded) as refusal:
        diagnosing.add(visit, code=code("R25.2"), by=carlos, because="  ")
    assert refusal.value.may_override
    row = diagnosing.add(visit, code=code("R25.2"), by=carlos, because="Night cramps of the calf")
    assert (codes_of(visit), row.because) == (["M62.830", "R25.2"], "Night cramps of the calf")
    assert AuditEvent.objects.filter(action="diagnosis.overridden").count() == 1


def test_a_reason_that_was_not_needed_is_not_kept(visit, carlos):
    assert diagnosing.add(visit, code=code("R25.2"), by=carlos, because="Typed before").because == ""


def test_put_first_makes_it_primary_and_keeps_the_order_of_the_others(visit, carlos, diagnosed):
    rows = diagnosed("M54.59", "M62.830", "M99.03")
    diagnosing.put_first(rows[2], by=carlos)
    assert codes_of(visit) == ["M99.03", "M54.59", "M62.830"]


def test_putting_first_is_rolled_back_whole(visit, carlos, diagnosed, monkeypatch):
    rows = diagnosed("M54.59", "M62.830")
    monkeypatch.setattr(notes, "touched", lambda row, by: (_ for _ in ()).throw(DatabaseError))
    with pytest.raises(DatabaseError):
        diagnosing.put_first(rows[1], by=carlos)
    assert codes_of(visit) == ["M54.59", "M62.830"]


@pytest.mark.parametrize("deed", [diagnosing.put_first, diagnosing.remove])
def test_a_therapist_changes_no_diagnosis(visit, tess, diagnosed, deed):
    rows = diagnosed("M54.59", "M62.830")
    with pytest.raises(PermissionDenied):
        deed(rows[1], by=tess)
    with pytest.raises(PermissionDenied):
        diagnosing.add(visit, code=code("M99.03"), by=tess)
    assert codes_of(visit) == ["M54.59", "M62.830"]


def test_a_signed_note_keeps_its_diagnoses(visit, carlos, diagnosed):
    (row,) = diagnosed("M54.59")
    notes.save(visit, version=visit.version + 1, by=carlos, subjective="Stiff", objective="Guarded")
    visit.refresh_from_db()
    notes.sign(visit, version=visit.version, by=carlos)
    for deed in (diagnosing.put_first, diagnosing.remove):
        with pytest.raises(notes.AlreadySigned):
            deed(row, by=carlos)
    with pytest.raises(notes.AlreadySigned):
        diagnosing.add(visit, code=code("M99.03"), by=carlos)
    assert codes_of(visit) == ["M54.59"]


def test_favourites_belong_to_one_practitioner(carlos, olga):
    other = make.user("mira@example.org", "chiropractor")
    make.practitioner(other, name="Dr Mira Stone")
    diagnosing.favour(code("M54.59"), by=carlos)
    diagnosing.favour(code("M54.59"), by=carlos)
    diagnosing.favour(code("M54.2"), by=other)
    assert [row.code for row in diagnosing.at_hand(carlos) if row.is_favourite] == ["M54.59"]
    diagnosing.unfavour(code("M54.59"), by=carlos)
    assert list(FavouriteCode.objects.values_list("practitioner__user__email", "code")) == [
        ("mira@example.org", "M54.2")
    ]


def test_who_is_no_practitioner_has_no_favourites(clinic):
    with pytest.raises(diagnosing.NotAPractitioner):
        diagnosing.favour(code("M54.59"), by=make.user("nora@example.org", "chiropractor"))
    assert FavouriteCode.objects.count() == 0


def test_no_diagnosis_row_without_its_visit(visit, diagnosed):
    diagnosed("M54.59")
    assert list(VisitDiagnosis.objects.values_list("visit", "code", "position")) == [(visit.pk, "M54.59", 1)]
