"""How often one visitor may send the public forms: counted in the shared cache, so all server processes count together.

Who sits behind how many proxies is a setting; a header that anybody can write is not believed otherwise.
"""

import ipaddress
import math
import re
import time

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac

MOST, WITHIN = 5, 600  # messages per address and form; seconds
DAY, MOST_KEPT = 86_400, 200  # seconds; moments kept of one visitor


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


def _key(form, who):
    return f"sent-{form}-{salted_hmac('clinic.website.throttle', who).hexdigest()}"


def _sent(key, within, now):
    return [moment for moment in cache.get(key, []) if moment > now - within]


def _wait(key, most, within, now):
    if most == 0:
        return within
    sent = _sent(key, within, now)
    return 0 if len(sent) < most else max(1, math.ceil(sent[-most] + within - now))


def seconds_to_wait(request, form, *, now=None):
    """Return 0 if this address may send the form now, else the seconds until it may."""
    return _wait(_key(form, address_of(request)), MOST, WITHIN, time.time() if now is None else now)


def count(request, form, *, now=None):
    """Note that this address has sent the form."""
    now, key = time.time() if now is None else now, _key(form, address_of(request))
    cache.set(key, [*_sent(key, WITHIN, now), now][-MOST:], WITHIN)


def _names(request, contact):
    """The names by which a visitor is known again: address, phone (its last ten digits), e-mail in small letters."""
    phone, email = re.sub(r"\D", "", contact["phone"])[-10:], contact.get("email", "").strip().casefold()
    return [_key("today", name) for name in (address_of(request), phone, email) if name]


def seconds_to_wait_today(request, contact, most, *, now=None):
    """Return 0 if this visitor may ask for one more time within the day, else the seconds until they may.

    Only what was asked on this site is counted, so a patient and a stranger are answered alike. `most` is the clinic's
    number; with 0 nobody may. Requests sent in the same moment may pass it by a few: it spares the desk, no more.
    """
    now = time.time() if now is None else now
    return max(_wait(key, most, DAY, now) for key in _names(request, contact))


def count_today(request, contact, *, now=None):
    """Note that this visitor has asked for a time."""
    now = time.time() if now is None else now
    for key in _names(request, contact):
        cache.set(key, [*_sent(key, DAY, now), now][-MOST_KEPT:], DAY)
