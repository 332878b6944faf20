"""Letters in the admin: the list across patients, with its pages and those of every other paper of the chart."""

from django.contrib import admin
from django.db.models import Q
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from clinic.accounts.admin_lookups import FilteredOnly
from clinic.accounts.admin_rights import ByRight
from clinic.charting.models import Referral
from clinic.charting.papers import letter_pages, print_pages
from clinic.charting.papers.letter_standing import standing
from patients.models import Patient


@admin.register(Referral)
class ReferralAdmin(ByRight, FilteredOnly):
    """Letters: written from a patient's chart, sent, answered and closed by deeds; never added or deleted as rows."""

    right_prefix = "referral"
    list_display = ("written_at", "patient", "addressee", "kind", "urgency", "state")
    list_display_links = ("written_at", "patient")
    list_filter = (
        "kind",
        "urgency",
        ("sent_at", admin.EmptyFieldListFilter),
        ("answered_at", admin.EmptyFieldListFilter),
        ("closed_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("patient",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("patient__family_name",)
    search_help_text = _("Name, phone, birth date or chart number of the patient")
    actions = None

    @admin.display(description=_("State"))
    def state(self, letter):
        return standing(letter).state.label

    def has_add_permission(self, request, obj=None):
        return False  # a letter is begun in a patient's chart

    def get_queryset(self, request):
        return super().get_queryset(request).defer("body", "question", "answer")

    def get_search_results(self, request, queryset, search_term):
        if not search_term:
            return queryset, False
        found = Patient.objects.search(search_term).values("pk")
        return queryset.filter(Q(patient__in=found) | Q(patient__merged_into__in=found)), False

    def get_urls(self):
        """A new letter for a patient, and the papers: on the screen and as PDF."""
        view = self.admin_site.admin_view
        return [
            path("for/<int:pk>/", view(self.add_for), name="charting_referral_add_for"),
            path("paper/<slug:kind>/<int:pk>/", view(require_safe(self.paper)), name="charting_paper"),
            path("paper/<slug:kind>/<int:pk>/pdf/", view(require_safe(print_pages.as_pdf)), name="charting_paper_pdf"),
            *super().get_urls(),
        ]

    def add_for(self, request, pk):
        return letter_pages.add(request, pk, self.admin_site)

    def paper(self, request, kind, pk):
        return print_pages.show(request, kind, pk, self.admin_site)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return letter_pages.change(request, object_id, self.admin_site)

    def save_model(self, request, obj, form, change):
        raise NotImplementedError("letters are changed by deeds")
