"""What a practitioner keeps to hand, in the admin: presets and phrases.

Everybody changes their own; the clinic's, which everybody is offered, are changed by the clinic admin.
"""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.accounts.admin_lookups import FilteredOnly
from clinic.accounts.admin_rights import ByRight
from clinic.accounts.roles import Role
from clinic.audit.recording import record
from clinic.charting.models import Phrase, Preset


def may_change_the_clinics(user):
    """The clinic's own words are the clinic admin's; a chiropractor changes his or her own."""
    return Role.CLINIC_ADMIN in user.roles


class OwnWords(ByRight, FilteredOnly):
    """Rows of one practitioner, or of the clinic for all. One sees one's own and the clinic's; the clinic admin sees
    each and may hand one over to the clinic."""

    own_fields: tuple[str, ...] = ()
    actions = None
    list_per_page = 50
    list_select_related = ("practitioner",)
    show_full_result_count = False

    @admin.display(description=_("Whose"), ordering="practitioner")
    def whose(self, row):
        return row.practitioner or _("the clinic's, for all")

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        if may_change_the_clinics(request.user):
            return rows
        return rows.filter(Q(practitioner=None) | Q(practitioner__user=request.user))

    def get_fields(self, request, obj=None):
        """Whose it is stands only where it may be given to somebody else."""
        whose = ("practitioner",) if obj and may_change_the_clinics(request.user) else ()
        return (*whose, *self.own_fields)

    def has_change_permission(self, request, obj=None):
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or obj.practitioner_id is not None or may_change_the_clinics(request.user)

    def save_model(self, request, obj, form, change):
        """A new row is the practitioner's own; without a practitioner of one's own it is the clinic's."""
        if not change:
            obj.practitioner = getattr(request.user, "practitioner", None)
        super().save_model(request, obj, form, change)
        deed = "changed" if change else "added"
        record(f"{self.right_prefix}.{deed}", obj, by=request.user, fields=sorted(form.changed_data))

    def add_view(self, request, form_url="", extra_context=None):
        """Asked here and not with the right, which the menu of every page asks: it costs a query."""
        if not (may_change_the_clinics(request.user) or hasattr(request.user, "practitioner")):
            raise PermissionDenied
        return super().add_view(request, form_url, extra_context)


@admin.register(Preset)
class PresetAdmin(OwnWords):
    """Presets: made on the travel card from what was given; here they are named, put in order and switched off."""

    right_prefix = "preset"
    list_display = ("name", "holds", "whose", "is_active", "order")
    list_filter = ("is_active",)
    own_fields = ("name", "is_active", "order", "holds")
    readonly_fields = ("holds",)

    @admin.display(description=_("Treatments"))
    def holds(self, preset):
        return ", ".join(item.get("kind", "").replace("_", " ") for item in preset.items)

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(Phrase)
class PhraseAdmin(OwnWords):
    """Phrases: put in by "/" and the short name, in one part of the note."""

    right_prefix = "phrase"
    list_display = ("short", "part", "text", "whose", "order")
    list_filter = ("part",)
    search_fields = ("short", "text")
    own_fields = ("part", "short", "text", "order")
