"""The chart: Django's admin with our doorkeeper and, as its home, today's list."""

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from clinic.accounts import second_factor
from clinic.accounts.access import mark, refuse, to_login
from clinic.accounts.roles import ADMIN, CHIRO, IT, THERAPIST

CHART_ROLES = {ADMIN, CHIRO, THERAPIST, IT}


class ClinicAdminSite(AdminSite):
    site_title = site_header = _("Vertebra")
    index_title = _("Today")

    def has_permission(self, request):
        """Signed in, one of the roles that work here, and with a second factor where it is required."""
        user = request.user
        return user.is_authenticated and user.is_active and bool(user.roles & CHART_ROLES) and not self._step(request)

    def _step(self, request):
        return second_factor.next_step(request)

    def admin_view(self, view, cacheable=False):
        """Mark every admin route, and answer 403 by role instead of a second login page."""
        inner = super().admin_view(view, cacheable)

        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return to_login(request)
            if not request.user.roles & CHART_ROLES:
                refuse(request, "role")
                raise PermissionDenied
            if step := self._step(request):
                return step
            return inner(request, *args, **kwargs)

        return mark(guarded, "staff_only")

    def login(self, request, extra_context=None):
        return to_login(request)
