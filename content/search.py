"""Finding an article by words, in any spelling of accents; the same folding finds patients at the desk."""

import re

from django.db.models import BooleanField, Case, Q, Value, When
from django.utils.html import format_html, format_html_join

from content.models import Article
from content.rendering import plain
from patients.searching import words

MOST_WORDS, LONGEST_WORD = 8, 40
_FILLERS = frozenset(
    ["a", "an", "and", "do", "does", "for", "how", "i", "in", "is", "it", "my", "of", "on", "the", "to"]
)


def query_words(text):
    """Return the folded words of a search; small words say nothing unless there is nothing else."""
    found = [word[:LONGEST_WORD] for word in words(text[:200])]
    return ([word for word in found if word not in _FILLERS] or found)[:MOST_WORDS]


def search(text):
    """Return the published articles that hold every word of `text` (as the beginning of a word), titles first."""
    wanted = query_words(text)
    rows = Article.objects.published()
    if not wanted:
        return rows.none()
    for word in wanted:
        rows = rows.filter(search_text__contains=f" {word}")
    in_title = Q(*[Q(title__icontains=word) for word in wanted])
    first = Case(When(in_title, then=Value(True)), default=Value(False), output_field=BooleanField())
    return rows.annotate(in_title=first).order_by("-in_title", "-published_at", "pk")


def index(article):
    """Write anew by which words an article is found: call it after its text, words or topics were saved."""
    parts = [article.title, article.summary, *article.key_points, plain(article.body)]
    parts += [f"{topic.name} {topic.summary}" for topic in article.topics.all()]
    parts += [f"{entry.word} {entry.meaning}" for entry in article.words.all()]
    parts += [code.replace("_", " ") for code in [*article.conditions, *article.muscles]]
    found = dict.fromkeys(word for part in parts for word in words(part))
    article.search_text = " " + " ".join(found)
    Article.objects.filter(pk=article.pk).update(search_text=article.search_text)


def marked(text, wanted):
    """Return `text` as HTML with the words that begin with one of `wanted` marked."""

    def piece(word):
        folded = "".join(words(word))
        hit = bool(folded) and any(folded.startswith(start) for start in wanted)
        return format_html("<mark>{}</mark>", word) if hit else word

    return format_html_join("", "{}", ((piece(word),) for word in re.split(r"(\w+)", text)))
