"""Turns the starter library's files into rows, again and again, without ever overwriting what a clinic changed.

A row remembers (`shipped_fingerprint`) what it looked like when it was shipped. As long as it still looks so, a newer
file replaces it; once the clinic has changed or checked it, it is the clinic's.
"""

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime, time

from django.db import transaction
from django.utils import timezone

from clinic.audit.recording import record
from content import library_files, search
from content.models import Article, ArticleWord, Author, Exercise, Reference, Topic
from content.rendering import reading_minutes

EDITORS = "Vertebra editors"
CREATED, UPDATED, UNCHANGED, KEPT = "created", "updated", "unchanged", "kept"
_ARTICLE = ("title", "summary", "body", "hero", "language", "key_points", "regions", "muscles", "conditions")
_EXERCISE = ("title", "kind", "summary", "body", "dose", "cautions", "avoid_with", "regions", "drawing")


@transaction.atomic
def load(folder=library_files.LIBRARY, *, now=None):
    """Load all files and return {kind: Counter of created, updated, unchanged, kept}.

    Raises `BadLibraryFile` before anything is written. Loaded articles are published but checked by nobody here.
    """
    now = now or timezone.now()
    topics, articles = library_files.read_topics(folder), library_files.read_articles(folder)
    exercises = library_files.read_exercises(folder)
    editors = Author.objects.get_or_create(name=EDITORS, defaults={"about": "Texts that come with the application."})[0]
    shelves = Counter(_load_topic(file) for file in topics)
    states = {file: _load_article(file, editors, now) for file in articles}
    for file, state in states.items():
        if state in (CREATED, UPDATED):  # only now are all rows there to point at
            row = Article.objects.get(shipped_as=file.slug)
            row.related.set(Article.objects.filter(slug__in=file.related))
    drawn = Counter(_load_exercise(file) for file in exercises)
    done = {"topics": shelves, "articles": Counter(states.values()), "exercises": drawn}
    if any(counts[CREATED] + counts[UPDATED] for counts in done.values()):
        record("library.loaded", **{kind: dict(counts) for kind, counts in done.items()})
    return done


def _digest(looks):
    return hashlib.sha256(json.dumps(looks, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _plain(value):
    return list(value) if isinstance(value, tuple) else value


def _load_topic(file):
    fields = {"name": file.name, "kind": file.kind, "summary": file.summary, "order": file.order}
    _topic, created = Topic.objects.get_or_create(slug=file.slug, defaults=fields)
    return CREATED if created else KEPT


def _reference(file):
    url = file.url or (f"https://pmc.ncbi.nlm.nih.gov/articles/{file.pmc}/" if file.pmc else "")
    return {"text": file.text, "year": file.year, "doi": file.doi, "url": url, "guideline": file.guideline}


def _looks_of_file(file):
    looks = {name: _plain(getattr(file, name)) for name in _ARTICLE}
    looks["topics"] = sorted(file.topics)
    looks["words"] = sorted([word.word, word.meaning] for word in file.words)
    looks["references"] = [list(_reference(entry).values()) for entry in file.references]
    looks["related"] = sorted(file.related)
    looks["author"] = EDITORS
    return looks


def _looks_of_row(row):
    looks = {name: getattr(row, name) for name in _ARTICLE}
    looks["topics"] = sorted(row.topics.values_list("slug", flat=True))
    looks["words"] = sorted([word.word, word.meaning] for word in row.words.all())
    looks["references"] = [[r.text, r.year, r.doi, r.url, r.guideline] for r in row.references.all()]
    looks["related"] = sorted(other.shipped_as or other.slug for other in row.related.all())
    looks["author"] = row.author.name
    return looks


def _load_article(file, editors, now):
    row = Article.objects.filter(shipped_as=file.slug).first()
    new = _digest(_looks_of_file(file))
    if row is None and Article.objects.filter(slug=file.slug).exists():
        return KEPT  # the clinic has a page of its own under this address
    if row is not None:
        if row.reviewed_on or _digest(_looks_of_row(row)) != row.shipped_fingerprint:
            return KEPT
        if row.shipped_fingerprint == new:
            return UNCHANGED
    state = UPDATED if row else CREATED
    row = row or _new_article(file, editors, now)
    _fill(row, file, new)
    return state


def _new_article(file, editors, now):
    day = datetime.combine(file.published_on, time(12), tzinfo=UTC)
    row = Article(slug=file.slug, shipped_as=file.slug, author=editors)
    row.status, row.published_at = Article.Status.PUBLISHED, min(day, now)
    return row


def _fill(row, file, fingerprint):
    for name in _ARTICLE:
        setattr(row, name, _plain(getattr(file, name)))
    row.reading_minutes, row.shipped_fingerprint = reading_minutes(file.body), fingerprint
    row.save()
    row.topics.set(Topic.objects.filter(slug__in=file.topics))
    row.words.all().delete()
    ArticleWord.objects.bulk_create(ArticleWord(article=row, word=w.word, meaning=w.meaning) for w in file.words)
    row.references.all().delete()
    Reference.objects.bulk_create(
        Reference(article=row, position=n, **_reference(entry)) for n, entry in enumerate(file.references, start=1)
    )
    search.index(row)


def _load_exercise(file):
    looks = {name: _plain(getattr(file, name)) for name in _EXERCISE}
    row, new = Exercise.objects.filter(shipped_as=file.slug).first(), _digest(looks)
    if row is None and Exercise.objects.filter(slug=file.slug).exists():
        return KEPT
    if row is not None:
        if _digest({name: getattr(row, name) for name in _EXERCISE}) != row.shipped_fingerprint:
            return KEPT
        if row.shipped_fingerprint == new:
            return UNCHANGED
    state = UPDATED if row else CREATED
    row = row or Exercise(slug=file.slug, shipped_as=file.slug)
    for name, value in looks.items():
        setattr(row, name, value)
    row.shipped_fingerprint = new
    row.save()
    return state
