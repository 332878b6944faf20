"""The demo clinic itself: its name and place, who treats, in which rooms, what kinds of visit, and when."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from clinic.demo.texts import ABOUT, DISCLAIMER, INTRODUCTION
from clinic.practice.models import ClinicProfile, Location
from clinic.scheduling.models import Practitioner, Room, TimeOff, VisitKind, WorkingHours

ZONE = "America/Los_Angeles"
PHONE = "(503) 555-0100"
WEEKDAYS = range(5)
SATURDAY = 5
LIVELY_FROM, LIVELY_UNTIL = time(8, 45), time(17, 15)  # inside these a weekday's own hours keep the desk busy
AROUND_NOW = timedelta(hours=4)
LAST_MINUTE = time(23, 59)
TABLES, ON_A_TABLE = ("Table 1", "Table 2"), "adjustment-therapy"

# slug, name, purpose, minutes, buffer after, fee, public, description
KINDS = (
    ("first-visit", "First visit", "initial", 45, 5, 110, True, "We listen, examine, explain and decide together."),
    ("adjustment", "Adjustment", "subsequent", 15, 0, 55, True, "A return visit with hands-on treatment."),
    (
        "adjustment-therapy",
        "Adjustment and therapy",
        "subsequent",
        30,
        0,
        80,
        True,
        "With muscle work, heat or current.",
    ),
    ("re-examination", "Re-examination", "re_exam", 30, 0, 75, False, "We measure again and decide how to go on."),
    ("massage", "Massage", "subsequent", 50, 10, 95, True, "With our licensed massage therapist."),
    ("phone-advice", "Advice by phone", "advice", 10, 0, 0, False, "Ten minutes, no charge."),
)


@dataclass(frozen=True)
class House:
    """The rows of the clinic that the rest of the demo hangs on."""

    location: Location
    ingrid: Practitioner
    carlos: Practitioner
    noor: Practitioner
    tess: Practitioner
    kinds: dict[str, VisitKind]
    tables: list[Room]

    @property
    def chiropractors(self):
        return [self.ingrid, self.carlos, self.noor]

    @property
    def practitioners(self):
        return [*self.chiropractors, self.tess]


def open_house(people, now):
    """Create clinic, place, rooms, practitioners and kinds of visit; return the `House`."""
    ClinicProfile.objects.create(
        name="Harbour Street Chiropractic",
        tagline="Back and neck care in Ashbrook",
        headline="Back and neck care that begins by listening",
        introduction=INTRODUCTION,
        phone=PHONE,
        email="desk@demo.example",
        disclaimer=DISCLAIMER,
        set_up_at=now - timedelta(days=400),
    )
    place = _place()
    names = ("Room 1", "Room 2", "Room 3", "Massage room", *TABLES)
    rooms = Room.objects.bulk_create(Room(location=place, name=name, order=n) for n, name in enumerate(names, 1))
    staff = _practitioners(people, place, rooms, now.astimezone(place.zone).date())
    ingrid, carlos, noor, tess = staff
    kinds, tables = _kinds(staff), rooms[-len(TABLES) :]
    kinds[ON_A_TABLE].rooms.set(tables)
    return House(place, ingrid, carlos, noor, tess, kinds, tables)


def _place():
    return Location.objects.create(
        name="Harbour Street",
        street="12 Harbour Street",
        city="Ashbrook",
        state="OR",
        postal_code="97000",
        phone=PHONE,
        directions="Two doors from the public library, behind the ferry landing. Bus 14 stops across the street. "
        "Free parking behind the building with two accessible spaces; step-free from the parking lot.",
        time_zone=ZONE,
    )


def _practitioners(people, place, rooms, today):
    """Three chiropractors and a massage therapist; one licence ends in 25 days."""
    rows = (
        (people.ingrid, "Dr. Ingrid Lindqvist", "DC", "Chiropractor", "English, Swedish", "OR 27-4112", 410),
        (
            people.user("chiropractor"),
            "Dr. Carlos Ibáñez-Carrión",
            "DC",
            "Chiropractor",
            "English, Spanish",
            "OR 27-4390",
            700,
        ),
        (people.noor, "Dr. Noor van der Heijden", "DC, MS", "Chiropractor", "English, Dutch, Arabic", "OR 27-5023", 25),
        (people.user("therapist"), "Tess Okafor", "LMT", "Massage therapist", "English, Igbo", "OR LMT-21877", 520),
    )
    return Practitioner.objects.bulk_create(
        Practitioner(
            user=user,
            name=name,
            credentials=credentials,
            title=title,
            about=ABOUT[n],
            languages=languages,
            licence_number=number,
            licence_state="OR",
            licence_expires_on=today + timedelta(days=days),
            location=place,
            room=rooms[n],
            order=n + 1,
        )
        for n, (user, name, credentials, title, languages, number, days) in enumerate(rows)
    )


def _kinds(staff):
    kinds = VisitKind.objects.bulk_create(
        VisitKind(
            slug=slug,
            name=name,
            purpose=purpose,
            minutes=minutes,
            buffer_after=after,
            fee=fee,
            is_public=public,
            description=description,
            order=n * 10,
        )
        for n, (slug, name, purpose, minutes, after, fee, public, description) in enumerate(KINDS, 1)
    )
    for kind in kinds:
        kind.practitioners.set(staff[3:] if kind.slug == "massage" else staff[:3])
    VisitKind.objects.filter(minutes__gte=15).update(late_cancel_hours=24, late_cancel_fee=25, no_show_fee=40)
    return {kind.slug: kind for kind in kinds}


def write_hours(house, now):
    """Write the week of each practitioner, and an extra opening around `now` when the clinic would be asleep."""
    day, noon = time, time(12)
    weeks = (  # lunches take turns, so that the desk is never deserted
        (house.ingrid, ((day(8), day(11, 30)), (day(12, 30), day(18)))),
        (house.carlos, ((day(8), day(12, 30)), (day(13, 30), day(18)))),
        (house.noor, ((day(8), day(13, 30)), (day(14, 30), day(18)))),
        (house.tess, ((day(8), noon), (day(13), day(18)))),
    )
    rows = [
        WorkingHours(practitioner=one, weekday=weekday, opens=opens, closes=closes)
        for one, blocks in weeks
        for weekday in WEEKDAYS
        for opens, closes in blocks
    ]
    rows.append(WorkingHours(practitioner=house.carlos, weekday=SATURDAY, opens=time(9), closes=time(13)))
    local = now.astimezone(house.location.zone)
    rows += [
        WorkingHours(practitioner=one, weekday=local.weekday(), opens=opens, closes=closes, valid_from=d, valid_until=d)
        for one in house.practitioners
        for d in [local.date()]
        for opens, closes in extra_opening(local, [r for r in rows if r.practitioner is one])
    ]
    return WorkingHours.objects.bulk_create(rows)


def extra_opening(local, regular):
    """Return the (opens, closes) spans to add today so that people wait at `local`; none in the middle of a weekday.

    Four hours before and after, inside the day, on full quarters, outside the span of the regular hours.
    """
    if local.weekday() in WEEKDAYS and LIVELY_FROM <= local.time() <= LIVELY_UNTIL:
        return []
    wall = local.replace(tzinfo=None, second=0, microsecond=0)
    midnight = datetime.combine(wall.date(), time.min)
    opens = max(midnight, (wall - AROUND_NOW).replace(minute=wall.minute // 15 * 15)).time()
    closes = min(wall + AROUND_NOW, datetime.combine(wall.date(), LAST_MINUTE)).time()
    today = [row for row in regular if row.weekday == local.weekday()]
    if not today:
        return [(opens, closes)]
    first, last = min(row.opens for row in today), max(row.closes for row in today)
    return [span for span in ((opens, min(closes, first)), (max(opens, last), closes)) if span[0] < span[1]]


def write_time_off(house, now):
    """A course day for one practitioner and a day on which the whole clinic is closed; never today."""
    zone, today = house.location.zone, now.astimezone(house.location.zone).date()
    course, holiday = _next_weekday(today + timedelta(days=6)), _next_weekday(today + timedelta(days=17))
    past = _next_weekday(today - timedelta(days=39))
    return TimeOff.objects.bulk_create(
        TimeOff(
            practitioner=who, starts_at=_midnight(day, zone), ends_at=_midnight(day + timedelta(1), zone), reason=why
        )
        for who, day, why in (
            (None, past, "Staff day"),
            (house.noor, course, "Course: working with older backs"),
            (None, holiday, "Holiday"),
        )
    )


def _next_weekday(day):
    while day.weekday() not in WEEKDAYS:
        day += timedelta(days=1)
    return day


def _midnight(day, zone):
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
