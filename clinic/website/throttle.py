"""How often one address may send the public forms: counted in the shared cache, so all server processes count together.

Who sits behind how many proxies is a setting; a header that anybody can write is not believed otherwise.
"""

import ipaddress
import math
import time

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac

MOST, WITHIN = 5, 600  # messages per address and form; seconds


def address_of(request):
    """Return the visitor's address: that of the connection, or the one our own outermost proxy has written down."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    address = hops[-proxies] if 0 < proxies <= len(hops) else request.META.get("REMOTE_ADDR", "")
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    if known.version == 6:  # one household has a whole /64
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)


def _key(request, form):
    return f"sent-{form}-{salted_hmac('clinic.website.throttle', address_of(request)).hexdigest()}"


def seconds_to_wait(request, form, *, now=None):
    """Return 0 if this address may send the form now, else the seconds until it may."""
    now = time.time() if now is None else now
    sent = [moment for moment in cache.get(_key(request, form), []) if moment > now - WITHIN]
    return 0 if len(sent) < MOST else max(1, math.ceil(sent[-MOST] + WITHIN - now))


def count(request, form, *, now=None):
    """Note that this address has sent the form."""
    now = time.time() if now is None else now
    key = _key(request, form)
    sent = [moment for moment in cache.get(key, []) if moment > now - WITHIN]
    cache.set(key, [*sent, now][-MOST:], WITHIN)
