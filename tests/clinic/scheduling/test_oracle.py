"""Anything at random against a simple oracle: no overlap, no lost time, and every refusal for its own reason.

The oracle keeps sets of 5-minute cells and knows nothing of queries, spans or constraints. After every step the table
must say what the oracle says, and the free times offered must be exactly those at which the oracle would book.
"""

from datetime import UTC, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from clinic.scheduling import availability, booking, steps
from clinic.scheduling.models import Appointment, Practitioner, SpecialHours, TimeOff, VisitKind, WorkingHours
from clinic.scheduling.models.appointments import FREEING
from tests import make
from tests.make import MONDAY

CELL = timedelta(minutes=5)
MIDNIGHT = MONDAY.replace(hour=5, minute=0)  # in New York, in winter
NOW = MIDNIGHT - timedelta(days=3)
DAYS, DAY_CELLS = 2, 288
OPENS, CLOSES = 8, 12
starts = st.builds(
    lambda day, quarter: day * DAY_CELLS + OPENS * 12 + quarter * 3, st.integers(0, 1), st.integers(0, 17)
)
people, kinds, patients = st.integers(0, 1), st.integers(0, 1), st.integers(0, 2)


def moment(cell):
    return MIDNIGHT + cell * CELL


def cells(start, length):
    return set(range(start, start + length))


class Oracle:
    """What is open and what is taken, in cells counted from Monday midnight."""

    def __init__(self, capacities):
        self.capacities = capacities
        self.weekly = [(OPENS * 12, CLOSES * 12)] * len(capacities)
        self.dated = {}  # (practitioner, day): (opens, closes)
        self.away = [set() for _ in capacities]
        self.visits = {}

    def hours(self, who, day):
        opens, closes = self.dated.get((who, day), self.weekly[who])
        return cells(day * DAY_CELLS + opens, closes - opens)

    def live(self, but=None):
        return [v for key, v in self.visits.items() if v["live"] and key != but]

    def lane(self, who, busy, lanes, but=None):
        taken = {v["lane"] for v in self.live(but) if v["who"] == who and v["busy"] & busy}
        return next((lane for lane in lanes if lane not in taken), None)

    def refusal(self, wish, but=None):
        """Return the name of the refusal this wish meets, or None."""
        who, busy = wish["who"], wish["busy"]
        if not wish["squeezed"]:
            if not wish["span"] <= self.hours(who, wish["start"] // DAY_CELLS) or busy & self.away[who]:
                return "NotOpen"
            if self.lane(who, busy, range(self.capacities[who]), but) is None:
                return "SlotTaken"
        if any(v["patient"] == wish["patient"] and v["span"] & wish["span"] for v in self.live(but)):
            return "PatientIsElsewhere"
        if wish["rooms"] and not wish["squeezed"] and self.room(wish, but) is None:
            return "RoomTaken"
        return None

    def room(self, wish, but=None):
        taken = {v["room"] for v in self.live(but) if v["busy"] & wish["busy"]}
        return next((room for room in wish["rooms"] if room not in taken), None)


class Clinic(RuleBasedStateMachine):
    """Two practitioners, one of whom treats two at a time; one table for the kind that needs one."""

    @initialize()
    def open_the_doors(self):
        self.people = [make.practitioner(hours=False, capacity=n) for n in (1, 2)]
        for one in self.people:
            for day in range(DAYS):
                WorkingHours.objects.create(practitioner=one, weekday=day, opens=time(OPENS), closes=time(CLOSES))
        self.patients = [make.patient(name) for name in ("Ana", "Ben", "Cleo")]
        self.table = make.room(location=self.people[0].location)
        plain = VisitKind.objects.create(slug="plain", name="Plain", minutes=20)
        buffered = VisitKind.objects.create(slug="table", name="Table", minutes=30, buffer_before=5, buffer_after=10)
        buffered.rooms.add(self.table)
        self.kinds = [plain, buffered]
        self.desk, self.owner = make.user("", "receptionist"), make.user("", "clinic_admin")
        self.oracle = Oracle([1, 2])

    def wish(self, who, what, patient, start, *, squeezed=False):
        kind = self.kinds[what]
        length = kind.minutes // 5
        before, after = kind.buffer_before // 5, kind.buffer_after // 5
        return {
            "who": who, "what": what, "patient": patient, "start": start, "squeezed": squeezed,
            "span": cells(start, length), "busy": cells(start - before, before + length + after),
            "rooms": [self.table.pk] if what else [],
        }  # fmt: skip

    def fresh(self, who):
        return Practitioner.objects.get(pk=self.people[who].pk)

    def judge(self, wish, deed, but=None):
        """Do it; the answer must be the oracle's, and what is placed must stand where the oracle would put it."""
        expected = self.oracle.refusal(wish, but)
        try:
            row = deed()
        except (booking.SlotTaken, booking.NotOpen) as refused:
            assert type(refused).__name__ == expected
            return
        assert expected is None
        lanes = range(9) if not wish["squeezed"] else [self.extra_lane(wish, but)]
        assert row.lane == self.oracle.lane(wish["who"], wish["busy"], lanes, but)
        assert row.room_id == self.oracle.room(wish, but)
        self.oracle.visits[row.pk] = wish | {"lane": row.lane, "room": row.room_id, "live": True}

    def extra_lane(self, wish, but):
        beside = [v["lane"] for v in self.oracle.live(but) if v["who"] == wish["who"] and v["busy"] & wish["busy"]]
        return max(beside, default=-1) + 1

    @rule(who=people, what=kinds, patient=patients, start=starts, squeezed=st.booleans())
    def book(self, who, what, patient, start, squeezed):
        wish = self.wish(who, what, patient, start, squeezed=squeezed)
        because = {"overbook_because": "in pain"} if squeezed else {}
        self.judge(wish, lambda: booking.book(
            practitioner=self.fresh(who), kind=self.kinds[what], patient=self.patients[patient],
            starts_at=moment(start), by=self.owner if squeezed else self.desk, now=NOW, **because,
        ))  # fmt: skip

    def some(self, data, live):
        return data.draw(st.sampled_from([key for key, v in self.oracle.visits.items() if v["live"] is live]))

    @precondition(lambda self: self.oracle.live())
    @rule(data=st.data(), who=people, start=starts)
    def move(self, data, who, start):
        key = self.some(data, live=True)
        was = self.oracle.visits[key]
        wish = self.wish(who, was["what"], was["patient"], start)
        row = Appointment.objects.get(pk=key)
        self.judge(wish, lambda: booking.move(
            row, practitioner=self.fresh(who), starts_at=moment(start), by=self.desk, now=NOW,
        ), but=key)  # fmt: skip

    @precondition(lambda self: self.oracle.live())
    @rule(data=st.data())
    def cancel(self, data):
        key = self.some(data, live=True)
        steps.cancel(Appointment.objects.get(pk=key), because="child ill", by=self.desk, now=NOW)
        self.oracle.visits[key]["live"] = False

    @precondition(lambda self: len(self.oracle.live()) < len(self.oracle.visits))
    @rule(data=st.data())
    def undo(self, data):
        """A cancelled visit comes back to its own lane and room, or not at all when they were given away."""
        key = self.some(data, live=False)
        mine = self.oracle.visits[key]
        clash = any(
            ((v["who"], v["lane"]) == (mine["who"], mine["lane"]) and v["busy"] & mine["busy"])
            or (mine["room"] and v["room"] == mine["room"] and v["busy"] & mine["busy"])
            or (v["patient"] == mine["patient"] and v["span"] & mine["span"])
            for v in self.oracle.live()
        )  # fmt: skip
        try:
            steps.undo(Appointment.objects.get(pk=key), by=self.desk)
        except IntegrityError:
            assert clash
            return
        assert not clash
        mine["live"] = True

    @rule(who=people, opens=st.integers(8, 10), length=st.integers(1, 2))
    def change_the_week(self, who, opens, length):
        WorkingHours.objects.filter(practitioner=self.people[who]).update(
            opens=time(opens), closes=time(opens + length)
        )
        self.oracle.weekly[who] = (opens * 12, (opens + length) * 12)

    @rule(who=people, day=st.integers(0, 1), opens=st.integers(8, 10), gone=st.booleans())
    def change_one_date(self, who, day, opens, gone):
        on = (MIDNIGHT + timedelta(days=day)).date()
        SpecialHours.objects.filter(practitioner=self.people[who], on=on).delete()
        self.oracle.dated.pop((who, day), None)
        if not gone:
            SpecialHours.objects.create(practitioner=self.people[who], on=on, opens=time(opens), closes=time(opens + 2))
            self.oracle.dated[who, day] = (opens * 12, (opens + 2) * 12)

    @rule(who=people, start=starts)
    def take_time_off(self, who, start):
        TimeOff.objects.create(
            practitioner=self.people[who], starts_at=moment(start), ends_at=moment(start + 6), reason="Course"
        )
        self.oracle.away[who] |= cells(start, 6)

    @invariant()
    def the_table_says_what_the_oracle_says(self):
        rows = Appointment.objects.exclude(status__in=FREEING).values_list(
            "pk", "practitioner_id", "lane", "room_id", "starts_at", "ends_at"
        )
        assert {row[0]: row[1:] for row in rows} == {
            key: (self.people[v["who"]].pk, v["lane"], v["room"], moment(min(v["span"])), moment(max(v["span"]) + 1))
            for key, v in self.oracle.visits.items()
            if v["live"]
        }

    @invariant()
    def nobody_is_in_two_places(self):
        for v in (live := self.oracle.live()):
            beside = [w for w in live if w is not v and w["busy"] & v["busy"]]
            assert not [w for w in beside if (w["who"], w["lane"]) == (v["who"], v["lane"])]
            assert not [w for w in beside if v["room"] and w["room"] == v["room"]]
            assert not [w for w in beside if w["patient"] == v["patient"] and w["span"] & v["span"]]

    @rule(who=people, what=kinds, patient=patients, day=st.integers(0, 1))
    def no_time_is_lost_and_none_is_offered_that_is_not_free(self, who, what, patient, day):
        on = (MIDNIGHT + timedelta(days=day)).date()
        found = availability.free_times(
            [self.fresh(who)], self.kinds[what], [on], now=NOW, patient=self.patients[patient], step=CELL
        )[self.people[who].pk]  # fmt: skip
        wishes = (self.wish(who, what, patient, cell) for cell in range(day * DAY_CELLS, (day + 1) * DAY_CELLS))
        opens = min(self.oracle.hours(who, day)) + self.kinds[what].buffer_before // 5  # the buffer stays inside
        assert [t.astimezone(UTC) for t in found] == [
            moment(w["start"]) for w in wishes if w["start"] >= opens and self.oracle.refusal(w) is None
        ]


class InOneTransaction(Clinic):
    """Each run begins with an empty clinic: what it wrote is rolled back."""

    def __init__(self):
        super().__init__()
        self.run = transaction.atomic()
        self.run.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.run.__exit__(None, None, None)


def run(machine, **more):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), **more
        ),
    )


@pytest.mark.django_db
def test_whatever_is_booked_moved_cancelled_and_changed_the_sheet_is_what_the_oracle_says():
    run(InOneTransaction)


@pytest.mark.django_db
def test_the_oracle_catches_a_clinic_that_forgets_one_of_its_lanes(monkeypatch):
    """The control: with a planted fault the machine must fail."""
    monkeypatch.setattr("clinic.scheduling.slots.free_lane", lambda start, end, busy, capacity, place=None: 0)
    with pytest.raises((AssertionError, IntegrityError)):
        run(InOneTransaction, database=None, phases=[Phase.generate], report_multiple_bugs=False)
