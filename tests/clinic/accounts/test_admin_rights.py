"""Admin pages ask the matrix."""

import pytest
from django.contrib.admin import ModelAdmin, site
from django.test import RequestFactory

from clinic.accounts.admin_rights import ByRight
from content.models import Article
from tests import make


class ArticlePages(ByRight, ModelAdmin):
    right_prefix = "article"


def rights(person):
    pages, request = ArticlePages(Article, site), RequestFactory().get("/admin/")
    request.user = person
    return pages.get_model_perms(request) | {"module": pages.has_module_permission(request)}


def rows(person):
    pages, request = ArticlePages(Article, site), RequestFactory().get("/admin/")
    request.user = person
    return {article.slug for article in pages.get_queryset(request)}


@pytest.mark.parametrize(
    ("name", "view", "write"),
    [("olga", True, True), ("carlos", True, True), ("tess", True, False), ("rita", True, False), ("ana", False, False)],
)
def test_admin_pages_open_as_the_matrix_says(request, name, view, write):
    person = request.getfixturevalue(name)

    assert rights(person) == {"view": view, "add": write, "change": write, "delete": False, "module": view}


def test_a_superuser_deletes_nothing_and_does_what_the_matrix_does_not_name_for_nobody(ivan):
    class Unnamed(ArticlePages):
        right_prefix = "audit"

    request = RequestFactory().get("/admin/")
    request.user = ivan

    assert rights(ivan)["delete"] is False
    assert Unnamed(Article, site).get_model_perms(request) == {
        "view": True,
        "add": False,
        "change": False,
        "delete": False,
    }


def test_rows_come_through_for_user(tess, olga):
    make.article("open-page")
    make.article("hidden-draft", status="draft")

    assert rows(tess) == {"open-page"}
    assert rows(olga) == {"open-page", "hidden-draft"}
