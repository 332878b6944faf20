"""Staff need a second factor in this session on every staff page (`REQUIRE_MFA`)."""

from urllib.parse import quote

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.shortcuts import redirect
from django.urls import reverse


def passed(request):
    """Was a second factor given in this session?"""
    return any(entry.get("method") == "mfa" for entry in get_authentication_records(request, request.user))


def next_step(request):
    """Return None when staff may go on, else the redirect: to enrolment, or to give the factor they have."""
    if not settings.REQUIRE_MFA or passed(request):
        return None
    page = "mfa_reauthenticate" if get_adapter().is_mfa_enabled(request.user) else "mfa_index"
    return redirect(f"{reverse(page)}?next={quote(request.get_full_path())}")


def remember_enrolment(sender, request, user, authenticator, **kwargs):
    """Enrolling proves possession: allauth itself does not count it for this session (signal `authenticator_added`)."""
    record_authentication(request, user, method="mfa", type=authenticator.type, id=authenticator.pk)
