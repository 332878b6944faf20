"""The articles, exercises and drawings that ship with the app."""

import csv
import datetime
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from content.claims import check
from content.library_files import ArticleFile, ExerciseFile, read_articles, read_exercises, read_topics
from tests.content.reading_grade import grade, prose, syllables

ROOT = Path(__file__).resolve().parents[2]
DRAWINGS = ROOT / "static" / "library"
ARTICLES = read_articles()
EXERCISES = read_exercises()

each_article = pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.slug)
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.slug)

with (ROOT / "patients" / "data" / "conditions.csv").open(newline="", encoding="utf-8") as vocabulary:
    KNOWN_CONDITIONS = {row["slug"] for row in csv.DictReader(vocabulary)}


def whole_text(article: ArticleFile) -> str:
    words = [f"{word.word}. {word.meaning}" for word in article.words]
    return "\n\n".join([article.title, article.summary, *article.key_points, *words, article.body])


def test_the_library_has_thirteen_articles_eight_exercises_and_twelve_topics() -> None:
    assert (len(ARTICLES), len(EXERCISES), len(read_topics())) == (13, 8, 12)


@each_article
def test_an_article_reads_at_grade_eight_or_below(article: ArticleFile, monkeypatch: pytest.MonkeyPatch) -> None:
    assert grade(article.body, monkeypatch) <= 8.0


@each_exercise
def test_an_exercise_reads_at_grade_eight_or_below(exercise: ExerciseFile, monkeypatch: pytest.MonkeyPatch) -> None:
    assert grade(exercise.body, monkeypatch) <= 8.0


def test_the_grade_is_high_for_hard_prose(monkeypatch: pytest.MonkeyPatch) -> None:
    hard = "Vertebrobasilar insufficiency necessitates immediate multidisciplinary neurological evaluation."
    assert grade(hard, monkeypatch) > 8.0


def test_grade_reads_only_running_text() -> None:
    body = "## Heading\n\n| a | b |\n- One **two** [1, 2].\n> [!note]\n> Three."
    assert prose(body).split() == ["One", "two.", "Three."]
    assert [syllables(word) for word in ("spine", "muscle", "walked", "rested", "the", "area")] == [1, 2, 1, 2, 1, 2]


@each_article
def test_the_claims_guard_finds_nothing_in_an_article(article: ArticleFile) -> None:
    assert check(whole_text(article), references=len(article.references)) == []


@each_exercise
def test_the_claims_guard_finds_nothing_in_an_exercise_that_has_no_reference(exercise: ExerciseFile) -> None:
    text = "\n\n".join([exercise.title, exercise.summary, exercise.dose, *exercise.cautions, exercise.body])
    assert check(text, references=0) == []


@each_article
def test_every_reference_is_cited_and_every_number_has_a_reference(article: ArticleFile) -> None:
    cited = {int(number) for group in re.findall(r"\[([\d, ]+)\]", article.body) for number in group.split(",")}
    assert cited == set(range(1, len(article.references) + 1))


@each_article
def test_an_article_names_three_to_five_key_points_and_one_callout(article: ArticleFile) -> None:
    assert len(article.key_points) in (3, 4, 5)
    assert len(re.findall(r"^> \[!(?:urgent|note)\]$", article.body, re.MULTILINE)) == 1


@each_article
def test_an_article_was_published_between_january_and_november_10_2026(article: ArticleFile) -> None:
    assert datetime.date(2026, 1, 1) <= article.published_on <= datetime.date(2026, 11, 10)


def test_no_two_articles_share_a_date() -> None:
    assert len({article.published_on for article in ARTICLES}) == len(ARTICLES)


def test_every_topic_has_an_article() -> None:
    assert {topic for article in ARTICLES for topic in article.topics} == {topic.slug for topic in read_topics()}


@each_article
def test_the_conditions_of_an_article_are_in_the_safety_vocabulary(article: ArticleFile) -> None:
    assert set(article.conditions) - KNOWN_CONDITIONS == set()


@each_exercise
def test_the_conditions_to_avoid_are_in_the_safety_vocabulary(exercise: ExerciseFile) -> None:
    assert set(exercise.avoid_with) - KNOWN_CONDITIONS == set()


@each_exercise
def test_the_steps_of_an_exercise_are_numbered_from_one(exercise: ExerciseFile) -> None:
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", exercise.body, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 5


def test_every_named_drawing_is_there_and_every_drawing_is_named() -> None:
    named = {article.hero for article in ARTICLES} | {exercise.drawing for exercise in EXERCISES}
    assert named - {""} == {path.name for path in DRAWINGS.glob("*.svg")}


@pytest.mark.parametrize("path", sorted(DRAWINGS.glob("*.svg")), ids=lambda path: path.stem)
def test_a_drawing_is_plain_svg_without_script_style_or_foreign_address(path: Path) -> None:
    root = ElementTree.fromstring(path.read_text())
    tags = {element.tag.removeprefix("{http://www.w3.org/2000/svg}") for element in root.iter()}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert tags - {"svg", "g", "path", "circle", "ellipse", "rect"} == set()
    assert [name for name in sorted(attributes) if name.startswith("on") or name in ("style", "class")] == []
    assert [name for name in sorted(attributes) if "href" in name] == []
    assert root.get("viewBox") == ("0 0 360 170" if path.stem.startswith("hero-") else "0 0 320 200")
