"""Who treats, where, in which kinds of visit and when: settings the clinic admin keeps."""

from datetime import timedelta

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.accounts.settings_admin import PlanInline, SettingAdmin
from clinic.practice.models import Location
from clinic.scheduling.absence_admin import HoursAsk, PractitionerForm, TimeOffAsks
from clinic.scheduling.models import Practitioner, Room, SpecialHours, TimeOff, VisitKind, WorkingHours

SHOWN_BACK = timedelta(days=31)


class HoursInline(PlanInline):
    """Hours with the place they are kept at; the places are read once for all rows."""

    model = WorkingHours
    verbose_name_plural = _("working hours")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("practitioner")  # each row names whose it is

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name == "location":
            if not hasattr(request, "places_to_choose"):
                request.places_to_choose = [
                    ("", _("the usual place")),
                    *((p.pk, p.name) for p in Location.objects.all()),
                ]
            field.choices = request.places_to_choose
        return field


class SpecialHoursInline(HoursInline):
    model = SpecialHours  # type: ignore[assignment]
    verbose_name_plural = _("hours of single dates, in the place of that day's working hours")

    def get_queryset(self, request):
        """From last month on: the years before would make the page longer and longer."""
        return super().get_queryset(request).filter(on__gte=timezone.localdate() - SHOWN_BACK)


@admin.register(Practitioner)
class PractitionerAdmin(HoursAsk, SettingAdmin):
    """Who treats, with the licence that stands under every note."""

    form = PractitionerForm
    list_display = ("name", "credentials", "title", "licence_state", "licence_expires_on", "location", "is_active")
    list_filter = ("is_active", "location")
    list_select_related = ("location",)
    inlines = [HoursInline, SpecialHoursInline]


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
    filter_horizontal = ("practitioners", "rooms")

    def get_prepopulated_fields(self, request, obj=None):
        return self.prepopulated_fields if self.has_change_permission(request, obj) else {}


@admin.register(TimeOff)
class TimeOffAdmin(TimeOffAsks, SettingAdmin):
    """Time without visits; a wrong entry may be taken away."""

    list_display = ("who", "starts_at", "ends_at", "reason")
    list_filter = ("practitioner",)
    list_select_related = ("practitioner",)

    @admin.display(description=_("practitioner"), ordering="practitioner")
    def who(self, row):
        return row.practitioner or _("the whole clinic")

    def has_delete_permission(self, request, obj=None):
        return self.may(request, "change")
