"""The public library."""

import pytest
from django.urls import reverse

from content import search
from content.loading import load
from tests import make

UNPUBLISHED = ("draft", "in_review", "withdrawn")


def page(client, url, status=200, **data):
    response = client.get(url, data)
    assert response.status_code == status
    return response.content.decode()


def article(slug, **fields):
    made = make.article(slug, **fields)
    search.index(made)
    return made


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_whatever_it_holds(client, clinic, number, django_assert_num_queries):
    for n in range(number):
        article(f"page-{n}")

    with django_assert_num_queries(8):
        body = page(client, reverse("library:list"))
    assert body.count('<article class="post">') == number


@pytest.mark.parametrize("number", [1, 3])
def test_a_shelf_and_a_search_cost_the_same_whatever_they_hold(client, clinic, number, django_assert_num_queries):
    for n in range(number):
        article(f"page-{n}")

    with django_assert_num_queries(6):
        assert page(client, "/library/topic/muscle-spasm/").count('<article class="post">') == number
    with django_assert_num_queries(8):
        assert page(client, "/library/", q="page").count('<article class="post">') == number


def test_an_article_costs_the_same_whatever_hangs_on_it(client, clinic, django_assert_num_queries):
    bare, rich = article("bare"), article("rich", author=make.author("Dr Other"))
    for n in range(3):
        rich.references.create(text=f"Study {n}", doi=f"10.1000/{n}", position=n)
        rich.words.create(word=f"Word {n}", meaning="x")
        rich.related.add(article(f"next-{n}"))

    for one in (bare, rich):
        with django_assert_num_queries(7):
            page(client, one.get_absolute_url())


def test_the_list_is_paged_and_odd_page_numbers_are_answered(client, clinic):
    for n in range(12):
        article(f"page-{n:02}")

    assert page(client, "/library/").count('<article class="post">') == 10
    assert page(client, "/library/", page="2").count('<article class="post">') == 2
    for odd in ("0", "-1", "99999999999999999999", "x", "", "２"):
        assert "Understand your back" in page(client, "/library/", page=odd)


def test_search_marks_words_says_how_many_and_helps_when_there_is_nothing(client, clinic):
    article("calf", title="Cramps in the calf", summary="A <calf> at night.")
    article("neck", title="The neck")

    body = page(client, "/library/", q="CALF")
    assert body.count('<article class="post">') == 1
    assert "1 article for “CALF”" in body
    assert "Cramps in the <mark>calf</mark>" in body
    assert "A &lt;<mark>calf</mark>&gt; at night." in body
    nothing = page(client, "/library/", q="<script>")
    assert (nothing.count("<script>"), nothing.count("No article holds all of these words.")) == (0, 1)


@pytest.mark.parametrize("status", UNPUBLISHED)
def test_unpublished_articles_are_nowhere(client, clinic, olga, status):
    """T009"""
    article("open", title="Open page")
    hidden = article("hidden", status=status, title="Zanzibar page", summary="Zanzibar")
    article("next-to-it").related.add(hidden)
    hidden.topics.add(make.topic("empty-shelf"))

    for who in (None, olga):
        if who:
            client.force_login(who)
        for url in ("/library/", "/library/topic/muscle-spasm/", "/library/next-to-it/", "/"):
            assert "Zanzibar" not in page(client, url)
        assert page(client, "/library/", q="Zanzibar").count('<article class="post">') == 0
        page(client, hidden.get_absolute_url(), status=404)
        page(client, "/library/topic/empty-shelf/", status=404)


def test_an_article_names_who_wrote_and_checked_it_and_when(client, clinic):
    author = make.author("Dr Ruth Halvorsen", licence="Vermont 006.0000412")
    second = make.author("Dr Samuel Adeyemi", licence="Vermont 006.0000655")
    checked = article("checked", author=author, reviewer=second, reviewed_on="2026-04-03", next_review_on="2028-04-02")
    article("unchecked", author=author)

    body = page(client, checked.get_absolute_url())
    assert "<b>Dr Ruth Halvorsen, DC</b>Author. License Vermont 006.0000412" in body
    assert "<b>Dr Samuel Adeyemi, DC</b>Checked it on April 3, 2026. License Vermont 006.0000655" in body
    assert "To be checked again by April 2028." in body
    assert "Not yet reviewed by your clinic" not in body
    assert "<b>Not yet reviewed by your clinic</b>" in page(client, "/library/unchecked/")


def test_an_article_carries_its_studies_its_words_and_the_disclaimer(client, clinic):
    one = article("one", body="Low [1].", key_points=["Move a little."])
    one.words.create(word="Guarding", meaning="Held tight.")
    one.related.add(article("other", title="Another page"))

    body = page(client, one.get_absolute_url())
    assert '<a href="https://doi.org/10.1000/x">doi:10.1000/x</a>' in body
    assert 'Low<sup><a href="#reference-1"' in body
    assert "<li>Move a little.</li>" in body
    assert "<dt>Guarding</dt><dd>Held tight.</dd>" in body
    assert '<a href="/library/other/">Another page</a>' in body
    assert "within the scope of a chiropractic license" in body
    assert 'call <a href="tel:911">911</a>' in body


def test_the_clinic_may_write_its_own_disclaimer(client, clinic):
    clinic.disclaimer = "Our <own> words."
    clinic.save()

    body = page(client, article("one").get_absolute_url())
    assert "<p>Our &lt;own&gt; words.</p>" in body
    assert "within the scope of a chiropractic license" not in body


def test_the_body_map_and_the_shelves_lead_to_what_is_there(client, clinic):
    one = article("one")
    one.topics.add(make.topic("neck", name="Neck and head", kind="region"))
    one.topics.add(make.topic("wrists", name="Wrists", kind="region"))
    make.topic("empty", name="Empty shelf")

    body = page(client, "/library/")
    assert '<a href="/library/topic/neck/"><g clip-path=' in body
    assert '<li><a href="/library/topic/wrists/"><svg' in body
    assert "Empty shelf" not in body


def test_the_starter_library_reads_as_a_whole(client, clinic):
    load()

    assert '<a href="/library/when-to-get-help-now/">' in page(client, "/library/")
    for often in ("sciatica", "night cramps", "need a scan"):
        assert '<article class="post">' in page(client, "/library/", q=often)
    for row in make.Article.objects.all():
        body = page(client, row.get_absolute_url())
        assert (body.count("[!"), body.count('class="urgent"') + body.count('class="callout"')) == (0, 1)


def test_an_empty_library_says_so(client, clinic):
    assert "Nothing is published yet." in page(client, "/library/")


def test_reading_changes_nothing_and_nothing_can_be_posted(client, clinic):
    article("one")

    for url in ("/library/", "/library/one/", "/library/topic/muscle-spasm/"):
        assert client.post(url).status_code == 405
