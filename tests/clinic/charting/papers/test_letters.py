"""Letters: written, sent, answered, closed; what was sent stays, and a missing answer is a task."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting.models import Referral
from clinic.charting.papers import letters
from clinic.charting.papers.letter_standing import State, standing
from patients import merging
from patients.models import Task
from tests import make
from tests.make import MONDAY

SENT_AT = MONDAY - timedelta(weeks=52)  # in the past, also a Monday
ASKED = {"addressee": "Dr Pia Moss, neurology", "question": "Is the reflex a worry?", "urgency": "soon"}


@pytest.fixture
def written(ana, carlos):
    return letters.write(ana, by=carlos, **ASKED)


@pytest.fixture
def sent(written, carlos):
    return letters.send(written, how="Post", by=carlos, now=SENT_AT)


def actions(patient):
    asked = AuditEvent.objects.filter(patient_id=patient.pk, action__startswith="referral.")
    return list(asked.order_by("pk").values_list("action", flat=True))


def state(letter, day=SENT_AT):
    return standing(Referral.objects.get(pk=letter.pk), day.date()).state


# --- writing


def test_a_letter_is_signed_by_its_writer_and_waits_to_be_sent(written, ana, carlos):
    assert (written.signature, written.written_by, state(written)) == (
        carlos.practitioner.signature, carlos, State.WRITTEN,
    )  # fmt: skip
    assert actions(ana) == ["referral.written"]
    assert Task.objects.count() == 0


@pytest.mark.parametrize("empty", [{"addressee": " "}, {"question": ""}])
def test_a_letter_asks_somebody_something(ana, carlos, empty):
    with pytest.raises(letters.NothingAsked):
        letters.write(ana, by=carlos, **{**ASKED, **empty})
    assert (Referral.objects.count(), actions(ana)) == (0, [])


def test_the_complaint_of_a_letter_is_the_patients_own(ana, ben, carlos):
    with pytest.raises(letters.OtherPatient):
        letters.write(ana, by=carlos, episode=make.visit(ben).episode, **ASKED)


def test_a_complaint_of_a_joined_record_is_the_patients_own(ana, ben, carlos, olga):
    episode = make.visit(ben).episode
    merging.carry_out(merging.propose(kept=ana, absorbed=ben, because="one face", by=olga), by=olga)
    episode.refresh_from_db()
    assert letters.write(ana, by=carlos, episode=episode, **ASKED).episode == episode


@pytest.mark.parametrize("who", ["tess", "rita", "olga"])
def test_only_a_chiropractor_writes_sends_answers_and_closes(request, ana, sent, who):
    user = request.getfixturevalue(who)
    for deed in (
        lambda: letters.write(ana, by=user, **ASKED),
        lambda: letters.rewrite(sent, by=user, question="x"),
        lambda: letters.send(sent, how="Fax", by=user),
        lambda: letters.answer(sent, words="x", by=user),
        lambda: letters.file_report(sent, report=None, by=user),
        lambda: letters.close(sent, because="x", by=user),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    assert actions(ana) == ["referral.written", "referral.sent"]


def test_a_letter_that_was_not_sent_is_changed_and_signed_by_who_changed_it(written, ana):
    dana = make.user("dana@example.org", "chiropractor", display_name="Dr Dana Voss")
    letters.rewrite(written, by=dana, question="Is the reflex new?")
    row = Referral.objects.get()
    assert (row.question, row.addressee, row.signature) == ("Is the reflex new?", ASKED["addressee"], "Dr Dana Voss")
    assert row.written_by == dana, "the licence on the paper is that of the name above it"
    letters.rewrite(written, by=dana, question="Is the reflex new?")
    assert actions(ana) == ["referral.written", "referral.changed"], "what is the same writes nothing"


@pytest.mark.parametrize("name", letters.TEXTS)
def test_a_wording_that_was_changed_meanwhile_is_not_overwritten(written, ana, carlos, name):
    """Each text counts: somebody else changes one of them, and an older screen changes nothing."""
    seen = letters.stamp(written)
    other = {"kind": "imaging", "urgency": "today", "episode": make.visit(ana).episode}
    letters.rewrite(written, by=carlos, seen=seen, **{name: other.get(name, "Changed meanwhile")})
    before = Referral.objects.values().get()
    with pytest.raises(letters.ChangedMeanwhile):
        letters.rewrite(written, by=carlos, seen=seen, question="From an older screen")
    assert Referral.objects.values().get() == before


# --- what was sent stays


@pytest.mark.parametrize("name", [name for name in letters.TEXTS if name != "episode"])
def test_no_text_of_a_sent_letter_changes(sent, carlos, name):
    before = Referral.objects.values().get()
    with pytest.raises(letters.AlreadySent):
        letters.rewrite(sent, by=carlos, **{name: "imaging" if name == "kind" else "today"})
    assert Referral.objects.values().get() == before


def test_a_letter_is_sent_once(sent, carlos):
    with pytest.raises(letters.AlreadySent):
        letters.send(sent, how="Fax", by=carlos)
    assert (Referral.objects.get().sent_how, Task.objects.count()) == ("Post", 1)


def test_what_was_sent_is_asked_of_the_row_and_not_of_the_copy_in_hand(written, carlos):
    copy = Referral.objects.get()
    letters.send(written, how="Post", by=carlos)
    with pytest.raises(letters.AlreadySent):
        letters.rewrite(copy, by=carlos, question="Changed behind its back")


# --- waiting


@pytest.mark.parametrize(("urgency", "days"), [("today", 1), ("soon", 14), ("routine", 30)])
def test_a_missing_answer_is_a_task_on_the_day_it_is_due(ana, carlos, urgency, days):
    letter = letters.write(ana, by=carlos, **{**ASKED, "urgency": urgency})
    letters.send(letter, how="Post", by=carlos, now=SENT_AT)
    task = Task.objects.get()
    due = SENT_AT.date() + timedelta(days=days)
    assert (task.due_on, task.kind, task.title, task.key) == (
        due, "refer", "Ask for the answer: Dr Pia Moss, neurology", f"letter:{letter.pk}",
    )  # fmt: skip
    on_the_day = SENT_AT + timedelta(days=days)
    assert (state(letter, on_the_day), state(letter, on_the_day + timedelta(days=1))) == (State.WAITING, State.LATE)


def test_an_imaging_request_is_a_task_about_imaging(ana, carlos):
    letters.send(letters.write(ana, by=carlos, kind="imaging", **ASKED), how="Fax", by=carlos)
    assert Task.objects.get().kind == "imaging"


def test_two_letters_wait_with_a_task_each(ana, carlos):
    for _n in range(2):
        letters.send(letters.write(ana, by=carlos, **ASKED), how="Post", by=carlos)
    assert Task.objects.filter(done_at=None).count() == 2


# --- the answer


def test_an_answer_closes_the_task_with_what_came_back(sent, ana, carlos):
    report = make.document(ana, carlos)
    letters.answer(sent, words="No sign of a lesion.", report=report, by=carlos, now=SENT_AT + timedelta(days=3))
    row, task = Referral.objects.get(), Task.objects.get()
    assert (row.answer, row.report, state(row)) == ("No sign of a lesion.", report, State.ANSWERED)
    assert (task.outcome, task.done_by) == ("No sign of a lesion.", carlos)
    assert actions(ana) == ["referral.written", "referral.sent", "referral.answered"]


def test_a_letter_that_was_not_sent_is_not_answered(written, carlos):
    with pytest.raises(letters.NotSent):
        letters.answer(written, words="x", by=carlos)


def test_the_first_answer_stands(sent, carlos):
    letters.answer(sent, words="First.", by=carlos)
    with pytest.raises(letters.AlreadyAnswered):
        letters.answer(sent, words="Second.", by=carlos)
    assert Referral.objects.get().answer == "First."


def test_an_answer_has_words(sent, carlos):
    with pytest.raises(letters.NothingAsked):
        letters.answer(sent, words="  ", by=carlos)
    assert Task.objects.get().done_at is None


@pytest.mark.parametrize("fault", ["of somebody else", "filed in error"])
def test_a_report_is_a_document_of_this_patient_that_stands(sent, ana, ben, carlos, fault):
    report = make.document(ben if fault == "of somebody else" else ana, carlos)
    if fault == "filed in error":
        report.entered_in_error_at, report.entered_in_error_by = timezone.now(), carlos
        report.save()
    with pytest.raises(letters.OtherPatient):
        letters.answer(sent, words="Here it is.", report=report, by=carlos)
    row = Referral.objects.get()
    assert (row.answered_at, row.report, Task.objects.get().done_at) == (None, None, None), "all taken back"


def test_a_report_may_follow_the_answer_and_not_come_before_it(sent, ana, carlos):
    report = make.document(ana, carlos)
    with pytest.raises(letters.NotSent):
        letters.file_report(sent, report=report, by=carlos)
    letters.answer(sent, words="The report follows.", by=carlos)
    assert letters.file_report(sent, report=report, by=carlos).report == report
    with pytest.raises(letters.AlreadyAnswered):
        letters.file_report(sent, report=make.document(ana, carlos), by=carlos)
    assert Referral.objects.get().report == report, "one that is filed is not taken out for another"


# --- closing


def test_a_letter_is_closed_with_a_reason_and_nothing_is_waited_for(sent, ana, carlos):
    with pytest.raises(letters.ReasonMissing):
        letters.close(sent, because=" ", by=carlos)
    letters.close(sent, because="The patient went elsewhere.", by=carlos)
    row, task = Referral.objects.get(), Task.objects.get()
    assert (row.closed_by, row.closed_because, state(row)) == (carlos, "The patient went elsewhere.", State.CLOSED)
    assert task.outcome == "The patient went elsewhere."
    assert actions(ana)[-1] == "referral.closed"


def test_nothing_happens_to_a_closed_letter(sent, carlos):
    letters.close(sent, because="Done.", by=carlos)
    before = Referral.objects.values().get()
    for deed in (
        lambda: letters.rewrite(sent, by=carlos, question="x"),
        lambda: letters.send(sent, how="Fax", by=carlos),
        lambda: letters.answer(sent, words="x", by=carlos),
        lambda: letters.file_report(sent, report=None, by=carlos),
        lambda: letters.close(sent, because="x", by=carlos),
    ):
        with pytest.raises(letters.AlreadyClosed):
            deed()
    assert Referral.objects.values().get() == before


def test_a_deed_whose_log_cannot_be_written_does_not_happen(sent, carlos, monkeypatch):
    def fails(*_args, **_kwargs):
        raise RuntimeError("log")

    monkeypatch.setattr(letters, "record", fails)
    before = (Referral.objects.values().get(), Task.objects.values().get())
    for deed in (
        lambda: letters.answer(sent, words="x", by=carlos),
        lambda: letters.close(sent, because="x", by=carlos),
        lambda: letters.write(sent.patient, by=carlos, **ASKED),
    ):
        with pytest.raises(RuntimeError):
            deed()
    assert (Referral.objects.values().get(), Task.objects.values().get()) == before
