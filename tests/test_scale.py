"""What the everyday deeds and pages cost in a clinic with years behind it: counted and explained, never timed."""

import gzip
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.reception import sheet
from clinic.scheduling import availability, booking
from clinic.scheduling.models import Appointment, Practitioner, TimeOff, VisitKind
from patients.models import Patient
from tests import make, plans, scale
from tests.make import MONDAY

MONTH = [date(2027, 3, 1) + timedelta(days=n) for n in range(31)]
FREE = MONDAY.replace(hour=22, minute=20)  # 17:20, after the last of the day's 28 visits; Carlos works until 18:00


@pytest.fixture
def desk(client, rita):
    with time_machine.travel(MONDAY, tick=False):
        client.force_login(rita)
        yield client


def team(number=10):
    return [make.practitioner(name=f"Dr {n}") for n in range(number)]


# --- counts


@pytest.mark.parametrize(("visits", "rooms"), [(0, 0), (280, 3)])
def test_a_month_of_free_times_of_one_practitioner_takes_six_queries(clinic, django_assert_num_queries, visits, rooms):
    """Place, weekly hours, hours of single dates, rooms of the kind, visits, time off: whatever there is of each."""
    by, kind = team(1), make.kind()
    kind.rooms.set([make.room() for _ in range(rooms)])
    if visits:
        scale.patients(1000)
        scale.appointments(visits, by)
        TimeOff.objects.create(practitioner=by[0], starts_at=MONDAY, ends_at=MONDAY + timedelta(days=2))
    person, kind = Practitioner.objects.get(), VisitKind.objects.get()

    with django_assert_num_queries(6):
        found = availability.free_times([person], kind, MONTH, now=MONDAY)[person.pk]
    assert len(found) > 200


@pytest.mark.parametrize("people", [1, 3])
def test_a_month_of_free_times_of_several_takes_no_more(clinic, django_assert_num_queries, people):
    team(people)
    kind, rows = make.kind(), list(Practitioner.objects.with_hours())

    with django_assert_num_queries(3):
        assert len(availability.free_times(rows, kind, MONTH, now=MONDAY)) == people


def queries_of(operation):
    """Return (what it returned, number of queries)."""
    with CaptureQueriesContext(connection) as asked:
        done = operation()
        return done, len(asked)


def test_a_day_of_280_visits_is_one_small_page(desk, rita):
    """Ten practitioners with 28 visits each: the sheet in ten queries, the page in as many as with one visit, 40 KB.

    The page is compressed here as the proxy in front of us would do it; what else it carries (who is signed in, the
    panels) is counted where it is made.
    """
    by = team()
    scale.patients(1000)
    make.appointment(Patient.objects.get(chart_number="S999"), by[0])
    small, few = queries_of(lambda: desk.get("/desk/?day=2027-03-01"))
    Appointment.objects.all().delete()
    scale.appointments(3 * 28 * 10, by)
    page, many = queries_of(lambda: desk.get("/desk/?day=2027-03-01"))
    read, of_sheet = queries_of(lambda: sheet.read(MONDAY.date(), user=rita, now=MONDAY))

    assert [len(shown.cards) for shown in (small.context["sheet"], page.context["sheet"], read)] == [1, 280, 280]
    assert (many, of_sheet <= 10) == (few, True)
    assert len(gzip.compress(page.content, 6)) <= 40 * 1024


# --- growth


def works(desk, kind, by, n):
    """The deeds and pages that must not grow, as {name: operation}; the n-th time books another time for another."""
    patient = Patient.objects.get(chart_number=f"S{900 + n}")
    visit = {"practitioner": by[n], "patient": patient, "kind": kind, "starts_at": FREE}
    person = Practitioner.objects.get(pk=by[-1].pk)
    return {
        "book": lambda: booking.book(by=make.User.objects.get(email="rita@example.org"), now=MONDAY, **visit),
        "month": lambda: availability.free_times([person], kind, MONTH, now=MONDAY),
        "day": lambda: desk.get("/desk/?day=2027-03-01"),
        "snapshot": lambda: desk.get(f"/desk/?day=2027-03-01&p={patient.pk}"),
    }


def cost(operation):
    """Return (statements, hundreds of steps on SQLite or 0) of one operation."""
    with CaptureQueriesContext(connection) as asked:
        if connection.vendor == "postgresql":
            operation()
            return [query["sql"] for query in asked], 0
        with plans.steps() as done:
            operation()
        return [query["sql"] for query in asked], done[0]


def costs(desk, kind, by, n):
    return {name: cost(operation) for name, operation in works(desk, kind, by, n).items()}


def test_nothing_everyday_grows_with_years_of_visits(desk, clinic, kind):
    """From 1,000 visits to 100,000 (90,000 of them behind us): the same queries, none of which reads the whole table.

    On SQLite the steps of its machine are counted too, those inside the triggers of the constraints among them; a
    month of free times is compared from 10,000 on, where its days are as full as later.
    """
    by = team()
    scale.patients(1000)
    scale.appointments(1000, by)
    young = costs(desk, kind, by, 0)
    scale.appointments(10_000, by, already=1000)
    young["month"] = costs(desk, kind, by, 1)["month"]
    scale.appointments(100_000, by, first=scale.FIRST - timedelta(days=360), already=10_000)
    old = costs(desk, kind, by, 2)

    assert Appointment.objects.count() == 100_003
    assert {name: len(sql) for name, (sql, _steps) in old.items()} == {n: len(sql) for n, (sql, _s) in young.items()}
    assert [name for name in old if old[name][1] > 1.5 * young[name][1]] == []
    assert whole_reads(old) == []


def whole_reads(costs):
    """Return (name, statement) of all that read the whole table of visits."""
    asked = [(name, sql) for name, (statements, _steps) in costs.items() for sql in statements]
    return [
        (name, sql)
        for name, sql in asked
        if sql.startswith(plans.READS) and plans.tables_read_whole(sql, ["scheduling_appointment"])
    ]


def test_a_query_that_reads_the_whole_table_would_be_seen(clinic):
    """The control: no index helps to find a text inside a reason."""
    scale.patients(1000)
    scale.appointments(10_000, team())
    with CaptureQueriesContext(connection) as asked:
        list(Appointment.objects.filter(reason__contains="knee"))
        list(Appointment.objects.filter(pk=1))
    sql = [query["sql"] for query in asked]
    assert whole_reads({"reason": (sql, 0)}) == [("reason", sql[0])]


@pytest.mark.parametrize(
    ("text", "few"),
    [("given4749", True), ("sorensen given4749", True), ("sor 1965-03-14 given474", True), ("sorensen", False)],
)
def test_the_words_of_a_search_among_100000_patients_are_looked_up_in_the_index(clinic, text, few):
    """Three words are kept of each; one in fifty is called Sørensen, and all were born on one day.

    The patients themselves are looked up by their number too, but for a word that thousands share: there PostgreSQL
    may rather read them all once.
    """
    scale.patients(100_000, (*["Halvorsen"] * 49, "Sorensen"))
    with CaptureQueriesContext(connection) as asked:
        found = list(Patient.objects.filter(merged_into=None).search(text)[:8])
    tables = ["patients_searchtoken", *(["patients_patient"] if few else [])]
    assert 1 <= len(found) <= 8
    assert [plans.tables_read_whole(query["sql"], tables) for query in asked] == [[]]
