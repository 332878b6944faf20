"""Who may check in at a device right now, found by what only the patient knows; never a list of names."""

import re

from django.db.models.functions import Coalesce
from django.utils import timezone

from clinic.scheduling import waits
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import HERE, Status
from clinic.scheduling.steps import EARLIEST, LATEST
from patients import searching
from patients.models import ProxyGrant

LETTERS, SHORTEST_PHONE = 3, 7
APOSTROPHE = re.compile(r"(?<=\w)['’ʼ`´](?=\w)")
MAY_ARRIVE = (Status.BOOKED, Status.CONFIRMED, Status.ARRIVED)


class NobodyFound(Exception):
    """No visit, not now, or more than one person: which of these is not told, the desk knows."""


def due(device, now):
    """Visits at the device's place that may be checked in at `now`, the earliest first."""
    return (
        Appointment.objects.filter(
            location=device.location_id,
            patient__deceased_on=None,
            patient__isnull=False,
            status__in=MAY_ARRIVE,
            starts_at__gte=now - LATEST,
            starts_at__lte=now + EARLIEST,
        )
        .select_related("patient__merged_into", "practitioner", "kind", "check_in")
        .order_by("starts_at", "pk")
    )


def begins_with(patient, letters):
    """Does a word of the last name begin with these letters? Three at least, unless the whole name is shorter."""
    asked, name = "".join(searching.words(letters)), patient.family_name or patient.given_name
    words = {*searching.words(name), "".join(searching.words(name))}
    is_enough = len(asked) + len(APOSTROPHE.findall(letters)) >= LETTERS  # O'K is three on the screen
    return any(asked == word or (is_enough and word.startswith(asked)) for word in words if asked)


def has_phone(patient, phone):
    """Is this the patient's number, with or without the country's and the area's digits?"""
    asked, known = (re.sub(r"\D", "", searching.fold(text)) for text in (phone, patient.phone))
    return min(len(asked), len(known)) >= SHORTEST_PHONE and (known.endswith(asked) or asked.endswith(known))


def find(device, *, birth_date, letters="", phone="", now=None):
    """Return the visit of the one person with this birth date and these letters of the last name, or this phone.

    Raises `NobodyFound`, also when two people fit: the screen shows no names to choose from.
    """
    if not letters and not phone:
        raise NobodyFound
    visits = [
        visit
        for visit in due(device, now or timezone.now()).filter(patient__birth_date=birth_date)
        if (not letters or begins_with(visit.patient, letters)) and (not phone or has_phone(visit.patient, phone))
    ]
    if len({visit.patient.person_id for visit in visits}) != 1:
        raise NobodyFound
    return visits[0]


def together(visit, device, now=None):
    """Return the visits, one a person, of those whom the patient of `visit` may book for, and who may check in now.

    A shared phone or address opens nothing: without such a grant everybody gives their own birth date.
    """
    records = [visit.patient, visit.patient.merged_into]
    accounts = {record.user_id for record in records if record and record.user_id}
    if not accounts:
        return []
    granted = ProxyGrant.objects.current("booking").filter(user__in=accounts)
    granted = granted.annotate(person=Coalesce("patient__merged_into", "patient")).values("person")
    rows = due(device, now or timezone.now()).with_person().filter(person__in=granted)
    first: dict[int, Appointment] = {}
    for row in rows.exclude(person=visit.patient.person_id):
        first.setdefault(row.person, row)
    return list(first.values())


def wait(visit, now=None):
    """Return about how many minutes the patient of `visit` will wait, in steps of five."""
    now = now or timezone.now()
    rows = Appointment.objects.filter(
        practitioner=visit.practitioner_id,
        status__in=HERE,
        finished_at=None,
        starts_at__lt=visit.starts_at,
        starts_at__gt=visit.starts_at - EARLIEST,
    )
    ahead = [waits.Ahead(row.minutes, row.started_at) for row in rows]
    return waits.about(visit.starts_at, ahead, now=now, at_a_time=visit.practitioner.capacity)
