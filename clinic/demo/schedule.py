"""The day sheets of the demo: months behind, today as it stands at `now`, weeks ahead. Nothing here is saved.

Each patient follows a course: a first visit, two a week, then fewer. A day is filled from its opening with those who
are due; nobody is in two places, since each stretch is used once and each patient comes once a day.
"""

import heapq
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from clinic.demo import scene, steps_taken
from clinic.demo.practice import ON_A_TABLE
from clinic.scheduling import slots
from patients.models import Patient

MINUTE = timedelta(minutes=1)
GRID = 15 * MINUTE
EXAMS = ("first-visit", "re-examination")
RE_EXAM_AFTER = timedelta(days=27)
FULL_DAY = (14, 19)  # visits after which a day counts as full
SLACK = 3  # days by which a visit may come early when there is room
PORTAL_DAYS = (45, 41, 38, 34, 31, 24, 17, 10, 4)  # days ago on which the portal patient came


@dataclass(order=True)
class Course:
    """Where one patient stands: when the next visit is due, how many there were."""

    due: date
    number: int
    patient: Patient = field(compare=False)
    seen: int = field(compare=False, default=0)
    likes_therapy: bool = field(compare=False, default=False)
    examined: date | None = field(compare=False, default=None)

    def kind_slug(self, rng, day):
        """What this visit is: the first, a re-examination in its turn, else a treatment."""
        if self.seen == 0:
            return "first-visit"
        if self.examined and day - self.examined >= RE_EXAM_AFTER:
            return "re-examination"
        if rng.random() < 0.02:
            return "phone-advice"
        return "adjustment-therapy" if self.likes_therapy else "adjustment"

    def came(self, day, rng, slug):
        """Count the visit and set when the next is due."""
        self.seen += 1
        self.examined = day if slug in EXAMS else self.examined
        wait = rng.randint(2, 4) if self.seen < 6 else rng.randint(5, 8) if self.seen < 11 else rng.randint(12, 24)
        if self.seen >= 8 and rng.random() < 0.06:
            wait = rng.randint(45, 80)  # better, comes back when it returns
        self.due = day + timedelta(days=wait)


class Sheet:
    """Fills the days; `rows` are the unsaved appointments in the order they were placed."""

    def __init__(self, rng, house, hours, time_off, now, desk):
        self.rng, self.house, self.now, self.desk = rng, house, now, desk
        self.zone = house.location.zone
        self.today = now.astimezone(self.zone).date()
        self.blocks = {
            one.pk: [
                slots.Block(h.weekday, h.opens, h.closes, h.valid_from, h.valid_until)
                for h in hours
                if h.practitioner_id == one.pk
            ]
            for one in house.practitioners
        }
        self.time_off = time_off
        self.rows, self.queues, self.placed, self.came_on = [], {}, {}, {}

    # --- what is open -----------------------------------------------------------------------------------------------
    def spans(self, one, day):
        """The open (start, end) stretches of a practitioner on `day`, none while they are away."""
        spans = slots.open_spans(day, self.blocks[one.pk], self.zone)
        away = [o for o in self.time_off if o.practitioner_id in (None, one.pk)]
        return [s for s in spans if not any(o.starts_at < s[1] and s[0] < o.ends_at for o in away)]

    def _free(self, one, day):
        """Those stretches without what is placed already, in order."""
        taken = sorted(self.placed.get((one.pk, day), []))
        for start, end in self.spans(one, day):
            for busy_from, busy_until in taken:
                if busy_from < end and start < busy_until:
                    yield start, busy_from
                    start = max(start, busy_until)
            yield start, end

    # --- placing ----------------------------------------------------------------------------------------------------
    def keep(self, one, day, start, end):
        """Take [start, end) out of the day: for a visit, or for a gap that shall stay free."""
        self.placed.setdefault((one.pk, day), []).append((start, end))

    def place(self, one, day, start, slug, patient):
        """Put one visit on the sheet and return its row; None when it does not fit into an open, free stretch."""
        kind = self.house.kinds[slug]
        row = steps_taken.appointment(
            self.house, practitioner=one, patient=patient, kind=kind, starts_at=start, desk=self.desk
        )
        if not any(s <= row.busy_from and row.busy_until <= e for s, e in self._free(one, day)):
            return None
        if slug == ON_A_TABLE and not self._take_table(row, day):
            return None
        self.keep(one, day, row.busy_from, row.busy_until)
        self.rows.append(row)
        if patient is not None:
            self.came_on.setdefault(day, set()).add(patient.pk)
        return row

    def _take_table(self, row, day):
        """Give the visit a table that is free for all its time; say whether there was one."""
        for table in self.house.tables:
            taken = self.placed.setdefault((table.name, day), [])
            if not any(start < row.busy_until and row.busy_from < end for start, end in taken):
                taken.append((row.busy_from, row.busy_until))
                row.room = table
                return True
        return False

    def next_due(self, one, day, slack=0):
        """Take the most overdue course of this practitioner that is due by `day` (+ slack days), or None."""
        queue, waiting = self.queues[one.pk], []
        found = None
        while queue and queue[0].due <= day + timedelta(days=slack):
            course = heapq.heappop(queue)
            if course.patient.pk not in self.came_on.get(day, ()):
                found = course
                break
            waiting.append(course)
        for course in waiting:
            heapq.heappush(queue, course)
        return found

    def give_back(self, one, course):
        heapq.heappush(self.queues[one.pk], course)

    # --- filling ----------------------------------------------------------------------------------------------------
    def fill_day(self, one, day):
        """Fill what is free on `day` with those who are due, leaving gaps, more of them the further ahead."""
        ahead = max(0, (day - self.today).days)
        gap = 0.06 if ahead == 0 else min(0.6, 0.25 + 0.015 * ahead)
        room_for = self.rng.randint(*FULL_DAY)
        for start, end in list(self._free(one, day)):
            at = self._on_grid(start)
            while at < end and room_for > 0:
                row = None if self.rng.random() < gap else self._fit(one, day, at, end)
                room_for -= row is not None
                at = self._on_grid(row.busy_until if row else at + GRID)

    def _on_grid(self, at):
        extra = at.minute % 5
        return at + (5 - extra) * MINUTE if extra else at

    def _fit(self, one, day, at, end):
        course = self.next_due(one, day, slack=SLACK)
        if course is None:
            return None
        slug = "massage" if one == self.house.tess else course.kind_slug(self.rng, day)
        kind = self.house.kinds[slug]
        until = at + (kind.minutes + kind.buffer_after) * MINUTE
        if until > end or at <= self.now < until + 5 * MINUTE:  # the present belongs to the scene
            self.give_back(one, course)
            return None
        row = self.place(one, day, at, slug, course.patient)
        if row is None:  # no table is free
            self.give_back(one, course)
            return None
        steps_taken.settle(row, self.rng, self.now)
        self._go_on(one, course, row, day)
        return row

    def _go_on(self, one, course, row, day):
        if row.status in ("cancelled", "no_show"):
            course.due = day + timedelta(days=self.rng.randint(1, 6))
        elif one == self.house.tess:
            course.due = day + timedelta(days=self.rng.randint(8, 22))
        else:
            course.came(day, self.rng, row.kind.slug)
        self.give_back(one, course)


def fill(rng, house, hours, time_off, patients, *, now, weeks, ahead, desk):
    """Fill `weeks` weeks behind and `ahead` weeks ahead of `now`; return (appointments, requests), all unsaved."""
    sheet = Sheet(rng, house, hours, time_off, now, desk)
    first, last = sheet.today - timedelta(weeks=weeks), sheet.today + timedelta(weeks=ahead)
    _queue_up(sheet, patients, first, last)
    _portal_visits(sheet, patients[0], first)
    requests = scene.requests(sheet)
    day = first
    while day <= last:
        if day == sheet.today:
            scene.stage(sheet)
        for one in house.practitioners:
            sheet.fill_day(one, day)
        day += timedelta(days=1)
    return sheet.rows, requests


def _queue_up(sheet, patients, first, last):
    """Share the patients among the chiropractors; half are known already, the others begin some day in the window."""
    rng, days = sheet.rng, (last - first).days
    staff = sheet.house.chiropractors
    sheet.queues = {one.pk: [] for one in sheet.house.practitioners}
    for number, patient in enumerate(patients[1:], 1):
        known = rng.random() < 0.45
        start = first + timedelta(days=rng.randint(0, 13) if known else rng.randint(0, max(1, days - 5)))
        course = Course(start, number, patient, rng.randint(3, 11) if known else 0, rng.random() < 0.35)
        course.examined = start - timedelta(days=2 * course.seen) if known else None
        heapq.heappush(sheet.queues[staff[number % len(staff)].pk], course)
        if number % 4 == 0 and patient.occupation != "At school":
            massage = Course(first + timedelta(days=rng.randint(0, 20)), number, patient, 1)
            heapq.heappush(sheet.queues[sheet.house.tess.pk], massage)


def _portal_visits(sheet, ana, first):
    """The portal patient's own course with Dr. Carlos: visits behind her and one a few days ahead."""
    carlos, slug = sheet.house.carlos, "first-visit"
    for ago in (*PORTAL_DAYS, -2):
        day = sheet.today - timedelta(days=ago)
        while day.weekday() > 4 or not sheet.spans(carlos, day) or (ago < 0 and day <= sheet.today):
            day += timedelta(days=1)
        if day < first or (ago > 0 and day >= sheet.today) or ana.pk in sheet.came_on.get(day, ()):
            continue
        start = datetime.combine(day, time(10, 15), tzinfo=sheet.zone).astimezone(UTC)
        if row := sheet.place(carlos, day, start, slug, ana):
            _went_well(sheet, row)
            slug = "adjustment-therapy"


def _went_well(sheet, row):
    steps_taken.book(row, sheet.rng, sheet.now)
    if row.starts_at > sheet.now:
        row.status, row.confirmed_at = "confirmed", sheet.now - timedelta(hours=5)
        row.booked_at = row.created_at = min(row.booked_at, row.confirmed_at - timedelta(hours=20))
    else:
        steps_taken.attend(row, sheet.rng, sheet.now)
