"""Fills an empty database with a lively clinic, in bulk, from one seed; the clock is the only other ingredient."""

import random
import time
from datetime import timedelta

from django.db import transaction
from django.db.models import CharField, F
from django.db.models.functions import Cast
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.audit.recording import record
from clinic.demo import (
    accounts,
    afterwards,
    around,
    cabinet,
    charts,
    consents,
    covers,
    doubles,
    follow_up,
    health,
    intakes,
    letters,
    mishaps,
    outcomes,
    own_sets,
    people,
    plan_courses,
    plans,
    practice,
    schedule,
    scores,
    second_versions,
    self_care,
    series,
    waiting,
)
from clinic.demo.treatments import Bench
from clinic.outcomes.models import Response
from clinic.scheduling.models import Appointment, AppointmentRequest, Series
from content import loading
from patients import searching
from patients.models import Allergy, Condition, Medication, Patient, SearchToken
from patients.registering import FIRST_CHART_NUMBER

PEOPLE, WEEKS, MOST_AHEAD = 420, 13, 4


class NotEmpty(Exception):
    """There are patients already: the demo would mix invented people with them."""


class Phases:
    """How long each part took, in seconds."""

    def __init__(self):
        self.seconds, self._last = {}, time.perf_counter()

    def done(self, name):
        """Note that the part `name` ends here."""
        now = time.perf_counter()
        self.seconds[name], self._last = now - self._last, now


@transaction.atomic
def fill(*, seed=1, now=None, count=PEOPLE, weeks=WEEKS):
    """Fill the empty database and return (`accounts.People`, counts, `Phases`). Raises `NotEmpty`.

    The same seed on the same day at the same minute gives the same clinic, except for the passwords.
    """
    if Patient.objects.exists():
        raise NotEmpty
    now = (now or timezone.now()).replace(second=0, microsecond=0)
    rng, phases = random.Random(seed), Phases()  # noqa: S311 (a story, not a secret)
    staff = accounts.create_accounts()
    house = practice.open_house(staff, now)
    hours, time_off = practice.write_hours(house, now), practice.write_time_off(house, now)
    phases.done("clinic and accounts")
    loading.load(now=now)
    phases.done("library")
    patients = _register(rng, count, staff, house, now)
    phases.done("patients")
    rows = _fill_sheets(rng, house, hours, time_off, patients, now, weeks, staff)
    waiting.write(patients, rows, house=house, now=now, desk=staff.user(Role.RECEPTIONIST))
    around.write(patients, staff_desk=staff.user(Role.RECEPTIONIST), now=now, zone=house.location.zone)
    phases.done("appointments")
    visits, cases = _write_charts(rng, rows, house, staff, now, phases)
    desk_and_doctor = (staff.user(Role.RECEPTIONIST), house.carlos.user)
    handed_in = intakes.write(rng, patients, rows, cases, _codes(), now=now, staff=desk_and_doctor)
    second_versions.write(handed_in, now=now, staff=desk_and_doctor)
    consents.write(rows, handed_in, seed=seed, now=now, zone=house.location.zone, by=house.carlos.user)
    phases.done("intakes")
    Response.objects.bulk_create([*outcomes.at_intakes(handed_in), *outcomes.at_visits(visits)])
    Response.objects.bulk_create(scores.write(visits, handed_in, seed=seed))
    outcomes.check_ins(rows, visits, now)
    afterwards.release(rng, visits, patients[0], now)
    afterwards.add_to_notes(rng, visits, now)
    given = afterwards.give_articles(rng, visits, patients[0], now)
    plans.write(visits, now)
    own_sets.write([house.ingrid, house.carlos, house.noor])
    letters.write(visits, patients[0], now)
    mishaps.write(visits, staff.user(Role.THERAPIST), patients[0], now)
    plan_courses.write(rng, visits, now=now, zone=house.location.zone)
    covers.write(seed=seed, now=now, by=staff.user(Role.RECEPTIONIST))
    self_care.give([patient for patient in patients if patient.deceased_on is None], house.carlos.user)
    follow_up.start_timers(rows, staff.user(Role.RECEPTIONIST), now)
    follow_up.log_calls(staff.user(Role.RECEPTIONIST), now)
    doubles.write(patients, staff=staff, now=now)
    counts = {
        "patients": len(patients),
        "appointments": len(rows),
        "visits": len(visits),
        "intakes": len(handed_in),
        "assignments": len(given),
    }
    record("demo.filled", seed=seed, **counts)
    phases.done("outcomes, addenda, articles")
    return staff, counts, phases


def _register(rng, count, staff, house, now):
    """Save the patients with chart numbers, search tokens and what is known of their health, all in bulk."""
    today = now.astimezone(house.location.zone).date()
    patients = people.invent(rng, count, today)
    for number, patient in enumerate(patients):
        patient.chart_number = f"new-{number}"
        patient.created_at = now - timedelta(days=rng.randint(1, 700))
    patients[0].user = staff.user(Role.PATIENT)
    Patient.objects.bulk_create(patients)
    Patient.objects.update(chart_number=Cast(F("pk") + FIRST_CHART_NUMBER, CharField()))
    for patient in patients:
        patient.chart_number = str(FIRST_CHART_NUMBER + patient.pk)
    SearchToken.objects.bulk_create(
        SearchToken(patient=patient, token=token) for patient in patients for token in sorted(searching.tokens(patient))
    )
    _grant(patients, staff, today)
    facts = health.invent(rng, patients, today=today, zone=house.location.zone, clinician=house.carlos.user)
    Condition.objects.bulk_create(facts[0])
    Medication.objects.bulk_create(facts[1])
    Allergy.objects.bulk_create(facts[2])
    return patients


def _grant(patients, staff, today):
    """Ana may act for her son."""
    around.grant_for_the_son(patients[0], patients[1], by=staff.user(Role.CLINIC_ADMIN), today=today)


def _fill_sheets(rng, house, hours, time_off, patients, now, weeks, staff):
    rows, requests = schedule.fill(
        rng,
        house,
        hours,
        time_off,
        patients,
        now=now,
        weeks=weeks,
        ahead=min(weeks, MOST_AHEAD),
        desk=staff.user(Role.RECEPTIONIST),
    )
    rows.sort(key=lambda row: (row.starts_at, row.practitioner.order))
    rows = follow_up.leave_gaps(rows, now)
    Series.objects.bulk_create(series.plan(rng, rows, now=now, desk=staff.user(Role.RECEPTIONIST)))
    Appointment.objects.bulk_create(rows)
    AppointmentRequest.objects.bulk_create(requests)
    return rows


def _codes():
    codes = {}
    for patient, code in Condition.objects.values_list("patient_id", "code").order_by("pk"):
        codes.setdefault(patient, []).append(code)
    return codes


def _write_charts(rng, rows, house, staff, now, phases):
    """Write a note for each visit to a chiropractor that has begun; a few of yesterday and today stay drafts."""
    zone = house.location.zone
    begun = [r for r in rows if r.started_at and r.practitioner_id != house.tess.pk]
    cabinet.write(now.astimezone(zone).date())
    bench = Bench(rng, now.astimezone(zone).date())
    known = [*_codes(), *Allergy.objects.values_list("patient", flat=True)]
    for patient in Patient.objects.filter(pk__in=known).order_by("pk"):
        bench.know(patient)
    writer = charts.Writer(rng, bench, now, staff.user(Role.THERAPIST))
    cases = writer.open_cases(begun)
    visits = writer.write(begun, _drafts(begun, zone, now))
    phases.done("notes")
    return visits, cases


def _drafts(begun, zone, now):
    """Ids of appointments whose note is not signed yet: those under way, one of today, two of the last open day."""
    today = now.astimezone(zone).date()
    done = [r for r in begun if r.status == "done"]
    earlier = [r for r in done if r.starts_at.astimezone(zone).date() < today]
    last_day = earlier[-1].starts_at.astimezone(zone).date() if earlier else None
    of_last_day = [r for r in earlier if r.starts_at.astimezone(zone).date() == last_day]
    of_today = [r for r in done if r.starts_at.astimezone(zone).date() == today]
    under_way = [r for r in begun if r.status == "with_practitioner"]
    return {r.pk for r in (*under_way, *of_today[-1:], *of_last_day[-2:])}
