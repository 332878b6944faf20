"""T093 over HTTP: the server of `make run` (2 processes of 4 threads), 16 and 64 desks that press "Book" at once."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from clinic.accounts.roles import Role
from clinic.audit import chain
from clinic.audit.models import AuditEvent
from clinic.scheduling.models import Appointment, AppointmentRequest
from tests import make, server
from tests.make import MONDAY

pytestmark = pytest.mark.django_db(transaction=True)
BOOK, CROWDS = "/desk/book/", (16, 64)
# What an hour must have seen to show anything: both answers to a booking and to a request, and visits that changed.
WANTED = [("book", 302), ("book", 409), ("ask", 302), ("ask", 409), ("cancel", 302), ("move", 302), ("look", 200)]


@pytest.fixture(scope="module")
def running(django_db_setup, django_db_blocker, tmp_path_factory):
    """One server for the tests of this file: (port, log)."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "static").mkdir()
    with django_db_blocker.unblock(), server.running(folder) as started:
        yield started


@pytest.fixture
def port(running, transactional_db):
    """The port; the clinic has three practitioners, two kinds of visit and a room to ask for on the site."""
    make.clinic(booking_horizon_days=999, requests_a_day=9)
    make.kind(is_public=True)
    make.kind(slug="first-visit", minutes=45, buffer_before=5, buffer_after=10)
    for n in range(3):
        make.practitioner(name=f"Dr {n}")
    port, log = running
    yield port
    assert "Traceback" not in log.read_text()


def desks(port, number):
    """Browsers of `number` receptionists who have signed in."""
    people = [make.user(f"rita{n}@example.org", Role.RECEPTIONIST) for n in range(4)]
    return [server.Browser(port, user=people[n % 4]) for n in range(number)]


def visit(practitioner, at, patient, key, kind=None):
    """What the booking form sends."""
    at = at.astimezone(practitioner.location.zone)
    form = {"practitioner": practitioner.pk, "kind": (kind or make.kind()).pk, "patient": patient.pk, "key": key}
    return form | {"day": f"{at:%Y-%m-%d}", "time": f"{at:%H:%M}"}


def test_one_form_pressed_by_sixteen_fingers_books_once_and_tells_all_of_them_so(port):
    """T095: the same key, over connections of their own."""
    form = visit(make.practitioner(), MONDAY, make.patient(), "one-form")
    answers = server.together([lambda b=b: b.post(BOOK, **form) for b in desks(port, 16)])

    assert Counter((answer.status, answer.location) for answer in answers) == {(302, answers[0].location): 16}
    assert (Appointment.objects.count(), keys_kept()) == (1, {"one-form"})


DOUBLE = """
SELECT one.id, other.id FROM scheduling_appointment one JOIN scheduling_appointment other ON one.id < other.id
WHERE one.status NOT IN ('cancelled', 'no_show', 'expired') AND other.status NOT IN ('cancelled', 'no_show', 'expired')
AND (
  (one.practitioner_id = other.practitioner_id AND one.lane = other.lane
    AND one.busy_from < other.busy_until AND other.busy_from < one.busy_until)
  OR (one.patient_id = other.patient_id AND one.starts_at < other.ends_at AND other.starts_at < one.ends_at)
)
"""


def double_bookings():
    """Pairs of visits that overlap in one practitioner's lane or for one patient: asked of the table, not of us."""
    with connection.cursor() as cursor:
        cursor.execute(DOUBLE)
        return cursor.fetchall()


def keys_kept():
    return set(Appointment.objects.exclude(idempotency_key=None).values_list("idempotency_key", flat=True))


@pytest.mark.parametrize("crowd", CROWDS)
def test_one_time_wanted_by_a_crowd_goes_to_one_and_the_others_are_offered_free_ones(port, crowd):
    one, browsers = make.practitioner(), desks(port, crowd)
    forms = [visit(one, MONDAY, make.patient(f"P{n}"), f"k{n}") for n in range(crowd)]
    answers = server.together(
        [lambda b=b, form=form: b.post(BOOK, **form) for b, form in zip(browsers, forms, strict=True)]
    )

    assert Counter(answer.status for answer in answers) == {302: 1, 409: crowd - 1}
    assert {(len(a.offers), MONDAY in a.offers) for a in answers if a.status == 409} == {(3, False)}
    assert (Appointment.objects.count(), double_bookings()) == (1, [])
    assert AuditEvent.objects.filter(action="appointment.booked").count() == 1
    assert list(chain.faults()) == []


@pytest.mark.parametrize("crowd", CROWDS)
def test_times_that_do_not_clash_are_all_booked_at_once(port, crowd):
    """Four practitioners, visits back to back: every neighbour is pressed at the same moment."""
    people, browsers = [make.practitioner() for _ in range(4)], desks(port, crowd)
    forms = [
        visit(people[n % 4], MONDAY + timedelta(minutes=20 * (n // 4)), make.patient(f"P{n}"), f"k{n}")
        for n in range(crowd)
    ]
    answers = server.together(
        [lambda b=b, form=form: b.post(BOOK, **form) for b, form in zip(browsers, forms, strict=True)]
    )

    assert Counter(answer.status for answer in answers) == {302: crowd}
    assert keys_kept() == {form["key"] for form in forms}
    assert (double_bookings(), list(chain.faults())) == ([], [])


def test_a_double_booking_would_be_seen(clinic):
    """The control of the question above: a pair is planted where the constraints have been taken away."""
    first = make.appointment()
    with pytest.raises(IntegrityError), transaction.atomic():
        make.appointment(first.patient, first.practitioner, MONDAY + timedelta(minutes=19))
    with transaction.atomic(), connection.cursor() as cursor:
        for name in ("practitioner_treats_one_per_lane", "patient_is_in_one_place"):
            _take_away(cursor, name)
        later = make.appointment(first.patient, first.practitioner, MONDAY + timedelta(minutes=19))
        assert double_bookings() == [(first.pk, later.pk)]
        transaction.set_rollback(True)
    assert double_bookings() == []


def _take_away(cursor, name):
    if connection.vendor == "postgresql":
        cursor.execute(f"ALTER TABLE scheduling_appointment DROP CONSTRAINT {name}")
        return
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE %s", [f"%{name}%"])
    for row in cursor.fetchall():
        cursor.execute(f'DROP TRIGGER "{row[0]}"')


class Hand:
    """One desk's random hour: books, presses twice, looks, cancels, steps, takes back; visitors ask on the site."""

    def __init__(self, number, browser, world, presses):
        self.chance, self.number = random.Random(number), number  # the same hour every time
        self.browser, self.world, self.presses = browser, world, presses
        self.visitor = server.Browser(browser.line.port, address=f"198.51.100.{number}")
        self.answers, self.keys, self.held = [], set(), 0

    def work(self):
        for press in range(self.presses):
            deed = self.chance.choices((self.book, self.look, self.change, self.ask), (6, 1, 3, 2))[0]
            deed(f"{self.number}-{press}")
        return self

    def _time(self):
        return self.chance.choice(self.world["people"]), MONDAY + timedelta(minutes=15 * self.chance.randrange(16))

    def _place(self):
        """What a drag into the emptier afternoon sends."""
        person, at = self._time()
        at = (at + timedelta(hours=4)).astimezone(person.location.zone)
        return {"practitioner": person.pk, "day": f"{at:%Y-%m-%d}", "time": f"{at:%H:%M}"}

    def _keep(self, answer, what):
        self.answers.append((what, answer.status))
        return answer

    def book(self, key):
        person, at = self._time()
        patient, kind = self.chance.choice(self.world["patients"]), self.chance.choice(self.world["kinds"])
        form = visit(person, at, patient, key, kind)
        for _ in range(self.chance.choice((1, 1, 2))):
            if self._keep(self.browser.post(BOOK, **form), "book").status == 302:
                self.keys.add(key)

    def look(self, _key):
        self._keep(self.browser.get("/desk/?day=2027-03-01"), "look")

    def change(self, _key):
        """Cancel, mark or take back a visit that may not even be there."""
        row = f"/desk/appointments/{self.world['first'] + self.chance.randrange(24)}/"
        deed, typed = self.chance.choice(
            (("cancel", {"because": "child ill"}), ("step", {"to": "arrived"}), ("undo", {}), ("move", self._place()))
        )
        self._keep(self.browser.post(f"{row}{deed}/", **typed), deed)

    def ask(self, key):
        person, at = self._time()
        slot = f"adjustment.{person.pk}.{at:%Y%m%dT%H%MZ}"
        asked = {"slot": slot, "name": f"Zoë {key}", "phone": f"802 555 {self.number:04}"}
        answer = self._keep(self.visitor.post("/request/details/", **asked), "ask")
        self.held += answer.location.startswith("/request/thanks/")


@pytest.mark.parametrize(("crowd", "presses"), [(16, 8), (64, 2)])
def test_an_hour_of_everything_loses_nothing_and_breaks_nothing(port, crowd, presses):
    """No time twice, no answer of 500 and above, and exactly the visits and requests that were promised are kept."""
    first = make.appointment(at=MONDAY - timedelta(days=1), status="done").pk + 1
    world = {"people": [make.practitioner(capacity=1 + n % 2) for n in range(3)], "first": first}
    world["patients"] = [make.patient(f"P{n}") for n in range(12)]
    world["kinds"] = [make.kind(), make.kind(slug="first-visit")]
    hands = [Hand(n, browser, world, presses) for n, browser in enumerate(desks(port, crowd))]
    hands = server.together([hand.work for hand in hands])

    seen = Counter(answer for hand in hands for answer in hand.answers)
    assert {(what, status) for what, status in seen if status not in (200, 302, 404, 409)} <= {("move", 422)}
    assert double_bookings() == []
    assert keys_kept() == set().union(*(hand.keys for hand in hands))
    assert AppointmentRequest.objects.count() == sum(hand.held for hand in hands)
    assert [what for what in WANTED if not seen[what]] == []
    assert list(chain.faults()) == []
