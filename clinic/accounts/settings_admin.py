"""What the admin pages of settings and logs have in common."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.utils.functional import cached_property

from clinic.accounts.admin_lookups import FilteredOnly
from clinic.accounts.admin_rights import ByRight
from clinic.audit.recording import record

MOST_LISTED = 2_000


class SettingAdmin(ByRight, FilteredOnly):
    """A settings table: read by staff, changed by the clinic admin, every change in the log."""

    right_prefix = "setting"
    actions = None
    list_per_page = 50

    def has_add_permission(self, request, obj=None):
        return self.may(request, "change")

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        what = "changed" if change else "added"
        record(f"setting.{what}", obj, by=request.user, fields=sorted(form.changed_data))

    def delete_model(self, request, obj):
        record("setting.removed", obj, by=request.user)
        super().delete_model(request, obj)


class PlanInline(ByRight, admin.TabularInline):
    """Rows of a plan that belong to their parent and may be taken away with it, such as working hours."""

    right_prefix = "setting"
    extra = 0

    def has_add_permission(self, request, obj=None):
        return self.may(request, "change")

    def has_delete_permission(self, request, obj=None):
        return self.may(request, "change")


class BoundedPaginator(Paginator):
    """Counts the newest rows only: the log grows for years, its first page must not."""

    @cached_property
    def count(self):
        newest: Any = self.object_list[:MOST_LISTED]
        return newest.count()


class LogAdmin(ByRight, FilteredOnly):
    """A log: nothing is added, changed or deleted here."""

    actions = None
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    paginator = BoundedPaginator

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False
