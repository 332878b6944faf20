"""The education library: written by a named person, checked by another, with its studies."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from clinic.accounts.roles import Role, can


class Topic(models.Model):
    """What an article is about; a region of the body, a treatment, a cause ..."""

    class Kind(models.TextChoices):
        REGION = "region", _("Region")
        MUSCLE = "muscle", _("Muscle")
        CONDITION = "condition", _("Condition")
        CAUSE = "cause", _("Cause")
        TREATMENT = "treatment", _("Treatment")
        PREVENTION = "prevention", _("Prevention")

    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["order", "name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("library:topic", args=[self.slug])


class Author(models.Model):
    """Who writes or checks: with credentials and licence, so that a reader can look them up."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    credentials = models.CharField(_("credentials"), max_length=60, blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    about = models.TextField(_("about"), blank=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="author")

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering = ["name"]

    def __str__(self):
        return ", ".join(part for part in (self.name, self.credentials) if part)


class ArticleQuerySet(models.QuerySet):
    def published(self):
        """What everybody may read now."""
        return self.filter(status=Article.Status.PUBLISHED)

    def for_user(self, user):
        """Published ones for all; drafts for their author and for those who publish."""
        if can(user, "article.publish") or Role.IT_SUPERUSER in getattr(user, "roles", ()):
            return self.all()
        if can(user, "article.add"):
            return self.filter(Q(status=Article.Status.PUBLISHED) | Q(author__user=user))
        return self.published()


class Article(models.Model):
    """A page of the library."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    slug = models.SlugField(_("address"), max_length=100, unique=True)
    title = models.CharField(_("title"), max_length=140)
    summary = models.CharField(_("summary"), max_length=300)
    key_points = models.JSONField(_("key points"), default=list, blank=True)
    body = models.TextField(_("text"), help_text=_("Markdown. Urgent signs: a quotation that begins with [!urgent]."))
    hero = models.CharField(_("picture"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    reading_minutes = models.PositiveSmallIntegerField(_("reading time in minutes"), default=3)
    topics = models.ManyToManyField(Topic, related_name="articles", verbose_name=_("topics"))
    regions = models.JSONField(_("regions of the body"), default=list, blank=True)
    muscles = models.JSONField(_("muscles"), default=list, blank=True)
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    related = models.ManyToManyField("self", blank=True, symmetrical=False, verbose_name=_("read next"))
    author = models.ForeignKey(Author, models.PROTECT, related_name="articles", verbose_name=_("author"))
    reviewer = models.ForeignKey(
        Author, models.PROTECT, null=True, blank=True, related_name="reviewed", verbose_name=_("checked by")
    )
    reviewed_on = models.DateField(_("checked on"), null=True, blank=True)
    next_review_on = models.DateField(_("to be checked again on"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    shipped_as = models.CharField(max_length=100, blank=True, editable=False)  # file of the starter library
    shipped_fingerprint = models.CharField(max_length=64, blank=True, editable=False)  # unchanged by the clinic?
    search_text = models.TextField(blank=True, editable=False)

    objects = ArticleQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search_text"])

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-published_at", "title"]
        constraints = [
            models.CheckConstraint(
                name="published_article_has_a_date", condition=~Q(status="published") | Q(published_at__isnull=False)
            ),
            models.CheckConstraint(
                name="article_is_checked_by_somebody_on_a_day",
                condition=Q(reviewer=None, reviewed_on=None) | Q(reviewer__isnull=False, reviewed_on__isnull=False),
            ),
            models.CheckConstraint(
                name="article_is_not_checked_by_its_author",
                condition=Q(reviewer=None) | ~Q(reviewer=models.F("author")),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("library:article", args=[self.slug])

    @property
    def is_reviewed(self):
        return self.reviewed_on is not None


class ArticleWord(models.Model):
    """A word explained beside the article."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="words")
    word = models.CharField(_("word"), max_length=60)
    meaning = models.CharField(_("meaning"), max_length=200)

    class Meta:
        verbose_name = _("word used here")
        verbose_name_plural = _("words used here")
        ordering = ["word"]

    def __str__(self):
        return self.word


class Reference(models.Model):
    """A study or guideline an article rests on."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="references")
    position = models.PositiveSmallIntegerField(_("no."), default=1)
    text = models.CharField(_("authors, title, journal"), max_length=400)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    doi = models.CharField("DOI", max_length=120, blank=True)
    url = models.URLField(_("link"), blank=True)
    guideline = models.CharField(_("guideline"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("reference")
        verbose_name_plural = _("references")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(name="reference_can_be_found", condition=~Q(doi="") | ~Q(url="") | ~Q(guideline="")),
        ]

    def __str__(self):
        return self.text

    @property
    def link(self):
        """Where the study can be read, or an empty text for a guideline that is named only."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url
