"""Who treats, where, in which kinds of visit and when: settings the clinic admin keeps."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from clinic.accounts.settings_admin import PlanInline, SettingAdmin
from clinic.scheduling.models import Practitioner, Room, TimeOff, VisitKind, WorkingHours


class HoursInline(PlanInline):
    model = WorkingHours
    verbose_name_plural = _("working hours")


@admin.register(Practitioner)
class PractitionerAdmin(SettingAdmin):
    """Who treats, with the licence that stands under every note."""

    list_display = ("name", "credentials", "title", "licence_state", "licence_expires_on", "location", "is_active")
    list_filter = ("is_active", "location")
    list_select_related = ("location",)
    inlines = [HoursInline]


@admin.register(Room)
class RoomAdmin(SettingAdmin):
    list_display = ("name", "location", "order", "is_active")
    list_filter = ("is_active", "location")
    list_select_related = ("location",)


@admin.register(VisitKind)
class VisitKindAdmin(SettingAdmin):
    list_display = ("name", "purpose", "minutes", "buffer_before", "buffer_after", "is_public", "is_active", "order")
    list_filter = ("purpose", "is_public", "is_active")
    prepopulated_fields = {"slug": ("name",)}
    filter_horizontal = ("practitioners",)

    def get_prepopulated_fields(self, request, obj=None):
        return self.prepopulated_fields if self.has_change_permission(request, obj) else {}


@admin.register(TimeOff)
class TimeOffAdmin(SettingAdmin):
    """Time without visits; a wrong entry may be taken away."""

    list_display = ("who", "starts_at", "ends_at", "reason")
    list_filter = ("practitioner",)
    list_select_related = ("practitioner",)

    @admin.display(description=_("practitioner"), ordering="practitioner")
    def who(self, row):
        return row.practitioner or _("the whole clinic")

    def has_delete_permission(self, request, obj=None):
        return self.may(request, "change")
