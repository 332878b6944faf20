"""Where somebody stands in the check-in: numbers of visits in a signed cookie of five minutes, gone at the end."""

from dataclasses import asdict, dataclass, field

from django.conf import settings
from django.core import signing

from clinic.accounts.device_cookie import PATH
from clinic.scheduling.models import Appointment

NAME, SALT, LASTS = "checkin", "clinic.reception.kiosk", 300  # seconds


class NotBegun(Exception):
    """Nobody is checking in at this device, or they have been away too long."""


@dataclass
class Standing:
    """The visits that were checked in together, in the order they are asked; whether an answer needs somebody."""

    device: int
    visits: list[int] = field(default_factory=list)
    is_told: bool = False  # an answer that a practitioner must talk about first
    is_urgent: bool = False  # an answer that cannot wait

    def rows(self):
        """The visits themselves, in the same order."""
        rows = Appointment.objects.select_related("patient", "practitioner", "kind", "check_in").in_bulk(self.visits)
        return [rows[number] for number in self.visits if number in rows]

    def next_row(self):
        """The visit whose patient is asked next, or None when all have answered."""
        return next((row for row in self.rows() if not hasattr(row, "check_in")), None)


def keep(response, standing):
    """Send the standing along with this answer and return the answer."""
    response.set_cookie(
        NAME, signing.dumps(asdict(standing), salt=SALT), path=PATH, max_age=LASTS, httponly=True, samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


def forget(response):
    """Leave nothing of it in the browser and return the answer."""
    response.delete_cookie(NAME, path=PATH, samesite="Strict")
    return response


def read(request):
    """Return the standing of this device. Raises `NotBegun`."""
    try:
        standing = Standing(**signing.loads(request.COOKIES.get(NAME, ""), salt=SALT, max_age=LASTS))
    except (signing.BadSignature, TypeError) as error:
        raise NotBegun from error
    if standing.device != request.device.pk:
        raise NotBegun
    return standing
