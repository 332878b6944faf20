"""Where a person lands after signing in."""

from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from clinic.accounts.access import mark, to_login
from clinic.accounts.roles import CLINICAL, Role


@require_safe
def arrive(request):
    """Send each to their own door: the chart, the desk, the portal."""
    if not request.user.is_authenticated:
        return to_login(request)
    roles = request.user.roles
    if roles & (CLINICAL | {Role.IT_SUPERUSER}):
        return redirect("admin:index")
    if roles & {Role.RECEPTIONIST, Role.CLINIC_ADMIN}:
        return redirect("desk:day")
    if Role.PATIENT in roles:
        return redirect("portal:home")
    raise Http404


mark(arrive, "open_to_all")
