"""The editors' form of an article: lists as lines, pictures that exist, and the claims guard before anything public."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from content import claims
from content.models import Article, ArticleWord, Reference


def pictures():
    """Return the drawings an article may carry, as choices: files that are really there."""
    names = sorted(path.name for path in (settings.BASE_DIR / "static" / "library").glob("hero-*.svg"))
    return [("", _("No picture")), *[(name, name.removeprefix("hero-").removesuffix(".svg")) for name in names]]


class LinesField(forms.CharField):
    """A list of texts, one per line."""

    widget = forms.Textarea

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def validate(self, value):
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value):
        for line in value:
            super().run_validators(line)

    def has_changed(self, initial, data):
        return (initial or []) != self.to_python(data)


class ArticleForm(forms.ModelForm):
    """Everything of an article but its status, which only deeds change."""

    key_points = LinesField(
        label=_("Key points"), required=False, help_text=_("One per line."), widget=forms.Textarea(attrs={"rows": 5})
    )
    regions = LinesField(
        label=_("Regions of the body"),
        required=False,
        help_text=_("One per line: cervical, thoracic, lumbar, sacral, pelvic or limb."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    muscles = LinesField(label=_("Muscles"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    conditions = LinesField(
        label=_("Conditions"),
        required=False,
        help_text=_("One code per line, as in the chart. An article about a condition can be suggested at a visit."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    hero = forms.ChoiceField(label=_("Picture"), choices=pictures, required=False)

    class Meta:
        model = Article
        fields = (
            *("title", "slug", "summary", "key_points", "body", "hero", "topics", "language", "regions", "muscles"),
            *("conditions", "related", "author"),
        )

    def clean(self):
        cleaned = super().clean() or {}
        if self.instance.status == Article.Status.PUBLISHED:  # what is on the site stays fit for the site
            parts = [cleaned.get("title", ""), cleaned.get("summary", ""), *cleaned.get("key_points", [])]
            text = "\n\n".join([*parts, cleaned.get("body", "")])
            for problem in claims.check(text, references=self.instance.references.count()):
                self.add_error("body", f"“{problem.sentence}” {problem.message}")
        return cleaned


class ReferenceForm(forms.ModelForm):
    """A study or guideline; it must be possible to find it."""

    url = forms.URLField(label=_("link"), required=False, max_length=200, assume_scheme="https")

    class Meta:
        model = Reference
        fields = ("position", "text", "year", "doi", "url", "guideline")

    def clean_doi(self):
        doi = self.cleaned_data["doi"].strip().removeprefix("https://doi.org/").removeprefix("doi:")
        if doi and not doi.startswith("10."):
            raise ValidationError(_("A DOI begins with 10. Example: 10.1002/ejp.1679."), code="doi")
        return doi

    def clean(self):
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("doi") or cleaned.get("url") or cleaned.get("guideline")):
            self.add_error("doi", _("Give a DOI, a link or the name of the guideline, so that a reader can find it."))
        return cleaned


class WordForm(forms.ModelForm):
    """A word explained beside the article; the explanation is public text too."""

    class Meta:
        model = ArticleWord
        fields = ("word", "meaning")

    def clean_meaning(self):
        meaning = self.cleaned_data["meaning"]
        for problem in claims.check(meaning, references=1):
            raise ValidationError(f"“{problem.sentence}” {problem.message}", code=problem.code)
        return meaning
