"""Reads the starter library that ships with the app: topics, articles and exercises as text files.

Pure: no models, no queries. `manage.py load_library` turns what is read here into rows; the fingerprint tells it
whether a file changed since the last load, so that a clinic's own edits are never overwritten unseen.
"""

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

from content.library_fields import BadLibraryFile, Fields, front_matter, parse_yaml, read_text

__all__ = ["BadLibraryFile", "read_articles", "read_exercises", "read_topics"]

LIBRARY = Path(__file__).resolve().parent / "library"
TOPIC_KINDS = frozenset({"region", "muscle", "condition", "cause", "treatment", "prevention"})
EXERCISE_KINDS = frozenset({"position", "stretch", "strength", "mobility", "aerobic"})
REGIONS = frozenset({"cervical", "thoracic", "lumbar", "sacral", "pelvic", "limb"})

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CODE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?")
_DRAWING = re.compile(r"[a-z0-9-]+\.svg")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_PMC = re.compile(r"PMC\d+")


@dataclass(frozen=True, slots=True)
class TopicFile:
    """A shelf of the library."""

    slug: str
    name: str
    kind: str
    summary: str
    order: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word explained beside the article."""

    word: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """A source as printed at the foot of an article; at least one of doi, pmc, url and guideline is filled."""

    text: str
    year: int
    doi: str = ""
    pmc: str = ""
    url: str = ""
    guideline: str = ""


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """An article with its Markdown body; `hero` is a file name below static/library or empty."""

    slug: str
    title: str
    summary: str
    topics: tuple[str, ...]
    language: str
    key_points: tuple[str, ...]
    related: tuple[str, ...]
    published_on: datetime.date
    regions: tuple[str, ...]
    muscles: tuple[str, ...]
    conditions: tuple[str, ...]
    words: tuple[Word, ...]
    references: tuple[ReferenceFile, ...]
    hero: str
    body: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class ExerciseFile:
    """An exercise or position of ease with its numbered steps; `avoid_with` holds condition slugs."""

    slug: str
    title: str
    kind: str
    summary: str
    regions: tuple[str, ...]
    dose: str
    cautions: tuple[str, ...]
    avoid_with: tuple[str, ...]
    drawing: str
    body: str
    fingerprint: str


def read_topics(folder: Path = LIBRARY) -> tuple[TopicFile, ...]:
    """The topics by order, then name. Raises BadLibraryFile for a missing, broken or doubled entry."""
    path = folder / "topics.yaml"
    text, fingerprint = read_text(path)
    rows = parse_yaml(path, text)
    if not isinstance(rows, list) or not rows:
        raise BadLibraryFile(path, "must be a list of topics")
    topics = [_topic(Fields(path, row), fingerprint) for row in rows]
    slugs = [topic.slug for topic in topics]
    doubled = sorted({slug for slug in slugs if slugs.count(slug) > 1})
    if doubled:
        raise BadLibraryFile(path, f"topic {doubled[0]} stands twice")
    return tuple(sorted(topics, key=lambda topic: (topic.order, topic.name)))


def read_articles(folder: Path = LIBRARY) -> tuple[ArticleFile, ...]:
    """The articles by slug. Raises BadLibraryFile, also for an unknown topic or related article."""
    known_topics = {topic.slug for topic in read_topics(folder)}
    articles = tuple(_article(path) for path in sorted((folder / "articles").glob("*.md")))
    slugs = {article.slug for article in articles}
    for article in articles:
        path = folder / "articles" / f"{article.slug}.md"
        _all_known(path, "topics", article.topics, known_topics)
        _all_known(path, "related", article.related, slugs - {article.slug})
    return articles


def read_exercises(folder: Path = LIBRARY) -> tuple[ExerciseFile, ...]:
    """The exercises by slug. Raises BadLibraryFile."""
    return tuple(_exercise(path) for path in sorted((folder / "exercises").glob("*.md")))


def _topic(fields: Fields, fingerprint: str) -> TopicFile:
    topic = TopicFile(
        slug=fields.text("slug", _SLUG),
        name=fields.text("name"),
        kind=fields.choice("kind", TOPIC_KINDS),
        summary=fields.text("summary"),
        order=fields.number("order"),
        fingerprint=fingerprint,
    )
    fields.nothing_left()
    return topic


def _article(path: Path) -> ArticleFile:
    fields, body, fingerprint = front_matter(path)
    article = ArticleFile(
        slug=_slug_of(path),
        title=fields.text("title"),
        summary=fields.text("summary"),
        topics=fields.texts("topics", _SLUG, at_least=1),
        language=fields.text("language", _LANGUAGE),
        key_points=fields.texts("key_points", at_least=1),
        related=fields.texts("related", _SLUG),
        published_on=fields.date("published_on"),
        regions=fields.choices("regions", REGIONS),
        muscles=fields.texts("muscles", _SLUG),
        conditions=fields.texts("conditions", _CODE),
        words=fields.rows("words", _word),
        references=fields.rows("references", _reference, at_least=1),
        hero=fields.text("hero", _DRAWING, optional=True),
        body=body,
        fingerprint=fingerprint,
    )
    fields.nothing_left()
    return article


def _exercise(path: Path) -> ExerciseFile:
    fields, body, fingerprint = front_matter(path)
    exercise = ExerciseFile(
        slug=_slug_of(path),
        title=fields.text("title"),
        kind=fields.choice("kind", EXERCISE_KINDS),
        summary=fields.text("summary"),
        regions=fields.choices("regions", REGIONS),
        dose=fields.text("dose"),
        cautions=fields.texts("cautions", at_least=1),
        avoid_with=fields.texts("avoid_with", _CODE),
        drawing=fields.text("drawing", _DRAWING, optional=True),
        body=body,
        fingerprint=fingerprint,
    )
    fields.nothing_left()
    return exercise


def _word(fields: Fields) -> Word:
    return Word(word=fields.text("word"), meaning=fields.text("meaning"))


def _reference(fields: Fields) -> ReferenceFile:
    reference = ReferenceFile(
        text=fields.text("text"),
        year=fields.number("year"),
        doi=fields.text("doi", _DOI, optional=True),
        pmc=fields.text("pmc", _PMC, optional=True),
        url=fields.text("url", re.compile(r"https://\S+"), optional=True),
        guideline=fields.text("guideline", optional=True),
    )
    if not (reference.doi or reference.pmc or reference.url or reference.guideline):
        raise fields.bad("a reference needs a doi, pmc, url or guideline")
    return reference


def _slug_of(path: Path) -> str:
    if not _SLUG.fullmatch(path.stem):
        raise BadLibraryFile(path, "the file name must be a slug such as heat-or-ice.md")
    return path.stem


def _all_known(path: Path, name: str, slugs: tuple[str, ...], known: set[str]) -> None:
    for slug in slugs:
        if slug not in known:
            raise BadLibraryFile(path, f"{name}: {slug} is not known")
