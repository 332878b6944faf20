"""Articles and shelves as lists show them."""

from django.db.models import Count, Q

from content.models import Article, Topic


def for_lists(articles):
    """Return articles with what a list shows of them, the text itself left out."""
    return articles.select_related("author", "reviewer").prefetch_related("topics").defer("body", "search_text")


def topics_with_counts():
    """Return the shelves that hold something, each with its number of published articles in `.count`."""
    published = Q(articles__status=Article.Status.PUBLISHED)
    return (
        Topic.objects.annotate(count=Count("articles", filter=published)).filter(count__gt=0).order_by("order", "name")
    )
