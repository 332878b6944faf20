"""How often one visitor may send."""

import pytest
from django.core.cache import cache
from django.db import connection
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


def contact(phone="(802) 555-0199", email=""):
    return {"name": "Ana", "phone": phone, "email": email}


def today(asked, most=3, *, address="192.0.2.9", now=2000):
    return throttle.seconds_to_wait_today(seen_from(address), asked, most, now=now)


@pytest.mark.parametrize(
    ("address", "asked", "wait"),
    [
        ("192.0.2.9", contact("(802) 555-0100"), 0),
        ("192.0.2.1", contact("(802) 555-0100"), 85_400),
        ("192.0.2.9", contact("+1 802.555.0199"), 85_400),
        ("192.0.2.9", contact("(802) 555-0100", " ANA@example.org "), 85_400),
    ],
    ids=["somebody else", "same address", "same phone in another spelling", "same e-mail in another spelling"],
)
def test_a_visitor_is_known_again_by_address_phone_or_e_mail_for_a_day(address, asked, wait):
    for second in range(3):
        assert today(contact(email="ana@example.org"), address="192.0.2.1", now=1000 + second) == 0
        throttle.count_today(seen_from(), contact(email="ana@example.org"), now=1000 + second)

    assert today(asked, address=address) == wait
    assert today(asked, address=address, now=1000 + throttle.DAY) == 0


def test_visitors_without_an_e_mail_are_not_one_visitor():
    for second in range(3):
        throttle.count_today(seen_from(), contact(), now=1000 + second)

    assert today(contact("(802) 555-0100")) == 0


@pytest.mark.parametrize(("most", "wait"), [(0, throttle.DAY), (1, 85_400), (2, 0)])
def test_the_clinic_says_how_many_a_day(most, wait):
    throttle.count_today(seen_from(), contact(), now=1000)

    assert today(contact(), most) == wait


def test_who_sent_does_not_stand_in_the_cache_in_clear():
    throttle.count(seen_from(), "call", now=1000)
    throttle.count_today(seen_from(), contact(email="ana@example.org"), now=1000)

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM cache_entries")
        kept = cursor.fetchall()
    assert len(kept) == 4
    assert [part for part in ("192.0.2.1", "555-0199", "5550199", "ana@") if part in str(kept)] == []


def test_a_thousand_other_visitors_do_not_wash_the_count_away():
    """The cache throws entries out when it is full: then nobody would be counted any more."""
    for second in range(5):
        throttle.count(seen_from(), "call", now=1000 + second)
    for n in range(1000):
        cache.set(f"visitor-{n}", [1000.0], throttle.DAY)

    assert throttle.seconds_to_wait(seen_from(), "call", now=1005) == 595
