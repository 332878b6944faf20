"""What the panels beside the day show: timers that run on the tables, and attempts to reach people."""

from datetime import timedelta

from clinic.reports import falls
from clinic.scheduling.models import Room, TherapyTimer
from clinic.scheduling.models.appointments import Status
from patients.models import CallLog

TABLE = "Table "  # how the names of therapy tables begin
MISSED, LATELY = 4, timedelta(days=13)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# therapy, minutes it runs, minutes it has run at `now`
ON_THE_TABLES = (("heat", 10, 3), ("e-stim", 15, 2), ("traction", 12, 7))
# list, place on it, how the attempt ended, how long ago, note
TRIED = (
    ("missed", 0, "no_answer", 40 * MINUTE, ""),
    ("missed", 1, "message", 26 * HOUR, "asked to call back after 4"),
    ("missed", 2, "message", 75 * HOUR, ""),
    ("no_next", 0, "reached", 3 * HOUR, "looks at the calendar, calls tomorrow"),
    ("no_next", 2, "wrote", 50 * HOUR, ""),
    ("re_exam", 0, "message", 5 * HOUR, ""),
    ("request", 0, "no_answer", 35 * MINUTE, ""),
)


def leave_gaps(rows, now):
    """Return the unsaved rows without what lies ahead of a few who missed their last visit: nobody has called yet."""
    last = {row.patient.pk: row for row in rows if row.patient and row.starts_at <= now and row.status != "cancelled"}
    missed = [pk for pk, row in last.items() if row.status == Status.NO_SHOW and row.starts_at > now - LATELY]
    return [row for row in rows if not row.patient or row.starts_at <= now or row.patient.pk not in missed[-MISSED:]]


def start_timers(rows, by, now):
    """Start timers for those who are being treated, each in a place of its own; return them."""
    treated = [row for row in rows if row.status in (Status.IN_ROOM, Status.WITH_PRACTITIONER)]
    taken = {row.room_id: row.room for row in treated if row.room and row.room.name.startswith(TABLE)}
    free = list(Room.objects.filter(name__startswith=TABLE).exclude(pk__in=taken).order_by("order"))
    return TherapyTimer.objects.bulk_create(
        TherapyTimer(
            appointment=row,
            room=taken.get(row.room_id) or (free.pop(0) if free else None),
            name=name,
            minutes=minutes,
            started_at=now - run * MINUTE,
            started_by=by,
            ends_at=now + (minutes - run) * MINUTE,
        )
        for row, (name, minutes, run) in zip(treated, ON_THE_TABLES, strict=False)
    )


def log_calls(by, now):
    """Note attempts on the first rows of the follow-up lists, as far as there are rows; return them."""
    shown = {name: list(falls.ordered(falls.LISTS[name], by, now)[:3]) for name, *_rest in TRIED}
    return CallLog.objects.bulk_create(
        _attempt(falls.Row(falls.LISTS[name], shown[name][place], now), outcome, ago, note, by)
        for name, place, outcome, ago, note in TRIED
        if place < len(shown[name])
    )


def _attempt(row, outcome, ago, note, by):
    """An attempt so long ago, but not before what the row speaks of."""
    at = min(row.now, max(row.now - ago, row.at + HOUR))
    who = {"request_number": row.number} if row.patient is None else {"patient": row.patient}
    return CallLog(about=row.of.name, outcome=outcome, at=at, note=note, by=by, **who)
