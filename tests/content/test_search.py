"""The library is searched by words, in any spelling, and only what is published is found."""

from content.models import ArticleWord
from content.search import index, marked, query_words, search
from tests import make


def indexed(slug, **fields):
    article = make.article(slug, **fields)
    index(article)
    return article


def found(text):
    return [article.slug for article in search(text)]


def test_every_word_must_begin_a_word_of_the_article(db):
    indexed("calf", title="Night cramps in the calf", summary="Émile woke.", body="Stretch the *gastrocnemius*.")
    indexed("neck", title="When the neck locks", summary="Turn gently.", body="Warmth may help. It cramps too.")

    assert found("cramps calf") == ["calf"]
    assert found("gastroc") == ["calf"]
    assert found("emile") == found("ÉMILE") == ["calf"]
    assert found("ramps") == []
    assert found("cramp") == ["calf", "neck"]  # the title counts more than the text


def test_words_explained_topics_and_codes_are_found_too(db):
    article = make.article("bones", conditions=["spinal_stenosis"], muscles=["levator-scapulae"])
    article.topics.add(make.topic("discs", name="Discs and nerves"))
    ArticleWord.objects.create(article=article, word="Guarding", meaning="Muscle held tight.")
    index(article)

    assert found("guarding") == found("discs") == found("stenosis") == found("scapulae") == ["bones"]


def test_unpublished_articles_are_not_found(db):
    for status in ("draft", "in_review", "withdrawn"):
        indexed(f"page-{status}", status=status, title="Sciatica")
    indexed("open", title="Sciatica")

    assert found("sciatica") == ["open"]


def test_small_words_empty_searches_and_odd_characters_do_no_harm(db):
    indexed("scan", title="Do I need a scan?")

    assert found("do I need a scan") == ["scan"]
    assert query_words("do I") == ["do", "i"]
    assert found("") == found("   ") == found("%") == found("_") == []
    assert found("\0scan") == found("SCAN'--") == ["scan"]


def test_a_search_is_bounded(db):
    assert len(query_words("word " * 500)) == 8
    assert {len(word) for word in query_words("x" * 400)} == {40}


def test_hits_are_marked_and_everything_else_is_escaped():
    assert (
        marked("Crème & <b>calf</b>s", ["creme", "calf"])
        == "<mark>Crème</mark> &amp; &lt;b&gt;<mark>calf</mark>&lt;/b&gt;s"
    )
    assert marked("calf", []) == "calf"
