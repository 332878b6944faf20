"""How often a device may ask for somebody who is not there: guessing birth dates must not pay."""

import math
import time

from django.core.cache import cache

MOST, WITHIN = 10, 600  # wrong tries; seconds


def _recent(device, now):
    return [moment for moment in cache.get(f"wrong-tries-{device.pk}", []) if moment > now - WITHIN]


def seconds_to_wait(device, *, now=None):
    """Return 0 if the device may ask now, else the seconds until it may."""
    now = time.time() if now is None else now
    wrong = _recent(device, now)
    return 0 if len(wrong) < MOST else max(1, math.ceil(wrong[-MOST] + WITHIN - now))


def count(device, *, now=None):
    """Note a wrong try of this device."""
    now = time.time() if now is None else now
    cache.set(f"wrong-tries-{device.pk}", [*_recent(device, now), now][-MOST:], WITHIN)
