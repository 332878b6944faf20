"""The reader of library files: what it gives and what it refuses, always by file name."""

import datetime
import hashlib
from pathlib import Path

import pytest

from content.library_files import (
    ArticleFile,
    BadLibraryFile,
    ExerciseFile,
    ReferenceFile,
    TopicFile,
    Word,
    read_articles,
    read_exercises,
    read_topics,
)

TOPICS = """
- {slug: neck, name: Neck, kind: region, summary: The neck., order: 2}
- {slug: spasm, name: Spasm, kind: muscle, summary: Tight muscle., order: 1}
"""
ARTICLE = """---
title: Heat
summary: Warmth for the back.
topics: [neck]
language: en
key_points: [Keep it short.]
related: []
published_on: 2026-03-24
regions: [cervical]
muscles: [trapezius]
conditions: [impaired_sensation]
words: [{word: Disc, meaning: A cushion.}]
references: [{text: A study., year: 2020, doi: 10.1000/abc}]
hero: hero-heat.svg
---

## Warm

Body.
"""
EXERCISE = """---
title: Tilt
kind: mobility
summary: Rocking.
regions: [lumbar]
dose: 10 times
cautions: [Stop when it hurts.]
avoid_with: [fracture_recent]
drawing: tilt.svg
---
1. Lie down.
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    for name in ("articles", "exercises"):
        (tmp_path / name).mkdir()
    (tmp_path / "topics.yaml").write_text(TOPICS)
    (tmp_path / "articles" / "heat.md").write_text(ARTICLE)
    (tmp_path / "exercises" / "tilt.md").write_text(EXERCISE)
    return tmp_path


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_topics_come_in_order(library: Path) -> None:
    assert read_topics(library) == (
        TopicFile("spasm", "Spasm", "muscle", "Tight muscle.", 1, sha(TOPICS)),
        TopicFile("neck", "Neck", "region", "The neck.", 2, sha(TOPICS)),
    )


def test_an_article_is_read_whole(library: Path) -> None:
    assert read_articles(library) == (
        ArticleFile(
            slug="heat",
            title="Heat",
            summary="Warmth for the back.",
            topics=("neck",),
            language="en",
            key_points=("Keep it short.",),
            related=(),
            published_on=datetime.date(2026, 3, 24),
            regions=("cervical",),
            muscles=("trapezius",),
            conditions=("impaired_sensation",),
            words=(Word("Disc", "A cushion."),),
            references=(ReferenceFile(text="A study.", year=2020, doi="10.1000/abc"),),
            hero="hero-heat.svg",
            body="## Warm\n\nBody.",
            fingerprint=sha(ARTICLE),
        ),
    )


def test_an_exercise_is_read_whole(library: Path) -> None:
    assert read_exercises(library) == (
        ExerciseFile(
            slug="tilt",
            title="Tilt",
            kind="mobility",
            summary="Rocking.",
            regions=("lumbar",),
            dose="10 times",
            cautions=("Stop when it hurts.",),
            avoid_with=("fracture_recent",),
            drawing="tilt.svg",
            body="1. Lie down.",
            fingerprint=sha(EXERCISE),
        ),
    )


def test_the_fingerprint_follows_the_file_and_windows_line_ends_are_read(library: Path) -> None:
    windows = ARTICLE.replace("\n", "\r\n")
    (library / "articles" / "heat.md").write_bytes(windows.encode())
    [article] = read_articles(library)
    assert (article.body, article.fingerprint) == ("## Warm\n\nBody.", sha(windows))


def test_hero_and_drawing_may_be_missing_or_empty(library: Path) -> None:
    (library / "articles" / "heat.md").write_text(ARTICLE.replace("hero: hero-heat.svg\n", ""))
    (library / "exercises" / "tilt.md").write_text(EXERCISE.replace("tilt.svg", '""'))
    assert (read_articles(library)[0].hero, read_exercises(library)[0].drawing) == ("", "")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("---\ntitle", "title", "heat.md: must start with front matter between --- lines"),
        ("## Warm\n\nBody.\n", "", "heat.md: has no text below the front matter"),
        ("title: Heat", "title: [Heat", "heat.md: is not valid YAML near line 2"),
        ("title: Heat\n", "", "heat.md: title must be text"),
        ("title: Heat", 'title: " "', "heat.md: title must be text"),
        ("title: Heat", "titel: Heat\ntitle: Heat", "heat.md: titel is not a field"),
        ("topics: [neck]", "topics: []", "heat.md: topics needs at least 1"),
        ("topics: [neck]", "topics: neck", "heat.md: topics must be a list"),
        ("topics: [neck]", "topics: [knee]", "heat.md: topics: knee is not known"),
        ("topics: [neck]", "topics: [Neck]", "heat.md: topics: Neck has the wrong form"),
        ("related: []", "related: [ice]", "heat.md: related: ice is not known"),
        ("related: []", "related: [heat]", "heat.md: related: heat is not known"),
        ("language: en", "language: English", "heat.md: language: English has the wrong form"),
        ("2026-03-24", "soon", "heat.md: published_on must be a date such as 2026-04-07"),
        ("2026-03-24", "2026-02-30", "heat.md: is not valid YAML"),
        ("2026-03-24", "2026-03-24 10:00:00", "heat.md: published_on must be a date such as 2026-04-07"),
        (
            "[cervical]",
            "[neck]",
            "heat.md: regions: neck is not one of cervical, limb, lumbar, pelvic, sacral, thoracic",
        ),
        ("[impaired_sensation]", "[numb skin]", "heat.md: conditions: numb skin has the wrong form"),
        ("meaning: A cushion.", "sense: A cushion.", "heat.md: meaning must be text"),
        ("[{word: Disc, meaning: A cushion.}]", "[Disc]", "heat.md: must hold fields, one per line"),
        ("[{text: A study., year: 2020, doi: 10.1000/abc}]", "[]", "heat.md: references needs at least 1"),
        (", doi: 10.1000/abc", "", "heat.md: a reference needs a doi, pmc, url or guideline"),
        ("10.1000/abc", "doi.org/10.1000/abc", "heat.md: doi: doi.org/10.1000/abc has the wrong form"),
        ("doi: 10.1000/abc", "pmc: 123x", "heat.md: pmc: 123x has the wrong form"),
        ("doi: 10.1000/abc", "url: http://example.org/", "heat.md: url: http://example.org/ has the wrong form"),
        ("year: 2020", "year: last", "heat.md: year must be a whole number"),
        ("hero-heat.svg", "../heat.svg", "heat.md: hero: ../heat.svg has the wrong form"),
    ],
)
def test_a_bad_article_is_refused_by_name(library: Path, old: str, new: str, message: str) -> None:
    assert old in ARTICLE
    (library / "articles" / "heat.md").write_text(ARTICLE.replace(old, new, 1))
    with pytest.raises(BadLibraryFile) as refused:
        read_articles(library)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "kind: mobility",
            "kind: dance",
            "tilt.md: kind: dance is not one of aerobic, mobility, position, strength, stretch",
        ),
        ("[Stop when it hurts.]", "[]", "tilt.md: cautions needs at least 1"),
        ("dose: 10 times", "dose: 10", "tilt.md: dose must be text"),
    ],
)
def test_a_bad_exercise_is_refused_by_name(library: Path, old: str, new: str, message: str) -> None:
    (library / "exercises" / "tilt.md").write_text(EXERCISE.replace(old, new, 1))
    with pytest.raises(BadLibraryFile) as refused:
        read_exercises(library)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "topics.yaml: must be a list of topics"),
        ("slug: neck", "topics.yaml: must be a list of topics"),
        (TOPICS.replace("spasm", "neck"), "topics.yaml: topic neck stands twice"),
        (TOPICS.replace("order: 1", "order: -1"), "topics.yaml: order must be a whole number"),
        (TOPICS.replace("order: 1", "order: true"), "topics.yaml: order must be a whole number"),
        (
            TOPICS.replace("kind: muscle", "kind: bone"),
            "topics.yaml: kind: bone is not one of cause, condition, muscle, prevention, region, treatment",
        ),
    ],
)
def test_bad_topics_are_refused(library: Path, text: str, message: str) -> None:
    (library / "topics.yaml").write_text(text)
    with pytest.raises(BadLibraryFile) as refused:
        read_topics(library)
    assert str(refused.value) == message


def test_a_missing_file_and_a_file_that_is_not_text_are_refused(library: Path) -> None:
    (library / "articles" / "heat.md").write_bytes(b"---\n\xff\xfe")
    with pytest.raises(BadLibraryFile) as refused:
        read_articles(library)
    assert (str(refused.value), refused.value.path.name) == ("heat.md: is not UTF-8 text", "heat.md")
    (library / "topics.yaml").unlink()
    with pytest.raises(BadLibraryFile) as refused:
        read_topics(library)
    assert str(refused.value) == "topics.yaml: cannot be read"


def test_a_file_name_that_is_no_slug_is_refused(library: Path) -> None:
    (library / "articles" / "heat.md").rename(library / "articles" / "Heat Pack.md")
    with pytest.raises(BadLibraryFile) as refused:
        read_articles(library)
    assert refused.value.problem == "the file name must be a slug such as heat-or-ice.md"
