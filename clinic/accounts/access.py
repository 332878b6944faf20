"""Marks for views: each route carries exactly one, and a test walks the URLconf to see that none was forgotten.

By role the answer is 403, by row 404 (`get_or_404`); either way one audit row `access.denied` is written.
"""

from functools import wraps
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from clinic.accounts import device_cookie, devices, links, second_factor
from clinic.accounts.roles import CLINICAL, FRONT, PATIENT, STAFF
from clinic.audit.recording import record


def mark(view, name):
    """Write the access mark on a view (also used for views of Django and allauth)."""
    getattr(view, "__func__", view).access_mark = name  # a bound method keeps it on its function
    return view


def mark_all(patterns, name):
    """Write the same mark on every view of a list of URL patterns, included ones too, and return the list."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            mark(pattern.callback, name)
        else:
            mark_all(pattern.url_patterns, name)
    return patterns


def refuse(request, why, obj_type="", obj_id=""):
    """Write the audit row of a refusal: who, where, what; no health data."""
    request.is_refused = True
    user = request.user if request.user.is_authenticated else None
    record("access.denied", by=user, why=why, object=obj_type, id=str(obj_id)[:60])


def answer(view, request, *args, **kwargs):
    """Call the view; a right that it or its deed asks for and the user lacks is written down like a refusal by role."""
    try:
        return view(request, *args, **kwargs)
    except PermissionDenied as error:
        if not getattr(request, "is_refused", False):
            refuse(request, f"right {error}".strip()[:60])
        raise


def to_login(request):
    """Send an anonymous visitor to sign in and back to where they were going."""
    return redirect(f"{reverse(settings.LOGIN_URL)}?next={quote(request.get_full_path())}")


def _by_role(name, roles, staff):
    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return to_login(request)
            if not request.user.roles & roles:
                refuse(request, "role")
                raise PermissionDenied
            if staff and (step := second_factor.next_step(request)):
                return step
            return answer(view, request, *args, **kwargs)

        return mark(never_cache(guarded), name)

    return decorate


reception_only = _by_role("reception_only", FRONT, staff=True)
clinical_only = _by_role("clinical_only", CLINICAL, staff=True)
staff_only = _by_role("staff_only", STAFF, staff=True)
patient_only = _by_role("patient_only", {PATIENT}, staff=False)


def open_to_all(view):
    """A page of the public site: nothing on it may depend on who looks."""
    return mark(view, "open_to_all")


def by_link(scope):
    """Open to the holder of a living signed link of this scope; the view gets the link in the token's place."""

    def decorate(view):
        @wraps(view)
        def guarded(request, token, *args, **kwargs):
            try:
                link = links.find(scope, token)
            except links.LinkNotValid:
                refuse(request, "link", scope)
                return render(request, "accounts/link_not_valid.html", {"scope": scope, "token": token}, status=404)
            return view(request, link, *args, **{**kwargs, "token": token})

        return mark(never_cache(guarded), f"by_link:{scope}")

    return decorate


def by_address(find):
    """Open to whoever knows a secret address that stays until it is withdrawn, such as a calendar on a phone.

    The view gets what `find(token)` returns in the token's place; `LookupError` is a 404 with an audit row.
    """

    def decorate(view):
        @wraps(view)
        def guarded(request, token, *args, **kwargs):
            try:
                found = find(token)
            except LookupError as error:
                refuse(request, "address")
                raise Http404 from error
            return view(request, found, *args, **kwargs)

        return mark(guarded, "by_address")

    return decorate


def kiosk(view):
    """Open to a paired device of the clinic, whoever stands before it; the view finds it as `request.device`."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        try:
            request.device = device_cookie.device_of(request)
        except devices.NoSuchDevice:
            refuse(request, "device")
            return render(request, "accounts/device_not_paired.html", status=403)
        with timezone.override(request.device.location.zone):
            response = view(request, *args, **kwargs)
        if request.method == "POST" and response.status_code < 400:
            devices.note_use(request.device)
        return response

    return mark(never_cache(guarded), "kiosk")


def get_or_404(request, rows, **lookup):
    """Return the one row of an already scoped queryset (`for_user`); otherwise 404 with an audit row.

    Not yours and not there look the same. Odd values (negative, 2^63, not a number) are 404 too.
    """
    try:
        return rows.get(**lookup)
    except (rows.model.DoesNotExist, ValueError, TypeError, OverflowError) as error:
        refuse(request, "row", rows.model._meta.label_lower, next(iter(lookup.values()), ""))
        raise Http404 from error
