"""The starter library comes in once, follows newer files, and never overwrites what a clinic has made its own."""

import shutil
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from clinic.audit.models import AuditEvent
from content import library_files
from content.loading import EDITORS, load
from content.models import Article, Exercise, Topic
from tests import make

ONE = "heat-or-ice"


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(library_files.LIBRARY, tmp_path / "library")


def counts(done):
    return {kind: dict(states) for kind, states in done.items()}


def edit(folder, old, new, name=f"articles/{ONE}.md"):
    path = folder / name
    text = path.read_text()
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new))


def test_loading_creates_everything_and_a_second_run_changes_nothing(db):
    topics, articles = len(library_files.read_topics()), len(library_files.read_articles())
    exercises = len(library_files.read_exercises())

    first, second = load(), load()

    assert counts(first) == {
        "topics": {"created": topics},
        "articles": {"created": articles},
        "exercises": {"created": exercises},
    }
    assert counts(second) == {
        "topics": {"kept": topics},
        "articles": {"unchanged": articles},
        "exercises": {"unchanged": exercises},
    }
    assert (Topic.objects.count(), Article.objects.count(), Exercise.objects.count()) == (topics, articles, exercises)
    assert AuditEvent.objects.filter(action="library.loaded").count() == 1


def test_a_loaded_article_is_published_by_the_editors_and_checked_by_nobody(db):
    load()
    file = next(file for file in library_files.read_articles() if file.slug == ONE)
    row = Article.objects.get(slug=ONE)

    assert (row.status, row.author.name, row.author.user, row.reviewer, row.reviewed_on) == (
        "published",
        EDITORS,
        None,
        None,
        None,
    )
    assert row.body == file.body
    assert [reference.text for reference in row.references.all()] == [reference.text for reference in file.references]
    assert {word.word for word in row.words.all()} == {word.word for word in file.words}
    assert {topic.slug for topic in row.topics.all()} == set(file.topics)
    assert {other.slug for other in row.related.all()} == set(file.related)


def test_every_loaded_row_is_valid_on_any_database(db):
    load()

    for row in [*Article.objects.all(), *Exercise.objects.all(), *Topic.objects.all()]:
        row.full_clean()
    for article in Article.objects.all():
        for part in [*article.references.all(), *article.words.all()]:
            part.full_clean()


def test_a_newer_file_replaces_a_row_the_clinic_has_not_touched(db, folder):
    load(folder)
    edit(folder, "title: ", "title: Once more ")

    assert counts(load(folder))["articles"]["updated"] == 1
    assert Article.objects.get(slug=ONE).title.startswith("Once more ")
    assert counts(load(folder))["articles"] == {"unchanged": Article.objects.count()}


@pytest.mark.parametrize("change", ["body", "word", "reference", "related", "topic", "author"])
def test_what_the_clinic_has_changed_stays_as_the_clinic_wrote_it(db, folder, change):
    load(folder)
    row = Article.objects.get(slug=ONE)
    if change == "body":
        Article.objects.filter(pk=row.pk).update(body="Our own words.")
    elif change == "word":
        row.words.create(word="Own", meaning="Ours.")
    elif change == "reference":
        row.references.first().delete()
    elif change == "related":
        row.related.clear()
    elif change == "topic":
        row.topics.add(make.topic("our-shelf"))
    else:
        Article.objects.filter(pk=row.pk).update(author=make.author("Dr Own"))
    before = Article.objects.filter(pk=row.pk).values().get()
    edit(folder, "title: ", "title: Once more ")

    assert counts(load(folder))["articles"]["kept"] == 1
    assert Article.objects.filter(pk=row.pk).values().get() == before
    assert row.related.exists() == (change != "related")
    assert row.words.filter(word="Own").exists() == (change == "word")


def test_an_article_the_clinic_has_checked_or_withdrawn_stays_so(db, folder):
    load(folder)
    checked, withdrawn = Article.objects.get(slug=ONE), Article.objects.get(slug="neck-spasm")
    checked.reviewer, checked.reviewed_on = make.author("Dr Second"), timezone.localdate()
    checked.save()
    Article.objects.filter(pk=withdrawn.pk).update(status="withdrawn")
    edit(folder, "title: ", "title: Once more ")
    edit(folder, "title: ", "title: Once more ", "articles/neck-spasm.md")

    load(folder)

    assert Article.objects.get(slug=ONE).title == checked.title
    assert Article.objects.get(slug="neck-spasm").status == "withdrawn"


def test_a_page_of_the_clinic_under_the_same_address_is_left_alone(db):
    own = make.article(ONE)

    done = load()

    assert counts(done)["articles"]["kept"] == 1
    assert Article.objects.get(slug=ONE).title == own.title
    assert Article.objects.filter(shipped_as=ONE).count() == 0


def test_an_exercise_the_clinic_has_changed_stays(db, folder):
    load(folder)
    Exercise.objects.filter(slug="bird-dog").update(dose="Once a week.")
    edit(folder, "title: ", "title: ", "exercises/bird-dog.md")

    assert counts(load(folder))["exercises"]["kept"] == 1
    assert Exercise.objects.get(slug="bird-dog").dose == "Once a week."


def test_a_broken_file_loads_nothing_and_names_itself(db, folder, monkeypatch):
    edit(folder, "language: en", "language: english")

    with pytest.raises(library_files.BadLibraryFile, match=r"heat-or-ice\.md"):
        load(folder)
    assert (Topic.objects.count(), Article.objects.count()) == (0, 0)


def test_the_command_tells_what_it_did(db):
    out = StringIO()
    call_command("load_library", stdout=out)

    assert out.getvalue().splitlines()[0] == f"topics: {Topic.objects.count()} created, 0 updated, 0 unchanged, 0 kept"


def test_the_command_refuses_a_broken_file_in_words(db, monkeypatch):
    def broken():
        raise library_files.BadLibraryFile(library_files.LIBRARY / "x.md", "has no title")

    monkeypatch.setattr("content.management.commands.load_library.load", broken)

    with pytest.raises(CommandError, match=r"^x\.md: has no title$"):
        call_command("load_library")
