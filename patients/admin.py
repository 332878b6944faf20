"""Patients, and the clinic's safety tables, in the admin."""

from django.contrib import admin
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from clinic.accounts.admin_lookups import FilteredOnly
from clinic.accounts.admin_rights import ByRight
from patients import chart_pages, consent_pages
from patients.consent_admin import ConsentTextAdmin
from patients.merge_admin import MergeAdmin
from patients.models import Patient, RedFlagRule, SafetyTerm

__all__ = ["ConsentTextAdmin", "MergeAdmin", "PatientAdmin", "RedFlagRuleAdmin", "SafetyTermAdmin"]


@admin.register(Patient)
class PatientAdmin(ByRight, FilteredOnly):
    """Patients: found by name in any spelling, phone, birth date or chart number; opened as an overview with tabs."""

    right_prefix = "patient"
    list_display = ("full_name", "birth_date", "age", "chart_number", "phone", "city", "deceased_on")
    list_filter = (("deceased_on", admin.EmptyFieldListFilter),)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("family_name",)
    search_help_text = _("Name in any spelling, phone, birth date or chart number")
    actions = None

    @admin.display(description=_("name"), ordering="family_name")
    def full_name(self, patient):
        joined = "".join(f" ({one.full_name}, {one.chart_number})" for one in patient.merged_from.all())
        return patient.full_name + joined

    @admin.display(description=_("age"))
    def age(self, patient):
        return "" if patient.deceased_on else patient.age

    def get_search_results(self, request, queryset, search_term):
        """One line a person: records that were joined to another are found by it and named beside it."""
        kept = queryset.kept().prefetch_related("merged_from")
        return (kept.search(search_term) if search_term.strip() else kept), False

    def has_add_permission(self, request, obj=None):
        return False  # people are registered at the desk, where doubles are looked for

    def get_urls(self):
        """The files of the chart, before the numbers of patients."""
        view = self.admin_site.admin_view(require_safe(chart_pages.document_file))
        paper = self.admin_site.admin_view(require_safe(self.consent_paper))
        return [
            path("document/<int:pk>/", view, name="patients_document_file"),
            path("consent/<int:pk>/", paper, name="patients_consent_paper"),
            *super().get_urls(),
        ]

    def consent_paper(self, request, pk):
        return consent_pages.paper(request, pk, self.admin_site)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return chart_pages.overview(request, object_id, self.admin_site)

    def save_model(self, request, obj, form, change):
        raise NotImplementedError("patients are changed by deeds")


class ReadOnly(ByRight, FilteredOnly):
    """A table that comes with its edition: read here, changed by an update."""

    right_prefix = "contraindication"
    actions = None
    list_per_page = 50

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(SafetyTerm)
class SafetyTermAdmin(ReadOnly):
    list_display = ("label", "slug", "kind", "history_counts", "source")
    list_filter = ("kind",)
    search_fields = ("label", "slug")


@admin.register(RedFlagRule)
class RedFlagRuleAdmin(ReadOnly):
    list_display = ("id", "points_to", "level", "question", "source")
    list_filter = ("level",)
    search_fields = ("points_to", "question")
