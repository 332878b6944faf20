"""Entered in error and co-signed: marks that are only added, and what no longer counts once a note is an error."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting import notes
from clinic.charting.card import note_marks
from clinic.charting.card.on_file import earlier_visits
from clinic.charting.models import SegmentFinding, Visit, VisitMark
from clinic.outcomes.models import Response
from clinic.outcomes.recording import pain_scores
from clinic.portal import records
from tests import make


@pytest.fixture
def open_note(carlos, ana):
    visit = make.visit(ana, carlos.practitioner, subjective="Sore since Monday", pain=6)
    SegmentFinding.objects.create(visit=visit, segment="L4", side="R", pain=3)
    return visit


@pytest.fixture
def signed(open_note, carlos):
    return notes.sign(open_note, version=1, by=carlos)


@pytest.fixture
def dora(clinic):
    """Another chiropractor of the clinic."""
    account = make.user("dora@example.org", "chiropractor", display_name="Dr Dora Hale")
    make.practitioner(account, name="Dr Dora Hale")
    return account


def strike(visit, by, because="Wrong patient"):
    return note_marks.enter_in_error(visit, because=because, by=by)


def kinds():
    return list(VisitMark.objects.order_by("pk").values_list("kind", flat=True))


# --- entered in error


@pytest.mark.parametrize("who", ["carlos", "dora"])
def test_the_author_or_another_chiropractor_enters_a_note_in_error(request, who, signed):
    by = request.getfixturevalue(who)
    mark = strike(signed, by)
    assert (mark.by, mark.reason, notes.is_whole(Visit.objects.get())) == (by, "Wrong patient", True)
    assert AuditEvent.objects.first().action == "visit.entered_in_error"


@pytest.mark.parametrize("who", ["tess", "rita", "olga", "ana"])
def test_nobody_else_does(request, who, signed):
    by = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        strike(signed, by.user if who == "ana" else by)
    assert kinds() == []


def test_it_needs_a_reason_and_happens_once(signed, carlos):
    with pytest.raises(note_marks.ReasonMissing):
        strike(signed, carlos, "  ")
    strike(signed, carlos)
    with pytest.raises(note_marks.AlreadyMarked):
        strike(signed, carlos, "Another reason")
    assert VisitMark.objects.get().reason == "Wrong patient"


def test_it_is_never_taken_back(signed, carlos):
    mark = strike(signed, carlos)
    for change in (mark.delete, lambda: VisitMark.objects.update(reason="x"), VisitMark.objects.all().delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert kinds() == ["entered_in_error"]


def test_a_mark_that_is_not_in_the_log_was_not_made(signed, carlos, monkeypatch):
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        strike(signed, carlos)
    assert (kinds(), pain_scores([signed.patient])) == ([], {signed.patient_id: [6]})


def test_its_pain_score_stays_and_counts_no_more_that_of_the_intake_does(signed, carlos):
    at = signed.visited_at
    Response.objects.create(patient=signed.patient, measure_id="nrs_pain", score=3, mode="intake", taken_at=at)
    strike(signed, carlos)
    assert pain_scores([signed.patient]) == {signed.patient_id: [3]}
    assert [score for _day, score in records.pain_scores(signed.patient.user, signed.patient)] == [3]
    assert Response.objects.count() == 2


def test_it_is_no_longer_an_earlier_visit_nor_one_the_patient_reads(signed, carlos, ana):
    notes.release(signed, summary="We worked on the back.", by=carlos)
    today = make.visit(ana, carlos.practitioner, visited_at=timezone.now() + timedelta(hours=1))
    assert (list(earlier_visits(today)), list(Visit.objects.for_user(ana.user))) == ([signed], [signed])
    strike(signed, carlos)
    assert (list(earlier_visits(today)), list(Visit.objects.for_user(ana.user))) == ([], [])


def test_an_open_note_in_error_is_closed_for_good(open_note, carlos):
    strike(open_note, carlos)
    for deed in (
        lambda: notes.save(open_note, version=1, by=carlos, plan="x"),
        lambda: notes.note_segment(open_note, segment="L5", by=carlos),
        lambda: notes.sign(open_note, version=1, by=carlos),
    ):
        with pytest.raises(notes.EnteredInError):
            deed()
    assert (Visit.objects.get().version, Visit.objects.get().signed_at, Response.objects.count()) == (1, None, 0)


# --- co-signed


@pytest.fixture
def added(signed, tess):
    """A signed note with an addendum of a therapist."""
    return notes.add_addendum(signed, kind="late_entry", text="Sore after the heat", by=tess)


def test_a_chiropractor_co_signs_what_a_therapist_added(added, signed, dora):
    mark = note_marks.co_sign(signed, by=dora)
    assert (mark.kind, mark.by, mark.reason) == ("co_signed", dora, "Dr Dora Hale, DC")
    assert AuditEvent.objects.first().details == {"addenda": [added.pk]}
    with pytest.raises(note_marks.AlreadyMarked):
        note_marks.co_sign(signed, by=dora)


def test_an_addendum_of_a_chiropractor_needs_no_second_name(signed, carlos, dora):
    notes.add_addendum(signed, kind="addition", text="More", by=carlos)
    with pytest.raises(note_marks.NothingToCoSign):
        note_marks.co_sign(signed, by=dora)
    assert kinds() == []


def test_nobody_co_signs_without_the_right_or_an_open_note_or_one_in_error(
    added, signed, open_note, tess, rita, carlos
):
    for nobody in (tess, rita):
        with pytest.raises(PermissionDenied):
            note_marks.co_sign(signed, by=nobody)
    with pytest.raises(notes.NotSigned):
        note_marks.co_sign(make.visit(by=carlos.practitioner), by=carlos)
    strike(signed, carlos)
    with pytest.raises(note_marks.NothingToCoSign):
        note_marks.co_sign(signed, by=carlos)
    assert kinds() == ["entered_in_error"]


@pytest.mark.parametrize("has_licence", ["expired", "none"])
def test_an_expired_licence_co_signs_nothing(added, signed, dora, has_licence):
    if has_licence == "expired":
        type(dora.practitioner).objects.filter(user=dora).update(licence_expires_on="2020-01-01")
        dora.practitioner.refresh_from_db()
    by = dora if has_licence == "expired" else make.user("eve@example.org", "chiropractor")
    with pytest.raises(notes.LicenceExpired):
        note_marks.co_sign(signed, by=by)
    assert kinds() == []


def test_a_co_signature_that_is_not_in_the_log_was_not_given(added, signed, dora, monkeypatch):
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        note_marks.co_sign(signed, by=dora)
    assert kinds() == []


# --- the pages


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


def press(client, visit, do, **fields):
    return client.post(visit.get_absolute_url(), {"do": do, "version": visit.version, **fields})


def test_a_signed_note_is_entered_in_error_on_its_page_and_shows_it(chart, signed):
    refused = press(chart, signed, "in_error", **{"error-because": " "})
    assert (refused.status_code, refused.content.decode().count("Say why; the reason stays with the note.")) == (422, 1)
    assert press(chart, signed, "in_error", **{"error-because": "Wrong patient"}).url == signed.get_absolute_url()
    page = chart.get(signed.get_absolute_url()).content.decode()
    buttons = ('value="addendum"', 'value="release"', 'value="in_error"')
    assert (page.count("Wrong patient"), [page.count(button) for button in buttons]) == (1, [0, 0, 0])
    assert press(chart, signed, "in_error", **{"error-because": "Again"}).status_code == 302
    assert VisitMark.objects.get().reason == "Wrong patient"


def test_an_open_note_is_entered_in_error_on_the_travel_card_and_read_from_then_on(chart, open_note):
    said = {"subjective": "Sore since Monday"}
    refused = press(chart, open_note, "in_error", **said, **{"error-because": ""})
    open_note.refresh_from_db()
    assert (refused.status_code, refused.content.decode().count('aria-describedby="error-because-e"')) == (422, 1)
    assert press(chart, open_note, "in_error", **said, **{"error-because": "Opened twice"}).status_code == 302
    page = chart.get(open_note.get_absolute_url()).content.decode()
    assert (page.count("Opened twice"), page.count("A draft, never signed"), page.count('value="sign"')) == (1, 1, 0)
    assert press(chart, open_note, "save", subjective="More").status_code == 409
    assert Visit.objects.get().subjective == "Sore since Monday"


def test_it_stands_struck_on_the_list_of_visits(chart, signed, carlos):
    strike(signed, carlos)
    page = chart.get(f"{signed.patient.get_absolute_url()}?tab=visits").content.decode()
    assert (page.count('class="past struck"'), page.count("Entered in error")) == (1, 1)


@pytest.mark.parametrize("who", ["tess", "rita", "olga"])
def test_no_button_and_no_deed_for_who_may_not(client, request, who, signed, added):
    client.force_login(request.getfixturevalue(who))
    assert press(client, signed, "in_error", **{"error-because": "x"}).status_code == 403
    assert press(client, signed, "co_sign").status_code == 403
    assert kinds() == []


def test_a_co_signature_is_asked_for_and_given_on_the_page(client, added, signed, dora):
    client.force_login(dora)
    assert client.get(signed.get_absolute_url()).content.decode().count('value="co_sign"') == 1
    press(client, signed, "co_sign")
    page = client.get(signed.get_absolute_url()).content.decode()
    assert (page.count("cosigned"), page.count('value="co_sign"'), kinds()) == (1, 0, ["co_signed"])


def test_a_summary_is_previewed_before_it_is_released(chart, signed):
    answer = press(chart, signed, "preview", summary="We worked on the <b>back</b>.\nWalk.")
    page = answer.content.decode()
    assert page.count("We worked on the &lt;b&gt;back&lt;/b&gt;.<br>Walk.") == 1
    assert (answer.status_code, kinds()) == (200, [])
    assert press(chart, signed, "preview", summary="").status_code == 422
    press(chart, signed, "release", summary="We worked on the back.")
    assert VisitMark.objects.get().summary == "We worked on the back."
