"""Who pays for a patient: one cover after the other, at the desk and in the chart."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from patients import coverages, merging
from patients.models import Coverage
from tests import make


@pytest.fixture
def desk(client, rita):
    client.force_login(rita)
    return client


def page(patient):
    return reverse("desk:cover", args=[patient.pk])


def covers(patient):
    rows = Coverage.objects.of(patient).order_by("since", "pk")
    return list(rows.values_list("payer", "since", "until"))


def test_a_new_cover_ends_the_one_before_on_the_day_before(ana, rita):
    coverages.add(ana, payer="private", since=date(2026, 1, 5), by=rita)
    coverages.add(ana, payer="medicare", since=date(2026, 6, 1), by=rita)
    assert covers(ana) == [
        ("private", date(2026, 1, 5), date(2026, 5, 31)),
        ("medicare", date(2026, 6, 1), None),
    ]
    assert [coverages.current(ana, day).payer for day in (date(2026, 5, 31), date(2026, 6, 1))] == [
        "private",
        "medicare",
    ]


def test_of_two_that_begin_on_one_day_the_later_entry_is_in_force(ana, rita):
    coverages.add(ana, payer="private", since=date(2026, 1, 5), by=rita)
    coverages.add(ana, payer="auto", since=date(2026, 1, 5), by=rita)
    assert coverages.current(ana, date(2026, 1, 6)).payer == "auto"
    assert covers(ana)[0] == ("private", date(2026, 1, 5), date(2026, 1, 5))


def test_a_cover_noted_late_ends_before_the_one_that_came_after_it(ana, rita):
    row = coverages.add(ana, payer="medicare", since=date(2026, 6, 1), by=rita)
    coverages.add(ana, payer="private", since=date(2026, 1, 5), by=rita)
    coverages.end(row, on=date(2026, 7, 1), by=rita)
    assert covers(ana) == [
        ("private", date(2026, 1, 5), date(2026, 5, 31)),
        ("medicare", date(2026, 6, 1), date(2026, 7, 1)),
    ]
    assert coverages.current(ana, date(2026, 7, 2)) is None


def test_a_cover_of_joined_records_is_the_one_persons(ana, rita, olga):
    anna = make.patient("Anna", "Lund", phone="(503) 555-0188")
    coverages.add(anna, payer="work", since=date(2026, 2, 2), by=rita)
    merging.carry_out(merging.propose(kept=ana, absorbed=anna, because="one face", by=olga), by=olga)
    ana.refresh_from_db()
    assert coverages.current(ana, date(2026, 2, 3)).payer == "work"


def test_ending_before_the_first_day_and_ending_twice_are_refused(ana, rita):
    row = make.coverage(ana, rita, since=date(2026, 3, 2))
    with pytest.raises(coverages.EndsBeforeItBegan):
        coverages.end(row, on=date(2026, 3, 1), by=rita)
    coverages.end(row, on=date(2026, 3, 2), by=rita)
    with pytest.raises(coverages.AlreadyEnded):
        coverages.end(row, on=date(2026, 3, 2), by=rita)
    assert coverages.current(ana, date(2026, 3, 3)) is None


def test_a_notice_is_signed_today_or_before(ana, rita):
    row = make.coverage(ana, rita, payer="medicare")
    with pytest.raises(coverages.EndsBeforeItBegan):
        coverages.sign_notice(row, on=timezone.localdate() + timedelta(days=1), by=rita)
    coverages.sign_notice(row, on=date(2026, 3, 2), by=rita)
    row.refresh_from_db()
    assert row.notice_signed_on == date(2026, 3, 2)


def test_the_day_a_notice_was_signed_stays(ana, rita, desk):
    row = make.coverage(ana, rita, payer="medicare", notice_signed_on=date(2026, 3, 2))
    with pytest.raises(coverages.AlreadySigned):
        coverages.sign_notice(row, by=rita)
    assert desk.post(reverse("desk:end_cover", args=[row.pk]), {"do": "notice"}).url == page(ana)
    row.refresh_from_db()
    assert (row.notice_signed_on, row.until) == (date(2026, 3, 2), None)


def test_who_only_reads_changes_no_cover(ana, tess):
    row = make.coverage(ana)
    for deed in (
        lambda: coverages.add(ana, payer="self", by=tess),
        lambda: coverages.end(row, by=tess),
        lambda: coverages.sign_notice(row, by=tess),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    assert covers(ana) == [("private", date(2026, 1, 5), None)]


def test_a_cover_that_cannot_begin_leaves_the_one_before_as_it_was(ana, rita, monkeypatch):
    make.coverage(ana)
    monkeypatch.setattr(Coverage.objects, "create", lambda **fields: (_ for _ in ()).throw(DatabaseError))
    with pytest.raises(DatabaseError):
        coverages.add(ana, payer="self", since=date(2026, 6, 1), by=rita)
    assert covers(ana) == [("private", date(2026, 1, 5), None)]


def test_the_database_refuses_a_cover_that_ends_before_it_begins(ana):
    with pytest.raises(IntegrityError):
        make.coverage(ana, until=date(2026, 1, 4))


def test_each_deed_is_written_down(ana, rita):
    row = coverages.add(ana, payer="medicare", since=date(2026, 1, 5), by=rita)
    coverages.sign_notice(row, by=rita)
    coverages.end(row, by=rita)
    written = AuditEvent.objects.filter(action__startswith="coverage.").order_by("pk")
    assert list(written.values_list("action", "patient_id")) == [
        ("coverage.added", ana.pk),
        ("coverage.notice_signed", ana.pk),
        ("coverage.ended", ana.pk),
    ]


# --- the pages


def test_the_desk_notes_who_pays(desk, ana):
    sent = {"payer": "medicare", "name": "", "member_number": "1EG4", "since": "2026-02-02", "unit_rule": "pooled"}
    assert desk.post(page(ana), sent).url == page(ana)
    assert covers(ana) == [("medicare", date(2026, 2, 2), None)]
    shown = desk.get(page(ana)).content.decode()
    assert ("in force" in shown, "1EG4" in shown) == (True, True)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"payer": "nobody"}, "payer"),
        ({"since": "soon"}, "since"),
        ({"since": "0001-01-01"}, "since"),
        ({"since": "2999-01-01"}, "since"),
        ({"payer": "medicare", "unit_rule": "each"}, "unit_rule"),
        ({"notice_signed_on": "2999-01-01"}, "notice_signed_on"),
    ],
)
def test_what_cannot_be_is_refused_and_stays_typed(desk, ana, wrong, field):
    sent = {"payer": "private", "name": "Lakeland", "since": "2026-02-02", "unit_rule": "each", **wrong}
    answer = desk.post(page(ana), sent)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert ('value="Lakeland"' in answer.content.decode(), covers(ana)) == (True, [])


def test_a_notice_and_an_end_are_one_press_each_and_twice_is_no_error(desk, ana):
    row = make.coverage(ana, payer="medicare")
    url = reverse("desk:end_cover", args=[row.pk])
    for do in ("notice", "end", "end"):
        assert desk.post(url, {"do": do}).url == page(ana)
    row.refresh_from_db()
    assert (row.until, row.notice_signed_on) == (timezone.localdate(), timezone.localdate())


def test_a_therapist_reads_who_pays_and_cannot_change_it(client, tess, ana):
    make.coverage(ana)
    client.force_login(tess)
    shown = client.get(page(ana)).content.decode()
    assert ("Lakeland Health" in shown, "End today" in shown, "A new cover" in shown) == (True, False, False)
    assert client.post(page(ana), {"payer": "self", "since": "2026-02-02", "unit_rule": "each"}).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_same_number_of_questions_for_one_and_three(desk, ana, rita, rows, django_assert_num_queries):
    for number in range(rows):
        make.coverage(ana, rita, since=date(2026, 1, 5 + number))
    with django_assert_num_queries(8):
        desk.get(page(ana))


def test_the_chart_and_the_desk_show_the_cover_in_force_only(client, carlos, ana):
    make.coverage(ana, name="Old Harbour Mutual", until=date(2026, 1, 6))
    make.coverage(ana, name="Lakeland Health", since=date(2026, 1, 7))
    client.force_login(carlos)
    for url in (ana.get_absolute_url(), reverse("desk:patient", args=[ana.pk])):
        shown = client.get(url).content.decode()
        assert ("Lakeland Health" in shown, "Old Harbour Mutual" in shown) == (True, False)
