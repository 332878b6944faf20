"""The editors' pages."""

import pytest
from django.urls import reverse

from content import publishing
from content.forms import ArticleForm
from content.models import Article, Assignment
from tests import make

LIST = "admin:content_article_changelist"


def form_data(topic, **fields):
    parts = {}
    for prefix in ("references", "words"):
        parts |= {f"{prefix}-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")}
    return {
        "title": "Warmth",
        "slug": "warmth",
        "summary": "What it does.",
        "key_points": "One.\n\n Two. ",
        "body": "## Text\n\nWords.",
        "hero": "hero-heat.svg",
        "topics": [topic.pk],
        "language": "en",
        **parts,
        **fields,
    }


def do(client, action, *rows):
    return client.post(
        reverse(LIST), {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True
    ).content.decode()


def test_a_chiropractor_writes_under_the_own_name_and_it_stays_a_draft(client, carlos):
    client.force_login(carlos)
    data = form_data(make.topic(), author=make.author("Dr Somebody Else").pk, status="published")

    response = client.post(reverse("admin:content_article_add"), data)

    row = Article.objects.get(slug="warmth")
    assert response.status_code == 302
    assert (row.author.user, row.status, row.key_points) == (carlos, "draft", ["One.", "Two."])
    assert " words " in f"{row.search_text} "


def test_a_saved_text_loses_its_check_and_is_found_by_its_new_words(client, olga, carlos):
    article = publishing.review(make.article(), by=carlos)
    client.force_login(olga)
    data = form_data(make.topic(), author=article.author.pk, body="Zinnia.", title=article.title)

    response = client.post(reverse("admin:content_article_change", args=[article.pk]), data)

    row = Article.objects.get()
    assert response.status_code == 302
    assert (row.reviewer, row.slug, " zinnia" in row.search_text) == (None, article.slug, True)


def test_a_published_text_cannot_be_given_a_claim(client, olga):
    article = make.article()
    client.force_login(olga)
    data = form_data(make.topic(), author=article.author.pk, body="Adjustments cure cramps.")

    response = client.post(reverse("admin:content_article_change", args=[article.pk]), data)

    assert response.status_code == 200
    assert "“Adjustments cure cramps.”" in response.content.decode()
    assert Article.objects.get().body == article.body


def test_publish_as_an_action_names_the_sentence_in_the_way(client, olga):
    good, bad = make.article("good", status="draft"), make.article("bad", status="draft", body="We cure cramps.")
    client.force_login(olga)

    said = do(client, "publish", good, bad)

    assert "Good is on the site." in said
    assert "Bad: “We cure cramps.” Do not speak of a cure." in said
    assert sorted(Article.objects.values_list("slug", "status")) == [("bad", "draft"), ("good", "published")]


def test_withdraw_check_and_offer_are_actions_too(client, olga):
    public, draft = make.article("public"), make.article("draft", status="draft")
    own = make.article("own", author=publishing.author_of(olga))
    client.force_login(olga)

    assert "Own is your own: somebody else has to check it." in do(client, "review", own, public)
    assert Article.objects.get(slug="public").reviewer.user == olga
    do(client, "withdraw", public)
    do(client, "offer", draft)
    assert dict(Article.objects.values_list("slug", "status")) == {
        "public": "withdrawn",
        "draft": "in_review",
        "own": "published",
    }


def test_who_may_not_publish_is_not_offered_it_and_cannot_force_it(client, carlos):
    draft = make.article(status="draft", author=publishing.author_of(carlos))
    client.force_login(carlos)

    assert 'value="publish"' not in client.get(reverse(LIST)).content.decode()
    do(client, "publish", draft)
    assert Article.objects.get().status == "draft"


def test_a_draft_is_seen_by_its_author_and_by_those_who_publish(client, carlos, olga, tess):
    draft = make.article(status="draft", title="Zanzibar", author=publishing.author_of(carlos))

    for person, seen in (
        (carlos, True),
        (olga, True),
        (tess, False),
        (make.user("dan@example.org", "chiropractor"), False),
    ):
        client.force_login(person)
        assert ("Zanzibar" in client.get(reverse(LIST)).content.decode()) is seen
        assert client.get(reverse("admin:content_article_change", args=[draft.pk])).status_code == (
            200 if seen else 404
        )


def test_preview_shows_what_is_typed_clean_and_saves_nothing(client, carlos):
    client.force_login(carlos)
    data = {
        "title": "Typed <b>",
        "body": "## Head\n\n<script>x</script> Low [1].",
        "key_points": "One.\nTwo.",
        "references-0-text": "A study",
    }

    response = client.post(reverse("admin:content_article_preview"), data)

    body = response.content.decode()
    assert response.status_code == 200
    assert "<h1>Typed &lt;b&gt;</h1>" in body
    assert '<h2 id="part-head">Head</h2>' in body
    assert "&lt;script&gt;x&lt;/script&gt; Low<sup>" in body
    assert "<li>One.</li><li>Two.</li>" in body
    assert Article.objects.count() == 0


@pytest.mark.parametrize(("who", "status"), [("tess", 403), ("rita", 403), ("ana", 403), (None, 302)])
def test_preview_is_for_those_who_write(request, client, clinic, who, status):
    if who:
        person = request.getfixturevalue(who)
        client.force_login(getattr(person, "user", person))

    assert client.post(reverse("admin:content_article_preview"), {}).status_code == status


def test_preview_is_a_post(client, olga):
    client.force_login(olga)

    assert client.get(reverse("admin:content_article_preview")).status_code == 405


def test_shelves_and_authors_are_changed_by_those_who_publish(client, carlos, olga):
    for person, status in ((carlos, 403), (olga, 200)):
        client.force_login(person)
        for model in ("topic", "author"):
            assert client.get(reverse(f"admin:content_{model}_changelist")).status_code == 200
            assert client.get(reverse(f"admin:content_{model}_add")).status_code == status


def test_what_was_given_to_patients_is_read_by_those_who_treat_and_changed_by_nobody(client, ana, carlos, olga, ivan):
    given = make.assignment(ana)
    change = reverse("admin:content_assignment_change", args=[given.pk])

    for person, status in ((olga, 403), (ivan, 403), (carlos, 200)):
        client.force_login(person)
        response = client.get(reverse("admin:content_assignment_changelist"))
        assert (response.status_code, "Sørensen" in response.content.decode()) == (status, status == 200)
    assert client.get(change).status_code == 200
    assert client.post(change, {"because": "x"}).status_code == 403
    assert client.get(reverse("admin:content_assignment_add")).status_code == 403
    assert Assignment.objects.get().because == given.because


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_articles_costs_the_same_whatever_it_holds(client, olga, number, django_assert_num_queries):
    for n in range(number):
        make.article(f"page-{n}", reviewer=make.author("Dr Second"), reviewed_on="2026-04-03")
    client.force_login(olga)

    with django_assert_num_queries(8):
        assert client.get(reverse(LIST)).status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_given_articles_costs_the_same_whatever_it_holds(
    client, ana, carlos, number, django_assert_num_queries
):
    for n in range(number):
        make.assignment(ana, make.article(f"page-{n}"))
    client.force_login(carlos)

    with django_assert_num_queries(7):
        assert client.get(reverse("admin:content_assignment_changelist")).status_code == 200


def test_a_reference_must_be_possible_to_find(client, olga):
    client.force_login(olga)
    data = form_data(make.topic(), author=make.author().pk)
    data |= {"references-TOTAL_FORMS": 1, "references-0-position": 1, "references-0-text": "A study of backs"}

    refused = client.post(reverse("admin:content_article_add"), data)
    assert "so that a reader can find it" in refused.content.decode()
    client.post(reverse("admin:content_article_add"), {**data, "references-0-doi": "https://doi.org/10.1/x"})
    assert Article.objects.get().references.get().doi == "10.1/x"


def test_the_form_of_an_article_renders_every_field(clinic):
    form = ArticleForm()

    assert [name for name in form.fields if f'name="{name}"' not in form.as_div()] == []
