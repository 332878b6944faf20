"""The clinic's services in the admin: their labels, the code numbers that the clinic enters, and the import of both."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.accounts.access import refuse
from clinic.accounts.admin_lookups import FilteredOnly
from clinic.accounts.admin_rights import ByRight
from clinic.audit.recording import record
from clinic.charting.coded import service_numbers
from clinic.charting.models import ServiceCode


class NumbersForm(forms.Form):
    """A CSV file with the columns key and code."""

    file = forms.FileField(label=gettext_lazy("CSV file with the columns key and code"))

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = False
        helper.layout = Layout("file")
        return helper

    def clean_file(self):
        """Return {key: code}; each wrong row is an error of its own."""
        file = self.cleaned_data["file"]
        if file.size > service_numbers.LARGEST:
            raise forms.ValidationError(_("This file is too large for a list of services."))
        try:
            return service_numbers.read(file.read())
        except service_numbers.BadFile as bad:
            raise forms.ValidationError(bad.wrong) from bad


@admin.register(ServiceCode)
class ServiceCodeAdmin(ByRight, FilteredOnly):
    """Services with their numbers: shipped without any, because the clinic holds the licence for its code set."""

    right_prefix = "service_code"
    change_list_template = "admin/charting/servicecode/change_list.html"
    list_display = ("label", "key", "code", "is_timed", "attendance", "is_active")
    list_filter = ("is_active", "is_timed", "attendance")
    search_fields = ("label", "key", "code")
    actions = None
    fields = ("label", "code", "is_active", "order", "key", "kind", "is_timed", "attendance", "source")
    SHIPPED = ("key", "kind", "is_timed", "attendance", "source")

    def get_readonly_fields(self, request, obj=None):
        """How a service is counted stands with its key; an added one says it once."""
        return self.SHIPPED if obj else ("source",)

    def get_urls(self):
        numbers = path("numbers/", self.admin_site.admin_view(self.numbers), name="charting_servicecode_numbers")
        return [numbers, *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"may_import": self.may(request, "change"), **(extra_context or {})})

    def numbers(self, request):
        """GET asks for a file; POST takes all of its numbers over or none."""
        if not self.may(request, "change"):
            refuse(request, "role")
            raise PermissionDenied("service_code.change")
        form = NumbersForm(request.POST, request.FILES) if request.method == "POST" else NumbersForm()
        if form.is_bound and form.is_valid():
            changed = service_numbers.take(form.cleaned_data["file"], by=request.user)
            messages.success(request, _("Taken over: %(n)s numbers changed.") % {"n": changed})
            return redirect("admin:charting_servicecode_changelist")
        context = {**self.admin_site.each_context(request), "title": _("Code numbers from a file"), "form": form}
        context |= {"opts": ServiceCode._meta, "keys": ServiceCode.objects.values_list("key", "label")}
        request.current_app = self.admin_site.name
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/charting/servicecode/numbers.html", context, status=status)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        action = "service_code.changed" if change else "service_code.added"
        record(action, obj, by=request.user, fields=sorted(form.changed_data))
