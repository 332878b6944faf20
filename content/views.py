"""The public library: nothing here depends on who looks, and only published articles exist."""

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from clinic.accounts.access import open_to_all
from content import body_map, rendering
from content.listing import for_lists, topics_with_counts
from content.models import Article, Topic
from content.search import marked, query_words, search

PAGE = 10
FIRST_AID = "when-to-get-help-now"  # the starter library's page on urgent signs


def _page(request, articles):
    return Paginator(for_lists(articles), PAGE).get_page(request.GET.get("page"))


def _shelves():
    topics = list(topics_with_counts())
    regions = [topic for topic in topics if topic.kind == Topic.Kind.REGION]
    labels, bare = body_map.place(regions)
    drawn = {label.topic.slug for label in labels}
    listed = [topic for topic in topics if topic.slug not in drawn]
    return {"topics": listed, "labels": labels, "bare": bare, "total": Article.objects.published().count()}


@require_safe
@open_to_all
def library(request):
    """The library's first page; with `?q=` what was found."""
    asked = request.GET.get("q", "").replace("\0", "").strip()[:200]
    page = _page(request, search(asked) if asked else Article.objects.published())
    if asked:
        wanted = query_words(asked)
        for found in page.object_list:
            found.marked_title, found.marked_summary = marked(found.title, wanted), marked(found.summary, wanted)
    first_aid = Article.objects.published().filter(shipped_as=FIRST_AID).only("slug", "title").first()
    return render(request, "content/list.html", {"page": page, "asked": asked, "first_aid": first_aid, **_shelves()})


@require_safe
@open_to_all
def topic(request, slug):
    """One shelf of the library, newest first."""
    shelf = get_object_or_404(topics_with_counts(), slug=slug)
    page = _page(request, Article.objects.published().filter(topics=shelf))
    return render(request, "content/topic.html", {"topic": shelf, "page": page})


@require_safe
@open_to_all
def article(request, slug):
    """One article with everything a reader needs to judge it."""
    related = Article.objects.published().only("slug", "title", "reading_minutes").order_by("title")
    rows = Article.objects.published().select_related("author", "reviewer")
    rows = rows.prefetch_related("topics", "words", "references", Prefetch("related", related, to_attr="read_next"))
    found = get_object_or_404(rows, slug=slug)
    return render(request, "content/article.html", as_read(found, found.words.all(), found.references.all()))


def as_read(article, words, references):
    """Return what the article's page shows: the text with its citations linked to the references."""
    text = rendering.render(article.body, references=len(references))
    return {"article": article, "text": text, "words": words, "references": references}
