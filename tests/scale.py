"""A clinic with years behind it: rows in the thousands, written by the database itself within seconds."""

from datetime import date, timedelta

from django.db import connection

from clinic.scheduling.models import Appointment
from patients.models import Patient, SearchToken
from tests import make
from tests.make import MONDAY

A_DAY, FIRST = 28, MONDAY.replace(hour=13) - timedelta(days=2)  # visits of one practitioner a day; the first one's time


def _columns(model, **other):
    """Return (columns, expressions): a copy of row `t` for each `n.i`, but for the columns named."""
    names = [field.column for field in model._meta.local_fields if not field.primary_key]
    return ", ".join(names), ", ".join(other.get(name, f"t.{name}") for name in names)


def _numbers(number, first=0):
    if connection.vendor == "postgresql":
        return f"WITH n(i) AS (SELECT generate_series({first}, {number - 1}))"
    return f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {number})"


def _moment(first, minutes):
    """The moment that lies so many minutes (an SQL expression) after `first`."""
    if connection.vendor == "postgresql":
        return f"TIMESTAMPTZ '{first.isoformat()}' + make_interval(mins => ({minutes})::int)"
    return f"datetime('{first:%Y-%m-%d %H:%M:%S}', '+' || ({minutes}) || ' minutes')"


def _run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _weigh():
    """What autovacuum does by itself on PostgreSQL; on SQLite nobody does it, so we do not either."""
    if connection.vendor == "postgresql":
        _run("ANALYZE")


def appointments(number, by, *, first=FIRST, already=0):
    """Bring the visits from `already` up to `number`: `A_DAY` a day for each of `by`, 20 minutes each.

    The one of number 0 is at `first`. Each is of another one of the first thousand patients, never in two places.
    """
    people, patient = [person.pk for person in by], Patient.objects.get(chart_number="S0")
    row = make.appointment(patient, by[0], FIRST + timedelta(days=999), minutes=20)
    who = " ".join(f"WHEN {n} THEN {pk}" for n, pk in enumerate(people))
    place = f"(n.i / {len(people)})"  # the how-manieth visit of this practitioner
    minutes = f"{place} / {A_DAY} * 1440 + {place} % {A_DAY} * 20"
    start, end = _moment(first, minutes), _moment(first, f"{minutes} + 20")
    columns, values = _columns(
        Appointment,
        practitioner_id=f"CASE n.i % {len(people)} {who} END",
        patient_id=f"{patient.pk} + n.i % 1000",
        starts_at=start,
        ends_at=end,
        busy_from=start,
        busy_until=end,
    )
    _run(
        f"INSERT INTO scheduling_appointment ({columns}) {_numbers(number, already)} SELECT {values} "
        f"FROM n, scheduling_appointment t WHERE t.id = {row.pk}"
    )
    row.delete()
    _weigh()


def patients(number, names=("Halvorsen",)):
    """Make `number` patients, named in turn; each is found by first name, last name and birth date."""
    row = make.patient("Model", "Patient")
    named = " ".join(f"WHEN {n} THEN '{name}'" for n, name in enumerate(names))
    columns, values = _columns(
        Patient,
        chart_number="'S' || n.i",
        given_name="'Given' || n.i",
        family_name=f"CASE n.i % {len(names)} {named} END",
    )
    _run(
        f"INSERT INTO patients_patient ({columns}) {_numbers(number)} SELECT {values} "
        f"FROM n, patients_patient t WHERE t.id = {row.pk}"
    )
    for token in ("lower(given_name)", "lower(family_name)", f"'{date(1965, 3, 14):%Y%m%d}'"):
        _run(
            f"INSERT INTO {SearchToken._meta.db_table} (patient_id, token) SELECT id, {token} FROM patients_patient "
            "WHERE chart_number LIKE 'S%'"
        )
    _weigh()
    return row
