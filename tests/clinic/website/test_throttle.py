"""How often one address may send."""

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from clinic.website import throttle


@pytest.fixture(autouse=True)
def _empty(db):
    cache.clear()


def seen_from(address="192.0.2.1", forwarded=""):
    return RequestFactory().post("/call/", REMOTE_ADDR=address, HTTP_X_FORWARDED_FOR=forwarded)


def test_the_sixth_within_ten_minutes_waits_until_the_first_is_ten_minutes_old():
    for second in range(5):
        assert throttle.seconds_to_wait(seen_from(), "call", now=1000 + second) == 0
        throttle.count(seen_from(), "call", now=1000 + second)

    assert throttle.seconds_to_wait(seen_from(), "call", now=1005) == 595
    assert throttle.seconds_to_wait(seen_from(), "call", now=1599.5) == 1
    assert throttle.seconds_to_wait(seen_from(), "call", now=1600) == 0


def test_other_addresses_and_other_forms_are_counted_apart():
    for second in range(5):
        throttle.count(seen_from(), "call", now=1000 + second)

    assert throttle.seconds_to_wait(seen_from("192.0.2.2"), "call", now=1005) == 0
    assert throttle.seconds_to_wait(seen_from(), "request", now=1005) == 0


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "nonsense", "nonsense"),
    ],
)
def test_a_header_is_believed_only_as_far_as_our_own_proxies_wrote_it(settings, proxies, forwarded, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies

    assert throttle.address_of(seen_from(forwarded=forwarded)) == address


def test_a_household_on_ipv6_is_one_address():
    assert throttle.address_of(seen_from("2001:db8:1:2:aaaa::1")) == throttle.address_of(seen_from("2001:db8:1:2::9"))
    assert throttle.address_of(seen_from("2001:db8:1:2::1")) != throttle.address_of(seen_from("2001:db8:1:3::1"))


def test_no_address_stands_in_the_cache_in_clear():
    assert "192.0.2.1" not in throttle._key(seen_from(), "call")
