"""Where a deed of the desk returns to: the page its button stood on."""

from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

UNDO = "desk_undo"  # session: number of the visit whose last step can be taken back; no name, no health data


def go_back(request, default="desk:day"):
    """Redirect to the page the form names in `back` if it is one of ours, else to `default`."""
    back = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back) if ours and back.startswith("/") else redirect(default)
