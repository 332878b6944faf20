"""Notes that read like the one before: counted per practitioner, bounded, read by the right people."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting.models import Visit, VisitMark
from clinic.reports import alike_notes
from tests import make

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def signed(of, by, days_ago, plan, now=NOW, **more):
    at = now - timedelta(days=days_ago)
    visit = make.visit(of, by.practitioner, visited_at=at)
    Visit.objects.filter(pk=visit.pk).update(
        signed_at=at, signed_by=by, signature="Dr C", sha256="0" * 64, rules_version="1",
        document=json.dumps({"plan": plan, "visited_at": at.isoformat(), **more}),
    )  # fmt: skip
    return visit


def told(now=NOW):
    return [(row.practitioner, row.signed, len(row.alike), row.share) for row in alike_notes.rows(now)]


@pytest.fixture
def dora(clinic):
    account = make.user("dora@example.org", "chiropractor")
    make.practitioner(account, name="Dr Dora Hale")
    return account


def test_each_practitioner_is_told_with_the_share_of_alike_notes(carlos, dora, ana, ben):
    for days_ago, plan in ((30, "Walk"), (20, "walk  "), (10, "Rest"), (5, "Rest")):
        signed(ana, carlos, days_ago, plan)
    signed(ben, dora, 9, "Rest")
    assert told() == [("Dr Carlos Vega", 4, 2, 50), ("Dr Dora Hale", 1, 0, 0)]


def test_a_note_is_compared_with_the_last_of_the_same_person_also_at_a_joined_record(carlos, ana, ben):
    old = make.patient("Anna", merged_into=ana)
    signed(old, carlos, 20, "Walk")
    signed(ben, carlos, 15, "Walk")
    last = signed(ana, carlos, 10, "Walk")
    assert [row.shown for row in alike_notes.rows(NOW)] == [[(last.pk, last.visited_at)]]


def test_the_one_before_may_lie_before_the_window_and_is_not_counted_itself(carlos, ana):
    signed(ana, carlos, 120, "Walk")
    signed(ana, carlos, 80, "Walk")
    assert told() == [("Dr Carlos Vega", 1, 1, 100)]


def test_the_same_findings_under_other_words_are_told_apart_and_empty_ones_are_no_match(carlos, ana, ben):
    for days_ago, plan in ((30, "Walk"), (20, "Rest"), (10, "Rest")):
        signed(ana, carlos, days_ago, plan, segments=[{"segment": "L4", "side": "R"}])
    for days_ago, plan in ((8, "Walk"), (4, "Rest")):
        signed(ben, carlos, days_ago, plan)
    assert [(row.signed, len(row.alike), row.same_rows) for row in alike_notes.rows(NOW)] == [(5, 1, 1)]


def test_notes_in_error_and_drafts_are_left_out(carlos, ana):
    wrong = signed(ana, carlos, 20, "Walk")
    VisitMark.objects.create(visit=wrong, kind="entered_in_error", by=carlos, reason="Wrong patient")
    make.visit(ana, carlos.practitioner, visited_at=NOW - timedelta(days=15))
    signed(ana, carlos, 10, "Walk")
    assert told() == [("Dr Carlos Vega", 1, 0, 0)]


@pytest.mark.parametrize("rows", [1, 3])
def test_it_is_one_question_for_one_note_and_three(carlos, ana, rows, django_assert_num_queries):
    for number in range(rows):
        signed(ana, carlos, number + 1, "Walk")
    with django_assert_num_queries(1):
        assert alike_notes.rows(NOW)[0].signed == rows


@pytest.mark.parametrize(("who", "status", "links"), [("carlos", 200, 1), ("olga", 200, 0), ("tess", 403, 0)])
def test_the_page_is_for_chiropractors_and_the_clinic_admin_who_follows_no_link(
    client, request, carlos, ana, who, status, links
):
    _first, last = (signed(ana, carlos, days, "Walk", timezone.now()) for days in (9, 3))
    client.force_login(request.getfixturevalue(who))
    answer = client.get(reverse("admin:alike_notes"))
    assert (answer.status_code, answer.content.decode().count(f'href="{last.get_absolute_url()}"')) == (status, links)
    assert AuditEvent.objects.filter(action="report.read").count() == (status == 200)
    assert client.post(reverse("admin:alike_notes")).status_code == 405
