"""The devices of the demo clinic: most are in order, one is overdue for its check, one is out of use."""

from datetime import timedelta

from clinic.charting.models import Equipment, TreatmentKind

# kind, name, maker and model, serial number, days since the last check, days until the next one, days out of use
DEVICES = (
    ("ultrasound", "Ultrasound, room 1", "Harmony Medical S2", "HM-20417", 210, 155, None),
    ("ultrasound", "Ultrasound, room 2", "Harmony Medical S2", "HM-20418", 391, -26, None),
    ("estim", "E-stim, trolley", "Corvane Quad 4", "CQ4-0092", 120, 245, None),
    ("estim", "E-stim, old", "Corvane Duo", "CD2-5510", 800, None, 95),
    ("heat", "Heat pack tank", "Lindqvist 6", "L6-118", 45, 320, None),
    ("traction", "Traction table", "Ostrava T30", "T30-7741", 300, 65, None),
)
UNTIL_STARTED = timedelta(minutes=6)  # from the beginning of the visit


def write(today):
    """Put the devices into the table."""
    kinds = {kind.slug: kind for kind in TreatmentKind.objects.order_by("pk")}
    Equipment.objects.bulk_create(
        Equipment(
            kind=kinds[slug],
            name=name,
            maker=maker,
            serial_number=number,
            checked_on=today - timedelta(days=since),
            next_check_on=None if due is None else today + timedelta(days=due),
            retired_on=None if out is None else today - timedelta(days=out),
        )
        for slug, name, maker, number, since, due, out in DEVICES
    )


def in_use(today):
    """Return {kind: its devices that are in use}, each in the order they were bought."""
    found = {}
    for device in Equipment.objects.select_related("kind").order_by("pk"):
        if device.retired_on is None or device.retired_on > today:
            found.setdefault(device.kind.slug, []).append(device)
    return found


def given_with(devices, visit, minutes):
    """Return with which device a treatment was given, and from when to when; each practitioner keeps to one device."""
    if not devices:
        return {}
    began = visit.visited_at + UNTIL_STARTED
    timed = {"started_at": began, "ended_at": began + timedelta(minutes=minutes)} if minutes else {}
    return {"device": devices[visit.practitioner_id % len(devices)], **timed}
