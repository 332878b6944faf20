"""The devices that treat: which are offered for a kind, which was used last, and whether one must be checked.

A device that is out of use is not offered any more; one whose safety check is overdue is, with a caution beside it.
"""

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting.models import Equipment, TreatmentApplied

FIELDS = ("kind", "name", "maker", "serial_number", "checked_on", "next_check_on", "retired_on", "note")


def offered(kind, day):
    """Return the devices in use on `day` for this kind, by name."""
    rows = Equipment.objects.filter(kind=kind).order_by("name", "pk")
    return [device for device in rows if not is_retired(device, day)]


def is_retired(device, day):
    """Is the device out of use on this day?"""
    return device.retired_on is not None and device.retired_on <= day


def is_overdue(device, day):
    """Was the next safety check due before this day?"""
    return device.next_check_on is not None and device.next_check_on < day


def last_used(found, *, by, room=None):
    """Return the one of the devices `found` that this person used last, else the last one used in the room.

    A single device is proposed although nobody has used it; of several none is guessed.
    """
    if len(found) < 2:
        return found[0] if found else None
    used = TreatmentApplied.objects.filter(device__in=found).order_by("-pk")
    theirs = used.filter(performed_by=by).values_list("device", flat=True).first()
    pk = theirs or (used.filter(visit__appointment__room=room).values_list("device", flat=True).first() if room else 0)
    return next((device for device in found if device.pk == pk), None)


@transaction.atomic
def add(*, by, **fields):
    """Add a device (FIELDS) and return it."""
    require(by, "equipment.add")
    device = Equipment.objects.create(**{name: fields[name] for name in FIELDS if name in fields})
    record("equipment.added", device, by=by, kind=device.kind.slug)
    return device


@transaction.atomic
def change(device, *, by, **fields):
    """Change some FIELDS of a device and return it as it stands now; what is the same writes nothing."""
    require(by, "equipment.change")
    row = Equipment.objects.select_for_update(no_key=True, of=("self",)).get(pk=device.pk)
    changed = [name for name in FIELDS if name in fields and getattr(row, name) != fields[name]]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, fields[name])
    row.save(update_fields=changed)
    record("equipment.changed", row, by=by, fields=changed)
    return row


def today_at(visit):
    """Return the day on which devices are judged for a visit that is being charted: today at its place."""
    return timezone.localdate(timezone=visit.practitioner.location.zone)
