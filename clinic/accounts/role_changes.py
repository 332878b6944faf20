"""Giving and taking roles: by somebody else than the account itself, and always in the log."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from clinic.accounts.models import RoleGrant
from clinic.accounts.roles import Role, require
from clinic.audit.recording import record


class OwnRoles(PermissionDenied):
    """Nobody changes the roles of their own account."""


def _may(user, role, by):
    require(by, "account.change")
    if user.pk == by.pk:
        raise OwnRoles
    if role == Role.IT_SUPERUSER and Role.IT_SUPERUSER not in by.roles:
        raise PermissionDenied("only IT gives or takes the role of IT")


@transaction.atomic
def grant(user, *, role, by):
    """Give `user` a role and return the grant; a role held already is given once. Raises `OwnRoles`."""
    _may(user, role, by)
    given, created = RoleGrant.objects.get_or_create(user=user, role=role, defaults={"granted_by": by})
    if created:
        record("role.granted", given, by=by, user=user.pk, role=str(role))
    return given


@transaction.atomic
def revoke(grant, *, by):
    """Take a role back. Raises `OwnRoles`."""
    _may(grant.user, grant.role, by)
    record("role.revoked", grant, by=by, user=grant.user_id, role=str(grant.role))
    grant.delete()
