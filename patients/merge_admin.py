"""Proposals to join two records, in the admin: a list for the clinic admin, each opened as a review side by side."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import F
from django.urls import path
from django.utils.translation import gettext_lazy as _

from clinic.accounts.admin_lookups import FilteredOnly
from clinic.accounts.admin_rights import ByRight
from clinic.accounts.roles import can
from patients import merge_pages
from patients.models import Merge


class StateFilter(admin.SimpleListFilter):
    """Waiting, joined, refused or taken apart again."""

    title = _("state")
    parameter_name = "state"
    STATES: ClassVar[dict[str, dict]] = {
        "waiting": {"decided_at": None},
        "joined": {"is_merged": True, "undone_at": None},
        "refused": {"decided_at__isnull": False, "is_merged": False},
        "apart": {"undone_at__isnull": False},
    }

    def lookups(self, request, model_admin):
        return list(zip(self.STATES, WORDS.values(), strict=True))

    def queryset(self, request, queryset):
        return queryset.filter(**self.STATES.get(self.value() or "", {}))


WORDS = {"waiting": _("To review"), "joined": _("Joined"), "refused": _("Two people"), "apart": _("Taken apart again")}


def state_of(merge):
    """Return waiting, joined, refused or apart."""
    if merge.decided_at is None:
        return "waiting"
    if not merge.is_merged:
        return "refused"
    return "joined" if merge.undone_at is None else "apart"


@admin.register(Merge)
class MergeAdmin(ByRight, FilteredOnly):
    """Pairs of records that are thought to be one person, those to review first."""

    list_display = ("pair", "because", "proposed_at", "proposed_by", "state")
    list_filter = (StateFilter,)
    list_select_related = ("kept", "absorbed", "proposed_by")
    list_per_page = 50
    show_full_result_count = False
    actions = None
    ordering = (F("decided_at").desc(nulls_first=True), "-proposed_at", "-pk")
    change_list_template = "admin/patients/merge/change_list.html"

    def may(self, request, action):
        """One right opens list and review; nothing is added here (proposals come from the desk or a look)."""
        return action in ("view", "change") and can(request.user, merge_pages.RIGHT)

    @admin.display(description=_("records"))
    def pair(self, merge):
        names = (f"{row.full_name} ({row.chart_number})" for row in (merge.kept, merge.absorbed))
        return " – ".join(names)

    @admin.display(description=_("state"))
    def state(self, merge):
        return WORDS[state_of(merge)]

    def get_urls(self):
        view = self.admin_site.admin_view(self.likely_view)
        return [path("likely/", view, name="patients_merge_likely"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {**(extra_context or {}), "title": _("Records of one person")})

    def likely_view(self, request):
        return merge_pages.likely(request, self.admin_site)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return merge_pages.review(request, object_id, self.admin_site)

    def save_model(self, request, obj, form, change):
        raise NotImplementedError("records are joined by their deeds")
