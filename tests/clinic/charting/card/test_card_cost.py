"""What opening the travel card costs: a fixed number of queries and bytes, however long the history is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.charting import notes
from clinic.charting.kinds import treating
from tests import make

# Nine of them are spent before the card begins: the clinic and its place, the session, the user and the roles, and
# the audit record of reading a chart (four). Then the note with its segments and treatments (three), what the chart
# holds of this patient at all (one), the last visits (three), and what is offered to tap: kinds, articles, phrases,
# diagnoses, services (five). On PostgreSQL an audit record costs one query more.
QUERIES = 21


def visits(of, by, count):
    """The open visit of a patient who has come `count` times before, each time alike, a week apart."""
    now = timezone.now()
    opened = make.visit(of, by.practitioner, visited_at=now)
    for week in range(1, count + 1):
        before = make.visit(of, by.practitioner, episode=opened.episode, visited_at=now - timedelta(weeks=week))
        filled(before, by)
        before.refresh_from_db()
        before = notes.save(
            before, version=before.version, by=by, subjective=f"Sore after day {week:02}", change="same"
        )
        notes.sign(before, version=before.version, by=by)
    filled(opened, by)
    return opened


def filled(visit, by):
    notes.note_segment(visit, segment="L4", side="R", by=by, pain=3)
    treating.apply(visit, kind=make.treatment_kind("massage"), by=by, minutes=10, response="same")


def cost(client, visit):
    """(queries, bytes) of the card, without what differs by name or number."""
    client.get(visit.get_absolute_url())
    with CaptureQueriesContext(connection) as spent:
        page = client.get(visit.get_absolute_url())
    assert page.status_code == 200
    return len(spent.captured_queries), len(page.content)


@pytest.mark.parametrize("count", [3, 30])
def test_the_card_costs_the_same_however_often_the_patient_has_come(client, carlos, count):
    client.force_login(carlos)
    few = cost(client, visits(make.patient("Ana"), carlos, 3))
    many = cost(client, visits(make.patient("Ben"), carlos, count))
    assert (few[0], many[0]) == (QUERIES + (connection.vendor == "postgresql"),) * 2
    assert abs(many[1] - few[1]) <= few[1] / 100


def test_the_card_of_a_second_visit_costs_no_more(client, carlos):
    client.force_login(carlos)
    one = cost(client, visits(make.patient("Ana"), carlos, 1))
    assert one[0] == QUERIES + (connection.vendor == "postgresql")
