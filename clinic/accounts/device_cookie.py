"""The cookie by which a paired tablet is known: signed, for the check-in only, out of reach of scripts and others."""

from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature

from clinic.accounts import devices

NAME, SALT, PATH = "device", "clinic.accounts.device", "/checkin/"
LASTS = timedelta(days=400)  # the longest browsers keep one


def give(response, token):
    """Put the token of a device that was just paired into its browser."""
    response.set_signed_cookie(
        NAME, token, salt=SALT, path=PATH, max_age=LASTS, httponly=True, samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def device_of(request):
    """Return the living device this request comes from. Raises `NoSuchDevice`."""
    try:
        token = request.get_signed_cookie(NAME, salt=SALT)
    except (KeyError, BadSignature) as error:
        raise devices.NoSuchDevice from error
    return devices.find(token)
