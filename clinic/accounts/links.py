"""Signed links: expiring, single-purpose, revocable. The token stands in the mail, its hash in the database."""

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone

from clinic.accounts.models import SignedLink

LIFETIME = {
    SignedLink.Scope.INTAKE: timedelta(days=7),
    SignedLink.Scope.INVITATION: timedelta(days=7),
    SignedLink.Scope.OFFER: timedelta(hours=1),
    SignedLink.Scope.CHECKIN: timedelta(days=1),
    SignedLink.Scope.PAIRING: timedelta(minutes=15),
}


class LinkNotValid(Exception):
    """The link is unknown, expired, used up or withdrawn; which of these is not told to its holder."""


def _hash(token):
    return hashlib.sha256(token.encode()).hexdigest()


def make(scope, subject_id, *, by=None, expires_at=None):
    """Create a link for one subject, withdraw its older ones, and return the token (it is shown only now).

    It lives as long as its scope says, or until `expires_at`.
    """
    now = timezone.now()
    SignedLink.objects.filter(scope=scope, subject_id=subject_id, used_at=None, revoked_at=None).update(revoked_at=now)
    token = secrets.token_urlsafe(24)
    SignedLink.objects.create(
        scope=scope,
        subject_id=subject_id,
        token_hash=_hash(token),
        created_at=now,
        created_by=by,
        expires_at=expires_at or now + LIFETIME[scope],
    )
    return token


def find(scope, token):
    """Return the living link behind `token`; raise `LinkNotValid` in every other case."""
    link = SignedLink.objects.filter(scope=scope, token_hash=_hash(token), used_at=None, revoked_at=None).first()
    if link is None or link.expires_at <= timezone.now():
        raise LinkNotValid
    return link


def latest(scope, token):
    """Return the newest link to what `token` once opened, living or not; raise `LinkNotValid` for an unknown token."""
    link = SignedLink.objects.filter(scope=scope, token_hash=_hash(token)).first()
    if link is None:
        raise LinkNotValid
    return SignedLink.objects.filter(scope=scope, subject_id=link.subject_id).order_by("-pk")[0]


def withdraw(scope, subject_id):
    """Let every link to this subject open nothing more."""
    living = SignedLink.objects.filter(scope=scope, subject_id=subject_id, used_at=None, revoked_at=None)
    living.update(revoked_at=timezone.now())


def use_up(link):
    """Mark the link as used, so that it opens nothing more; `LinkNotValid` if it was used or withdrawn meanwhile."""
    if not SignedLink.objects.filter(pk=link.pk, used_at=None, revoked_at=None).update(used_at=timezone.now()):
        raise LinkNotValid


def revoke_all(scope, subject_ids):
    """Withdraw every living link of this scope to these subjects; return how many."""
    living = SignedLink.objects.filter(scope=scope, subject_id__in=subject_ids, used_at=None, revoked_at=None)
    return living.update(revoked_at=timezone.now())
