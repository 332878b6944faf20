"""Giving an article and noting that it was read: happy, refused, rolled back, and twice at once."""

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.audit.models import AuditEvent
from clinic.messaging.models import Message
from content import assigning
from content.models import Article, Assignment
from tests import make
from tests.clinic.scheduling.test_booking_race import all_at_once

WHY = "This is the guarding we talked about."


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def give(to, by, article=None, because=WHY):
    return assigning.assign(article=article or make.article(), patient=to, by=by, because=because)


def test_an_article_is_given_with_its_reason_and_told_by_mail_without_a_clinical_word(ana, carlos):
    ana.email = "ana@example.org"
    given = give(ana, carlos)
    mail = Message.objects.get()
    assert (given.because, given.assigned_by, mail.to, actions()) == (WHY, carlos, ana.email, ["article.assigned"])
    assert [word for word in ("guarding", "spasm", "muscle") if word in (mail.subject + mail.text).lower()] == []


def test_an_article_given_twice_unread_is_one_and_after_reading_it_can_be_given_again(ana, carlos):
    article = make.article()
    first, second = (give(ana, carlos, article) for _ in range(2))
    assigning.note_reading(first, by=ana.user)
    third = give(ana, carlos, article, because="Once more")
    assert (first == second, third == first, Assignment.objects.count()) == (True, False, 2)
    assert actions() == ["article.assigned", "article.read", "article.assigned"]


def test_only_a_chiropractor_gives_an_article(ana, tess, rita, olga):
    article = make.article()
    for nobody in (tess, rita, olga, ana.user):
        with pytest.raises(PermissionDenied):
            give(ana, nobody, article)
    assert Assignment.objects.count() == 0


@pytest.mark.parametrize("status", ["draft", "in_review", "withdrawn"])
def test_what_is_not_on_the_site_is_not_given_whatever_the_copy_in_hand_says(ana, carlos, status):
    article = make.article()
    Article.objects.update(status=status)
    with pytest.raises(assigning.NotPublished):
        give(ana, carlos, article)
    assert (Assignment.objects.count(), Message.objects.count()) == (0, 0)


def test_what_is_given_and_not_in_the_log_was_not_given(ana, carlos, monkeypatch):
    ana.email = "ana@example.org"
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        give(ana, carlos)
    assert (Assignment.objects.count(), Message.objects.count()) == (0, 0)


def test_the_first_reading_stays_and_the_last_moves(ana):
    given = make.assignment(ana, assigned_at=timezone.datetime(2027, 1, 1, tzinfo=timezone.get_default_timezone()))
    for day in (2, 5):
        with time_machine.travel(f"2027-01-0{day}T12:00:00+00:00", tick=False):
            row = assigning.note_reading(given, by=ana.user)
    assert (row.first_read_at.day, row.last_read_at.day, actions()) == (2, 5, ["article.read"])


def test_a_reading_that_is_not_in_the_log_is_not_kept(ana, monkeypatch):
    given = make.assignment(ana)
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        assigning.note_reading(given, by=ana.user)
    assert Assignment.objects.get().first_read_at is None


@pytest.mark.django_db(transaction=True)
def test_eight_who_give_and_eight_who_read_at_once_leave_one_row_and_one_line_each():
    make.clinic()
    ana, carlos = make.patient_with_account("Ana"), make.user("c@example.org", Role.CHIROPRACTOR)
    article = make.article()
    given = all_at_once([lambda: give(ana, carlos, article)] * 8)
    all_at_once([lambda: assigning.note_reading(given[0], by=ana.user)] * 8)
    assert (len({row.pk for row in given}), actions()) == (1, ["article.assigned", "article.read"])
