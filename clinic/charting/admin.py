"""The chart's tables in the admin. A visit note opens as the travel card; the rules change with a reason."""

from django.contrib import admin
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from clinic.accounts.admin_lookups import FilteredOnly
from clinic.accounts.admin_rights import ByRight
from clinic.charting.card import visit_pages
from clinic.charting.card.own_words_admin import PhraseAdmin, PresetAdmin
from clinic.charting.coded import code_search
from clinic.charting.coded.service_admin import ServiceCodeAdmin
from clinic.charting.contraindications import risk_suggestions, rule_changes, rule_forms, rule_versions
from clinic.charting.contraindications.rule_forms import AddForm, ChangeForm
from clinic.charting.events.event_admin import AdverseEventAdmin
from clinic.charting.kinds.equipment_admin import DeviceLogAdmin, EquipmentAdmin
from clinic.charting.kinds.kind_admin import TreatmentKindAdmin
from clinic.charting.models import Contraindication, DiagnosisCode, Visit
from clinic.charting.papers.letter_admin import ReferralAdmin
from patients.models import Patient

__all__ = [
    "AdverseEventAdmin",
    "ContraindicationAdmin",
    "DeviceLogAdmin",
    "DiagnosisCodeAdmin",
    "EquipmentAdmin",
    "PhraseAdmin",
    "PresetAdmin",
    "ReferralAdmin",
    "ServiceCodeAdmin",
    "TreatmentKindAdmin",
    "VisitAdmin",
]


@admin.register(Visit)
class VisitAdmin(ByRight, FilteredOnly):
    """Visit notes: found here, written on the travel card, never added or deleted as rows."""

    right_prefix = "visit"
    list_display = ("visited_at", "patient", "practitioner", "state")
    list_display_links = ("visited_at", "patient")
    list_filter = ("practitioner", ("signed_at", admin.EmptyFieldListFilter))
    list_select_related = ("patient", "practitioner")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("patient__family_name",)
    search_help_text = _("Name, phone, birth date or chart number of the patient")
    actions = None
    ordering = ("-visited_at", "-pk")

    @admin.display(description=_("Note"), ordering="signed_at")
    def state(self, visit):
        if visit.is_in_error:
            return _("Entered in error")
        return _("Signed") if visit.signed_at else _("Draft")

    def has_add_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        rows = super().get_queryset(request).with_errors_named()
        return rows.defer("document", "subjective", "objective", "assessment", "plan")

    def get_search_results(self, request, queryset, search_term):
        if not search_term:
            return queryset, False
        found = Patient.objects.search(search_term).values("pk")
        return queryset.filter(Q(patient__in=found) | Q(patient__merged_into__in=found)), False

    def get_urls(self):
        opened = path(
            "open/<int:pk>/", self.admin_site.admin_view(visit_pages.open_from_list), name="charting_visit_open"
        )
        give = self.admin_site.admin_view(require_POST(risk_suggestions.give))
        codes = path("codes/", self.admin_site.admin_view(code_search.search), name="charting_code_search")
        return [opened, codes, path("give/<int:pk>/", give, name="charting_give_article"), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return visit_pages.card(request, object_id, self.admin_site)

    def save_model(self, request, obj, form, change):
        raise NotImplementedError("notes are saved by their deeds")


@admin.register(Contraindication)
class ContraindicationAdmin(ByRight, FilteredOnly):
    """What speaks against a treatment: shipped with sources; changed or added to by the clinic with a reason."""

    right_prefix = "contraindication"
    change_form_template = "admin/charting/contraindication/change_form.html"
    list_display = ("treatment", "subject", "level", "scope", "is_enabled", "changed_at")
    list_display_links = ("treatment", "subject")
    list_filter = ("level", "treatment", "trigger", "is_enabled")
    search_fields = ("rule_id", "subject", "message")
    list_per_page = 50
    actions = None
    KEPT = ("rule_id", "treatment", "trigger", "subject", "scope", "regions", "level_when", "unknown_site")

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change, **kwargs, form=ChangeForm if obj else AddForm)

    def get_fields(self, request, obj=None):
        """Those who only read are asked for no reason."""
        if obj is None:
            return (*rule_changes.ADDABLE, "because")
        asked = ("because",) if self.has_change_permission(request, obj) else ()
        return (*self.KEPT, *rule_changes.CHANGEABLE, *asked, "versions")

    def get_readonly_fields(self, request, obj=None):
        return (*self.KEPT, "versions") if obj else ()

    def add_view(self, request, form_url="", extra_context=None):
        return super().add_view(request, form_url, {"subjects": rule_forms.suggestions(), **(extra_context or {})})

    @admin.display(description=_("Versions"))
    def versions(self, rule):
        page = "admin/charting/contraindication/_versions.html"
        return render_to_string(page, {"versions": rule_versions.versions(rule)})

    def save_model(self, request, obj, form, change):
        if not change:
            fields = {name: form.cleaned_data[name] for name in rule_changes.ADDABLE}
            made = rule_changes.add(because=form.cleaned_data["because"], by=request.user, **fields)
            obj.pk, obj.rule_id = made.pk, made.rule_id
            return
        values = {name: form.cleaned_data[name] for name in form.changed_data if name != "because"}
        stored = Contraindication.objects.get(pk=obj.pk)
        rule_changes.change(stored, because=form.cleaned_data["because"], by=request.user, **values)


@admin.register(DiagnosisCode)
class DiagnosisCodeAdmin(ByRight, FilteredOnly):
    """The pick list of diagnosis codes: read only, it comes with its edition."""

    right_prefix = "treatment_kind"
    list_display = ("code", "title", "group")
    list_filter = ("group",)
    search_fields = ("code", "title")
    actions = None

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False
