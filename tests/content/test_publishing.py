"""Publishing, withdrawing and checking are deeds; the claims guard stands before the site."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from clinic.audit.models import AuditEvent
from content import publishing
from content.models import Article
from tests import make

BOAST = "An adjustment will cure your back."


def actions():
    return list(AuditEvent.objects.values_list("action", flat=True))


def test_publish_puts_a_draft_on_the_site_and_makes_it_findable(olga):
    draft = make.article(status="draft", title="Warmth")

    row = publishing.publish(draft, by=olga)

    assert (row.status, row.published_at is not None) == ("published", True)
    assert " warmth " in f"{Article.objects.get(pk=draft.pk).search_text} "
    assert actions() == ["article.published"]


@pytest.mark.parametrize("field", ["title", "summary", "body", "key_points"])
def test_publish_refuses_a_claim_and_names_the_sentence(olga, field):
    draft = make.article(status="draft", **{field: [BOAST] if field == "key_points" else BOAST})

    with pytest.raises(publishing.ClaimsRefused) as refused:
        publishing.publish(draft, by=olga)

    assert [(problem.code, problem.sentence) for problem in refused.value.problems] == [("cure", BOAST)]
    assert Article.objects.get(pk=draft.pk).status == "draft"
    assert actions() == []


def test_publish_refuses_a_claim_among_the_explained_words(olga):
    draft = make.article(status="draft")
    draft.words.create(word="Care", meaning="It is guaranteed.")

    with pytest.raises(publishing.ClaimsRefused):
        publishing.publish(draft, by=olga)


def test_a_benefit_without_a_reference_is_refused(olga):
    draft = make.article(status="draft", body="Warmth may help your back.")
    draft.references.all().delete()

    with pytest.raises(publishing.ClaimsRefused) as refused:
        publishing.publish(draft, by=olga)

    assert [problem.code for problem in refused.value.problems] == ["no-reference"]


def test_only_those_with_the_right_publish_and_withdraw(carlos, tess, rita, ana):
    draft, public = make.article("a", status="draft"), make.article("b")

    for person in (carlos, tess, rita, ana.user):
        with pytest.raises(PermissionDenied):
            publishing.publish(draft, by=person)
        with pytest.raises(PermissionDenied):
            publishing.withdraw(public, by=person)
    assert sorted(Article.objects.values_list("slug", "status")) == [("a", "draft"), ("b", "published")]


def test_withdraw_takes_off_the_site_and_publish_brings_back_under_the_first_date(olga):
    article = make.article()
    day = article.published_at

    gone = publishing.withdraw(article, by=olga)
    back = publishing.publish(article, by=olga)

    assert (gone.status, gone.withdrawn_at is not None) == ("withdrawn", True)
    assert (back.status, back.withdrawn_at, back.published_at) == ("published", None, day)
    with pytest.raises(publishing.NotPublic):
        publishing.withdraw(make.article("draft", status="draft"), by=olga)


def test_somebody_else_checks_and_the_next_check_is_within_two_years(carlos):
    row = publishing.review(make.article(), by=carlos, today=date(2026, 4, 3))

    assert (row.reviewer.user, row.reviewed_on, row.next_review_on) == (carlos, date(2026, 4, 3), date(2028, 4, 2))


def test_nobody_checks_an_article_of_their_own(carlos):
    article = make.article(author=publishing.author_of(carlos))

    with pytest.raises(publishing.OwnArticle):
        publishing.review(article, by=carlos)
    assert Article.objects.get().reviewed_on is None


def test_a_changed_text_is_no_longer_checked_and_a_changed_shelf_still_is(carlos):
    article = publishing.review(make.article(), by=carlos)

    publishing.keep(article, by=carlos, changed=["hero"])
    assert Article.objects.get().reviewer.user == carlos

    publishing.keep(article, by=carlos, changed=["body"])
    assert (Article.objects.get().reviewer, Article.objects.get().reviewed_on) == (None, None)


def test_offering_moves_a_draft_and_leaves_a_published_page_where_it_is(carlos):
    assert publishing.offer(make.article("a", status="draft"), by=carlos).status == "in_review"
    assert publishing.offer(make.article("b"), by=carlos).status == "published"
