"""The editors' desk: articles with a preview, shelves, authors, exercises; what was given to whom is only read."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from clinic.accounts.admin_lookups import FilteredOnly
from clinic.accounts.admin_rights import ByRight
from content import publishing, search
from content.forms import ArticleForm, LinesField, ReferenceForm, WordForm
from content.models import Article, ArticleWord, Assignment, Author, Exercise, Reference, Topic
from content.views import as_read


class PartOfArticle(ByRight, admin.TabularInline):
    """Parts of an article are not records of their own: they may go when the article is changed."""

    right_prefix, extra = "article", 0

    def has_add_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)


class ReferenceRows(PartOfArticle):
    model, form = Reference, ReferenceForm


class WordRows(PartOfArticle):
    model, form = ArticleWord, WordForm


class ByPublisher(ByRight):
    """Shelves and authors speak for the clinic: those who publish change them, the others read."""

    right_prefix = "article"

    def has_add_permission(self, request, obj=None):
        return self.may(request, "publish")

    def has_change_permission(self, request, obj=None):
        return self.may(request, "publish")


@admin.register(Article)
class ArticlePages(ByRight, FilteredOnly):
    right_prefix = "article"
    form = ArticleForm
    inlines = [ReferenceRows, WordRows]
    list_display = ["title", "status", "author", "reviewer", "reviewed_on", "next_review_on", "published_at"]
    list_select_related = ["author", "reviewer"]
    list_filter = ["status", "topics", "reviewed_on"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["title"]
    autocomplete_fields = ["topics", "related", "author"]
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = ["status", "published_at", "withdrawn_at", "reviewer", "reviewed_on", "next_review_on"]
    actions = ["offer", "review", "publish", "withdraw"]
    fieldsets = [
        (_("Text"), {"fields": ["title", "slug", "summary", "key_points", "body", "hero"]}),
        (_("Where it is found"), {"fields": ["topics", "related", "language", "regions", "muscles", "conditions"]}),
        (_("Who stands for it"), {"fields": ["author", "reviewer", "reviewed_on", "next_review_on"]}),
        (_("On the site"), {"fields": ["status", "published_at", "withdrawn_at"]}),
    ]

    class Media:
        css = {"all": ["css/editing.css"]}

    def get_readonly_fields(self, request, obj=None):
        """Who may not publish writes under the own name; the address of a published page stays."""
        own = [] if self.may(request, "publish") else ["author"]
        fixed = ["slug"] if obj is not None and obj.published_at else []
        return [*self.readonly_fields, *own, *fixed]

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj is not None else self.prepopulated_fields

    def get_urls(self):
        preview = self.admin_site.admin_view(require_POST(self.preview))
        return [path("preview/", preview, name="content_article_preview"), *super().get_urls()]

    def preview(self, request):
        """Show what is typed as a reader would see it; nothing is saved."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        typed = {name: request.POST.get(name, "") for name in ("title", "summary", "body")}
        points = LinesField(required=False).to_python(request.POST.get("key_points", ""))
        texts = (request.POST.get(f"references-{n}-text", "").strip() for n in range(100))
        references = [Reference(text=text) for text in texts if text]
        return render(
            request, "content/admin/preview.html", as_read(Article(**typed, key_points=points), [], references)
        )

    def save_model(self, request, obj, form, change):
        publishing.keep(obj, by=request.user, changed=form.changed_data)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        search.index(form.instance)

    @admin.action(description=_("Ask for a check by somebody else"), permissions=["change"])
    def offer(self, request, rows):
        self._each(request, rows, publishing.offer, gettext("%s waits for a check."))

    @admin.action(description=_("I have checked it today"), permissions=["change"])
    def review(self, request, rows):
        self._each(request, rows, publishing.review, gettext("%s is checked."))

    @admin.action(description=_("Publish on the site"), permissions=["publish"])
    def publish(self, request, rows):
        self._each(request, rows, publishing.publish, gettext("%s is on the site."))

    @admin.action(description=_("Withdraw from the site"), permissions=["publish"])
    def withdraw(self, request, rows):
        self._each(request, rows, publishing.withdraw, gettext("%s is off the site."))

    def has_publish_permission(self, request):
        return self.may(request, "publish")

    def _each(self, request, rows, deed, done):
        """Do the deed to each row and say what happened, or which sentence stands in the way."""
        for article in rows:
            try:
                deed(article, by=request.user)
            except publishing.ClaimsRefused as refused:
                for problem in refused.problems:
                    said = f"{article.title}: “{problem.sentence}” {problem.message}"
                    self.message_user(request, said, messages.ERROR)
            except publishing.OwnArticle:
                said = gettext("%s is your own: somebody else has to check it.") % article.title
                self.message_user(request, said, messages.ERROR)
            except publishing.NotPublic:
                self.message_user(request, gettext("%s is not on the site.") % article.title, messages.WARNING)
            else:
                self.message_user(request, done % article.title, messages.SUCCESS)


@admin.register(Topic)
class TopicPages(ByPublisher, FilteredOnly):
    list_display = ["name", "kind", "summary", "order"]
    list_filter = ["kind"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}

    def get_readonly_fields(self, request, obj=None):
        return ["slug"] if obj is not None else []  # links on the site point at it

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj is not None else self.prepopulated_fields


@admin.register(Author)
class AuthorPages(ByPublisher, FilteredOnly):
    list_display = ["name", "credentials", "licence", "user"]
    list_select_related = ["user"]
    search_fields = ["name"]
    raw_id_fields = ["user"]


@admin.register(Exercise)
class ExercisePages(ByRight, FilteredOnly):
    right_prefix = "article"
    list_display = ["title", "kind", "dose", "regions"]
    list_filter = ["kind"]
    search_fields = ["title"]


@admin.register(Assignment)
class AssignmentPages(ByRight, FilteredOnly):
    """Read only: an article is given at a visit and read in the portal."""

    right_prefix = "visit"
    list_display = ["article", "patient", "because", "assigned_by", "assigned_at", "first_read_at"]
    list_select_related = ["article", "patient", "assigned_by"]
    list_filter = ["first_read_at"]
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False
