"""Before something that cannot be left to an unlocked screen: the password, a code or a key again (T080).

Ten minutes after they were last given, they are asked for anew.
"""

import time
from functools import wraps
from urllib.parse import quote

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.shortcuts import redirect
from django.urls import reverse

RECENT = 10 * 60  # seconds


def is_recent(request):
    """Did this person give a password, a code or a key in this session within the last ten minutes?"""
    given = [entry.get("at", 0) for entry in get_authentication_records(request, request.user)]
    return time.time() - max(given, default=0) < RECENT


def address(request, back=""):
    """Return where it is given again, and from there back to `back` (or to this page)."""
    flows = get_reauthentication_flows(request.user)
    page = f"account_{flows[0]['id']}" if flows and flows[0]["id"] == "reauthenticate" else "mfa_reauthenticate"
    return f"{reverse(page if flows else 'mfa_index')}?next={quote(back or request.get_full_path())}"


def recently_signed_in(view):
    """Let a POST through only soon after the person has signed in; otherwise ask first, and nothing is done."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.method == "POST" and not is_recent(request):
            return redirect(address(request))
        return view(request, *args, **kwargs)

    return guarded
