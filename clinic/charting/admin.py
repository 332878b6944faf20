"""The chart's tables in the admin. A visit note opens as the travel card; the rules change with a reason."""

from django import forms
from django.contrib import admin
from django.urls import path
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from clinic.accounts.admin_lookups import FilteredOnly
from clinic.accounts.admin_rights import ByRight
from clinic.audit.recording import record
from clinic.charting import rule_changes, visit_pages
from clinic.charting.models import Contraindication, DiagnosisCode, TreatmentKind, Visit
from patients.models import Patient

HISTORY = 20


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
        return _("Signed") if visit.signed_at else _("Draft")

    def has_add_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).defer("document", "subjective", "objective", "assessment", "plan")

    def get_search_results(self, request, queryset, search_term):
        if not search_term:
            return queryset, False
        patients = Patient.objects.search(search_term)
        return queryset.filter(patient__in=patients.values("pk")), False

    def get_urls(self):
        opened = path(
            "open/<int:pk>/", self.admin_site.admin_view(visit_pages.open_from_list), name="charting_visit_open"
        )
        return [opened, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return visit_pages.card(request, object_id, self.admin_site)

    def save_model(self, request, obj, form, change):
        raise NotImplementedError("notes are saved by their deeds")


class RuleForm(forms.ModelForm):
    """A rule with the reason for changing it."""

    because = forms.CharField(
        label=_("Reason for the change"),
        max_length=300,
        required=False,
        help_text=_("Needed for every change; it stays with the rule, with your name and the time."),
    )

    class Meta:
        model = Contraindication
        fields = rule_changes.CHANGEABLE

    def clean(self):
        data = super().clean() or self.cleaned_data
        if set(self.changed_data) - {"because"} and not (data.get("because") or "").strip():
            self.add_error("because", _("Say why this rule is changed."))
        return data


@admin.register(Contraindication)
class ContraindicationAdmin(ByRight, FilteredOnly):
    """What speaks against a treatment: shipped with sources, changed by the clinic with a reason."""

    right_prefix = "contraindication"
    form = RuleForm
    list_display = ("treatment", "subject", "level", "scope", "is_enabled", "changed_at")
    list_display_links = ("treatment", "subject")
    list_filter = ("level", "treatment", "trigger", "is_enabled")
    search_fields = ("rule_id", "subject", "message")
    list_per_page = 50
    actions = None
    KEPT = ("rule_id", "treatment", "trigger", "subject", "scope", "regions", "level_when", "unknown_site")
    readonly_fields = (*KEPT, "versions")
    fields = (*KEPT, *rule_changes.CHANGEABLE, "because", "versions")

    def has_add_permission(self, request, obj=None):
        return False

    @admin.display(description=_("Earlier versions"))
    def versions(self, rule):
        rows = rule.history.select_related("history_user").order_by("-history_date")[:HISTORY]
        told = [
            (
                row.history_date.strftime("%Y-%m-%d %H:%M"),
                row.get_level_display(),
                _("in force") if row.is_enabled else _("not in force"),
                row.changed_because or _("as shipped"),
                row.history_user or "",
            )
            for row in rows
        ]
        return format_html_join("", "<p>{}: {}, {}. {} {}</p>", told) or "–"

    def save_model(self, request, obj, form, change):
        values = {name: form.cleaned_data[name] for name in form.changed_data if name != "because"}
        stored = Contraindication.objects.get(pk=obj.pk)
        rule_changes.change(stored, because=form.cleaned_data["because"], by=request.user, **values)


@admin.register(TreatmentKind)
class TreatmentKindAdmin(ByRight, FilteredOnly):
    """Kinds of treatment: what they are called, their order, and whether they are offered."""

    right_prefix = "treatment_kind"
    list_display = ("label", "slug", "is_timed", "attendance", "is_active", "order")
    list_filter = ("is_active", "is_timed")
    actions = None
    readonly_fields = ("slug", "is_timed", "attendance", "settings", "source")
    fields = ("label", "is_active", "order", "evidence_note", *readonly_fields)

    def has_add_permission(self, request, obj=None):
        return False

    @admin.display(description=_("Settings asked for"))
    def settings(self, kind):
        rows = [
            (d["label"], d["unit"] or "–", _("required") if d["required"] else _("optional"))
            for d in kind.definition["parameters"]
        ]
        return format_html_join("", "<p>{} ({}), {}</p>", rows)

    def save_model(self, request, obj, form, change):
        obj._history_user = request.user
        super().save_model(request, obj, form, change)
        record("treatment_kind.changed", obj, by=request.user, fields=sorted(form.changed_data))


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
