"""Consent texts in the admin: every version is read here, and a new one is written with a reason; none is edited."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from clinic.accounts.admin_lookups import FilteredOnly
from clinic.accounts.admin_rights import ByRight
from patients import consents
from patients.consent_words import blocks
from patients.models import ConsentText


class NewVersionForm(forms.ModelForm):
    """The next version of one text, beginning with the words of the last one, and why it is written."""

    because = forms.CharField(
        label=_("Reason for the new version"),
        max_length=300,
        help_text=_("It stays with the text, with your name and the time. Earlier answers keep their own text."),
    )

    class Meta:
        model = ConsentText
        fields = ("kind", *consents.WRITTEN, "because")
        help_texts = {
            "body": _('Plain words. A line that begins with "## " is a heading, one that begins with "- " a point.'),
        }

    def clean_body(self):
        return "\n".join(self.cleaned_data["body"].splitlines())

    def clean_body_es(self):
        return "\n".join(self.cleaned_data["body_es"].splitlines())

    def clean(self):
        """Both languages together or English alone, and not the same words again."""
        data = super().clean() or self.cleaned_data
        if bool(data.get("title_es")) != bool(data.get("body_es")):
            self.add_error("body_es", _("Give title and text in Spanish, or neither."))
        last = consents.texts_in_force().get(data.get("kind"))
        words = {name: data.get(name) for name in consents.WRITTEN}
        if last and not self.errors and words == {name: getattr(last, name) for name in consents.WRITTEN}:
            self.add_error("body", _("This says what the last version says."))
        return data


@admin.register(ConsentText)
class ConsentTextAdmin(ByRight, FilteredOnly):
    """What patients agree to, version by version."""

    right_prefix = "consent_text"
    form = NewVersionForm
    list_display = ("title", "kind", "version", "valid_months", "is_required", "written_at", "written_by")
    list_filter = ("kind",)
    list_select_related = ("written_by",)
    search_fields = ("title",)
    list_per_page = 50
    actions = None
    KEPT = ("kind", "version", "english", "spanish", "source", "valid_months", "is_required")
    VIEWED = (*KEPT, "written_at", "written_by", "because")

    def has_add_permission(self, request, obj=None):
        return self.may(request, "change")

    def has_change_permission(self, request, obj=None):
        return False  # a version never changes

    def get_fields(self, request, obj=None):
        if obj is None:
            return NewVersionForm.Meta.fields
        return (*self.VIEWED, "next_version") if self.may(request, "change") else self.VIEWED

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj) if obj else ()

    def get_changeform_initial_data(self, request):
        """Begin with the words in force of the kind that is asked for."""
        text = consents.texts_in_force().get(request.GET.get("kind", ""))
        return {"kind": text.kind, **{name: getattr(text, name) for name in consents.WRITTEN}} if text else {}

    @admin.display(description=_("English"))
    def english(self, text):
        return _told(text.title, text.body)

    @admin.display(description=_("Spanish"))
    def spanish(self, text):
        return _told(text.title_es, text.body_es) if text.body_es else "–"

    @admin.display(description=_("Next version"))
    def next_version(self, text):
        address = reverse("admin:patients_consenttext_add")
        return format_html('<a href="{}?kind={}">{}</a>', address, text.kind, _("Write a new version"))

    def save_model(self, request, obj, form, change):
        words = {name: form.cleaned_data[name] for name in consents.WRITTEN}
        text = consents.write_version(kind=obj.kind, because=form.cleaned_data["because"], by=request.user, **words)
        obj.pk, obj.version = text.pk, text.version


def _told(title, body):
    parts = format_html_join("", "<p>{}</p>", ((block.text,) for block in blocks(body)))
    return format_html("<p><b>{}</b></p>{}", title, parts)
