"""Today around `now`: who checks out, who is being treated, who waits and since when, who is late, what is free."""

from datetime import UTC, datetime, time, timedelta

from clinic.demo import steps_taken
from clinic.scheduling.models import AppointmentRequest
from clinic.scheduling.models.appointments import Status

MINUTE = timedelta(minutes=1)
DONE, FREE, AHEAD = "done", "free", "ahead"
# minutes from the anchor, kind, where the visit stands, for how many minutes
RUNNING_LATE = (
    (-30, "adjustment", Status.CHECKING_OUT, 6),
    (-15, "adjustment", Status.WITH_PRACTITIONER, 9),
    (0, "adjustment", Status.ARRIVED, 14),
    (15, "adjustment", Status.ARRIVED, 3),
    (30, "adjustment", AHEAD, 0),
    (45, "first-visit", AHEAD, 0),
)
SOMEBODY_MISSING = (
    (-15, "adjustment", Status.CONFIRMED, 0),
    (0, "adjustment", Status.IN_ROOM, 6),
    (15, "adjustment", Status.ARRIVED, 5),
    (30, FREE, 15, 0),
    (45, "adjustment", AHEAD, 0),
)
WITH_A_GAP = (
    (-10, "adjustment-therapy", Status.WITH_PRACTITIONER, 11),
    (20, FREE, 25, 0),
    (45, "first-visit", AHEAD, 0),
)
ON_THE_TABLE = ((-25, "massage", Status.WITH_PRACTITIONER, 22), (35, FREE, 25, 0))
EARLIEST, LATEST = time(0, 30), time(23, 20)  # so that the scene fits into the day at midnight too


def stage(sheet):
    """Place the scene on today's sheet: the busiest part with whoever is open longest around now."""
    anchor = _anchor(sheet)
    chiropractors = sorted(sheet.house.chiropractors, key=lambda one: -_open_around(sheet, one, anchor))
    parts = (RUNNING_LATE, SOMEBODY_MISSING, WITH_A_GAP)
    for one, part in (*zip(chiropractors, parts, strict=True), (sheet.house.tess, ON_THE_TABLE)):
        for minutes, slug, status, since in part:
            _put(sheet, one, anchor + minutes * MINUTE, slug, status, since)


def _anchor(sheet):
    """The last full five minutes, kept away from midnight."""
    local = sheet.now.astimezone(sheet.zone)
    local = local.replace(minute=local.minute // 5 * 5, second=0, microsecond=0)
    clock = min(max(local.time(), EARLIEST), LATEST)
    if clock != local.time():
        local = datetime.combine(local.date(), clock, tzinfo=sheet.zone)
    return local.astimezone(UTC)


def _open_around(sheet, one, anchor):
    """Seconds in which this practitioner is open from half an hour before the anchor to an hour after."""
    start, end = anchor - 30 * MINUTE, anchor + 60 * MINUTE
    spans = sheet.spans(one, sheet.today)
    return sum(max(timedelta(0), min(end, e) - max(start, s)).total_seconds() for s, e in spans)


def _put(sheet, one, start, slug, status, since):
    if slug == FREE:
        sheet.keep(one, sheet.today, start, start + status * MINUTE)
        return
    course = _somebody(sheet, one, first=slug == "first-visit")
    if course is None:
        return
    row = sheet.place(one, sheet.today, start, slug, course.patient)
    if row is None:
        sheet.give_back(one, course)
        return
    if status == AHEAD:
        steps_taken.book(row, sheet.rng, sheet.now)
        row.status, row.confirmed_at = Status.CONFIRMED, sheet.now - 20 * MINUTE
    else:
        steps_taken.stand_at(row, status, since, sheet.rng, sheet.now)
    course.came(sheet.today, sheet.rng, slug)
    sheet.give_back(one, course)


def _somebody(sheet, one, *, first):
    """The next one due whose course fits: new for a first visit, known for the others."""
    passed_over, found = [], None
    while course := sheet.next_due(one, sheet.today, slack=60):
        if (course.seen == 0) == first:
            found = course
            break
        passed_over.append(course)
    for course in passed_over:
        sheet.give_back(one, course)
    return found


def requests(sheet):
    """Return unsaved requests of the site: one with a held time on the next open day, one for a call back."""
    made = [
        AppointmentRequest(
            name="Camille Beauséjour",
            phone="(503) 555-0188",
            email="camille@demo.example",
            best_time="morning",
            question="My low back locked up on Sunday. Do I need a scan before I come?",
            created_at=sheet.now - 50 * MINUTE,
        ),
        AppointmentRequest(
            name="Aleksander Dąbrowski-Hale",
            phone="(971) 555-0117",
            best_time="afternoon",
            question="Do you treat calf cramps after running?",
            created_at=sheet.now - 125 * MINUTE,
        ),
    ]
    made[0].appointment = hold(sheet)
    return made


def hold(sheet):
    """Place the held time on the first open day after today and return its row; None when no time is free."""
    for ahead in range(1, 15):
        day = sheet.today + timedelta(days=ahead)
        for one in sheet.house.chiropractors:
            for start, _ in sheet.spans(one, day):
                for later in range(0, 180, 15):
                    row = sheet.place(one, day, start + later * MINUTE, "first-visit", None)
                    if row:
                        row.status, row.source, row.created_by, row.room = Status.HELD, "site", None, None
                        row.created_at = sheet.now - 50 * MINUTE
                        row.hold_until = min(row.created_at + timedelta(hours=24), row.starts_at)
                        return row
    return None
