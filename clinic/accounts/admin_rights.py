"""Admin pages ask the same matrix as every other door (`roles.can`), not Django's own permission table.

A superuser passes Django's `has_perm` everywhere; here he has the rights of his role and no more.
"""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from clinic.accounts.access import refuse
from clinic.accounts.roles import ALLOWED, can


class ByRight:
    """Mixin for a ModelAdmin or an inline, left of Django's class: `right_prefix = "article"` asks article.view,
    article.add and article.change.

    Nothing is deleted here: rows are ended, withdrawn or entered in error. An action the matrix does not name
    belongs to nobody. Rows come through `for_user` where the model has it.
    """

    right_prefix = ""

    def may(self, request, action):
        """May this user do `action` (view, add, change, publish ...) with such rows at all?"""
        right = f"{self.right_prefix}.{action}"
        return right in ALLOWED and can(request.user, right)

    def has_view_permission(self, request, obj=None):
        return self.may(request, "view") or self.may(request, "change")

    def has_add_permission(self, request, obj=None):
        return self.may(request, "add")

    def has_change_permission(self, request, obj=None):
        return self.may(request, "change")

    def has_delete_permission(self, request, obj=None):
        return False

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def history_view(self, request, object_id, extra_context=None):
        """The right is asked before the row is looked for (Django does it the other way round)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """Not yours and not there are 404 here too (Django goes home with a message that repeats what was asked)."""
        refuse(request, "row", opts.label_lower, object_id)
        raise Http404

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.for_user(request.user) if hasattr(rows, "for_user") else rows
