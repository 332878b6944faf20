"""The deeds of a visit note: happy, refused, and rolled back when the log cannot be written."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting import notes
from clinic.charting.kinds import treating
from clinic.charting.models import Addendum, SegmentFinding, TreatmentApplied, Visit, VisitMark
from clinic.outcomes.models import Response
from tests import make

LATE = datetime(2027, 3, 2, 4, 50, tzinfo=UTC)  # Monday, 1 March, 23:50 on the clinic's wall


@pytest.fixture
def open_note(carlos):
    """A note of Carlos with something said and something done."""
    visit = make.visit(by=carlos.practitioner, subjective="Sore since Monday", pain=6)
    SegmentFinding.objects.create(visit=visit, segment="L4", side="R", pain=3)
    return visit


@pytest.fixture
def signed(open_note, carlos):
    return notes.sign(open_note, version=1, by=carlos)


@pytest.fixture
def no_log(monkeypatch):
    """The log cannot be written."""
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


# --- opening


def test_one_appointment_has_one_note_and_is_logged_once(carlos):
    appointment = make.appointment(by=carlos.practitioner, reason="Low back spasm")
    first, second = (notes.open_visit(appointment, by=carlos) for _ in range(2))
    assert (first, first.episode.complaint, first.version) == (second, "Low back spasm", 1)
    assert actions() == ["visit.opened"]


def test_a_therapist_reads_an_open_note_and_opens_none(carlos, tess, rita):
    appointment = make.appointment(by=carlos.practitioner)
    for nobody in (tess, rita):
        with pytest.raises(PermissionDenied):
            notes.open_visit(appointment, by=nobody)
    assert Visit.objects.count() == 0
    visit = notes.open_visit(appointment, by=carlos)
    assert notes.open_visit(appointment, by=tess) == visit


def test_a_note_that_is_not_in_the_log_was_not_opened(carlos, no_log):
    with pytest.raises(ZeroDivisionError):
        notes.open_visit(make.appointment(by=carlos.practitioner), by=carlos)
    assert (Visit.objects.count(), AuditEvent.objects.count()) == (0, 0)


# --- saving


def test_saving_raises_the_version_and_names_the_fields_never_the_text(open_note, carlos):
    row = notes.save(open_note, version=1, by=carlos, plan="Walk daily", assessment="", pain=5)
    event = AuditEvent.objects.get()
    assert (row.version, row.saved_by, row.plan, row.pain) == (2, carlos, "Walk daily", 5)
    assert (event.action, event.details) == ("visit.saved", {"fields": ["pain", "plan"]})


def test_saving_the_same_again_writes_nothing(open_note, carlos):
    row = notes.save(open_note, version=1, by=carlos, subjective="Sore since Monday")
    assert (row.version, row.saved_at, AuditEvent.objects.count()) == (1, None, 0)


def test_an_older_copy_does_not_overwrite_a_newer_one(open_note, carlos):
    notes.save(open_note, version=1, by=carlos, plan="Walk")
    with pytest.raises(notes.StaleVersion) as stale:
        notes.save(open_note, version=1, by=carlos, plan="Rest")
    assert (stale.value.current.plan, stale.value.current.version) == ("Walk", 2)
    assert Visit.objects.get().plan == "Walk"


def test_saving_changes_only_the_fields_of_a_note(open_note, carlos, ana):
    notes.save(open_note, version=1, by=carlos, patient=ana, signed_at=timezone.now(), sha256="x")
    assert (Visit.objects.get().patient, Visit.objects.get().signed_at) == (open_note.patient, None)


def test_whoever_may_not_write_notes_changes_nothing(open_note, tess):
    for deed in (
        lambda: notes.save(open_note, version=1, by=tess, plan="x"),
        lambda: notes.note_segment(open_note, segment="L5", by=tess),
        lambda: notes.note_muscle(open_note, muscle="psoas", by=tess),
        lambda: notes.remove_finding(open_note.segment_findings.get(), by=tess),
        lambda: notes.sign(open_note, version=1, by=tess),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    assert (Visit.objects.get().version, SegmentFinding.objects.count()) == (1, 1)


def test_a_save_that_is_not_in_the_log_did_not_happen(open_note, carlos, no_log):
    with pytest.raises(ZeroDivisionError):
        notes.save(open_note, version=1, by=carlos, plan="Walk")
    assert (Visit.objects.get().plan, Visit.objects.get().version) == ("", 1)


# --- findings


def test_a_segment_is_noted_once_a_side_and_is_of_today(open_note, carlos):
    SegmentFinding.objects.update(is_carried=True)
    row = notes.note_segment(open_note, segment="L4", side="R", by=carlos, pain=2, asymmetry="PR")
    other = notes.note_segment(open_note, segment="L4", side="L", by=carlos)
    assert (row.pain, row.asymmetry, row.is_carried, row.pk == other.pk) == (2, "PR", False, False)
    assert (SegmentFinding.objects.count(), Visit.objects.get().version) == (2, 3)


def test_a_finding_taken_out_twice_is_taken_out_and_logged_once(open_note, carlos):
    finding = notes.note_segment(open_note, segment="L4", side="R", by=carlos)
    for _click in range(2):
        notes.remove_finding(SegmentFinding(pk=finding.pk, visit=open_note), by=carlos)
    assert actions() == ["visit.finding_removed"]
    assert (SegmentFinding.objects.count(), Visit.objects.get().version) == (0, 3)


def test_a_grade_outside_the_scale_is_refused_and_nothing_is_kept(open_note, carlos):
    with pytest.raises(IntegrityError):
        notes.note_segment(open_note, segment="L5", by=carlos, pain=5)
    assert Visit.objects.get().version == 1


def test_a_signed_note_takes_no_finding_no_text_no_treatment_and_no_second_signature(signed, carlos):
    finding, kind = signed.segment_findings.get(), make.treatment_kind("heat")
    for deed in (
        lambda: notes.save(signed, version=1, by=carlos, plan="x"),
        lambda: notes.note_segment(signed, segment="L5", by=carlos),
        lambda: notes.note_muscle(signed, muscle="psoas", by=carlos),
        lambda: notes.remove_finding(finding, by=carlos),
        lambda: notes.sign(signed, version=1, by=carlos),
        lambda: treating.apply(signed, kind=kind, by=carlos),
    ):
        with pytest.raises(notes.AlreadySigned):
            deed()
    assert (Visit.objects.get().version, TreatmentApplied.objects.count(), Response.objects.count()) == (1, 0, 1)
    assert actions() == ["visit.signed"]


# --- signing


def test_a_signed_note_is_whole_and_names_its_signer(signed, carlos):
    row = Visit.objects.get()
    assert (row.signed_by, row.signature, len(row.sha256)) == (carlos, "Dr Carlos Vega, DC", 64)
    assert (notes.is_whole(row), Response.objects.get().score) == (True, 6)
    assert AuditEvent.objects.get().details == {"sha256": row.sha256}


def test_signing_what_somebody_has_changed_meanwhile_is_refused(open_note, carlos):
    notes.note_segment(open_note, segment="L5", by=carlos)
    with pytest.raises(notes.StaleVersion):
        notes.sign(open_note, version=1, by=carlos)
    assert Visit.objects.get().signed_at is None


def test_only_the_practitioner_of_the_visit_signs(open_note):
    dora = make.user("dora@example.org", "chiropractor")
    make.practitioner(dora)
    with pytest.raises(notes.NotTheAuthor):
        notes.sign(open_note, version=1, by=dora)
    assert (Visit.objects.get().signed_at, Response.objects.count()) == (None, 0)


@pytest.mark.parametrize(("valid_to", "is_signed"), [(date(2027, 3, 1), True), (date(2027, 2, 28), False)])
def test_the_licence_counts_on_the_day_of_the_clinics_wall(open_note, carlos, valid_to, is_signed):
    """At 23:50 local the last day of the licence is not over, although it is over in UTC."""
    type(carlos.practitioner).objects.update(licence_expires_on=valid_to)
    with time_machine.travel(LATE, tick=False):
        if is_signed:
            notes.sign(open_note, version=1, by=carlos)
        else:
            with pytest.raises(notes.LicenceExpired):
                notes.sign(open_note, version=1, by=carlos)
    assert (Visit.objects.get().signed_at is not None) == is_signed


@pytest.mark.parametrize(
    ("fields", "finding", "treated"),
    [
        ({}, None, False),
        ({"subjective": "Sore"}, None, False),
        ({"subjective": "  \n", "objective": "Tight"}, None, False),
        ({"objective": "Tight"}, None, False),
        ({"change": "better"}, "carried", False),  # copied from the last visit: not of today
    ],
)
def test_a_note_without_anything_of_today_is_not_signed(carlos, fields, finding, treated):
    visit = make.visit(by=carlos.practitioner, **fields)
    if finding:
        SegmentFinding.objects.create(visit=visit, segment="L4", is_carried=True)
    with pytest.raises(notes.NothingNewToday):
        notes.sign(visit, version=1, by=carlos)
    assert Visit.objects.get().signed_at is None


def test_a_spasm_that_was_felt_is_something_done(carlos):
    visit = make.visit(by=carlos.practitioner, change="worse")
    notes.note_muscle(visit, muscle="psoas", side="L", by=carlos, spasm_before=3)
    assert notes.sign(visit, version=2, by=carlos).signed_at is not None


def test_the_longest_name_and_credentials_still_sign(open_note, carlos):
    type(carlos.practitioner).objects.update(name="N" * 120, credentials="C" * 40)
    assert len(notes.sign(open_note, version=1, by=carlos).signature) == 160


def test_a_signature_that_is_not_in_the_log_was_not_given(open_note, carlos, no_log):
    with pytest.raises(ZeroDivisionError):
        notes.sign(open_note, version=1, by=carlos)
    row = Visit.objects.get()
    assert (row.signed_at, row.sha256, row.document, Response.objects.count()) == (None, "", "", 0)


def test_a_document_that_was_changed_behind_the_applications_back_is_not_whole(signed):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE charting_visit DISABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'charting_visit'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute("UPDATE charting_visit SET document = replace(document, 'Monday', 'Tuesday')")
    row = Visit.objects.get()
    assert ("Tuesday" in row.document, notes.is_whole(row)) == (True, False)


def test_an_unsigned_note_is_not_whole(open_note):
    assert notes.is_whole(open_note) is False


# --- after signing


def test_an_addendum_stands_beside_the_note_with_its_author(signed, tess):
    addendum = notes.add_addendum(signed, kind="correction", text="Right, not left", by=tess)
    assert (addendum.signature, addendum.written_by) == (tess.display_name, tess)
    assert (notes.is_whole(Visit.objects.get()), actions()) == (True, ["visit.signed", "visit.addendum"])


def test_an_open_note_takes_no_addendum(open_note, carlos):
    open_note.signed_at = timezone.now()  # a copy in hand is not asked
    with pytest.raises(notes.NotSigned):
        notes.add_addendum(open_note, kind="addition", text="More", by=carlos)
    assert (Addendum.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_the_front_desk_adds_nothing_to_a_note(signed, rita):
    with pytest.raises(PermissionDenied):
        notes.add_addendum(signed, kind="addition", text="More", by=rita)
    assert Addendum.objects.count() == 0


def test_an_addendum_that_is_not_in_the_log_was_not_written(signed, carlos, no_log):
    with pytest.raises(ZeroDivisionError):
        notes.add_addendum(signed, kind="addition", text="More", by=carlos)
    assert Addendum.objects.count() == 0


def test_a_released_note_keeps_its_first_summary(signed, carlos):
    first, second = (notes.release(signed, summary=text, by=carlos) for text in ("Better.", "Worse."))
    assert (first, VisitMark.objects.get().summary) == (second, "Better.")
    assert actions() == ["visit.signed", "visit.released"]


def test_an_open_note_is_not_released(open_note, carlos):
    open_note.signed_at = timezone.now()
    with pytest.raises(notes.NotSigned):
        notes.release(open_note, summary="Better.", by=carlos)
    assert VisitMark.objects.count() == 0


def test_a_note_entered_in_error_is_not_released(signed, carlos):
    VisitMark.objects.create(visit=signed, kind="entered_in_error", by=carlos, reason="wrong patient")
    with pytest.raises(notes.EnteredInError):
        notes.release(signed, summary="Better.", by=carlos)
    assert [mark.kind for mark in VisitMark.objects.all()] == ["entered_in_error"]


def test_a_release_that_is_not_in_the_log_did_not_happen(signed, carlos, no_log):
    with pytest.raises(ZeroDivisionError):
        notes.release(signed, summary="Better.", by=carlos)
    assert VisitMark.objects.count() == 0


# --- the day of a visit


def test_a_visit_shortly_before_midnight_is_of_that_day_not_of_tomorrow_in_utc(open_note):
    open_note.visited_at = LATE
    assert notes.day_of(open_note) == date(2027, 3, 1)


def test_the_phase_of_a_treatment_is_that_of_the_clinics_day(open_note, carlos, monkeypatch):
    """28 days after the onset a complaint is subacute; ten minutes before midnight it is the 27th day."""
    Visit.objects.update(visited_at=LATE)
    type(open_note.episode).objects.update(onset_on=date(2027, 3, 1) - timedelta(days=27))
    seen, stock = [], treating.parameters.check
    monkeypatch.setattr(treating.parameters, "check", lambda *a, **k: seen.append(k["phase"]) or stock(*a, **k))
    treating.apply(open_note, kind=make.treatment_kind("heat"), by=carlos)
    assert seen == ["acute"]


# --- treatments


def test_a_treatment_withdrawn_twice_is_withdrawn_and_logged_once(open_note, carlos):
    row = treating.apply(open_note, kind=make.treatment_kind("heat"), by=carlos)
    for _ in range(2):
        treating.withdraw(TreatmentApplied(pk=row.pk, visit=open_note), by=carlos)
    assert actions() == ["treatment.applied", "treatment.withdrawn"]
    assert (TreatmentApplied.objects.count(), Visit.objects.get().version) == (0, 3)


def test_a_response_to_a_treatment_that_was_withdrawn_meanwhile_changes_nothing(open_note, carlos, tess):
    row = treating.apply(open_note, kind=make.treatment_kind("heat"), by=tess)
    copy = TreatmentApplied.objects.get()
    treating.withdraw(row, by=carlos)
    treating.note_response(copy, response="eased", by=tess)
    assert (TreatmentApplied.objects.count(), Visit.objects.get().version) == (0, 3)
