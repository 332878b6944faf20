"""What happens to an article: saved, sent for review, checked by another person, published, withdrawn."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import can, require
from clinic.audit.recording import record
from content import claims, search
from content.models import Article, Author
from content.rendering import reading_minutes

REVIEW_LASTS = timedelta(days=730)  # what the library says of itself: looked at again within two years
TEXT = frozenset({"title", "summary", "key_points", "body"})


class ClaimsRefused(Exception):
    """Sentences a clinic may not print; `problems` names each with what to do."""

    def __init__(self, problems):
        super().__init__("; ".join(problem.sentence for problem in problems))
        self.problems = list(problems)


class OwnArticle(Exception):
    """Nobody checks an article of their own."""


class NotPublic(Exception):
    """Only a published article can be withdrawn."""


def text_to_check(article):
    """Return everything a reader of the article will see, as one Markdown text."""
    words = [f"{entry.word}: {entry.meaning}" for entry in article.words.all()] if article.pk else []
    return "\n\n".join([article.title, article.summary, *article.key_points, article.body, *words])


def author_of(user):
    """Return the author this account writes as, made on first use."""
    known = Author.objects.filter(user=user).first()
    return known or Author.objects.get_or_create(name=user.display_name, defaults={"user": user})[0]


def _lock(article):
    return Article.objects.select_for_update(no_key=True, of=("self",)).get(pk=article.pk)


@transaction.atomic
def keep(article, *, by, changed):
    """Save an article; `changed` names the fields. A changed text is no longer checked by anybody."""
    require(by, "article.change" if article.pk else "article.add")
    if not can(by, "article.publish") and article._state.adding:
        article.author = author_of(by)
    article.reading_minutes = reading_minutes(article.body)
    if TEXT & set(changed):
        article.reviewer = article.reviewed_on = article.next_review_on = None
    article.save()
    record("article.saved", article, by=by, changed=sorted(changed))


@transaction.atomic
def offer(article, *, by):
    """Ask for somebody else's eyes: a draft becomes "in review"; any other status stays."""
    require(by, "article.change")
    row = _lock(article)
    if row.status in {Article.Status.DRAFT, Article.Status.WITHDRAWN}:
        row.status = Article.Status.IN_REVIEW
        row.save(update_fields=["status"])
        record("article.offered", row, by=by)
    return row


@transaction.atomic
def review(article, *, by, today=None):
    """Note that `by` checked the article today and return it. Raises `OwnArticle` for one's own."""
    require(by, "article.change")
    row, reviewer = _lock(article), author_of(by)
    if row.author_id == reviewer.pk:
        raise OwnArticle
    row.reviewer, row.reviewed_on = reviewer, today or timezone.localdate()
    row.next_review_on = row.reviewed_on + REVIEW_LASTS
    row.save(update_fields=["reviewer", "reviewed_on", "next_review_on"])
    record("article.reviewed", row, by=by)
    return row


@transaction.atomic
def publish(article, *, by, now=None):
    """Put an article on the site and return it. Raises `ClaimsRefused` with the sentences that must change first."""
    require(by, "article.publish")
    row = _lock(article)
    problems = claims.check(text_to_check(row), references=row.references.count())
    if problems:
        raise ClaimsRefused(problems)
    if row.status != Article.Status.PUBLISHED:
        row.status, row.withdrawn_at = Article.Status.PUBLISHED, None
        row.published_at = row.published_at or now or timezone.now()
        row.save(update_fields=["status", "published_at", "withdrawn_at"])
        search.index(row)
        record("article.published", row, by=by)
    return row


@transaction.atomic
def withdraw(article, *, by, now=None):
    """Take an article off the site and return it. Raises `NotPublic` when it is not on the site."""
    require(by, "article.publish")
    row = _lock(article)
    if row.status != Article.Status.PUBLISHED:
        raise NotPublic
    row.status, row.withdrawn_at = Article.Status.WITHDRAWN, now or timezone.now()
    row.save(update_fields=["status", "withdrawn_at"])
    record("article.withdrawn", row, by=by)
    return row
