"""The first day of a clinic: its name, its place, its first administrator and its first practitioner with hours."""

from django.db import transaction
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.roles import Role
from clinic.audit.recording import record
from clinic.practice.models import ClinicProfile, Location
from clinic.scheduling.models import Practitioner, Room, VisitKind, WorkingHours

# What nearly every clinic offers; lengths in minutes, all editable in the admin.
FIRST_KINDS = (
    {"slug": "first-visit", "name": "First visit", "purpose": "initial", "minutes": 45, "is_public": True, "order": 10,
     "description": "We listen, examine and talk it over."},
    {"slug": "adjustment", "name": "Adjustment", "purpose": "subsequent", "minutes": 15, "is_public": True, "order": 20,
     "description": "You have been here before."},
    {"slug": "re-examination", "name": "Re-examination", "purpose": "re_exam", "minutes": 30, "order": 30},
)  # fmt: skip


class AlreadyFounded(Exception):
    """Somebody has set this clinic up before."""


@transaction.atomic
def found(*, clinic, location, admin, password, practitioner, days, blocks):
    """Set the clinic up and return the administrator.

    `clinic`, `location`, `admin`, `practitioner` are fields of their rows; an administrator who treats is also the
    practitioner (`practitioner["name"]` equal to the display name). `days` are weekdays (Monday 0), `blocks` pairs of
    (opens, closes) on the wall clock. Raises `AlreadyFounded`.
    """
    if User.objects.exists() or ClinicProfile.objects.filter(set_up_at__isnull=False).exists():
        raise AlreadyFounded
    ClinicProfile.objects.update_or_create(pk=1, defaults={**clinic, "set_up_at": timezone.now()})
    place = Location.objects.create(**location)
    treats = practitioner["name"] == admin["display_name"]
    roles = [Role.CLINIC_ADMIN, Role.CHIROPRACTOR] if treats else [Role.CLINIC_ADMIN]
    owner = User.objects.create_user(admin["email"], password, display_name=admin["display_name"], roles=roles)
    room = Room.objects.create(location=place, name="Room 1", order=10)
    treating = Practitioner.objects.create(**practitioner, location=place, room=room, user=owner if treats else None)
    WorkingHours.objects.bulk_create(
        WorkingHours(practitioner=treating, weekday=day, opens=opens, closes=closes)
        for day in days
        for opens, closes in blocks
    )
    for fields in FIRST_KINDS:
        VisitKind.objects.create(**fields).practitioners.add(treating)
    record("clinic.founded", by=owner)
    return owner
