"""The devices that treat, with their safety checks, and the log of what was given with them."""

from typing import ClassVar

from django import forms
from django.contrib import admin
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from clinic.accounts.admin_lookups import FilteredOnly
from clinic.accounts.admin_rights import ByRight
from clinic.accounts.roles import can
from clinic.charting.kinds import devices, parameters
from clinic.charting.models import Equipment, TreatmentApplied


class DeviceForm(forms.ModelForm):
    """A device; its next check comes after the last one."""

    def clean(self):
        data = super().clean() or self.cleaned_data
        last, due = data.get("checked_on"), data.get("next_check_on")
        if last and due and due < last:
            self.add_error("next_check_on", _("The next check comes after the last one."))
        return data


@admin.register(Equipment)
class EquipmentAdmin(ByRight, FilteredOnly):
    """Devices: added and changed by their deeds, taken out of use and never deleted."""

    right_prefix = "equipment"
    list_display = ("name", "kind", "maker", "checked_on", "safety_check", "uses")
    list_filter = (("kind", admin.RelatedOnlyFieldListFilter), ("retired_on", admin.EmptyFieldListFilter))
    list_select_related = ("kind",)
    list_per_page = 50
    form = DeviceForm
    fields = devices.FIELDS
    actions = None

    def get_list_display(self, request):
        """The log is linked for those who read charts."""
        return self.list_display if can(request.user, "visit.view") else self.list_display[:-1]

    @admin.display(description=_("Safety check"), ordering="next_check_on")
    def safety_check(self, device):
        today = timezone.localdate()
        if devices.is_retired(device, today):
            return _("out of use")
        if device.next_check_on is None:
            return _("no day set")
        day = {"day": date_format(device.next_check_on)}
        if devices.is_overdue(device, today):
            return format_html('<span class="tag caution">{}</span>', _("overdue since %(day)s") % day)
        return _("due %(day)s") % day

    @admin.display(description=_("Log"))
    def uses(self, device):
        path = reverse("admin:charting_treatmentapplied_changelist")
        return format_html('<a href="{}?device__id__exact={}">{}</a>', path, device.pk, _("what was given with it"))

    def save_model(self, request, obj, form, change):
        fields = {name: form.cleaned_data[name] for name in devices.FIELDS if name in form.cleaned_data}
        if change:
            devices.change(Equipment.objects.get(pk=obj.pk), by=request.user, **fields)
        else:
            obj.pk = devices.add(by=request.user, **fields).pk


@admin.register(TreatmentApplied)
class DeviceLogAdmin(ByRight, FilteredOnly):
    """What was given when, with which device and settings, by whom: read only; a row opens the note it stands on."""

    right_prefix = "treatment"
    list_display = ("given_at", "treatment", "device", "settings", "minutes", "performed_by", "patient")
    list_display_links = ("given_at",)
    list_filter = ("recorded_at", "device", ("kind", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("kind", "device", "performed_by", "visit__patient")
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-pk",)
    actions = None

    class Media:
        css: ClassVar = {"all": ["css/kinds.css"]}

    def has_view_permission(self, request, obj=None):
        return can(request.user, "visit.view")

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    @admin.display(description=_("Given"), ordering="recorded_at")
    def given_at(self, row):
        return date_format(timezone.localtime(row.started_at or row.recorded_at), "j M Y, H:i")

    @admin.display(description=_("Treatment"), ordering="kind")
    def treatment(self, row):
        return row.kind.label.split(" (")[0]

    @admin.display(description=_("Settings"))
    def settings(self, row):
        return parameters.describe(row.kind.definition, row.parameters) or "–"

    @admin.display(description=_("Patient"))
    def patient(self, row):
        return row.visit.patient

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The note is the page of a treatment; whoever reads it is written down there."""
        answer = super().change_view(request, object_id, form_url, extra_context)
        shown = getattr(answer, "context_data", None)
        return redirect(shown["original"].visit) if shown else answer
