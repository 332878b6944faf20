"""The kinds of treatment in the admin: the clinic adds its own, and changes what may be changed of the shipped ones."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from clinic.accounts.admin_lookups import FilteredOnly
from clinic.accounts.admin_rights import ByRight
from clinic.charting.kinds import kind_pages
from clinic.charting.models import TreatmentKind


@admin.register(TreatmentKind)
class TreatmentKindAdmin(ByRight, FilteredOnly):
    """Kinds of treatment: what they are called, their order, whether they are offered, and what they ask for."""

    right_prefix = "treatment_kind"
    list_display = ("label", "slug", "is_timed", "attendance", "is_own", "is_active", "order")
    list_filter = ("is_active", "is_own", "is_timed")
    actions = None
    fields = ("label", "slug", "is_active", "order", "is_timed", "attendance", "settings", "evidence_note", "source")
    readonly_fields = fields

    @admin.display(description=_("Settings asked for"))
    def settings(self, kind):
        rows = [
            (d["label"], d["unit"] or "–", _("required") if d["required"] else _("optional"))
            for d in kind.definition["parameters"]
            if not d.get("is_retired")
        ]
        return format_html_join("", "<p>{} ({}), {}</p>", rows)

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return kind_pages.add(request, self.admin_site)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Who only reads gets the stock page; who changes gets the pages of `kind_pages`."""
        if not self.has_change_permission(request):
            return super().change_view(request, object_id, form_url, extra_context)
        kind = self.get_object(request, unquote(object_id))
        if kind is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return kind_pages.change(request, self.admin_site, kind)

    def save_model(self, request, obj, form, change):
        raise NotImplementedError("kinds are saved by their deeds")
