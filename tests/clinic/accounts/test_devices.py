"""Devices: added at the desk, paired once on the tablet, taken out of use in one click."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from clinic.accounts import devices, links
from clinic.accounts.models import Device, SignedLink
from clinic.audit.models import AuditEvent
from tests import make
from tests.make import MONDAY

PAIRING = SignedLink.Scope.PAIRING


def paired(by):
    """A paired device and its token."""
    device, code = devices.add(name="Front tablet", location=make.location(), by=by)
    token = devices.pair(links.find(PAIRING, code))
    return Device.objects.get(pk=device.pk), token


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", "actor_id"))


def test_a_device_is_added_paired_and_found_by_its_token(rita):
    device, token = paired(rita)
    assert devices.find(token) == device
    assert (device.name, device.paired_by, device.revoked_at) == ("Front tablet", rita, None)
    assert actions() == [("device.added", rita.pk), ("device.paired", rita.pk)]


def test_only_the_hash_of_the_token_is_kept(rita):
    device, token = paired(rita)
    assert token not in str(Device.objects.values().get())
    with pytest.raises(devices.NoSuchDevice):
        devices.find(device.token_hash)


@pytest.mark.parametrize("who", ["tess", "carlos", "ivan"])
def test_only_the_desk_and_the_clinic_admin_add_and_revoke(who, request, rita):
    other, (device, token) = request.getfixturevalue(who), paired(rita)
    with pytest.raises(PermissionDenied):
        devices.add(name="Mine", location=make.location(), by=other)
    with pytest.raises(PermissionDenied):
        devices.revoke(device, by=other)
    assert (Device.objects.count(), devices.find(token)) == (1, device)


def test_a_pairing_link_pairs_once(rita):
    _device, code = devices.add(name="Front tablet", location=make.location(), by=rita)
    link = links.find(PAIRING, code)
    token = devices.pair(link)
    with pytest.raises(links.LinkNotValid):  # the second of two tablets that were quick
        devices.pair(link)
    with pytest.raises(links.LinkNotValid):
        links.find(PAIRING, code)
    assert devices.find(token).name == "Front tablet"


def test_a_second_link_does_not_pair_a_device_anew(rita):
    device, token = paired(rita)
    again = links.make(PAIRING, device.pk, by=rita)
    with pytest.raises(links.LinkNotValid):
        devices.pair(links.find(PAIRING, again))
    assert devices.find(token) == device
    assert links.find(PAIRING, again).used_at is None  # rolled back with the rest


def test_a_pairing_link_lives_a_quarter_of_an_hour(rita):
    with time_machine.travel(MONDAY, tick=False) as clock:
        _device, code = devices.add(name="Front tablet", location=make.location(), by=rita)
        clock.shift(timedelta(minutes=14))
        assert links.find(PAIRING, code).scope == "pairing"
        clock.shift(timedelta(minutes=1))
        with pytest.raises(links.LinkNotValid):
            links.find(PAIRING, code)


def test_a_revoked_device_is_not_found_and_its_open_link_opens_nothing(rita, olga):
    device, token = paired(rita)
    waiting, code = devices.add(name="Other tablet", location=make.location(), by=rita)
    for row in (device, waiting, device):
        devices.revoke(row, by=olga)
    with pytest.raises(devices.NoSuchDevice):
        devices.find(token)
    with pytest.raises(links.LinkNotValid):
        links.find(PAIRING, code)
    assert [a for a, _ in actions()].count("device.revoked") == 2


def test_a_device_not_yet_paired_is_not_found(rita):
    devices.add(name="Front tablet", location=make.location(), by=rita)
    for token in ("", "None", "x" * 43):
        with pytest.raises(devices.NoSuchDevice):
            devices.find(token)


def test_use_is_noted_at_most_once_a_minute(rita):
    device, _token = paired(rita)
    for seconds in (0, 30, 59, 60, 90):
        devices.note_use(Device.objects.get(), now=MONDAY + timedelta(seconds=seconds))
    device.refresh_from_db()
    assert device.last_seen_at == MONDAY + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"token_hash": "x" * 64}, "device_is_paired_by_somebody_with_a_token"),
        ({"paired_at": MONDAY}, "device_is_paired_by_somebody_with_a_token"),
        ({"revoked_at": MONDAY}, "device_is_revoked_by_somebody"),
        ({"last_seen_at": MONDAY}, "device_is_seen_after_pairing"),
    ],
)
def test_the_table_refuses_half_a_pairing(rita, wrong, rule):
    devices.add(name="Front tablet", location=make.location(), by=rita)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Device.objects.update(**wrong)


def test_nothing_stays_of_a_device_whose_log_cannot_be_written(rita, monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError("no log")

    monkeypatch.setattr(devices, "record", fails)
    with pytest.raises(RuntimeError):
        devices.add(name="Front tablet", location=make.location(), by=rita)
    assert (Device.objects.count(), SignedLink.objects.count()) == (0, 0)
