"""Accounts and roles, and the tables below accounts (clinic, places, outbox, log), whose own packages may not know
who may do what: the import order runs the other way.
"""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from clinic.accounts import role_changes
from clinic.accounts.models import RoleGrant, User
from clinic.accounts.roles import Role
from clinic.accounts.settings_admin import LogAdmin, PlanInline, SettingAdmin
from clinic.audit.models import AuditEvent
from clinic.audit.recording import record
from clinic.messaging.models import Message
from clinic.practice.models import ClinicProfile, Location

GIVEN_HERE = [role for role in Role if role != Role.PATIENT]  # a patient's account opens by invitation


class RoleForm(forms.ModelForm):
    role = forms.ChoiceField(label=_("role"), choices=[(role.value, role.label) for role in GIVEN_HERE])

    class Meta:
        model = RoleGrant
        fields = ("role",)


class RoleInline(PlanInline):
    """The roles of an account; of one's own account they are text."""

    model = RoleGrant
    fk_name = "user"
    form = RoleForm
    right_prefix = "account"
    fields = ("role", "granted_by", "granted_at")
    readonly_fields = ("granted_by", "granted_at")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user", "granted_by")

    def _is_other(self, request, obj):
        return self.may(request, "change") and (obj is None or obj.pk != request.user.pk)

    def has_add_permission(self, request, obj=None):
        return self._is_other(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self._is_other(request, obj)

    def has_change_permission(self, request, obj=None):
        return False  # a role is given and taken, not turned into another


@admin.register(User)
class UserAdmin(SettingAdmin):
    """Accounts: name, address, whether they may sign in. The password is never shown or set here."""

    right_prefix = "account"
    list_display = ("display_name", "email", "role_names", "is_active", "last_login")
    list_display_links = ("display_name", "email")
    list_filter = ("is_active", "role_grants__role")
    search_fields = ("display_name", "email")
    fields = ("display_name", "email", "is_active", "date_joined", "last_login")
    readonly_fields = ("date_joined", "last_login")
    inlines = [RoleInline]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("password").prefetch_related("role_grants")

    @admin.display(description=_("roles"))
    def role_names(self, user):
        return user.role_label

    def get_readonly_fields(self, request, obj=None):
        own = obj is not None and obj.pk == request.user.pk
        return (*self.readonly_fields, "is_active") if own else self.readonly_fields

    def save_model(self, request, obj, form, change):
        if change:
            obj.save(update_fields=form.changed_data) if form.changed_data else None
        else:
            obj.set_unusable_password()
            obj.save(force_insert=True)
        what = "changed" if change else "added"
        record(f"account.{what}", obj, by=request.user, fields=sorted(form.changed_data))

    def save_formset(self, request, form, formset, change):
        formset.save(commit=False)
        for grant in formset.deleted_objects:
            role_changes.revoke(grant, by=request.user)
        for grant in formset.new_objects:
            role_changes.grant(form.instance, role=Role(grant.role), by=request.user)


@admin.register(ClinicProfile)
class ClinicProfileAdmin(SettingAdmin):
    list_display = ("name", "phone", "email", "emergency_number")
    readonly_fields = ("set_up_at",)

    def has_add_permission(self, request, obj=None):
        return False  # there is one clinic; the first-run wizard makes it


@admin.register(Location)
class LocationAdmin(SettingAdmin):
    list_display = ("name", "city", "state", "time_zone", "is_active")
    list_filter = ("is_active",)


@admin.register(Message)
class MessageAdmin(LogAdmin):
    """The outbox: that something was sent, not what it says."""

    right_prefix = "message"
    list_display = ("due_at", "event", "to", "sent_at", "attempts", "last_error")
    list_filter = ("event", ("sent_at", admin.EmptyFieldListFilter))
    fields = ("event", "to", "due_at", "sent_at", "cancelled_at", "attempts", "last_error", "is_sensitive")
    ordering = ("-pk",)

    def get_queryset(self, request):
        return super().get_queryset(request).defer("subject", "text", "html")


@admin.register(AuditEvent)
class AuditEventAdmin(LogAdmin):
    """Who did what, newest first."""

    right_prefix = "audit"
    list_display = ("at", "action", "actor_id", "actor_roles", "object_type", "object_id", "patient_id", "route")
    list_filter = ("actor_roles",)
    ordering = ("-pk",)
