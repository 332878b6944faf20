"""Devices of the clinic that work without anybody signed in: added at the desk, paired once, taken out in one click.

The token lies in the device's cookie, its hash in the table: who reads the database cannot act as the device.
"""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from clinic.accounts import links
from clinic.accounts.models import Device, SignedLink
from clinic.accounts.roles import require
from clinic.audit.recording import record

NOTED_EVERY = timedelta(minutes=1)


class NoSuchDevice(Exception):
    """No living device has this token: unknown, not paired or taken out of use; which of these is not told."""


def _hash(token):
    return hashlib.sha256(token.encode()).hexdigest()


def _lock(device):
    return Device.objects.select_for_update(no_key=True, of=("self",)).get(pk=device.pk)


@transaction.atomic
def add(*, name, location, by):
    """Write down a device that is going to be paired, and return (device, token of its pairing link)."""
    require(by, "device.pair")
    device = Device.objects.create(name=name, location=location, added_by=by)
    record("device.added", device, by=by)
    return device, links.make(SignedLink.Scope.PAIRING, device.pk, by=by)


@transaction.atomic
def pair(link):
    """Use the pairing link up and return the device's token: it is told only now, to the tablet that asked.

    Raises `LinkNotValid` for a link that was used meanwhile, or a device that is paired or out of use.
    """
    links.use_up(link)
    device = Device.objects.select_for_update(no_key=True, of=("self",)).filter(pk=link.subject_id).first()
    if device is None or device.token_hash or device.revoked_at:
        raise links.LinkNotValid
    token = secrets.token_urlsafe(32)
    device.token_hash, device.paired_at, device.paired_by = _hash(token), timezone.now(), link.created_by
    device.save(update_fields=["token_hash", "paired_at", "paired_by"])
    record("device.paired", device, by=link.created_by)
    return token


@transaction.atomic
def revoke(device, *, by):
    """Take a device out of use, together with a pairing link that is still open; a second time changes nothing."""
    require(by, "device.pair")
    row = _lock(device)
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = timezone.now(), by
        row.save(update_fields=["revoked_at", "revoked_by"])
        open_links = SignedLink.objects.filter(scope=SignedLink.Scope.PAIRING, subject_id=row.pk, used_at=None)
        open_links.update(revoked_at=row.revoked_at)
        record("device.revoked", row, by=by)
    return row


def find(token):
    """Return the living device with this token and its location; raise `NoSuchDevice` in every other case."""
    device = Device.objects.living().select_related("location").filter(token_hash=_hash(token)).first()
    if device is None:
        raise NoSuchDevice
    return device


def note_use(device, *, now=None):
    """Note that the device is in use, at most once a minute."""
    now = now or timezone.now()
    if device.last_seen_at is None or device.last_seen_at <= now - NOTED_EVERY:
        Device.objects.filter(pk=device.pk).update(last_seen_at=now)
        device.last_seen_at = now
