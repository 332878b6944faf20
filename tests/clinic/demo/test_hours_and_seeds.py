"""The demo is run at any hour of any day, again and again."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from clinic.charting.models import TreatmentApplied, Visit
from clinic.demo import filling
from clinic.practice.profile import clinic
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import HERE
from content.models import Assignment
from patients.models import Intake, Patient

WEDNESDAY = datetime(2027, 3, 3, 18, 42, tzinfo=UTC)


def fill(now=WEDNESDAY, **options):
    return filling.fill(**{"seed": 7, "now": now, "count": 40, "weeks": 1, **options})


@pytest.mark.parametrize(
    "now",
    [
        datetime(2027, 3, 3, 16, 50, tzinfo=UTC),  # Wednesday 8:50
        datetime(2027, 3, 3, 20, 15, tzinfo=UTC),  # 12:15, lunch for some
        datetime(2027, 3, 4, 1, 14, tzinfo=UTC),  # 17:14
        datetime(2027, 3, 4, 4, 30, tzinfo=UTC),  # 20:30, after hours
        datetime(2027, 3, 6, 20, 0, tzinfo=UTC),  # Saturday noon
        datetime(2027, 3, 7, 23, 0, tzinfo=UTC),  # Sunday afternoon
        datetime(2027, 3, 8, 8, 3, tzinfo=UTC),  # Monday 00:03
        datetime(2027, 3, 9, 7, 57, tzinfo=UTC),  # Monday 23:57
        datetime(2027, 11, 7, 9, 30, tzinfo=UTC),  # 1:30 for the second time, clocks back
        datetime(2027, 3, 14, 10, 10, tzinfo=UTC),  # 3:10, clocks forward
    ],
)
def test_somebody_waits_whatever_the_hour(db, now):
    fill(now=now)
    here = Appointment.objects.on_day(now.astimezone(clinic().location.zone).date(), clinic().location.zone).here()
    standing = Counter(row.status for row in here)
    assert standing["arrived"] >= 2
    assert standing["with_practitioner"] >= 1
    waits = {(now - row.waiting_since) // timedelta(minutes=1) for row in here if row.waiting_since}
    assert {14, 3} <= waits
    assert set(standing) <= set(HERE)


def picture():
    """All that a visitor sees, without keys, accounts and passwords."""
    people = Patient.objects.order_by("pk").values_list("given_name", "family_name", "birth_date", "phone", "email")
    sheet = Appointment.objects.order_by("starts_at", "practitioner__order", "pk")
    visits = Visit.objects.order_by("visited_at", "practitioner__order", "pk")
    return (
        list(people),
        list(sheet.values_list("starts_at", "practitioner__name", "patient__given_name", "status", "arrived_at")),
        list(visits.values_list("visited_at", "subjective", "plan", "pain", "signed_at")),
        list(TreatmentApplied.objects.order_by("pk").values_list("parameters", "warnings")),
        list(Intake.objects.order_by("pk").values_list("answers", flat=True)),
        list(Assignment.objects.order_by("pk").values_list("article__slug", "because", "first_read_at")),
    )


def read_otherwise():
    """Make PostgreSQL read its tables another way: rows without an order then come in another one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for way in ("seqscan", "hashjoin", "hashagg", "nestloop"):
                cursor.execute(f"SET LOCAL enable_{way} = off")


def test_the_same_seed_gives_the_same_clinic_and_another_seed_another(db):
    pictures = []
    for number, seed in enumerate((3, 3, 4)):
        with transaction.atomic():
            if number == 1:
                read_otherwise()
            fill(seed=seed)
            pictures.append(picture())
            transaction.set_rollback(True)
    assert pictures[0] == pictures[1]
    assert pictures[0] != pictures[2]
