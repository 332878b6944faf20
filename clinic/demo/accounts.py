"""One account per role with a fresh password: shown once, never kept, never the same twice."""

import secrets
from dataclasses import dataclass

from clinic.accounts.models import User
from clinic.accounts.roles import Role
from clinic.demo.people import DOMAIN

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike


@dataclass(frozen=True)
class Login:
    """What a visitor of the demo needs to walk in: the role, the account, its password, the door."""

    role: str
    user: User
    password: str
    door: str


@dataclass(frozen=True)
class People:
    """The accounts of the demo: those with a password (`logins`, by role) and the other practitioners."""

    logins: dict[Role, Login]
    ingrid: User
    noor: User

    def user(self, role):
        return self.logins[role].user


DOORS = (
    (Role.CLINIC_ADMIN, "olga", "Olga Brandt", "/admin/"),
    (Role.CHIROPRACTOR, "carlos", "Dr. Carlos Ibáñez-Carrión", "/admin/"),
    (Role.THERAPIST, "tess", "Tess Okafor", "/admin/"),
    (Role.RECEPTIONIST, "dolores", "Dolores Reyes", "/desk/"),
    (Role.PATIENT, "ana", "Ana Sørensen", "/portal/"),
    (Role.IT_SUPERUSER, "ivan", "Ivan Petrov", "/admin/"),
)


def fresh_password():
    """Return four groups of five random characters (about 98 bits)."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))


def create_accounts():
    """Create one account per role and the two chiropractors nobody signs in as; return `People`."""
    logins: dict[Role, Login] = {}
    for role, local, name, door in DOORS:
        password = fresh_password()
        granted = {"is_superuser": True} if role == Role.IT_SUPERUSER else {"roles": [role]}
        user = User.objects.create_user(f"{local}@{DOMAIN}", password, display_name=name, **granted)
        logins[role] = Login(role, user, password, door)
    others = [
        User.objects.create_user(f"{local}@{DOMAIN}", None, display_name=name, roles=[Role.CHIROPRACTOR])
        for local, name in (("ingrid", "Dr. Ingrid Lindqvist"), ("noor", "Dr. Noor van der Heijden"))
    ]
    return People(logins, *others)


def as_table(logins):
    """Return the accounts as lines of text: role, e-mail, password, door."""
    rows = [(str(Role(one.role).label), one.user.email, one.password, one.door) for one in logins]
    rows.insert(0, ("Role", "E-mail", "Password", "Door"))
    widths = [max(len(row[n]) for row in rows) for n in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [lines[0], "-" * max(map(len, lines)), *lines[1:]]
