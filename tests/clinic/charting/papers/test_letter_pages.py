"""The pages of letters: what is typed is kept, what was sent is read only, a refusal changes nothing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting.models import Referral
from clinic.charting.papers import letters
from patients import merging
from patients.models import Document, Task
from tests import make

GIVEN = {
    "kind": "referral", "addressee": "Dr Pia Moss", "address": "4 Dock Road", "urgency": "soon",
    "question": "Is the reflex a worry?", "body": "Dear colleague", "episode": "",
}  # fmt: skip


def new(patient, **query):
    return reverse("admin:charting_referral_add_for", args=[patient.pk], query=query)


def page(letter):
    return reverse("admin:charting_referral_change", args=[letter.pk])


def tab(patient):
    return f"{patient.get_absolute_url()}?tab=letters"


@pytest.fixture
def doctor(client, carlos):
    client.force_login(carlos)
    return client


@pytest.fixture
def letter(ana, carlos):
    return letters.write(ana, by=carlos, addressee="Dr Pia Moss", question="A worry?", body="Dear")


@pytest.fixture
def sent(letter, carlos):
    return letters.send(letter, how="Post", by=carlos)


# --- a new letter


def test_a_new_letter_opens_with_the_chart_and_the_complaint_named(doctor, ana):
    make.condition(ana, "osteoporosis")
    old, current = (make.visit(ana).episode for _n in range(2))
    shown = doctor.get(new(ana, kind="imaging", episode=old.pk)).context["form"]
    assert (shown.initial["kind"], shown.initial["episode"]) == ("imaging", old)
    assert "Known conditions: Osteoporosis" in shown.initial["body"]
    assert doctor.get(new(ana)).context["form"].initial["episode"] == current
    assert AuditEvent.objects.filter(action="chart.read", patient_id=ana.pk).count() == 2
    assert Referral.objects.count() == 0, "looking writes no letter"


@pytest.mark.parametrize("odd", ["-1", "abc", "9" * 30, "１２", "of Ben"])
def test_an_odd_complaint_in_the_address_is_nobodys(doctor, ana, ben, odd):
    other = make.visit(ben).episode
    number = other.pk if odd == "of Ben" else odd
    assert doctor.get(new(ana, kind="nonsense", episode=number)).context["form"].initial["episode"] is None


def test_a_letter_is_kept_and_the_printer_is_next_when_asked(doctor, ana, carlos):
    answer = doctor.post(new(ana), {**GIVEN, "do": "save"})
    row = Referral.objects.get()
    assert (answer["Location"], row.addressee, row.written_by) == (page(row), "Dr Pia Moss", carlos)
    printed = doctor.post(new(ana), {**GIVEN, "do": "print"})
    second = Referral.objects.exclude(pk=row.pk).get()
    assert printed["Location"] == reverse("admin:charting_paper", args=["letter", second.pk])


@pytest.mark.parametrize("field", ["addressee", "question", "kind", "urgency"])
def test_what_is_missing_is_said_at_its_field_and_the_rest_is_kept(doctor, ana, field):
    answer = doctor.post(new(ana), {**GIVEN, field: ""})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert "4 Dock Road" in answer.content.decode()
    assert Referral.objects.count() == 0


def test_the_complaint_of_somebody_else_is_no_choice(doctor, ana, ben):
    answer = doctor.post(new(ana), {**GIVEN, "episode": make.visit(ben).episode.pk})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["episode"])


def test_a_letter_of_a_joined_record_is_written_for_the_one_that_is_kept(doctor, ana, ben, olga):
    merging.carry_out(merging.propose(kept=ana, absorbed=ben, because="one face", by=olga), by=olga)
    assert doctor.get(new(ben, kind="imaging"))["Location"] == new(ana, kind="imaging")
    doctor.post(new(ben), GIVEN)
    assert Referral.objects.get().patient == ana


# --- who may


def test_a_therapist_reads_and_changes_nothing(client, tess, sent, ana):
    client.force_login(tess)
    text = client.get(page(sent)).content.decode()
    assert ("Dr Pia Moss" in text, "Keep the answer" in text, "Close the letter" in text) == (True, False, False)
    assert "Write a referral" not in client.get(tab(ana)).content.decode()
    for do in ("save", "send", "answer", "close"):
        assert client.post(page(sent), {"do": do, "words": "x", "because": "x"}).status_code == 403
    assert client.get(new(ana)).status_code == 403


@pytest.mark.parametrize("who", ["rita", "olga", "ivan"])
def test_those_who_do_not_treat_see_no_letter(request, client, letter, ana, who):
    client.force_login(request.getfixturevalue(who))
    for path in (page(letter), new(ana), reverse("admin:charting_referral_changelist")):
        assert client.get(path).status_code == 403


# --- one letter


def opened(letter):
    """What the form of a letter sends back, as it was opened now."""
    return {**GIVEN, "seen": letters.stamp(letter)}


def test_a_letter_that_is_sent_keeps_what_was_typed_just_before(doctor, letter):
    assert f'value="{letters.stamp(letter)}"' in doctor.get(page(letter)).content.decode()
    answer = doctor.post(page(letter), {**opened(letter), "body": "Typed last", "do": "send", "how": "Fax"})
    row = Referral.objects.get()
    assert (answer.status_code, row.body, row.sent_how, row.sent_at is not None) == (302, "Typed last", "Fax", True)
    assert Task.objects.get().key == f"letter:{row.pk}"


def test_a_letter_with_a_fault_is_not_sent(doctor, letter):
    answer = doctor.post(page(letter), {**GIVEN, "question": "", "do": "send", "how": "Fax"})
    row = Referral.objects.get()
    assert (answer.status_code, row.sent_at, row.body, Task.objects.count()) == (422, None, "Dear", 0)


def test_a_letter_that_somebody_has_sent_meanwhile_says_so_and_gives_the_text_back(doctor, sent):
    answer = doctor.post(page(sent), {**GIVEN, "body": "Typed too late", "do": "save"})
    text = answer.content.decode()
    assert (answer.status_code, "Typed too late" in text, Referral.objects.get().body) == (409, True, "Dear")


@pytest.mark.parametrize("do", ["save", "print", "send"])
def test_a_letter_that_somebody_has_changed_meanwhile_is_neither_overwritten_nor_sent(doctor, letter, carlos, do):
    screen = opened(letter)
    letters.rewrite(letter, by=carlos, body="Theirs")
    answer = doctor.post(page(letter), {**screen, "question": "Mine?", "body": "Mine too", "do": do, "how": "Fax"})
    row, typed = Referral.objects.get(), answer.context["typed"]
    assert (answer.status_code, row.body, row.sent_at, Task.objects.count()) == (409, "Theirs", None, 0)
    assert typed == "Dr Pia Moss\n\n4 Dock Road\n\nMine?\n\nMine too", "nothing typed is lost"
    again = {**GIVEN, "seen": answer.context["form"]["seen"].value(), "body": "Both", "do": "save"}
    assert (doctor.post(page(letter), again).status_code, Referral.objects.get().body) == (302, "Both")


def test_a_sent_letter_shows_its_text_and_no_fields(doctor, sent):
    shown = doctor.get(page(sent))
    assert (shown.context["form"], shown.context["send_form"], "A worry?" in shown.content.decode()) == (
        None, None, True,
    )  # fmt: skip


def test_an_answer_with_a_file_files_the_report(doctor, sent, ana):
    answer = doctor.post(page(sent), {"do": "answer", "words": "All well.", "report": "", "file": make.upload()})
    row = Referral.objects.select_related("report").get()
    assert (answer.status_code, row.answer, row.report.title, row.report.patient) == (
        302, "All well.", "Answer from Dr Pia Moss", ana,
    )  # fmt: skip


def test_a_file_that_is_not_accepted_takes_the_answer_back(doctor, sent):
    given = {"do": "answer", "words": "All well.", "file": make.upload(b"not a picture")}
    answer = doctor.post(page(sent), given)
    assert (answer.status_code, list(answer.context["answer_form"].errors)) == (422, ["file"])
    assert (Referral.objects.get().answered_at, Document.objects.count(), Task.objects.get().done_at) == (None, 0, None)


def test_a_report_of_the_chart_is_chosen_among_the_patients_own(doctor, sent, ana, ben, carlos):
    own, other = make.document(ana, carlos), make.document(ben, carlos)
    refused = doctor.post(page(sent), {"do": "answer", "words": "x", "report": other.pk})
    assert (refused.status_code, list(refused.context["answer_form"].errors)) == (422, ["report"])
    both = doctor.post(page(sent), {"do": "answer", "words": "x", "report": own.pk, "file": make.upload()})
    assert list(both.context["answer_form"].errors) == ["file"]
    doctor.post(page(sent), {"do": "answer", "words": "x", "report": own.pk})
    assert Referral.objects.get().report == own


def test_a_letter_is_closed_with_a_reason(doctor, letter):
    assert doctor.post(page(letter), {"do": "close", "because": ""}).status_code == 422
    doctor.post(page(letter), {"do": "close", "because": "Not needed"})
    assert Referral.objects.get().closed_because == "Not needed"
    assert "WITHDRAWN" in doctor.get(reverse("admin:charting_paper", args=["letter", letter.pk])).content.decode()


# --- the tab and the list


def test_the_tab_tells_where_each_letter_stands(doctor, ana, carlos):
    long_ago = timezone.now() - timedelta(days=60)
    make.letter(ana, carlos)
    make.letter(ana, carlos, sent_at=long_ago)
    make.letter(ana, carlos, sent_at=long_ago, answered_at=timezone.now(), answer="Well")
    make.letter(ana, carlos, closed_at=timezone.now(), closed_by=carlos)
    shown = doctor.get(tab(ana)).context["letters"]
    assert [str(one.state.label) for one in shown] == ["Closed", "Answered", "Answer overdue", "Not sent yet"]


TAB_QUERIES, LIST_QUERIES = 20, 7


@pytest.mark.parametrize("rows", [1, 3])
def test_the_tab_takes_the_same_queries_with_one_and_three(doctor, ana, carlos, rows, django_assert_num_queries):
    for _n in range(rows):
        make.letter(ana, carlos, episode=make.visit(ana, carlos.practitioner).episode)
    with django_assert_num_queries(TAB_QUERIES + (connection.vendor == "postgresql")):
        doctor.get(tab(ana))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_with_one_and_three(doctor, carlos, rows, django_assert_num_queries):
    for number in range(rows):
        make.letter(make.patient(f"Anna{number}"), carlos)
    with django_assert_num_queries(LIST_QUERIES):
        doctor.get(reverse("admin:charting_referral_changelist"))


def test_the_list_is_searched_by_the_patients_name(doctor, ana, ben, letter, carlos):
    make.letter(ben, carlos)
    found = doctor.get(reverse("admin:charting_referral_changelist"), {"q": "sorensen"}).context["cl"]
    assert list(found.queryset) == [letter]
