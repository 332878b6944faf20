"""The demo must be a clinic: nobody in two places, every record valid, somebody waiting whatever the hour."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from django.db.models import F

from clinic.audit.models import AuditEvent
from clinic.charting import notes, safety
from clinic.charting.care import planning
from clinic.charting.documents import content_of
from clinic.charting.kinds import parameters
from clinic.charting.models import Contraindication, TreatmentApplied, Visit, VisitMark
from clinic.demo import afterwards, filling
from clinic.messaging.models import Message
from clinic.outcomes.models import PAIN, CheckIn, Response
from clinic.practice.profile import clinic, is_set_up
from clinic.reports import falls
from clinic.scheduling import availability, slots
from clinic.scheduling.models import (
    Appointment,
    AppointmentRequest,
    Practitioner,
    Series,
    TherapyTimer,
    WaitlistEntry,
    WaitlistOffer,
)
from clinic.scheduling.models.appointments import FREEING, HERE, STAMP
from content import library_files
from content.models import Article, Assignment
from patients import granting, sticking
from patients import intake as intakes
from patients.consent_standing import standings
from patients.models import (
    Alert,
    Allergy,
    CallLog,
    Condition,
    Consent,
    Intake,
    Merge,
    Patient,
    ProxyGrant,
    StickyNote,
    Task,
)
from patients.questionnaire import clean, load, safety_facts, shown

WEDNESDAY = datetime(2027, 3, 3, 18, 42, tzinfo=UTC)  # 10:42 in the clinic


pytestmark = pytest.mark.django_db


@pytest.fixture
def _django_db_helper(request, django_db_setup):
    """Where the module's clinic holds the transaction, pytest-django opens none of its own."""
    if "demo" not in request.fixturenames:
        request.getfixturevalue("_django_db_helper")


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """A small demo clinic on a Wednesday at 10:42, filled once for this file: its tests only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield filling.fill(seed=7, now=WEDNESDAY, count=90, weeks=3)
        transaction.set_rollback(True)


def test_two_people_were_registered_twice_one_pair_waits_and_one_is_joined(demo):
    waiting, joined = Merge.objects.waiting().get(), Merge.objects.in_force().get()
    for merge in (waiting, joined):
        assert merge.kept.given_name != merge.absorbed.given_name
        assert merge.because == "same birth date, name sounds or is spelled alike, same phone"
    assert (waiting.absorbed.merged_into, joined.absorbed.merged_into) == (None, joined.kept)
    assert [allergy.label for allergy in Allergy.objects.of(joined.kept)][-1:] == ["Adhesive tape"]


def test_the_clinic_is_set_up_with_its_people_and_library(demo):
    assert is_set_up()
    assert clinic().location.time_zone == "America/Los_Angeles"
    assert Patient.objects.count() == 92  # two of the 90 were registered twice
    assert [p.signature for p in Practitioner.objects.all()] == [
        "Dr. Ingrid Lindqvist, DC",
        "Dr. Carlos Ibáñez-Carrión, DC",
        "Dr. Noor van der Heijden, DC, MS",
        "Tess Okafor, LMT",
    ]
    ending = Practitioner.objects.filter(licence_expires_on=WEDNESDAY.date() + timedelta(days=25))
    assert [p.credentials for p in ending] == ["DC, MS"]
    assert Article.objects.published().count() == 13


def test_patients_are_found_by_name_and_number_and_cover_all_ages(demo):
    ana = Patient.objects.get(email="ana@demo.example")
    assert list(Patient.objects.search("sorensen ana")) == [ana]
    assert list(Patient.objects.search(ana.chart_number)) == [ana]
    assert ana.chart_number == str(10_000 + ana.pk)
    addresses = [e for e in Patient.objects.values_list("email", flat=True) if e]
    assert [e for e in addresses if not e.endswith("@demo.example")] == []
    assert len(set(addresses)) == len(addresses)
    ages = [p.age_on(WEDNESDAY.date()) for p in Patient.objects.all()]
    assert min(ages) < 18 < 65 < max(ages) < 100
    phones = Counter(Patient.objects.values_list("phone", flat=True))
    assert max(phones.values()) >= 2  # families share one


def overlaps(rows, key):
    """Pairs of appointments with the same key whose busy times overlap."""
    rows = sorted((r for r in rows if getattr(r, key)), key=lambda r: (getattr(r, key), r.busy_from))
    return [(a, b) for a, b in pairwise(rows) if getattr(a, key) == getattr(b, key) and b.busy_from < a.busy_until]


def test_nobody_and_no_room_is_in_two_places(demo):
    rows = list(Appointment.objects.exclude(status__in=FREEING))
    assert len(rows) > 300
    assert [overlaps(rows, key) for key in ("practitioner_id", "patient_id", "room_id")] == [[], [], []]


def test_every_visit_lies_inside_the_hours_of_its_practitioner(demo):
    blocks = {p.pk: availability.blocks_of(p) for p in Practitioner.objects.prefetch_related("hours")}
    zone = clinic().location.zone
    outside = [
        a
        for a in Appointment.objects.all()
        if not slots.is_open(a.starts_at, a.ends_at, blocks[a.practitioner_id], zone)
    ]
    assert outside == []


def test_no_stamp_lies_in_the_future_and_no_step_before_the_one_it_follows(demo):
    order = ("booked_at", "confirmed_at", "arrived_at", "in_room_at", "started_at", "finished_at", "done_at")
    wrong = []
    for row in Appointment.objects.all():
        stamps = [getattr(row, name) for name in order if getattr(row, name)]
        late = [name for name in STAMP.values() if getattr(row, name) and getattr(row, name) > WEDNESDAY]
        if stamps != sorted(stamps) or late or (row.starts_at > WEDNESDAY and row.status == "done"):
            wrong.append((row.status, stamps, late))
    assert wrong == []


def test_statuses_come_in_believable_shares(demo):
    past = Appointment.objects.filter(ends_at__lt=WEDNESDAY - timedelta(days=1))
    shares = Counter(past.values_list("status", flat=True))
    assert set(shares) == {"done", "no_show", "cancelled"}
    assert 0.8 < shares["done"] / past.count() < 0.95


def test_on_a_weekday_morning_the_scene_is_complete(demo):
    zone = clinic().location.zone
    today = Appointment.objects.on_day(WEDNESDAY.astimezone(zone).date(), zone)
    standing = Counter(today.here().values_list("status", flat=True))
    assert standing == {"arrived": 3, "in_room": 1, "with_practitioner": 3, "checking_out": 1}
    late = today.filter(status="confirmed", starts_at__lt=WEDNESDAY)
    assert late.count() == 1
    assert today.filter(status="done").exists() and today.filter(status__in=["booked", "confirmed"]).exists()
    held = AppointmentRequest.objects.unanswered().get(appointment__isnull=False)
    assert (held.appointment.status, held.appointment.patient) == ("held", None)
    assert held.appointment.hold_until > WEDNESDAY
    assert AppointmentRequest.objects.unanswered().filter(appointment=None).count() == 1


def test_every_treatment_is_valid_for_its_kind_and_phase(demo):
    given = TreatmentApplied.objects.select_related("kind", "visit__episode")
    assert {t.kind.slug for t in given} >= {"adjustment", "ultrasound", "estim", "massage", "heat", "exercise"}
    for t in given:
        phase = t.visit.episode.phase_on(t.visit.visited_at.date())
        assert parameters.check(t.kind.definition, t.parameters, phase=phase) == parameters.ParameterCheck(), t.kind


def test_stored_warnings_are_what_the_safety_rules_say(demo):
    warned = TreatmentApplied.objects.exclude(strictest="").select_related("visit__patient", "kind")
    overridden = [t for t in warned if t.strictest == "R"]
    assert len(overridden) > 0
    assert [t for t in overridden if not t.override_reason or t.overridden_by is None] == []
    for t in [*overridden[:15], *warned[:15]]:
        told = safety.check(t.visit.patient, t.kind, t.parameters, regions=t.regions, side=t.side)
        assert (t.strictest, t.warnings) == (told.strictest, told.as_rows())
    assert Contraindication.history.count() == 0


def test_signed_notes_are_whole_and_say_what_the_rows_say(demo):
    import json

    signed = list(Visit.objects.signed().select_related("patient", "episode"))
    assert len(signed) > 200
    assert [v for v in signed if not notes.is_whole(v)] == []
    for visit in signed[::15]:
        assert json.loads(visit.document) == json.loads(json.dumps(content_of(visit)))
    assert {v.signed_by_id for v in signed} == set(
        Practitioner.objects.filter(order__lte=3).values_list("user", flat=True)
    )


def test_drafts_are_left_of_today_and_of_the_last_open_day(demo):
    zone = clinic().location.zone
    days = Counter(v.visited_at.astimezone(zone).date() for v in Visit.objects.unsigned())
    assert days == {WEDNESDAY.date(): 3, WEDNESDAY.date() - timedelta(days=1): 2}


def test_most_get_better_and_some_do_not(demo):
    series = {}
    of_notes = Response.objects.filter(mode="visit", measure_id=PAIN)
    for patient, score in of_notes.order_by("taken_at").values_list("patient", "score"):
        series.setdefault(patient, []).append(score)
    long = [s for s in series.values() if len(s) >= 4]
    better = [s for s in long if s[-1] <= s[0] - 1]
    assert 0.35 < len(better) / len(long) < 0.95
    assert of_notes.count() == Visit.objects.signed().exclude(pain=None).count()


def test_intakes_hold_answers_that_the_questionnaire_accepts(demo):
    handed_in = Intake.objects.submitted()
    assert handed_in.count() > 10
    for one in handed_in:
        for key, value in one.answers.items():
            assert clean(load().question(key), value, today=WEDNESDAY.date()) == value, key
    assert Intake.objects.filter(submitted_at=None).count() > 0


def test_handed_in_intakes_leave_no_required_question_open(demo):
    for one in Intake.objects.submitted().select_related("patient"):
        facts = safety_facts(one.answers, **intakes.person_facts(one))
        asked = [q for q in load().questions() if q.required and q.filled_by != "clinician" and shown(q, facts)]
        assert [q.key for q in asked if q.key not in one.answers] == []


def test_one_history_of_this_morning_alarms_and_nobody_has_seen_it(demo):
    unseen = Alert.objects.unacknowledged()
    assert {(a.flag, a.level, a.intake.submitted_at) for a in unseen if a.level == "U"} == {
        ("RF06", "U", WEDNESDAY - timedelta(minutes=95))
    }
    assert len(unseen) == 1
    assert not Visit.objects.filter(patient=unseen[0].patient).exists()


def test_one_in_ten_has_something_that_speaks_against_a_treatment(demo):
    assert 6 <= Condition.objects.counted().values("patient").distinct().count() <= 16
    assert set(Condition.objects.values_list("code", flat=True)) >= {"osteoporosis", "anticoagulant", "diabetes"}


def test_the_portal_patient_has_something_to_look_at(demo):
    ana = Patient.objects.get(email="ana@demo.example")
    own = ana.user
    assert own.email == ana.email
    assert Visit.objects.for_user(own).filter(patient=ana).count() == 3
    assert set(VisitMark.objects.filter(visit__patient=ana).values_list("kind", flat=True)) == {"released"}
    assert ana.appointments.filter(starts_at__gt=WEDNESDAY, status="confirmed").count() == 1
    reading = Assignment.objects.for_user(own).filter(patient=ana)
    assert {(a.article.slug, a.first_read_at is not None) for a in reading} == {
        ("why-a-back-muscle-locks-up", True),
        ("heat-or-ice", False),
        ("staying-active", False),
    }
    assert ana.responses.count() >= 3
    assert [p.given_name for p in Patient.objects.for_user(own).exclude(pk=ana.pk)] == ["Jonas"]


def test_nothing_is_sent_and_one_audit_event_tells_of_it(demo):
    assert Message.objects.count() == 0
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == ["library.loaded", "demo.filled"]
    assert AuditEvent.objects.order_by("-pk")[0].details["patients"] == 90


def test_every_article_the_demo_gives_is_in_the_library():
    given = {slug for slugs in afterwards.READING.values() for slug in slugs} | set(afterwards.BECAUSE)
    assert given == set(afterwards.BECAUSE)
    assert given - {file.slug for file in library_files.read_articles()} == set()


def test_series_run_over_today_and_number_their_visits(demo):
    series = Series.objects.prefetch_related("appointments")
    assert len(series) > 20
    for one in series:
        places = sorted(a.series_place for a in one.appointments.all())
        assert places == list(range(1, len(places) + 1))
        assert {a.patient_id for a in one.appointments.all()} == {one.patient_id}
        assert max(a.starts_at for a in one.appointments.all()) > WEDNESDAY


def test_therapy_stands_on_the_two_tables(demo):
    tables = Appointment.objects.filter(kind__slug="adjustment-therapy").values_list("room__name", flat=True)
    assert set(tables) == {"Table 1", "Table 2"}


def test_timers_run_on_the_tables_and_attempts_stand_on_the_lists(demo):
    staff = demo[0]
    running = TherapyTimer.objects.running().filter(ends_at__gt=WEDNESDAY)
    assert [(timer.name, timer.left(WEDNESDAY)) for timer in running] == [
        ("traction", timedelta(minutes=5)),
        ("heat", timedelta(minutes=7)),
        ("e-stim", timedelta(minutes=13)),
    ]
    assert len({timer.room for timer in running if timer.room}) == 2
    assert {timer.appointment.status for timer in running} <= {"in_room", "with_practitioner"}
    desk = staff.user("receptionist")
    counted = {one.name: count for one, count in falls.counts(desk, WEDNESDAY)}
    assert {name for name, count in counted.items() if count} >= {"no_next", "unsigned", "request"}
    for name in ("no_next", "request"):
        rows = falls.with_calls(falls.LISTS[name], falls.ordered(falls.LISTS[name], desk, WEDNESDAY), WEDNESDAY)
        assert [row.was_tried for row in rows].count(True) == 1
    assert set(CallLog.objects.values_list("by", flat=True)) == {desk.pk}


def test_those_who_are_here_have_said_how_they_are_but_for_one(demo):
    here = Appointment.objects.filter(status__in=HERE)
    made = CheckIn.objects.select_related("appointment")
    assert (made.count(), here.filter(check_in=None).count()) == (here.count() - 1, 1)
    assert {one.patient_id == one.appointment.patient_id for one in made} == {True}
    assert {one.given_at <= WEDNESDAY for one in made} == {True}
    assert Response.objects.filter(mode="check_in").count() == made.count()
    assert "worse after shovelling" in {one.words for one in made}


def test_somebody_is_held_a_freed_time_and_three_wait_with_their_wishes(demo):
    offer = WaitlistOffer.objects.get()
    held = offer.appointment
    assert (held.status, held.source, held.patient, offer.outcome) == ("held", "waitlist", offer.entry.patient, "")
    assert WEDNESDAY < offer.expires_at == held.hold_until <= held.starts_at
    same = Appointment.objects.filter(practitioner=held.practitioner, starts_at=held.starts_at)
    assert sorted(same.values_list("status", flat=True)) == ["cancelled", "held"]
    assert WaitlistEntry.objects.waiting().count() == 4
    assert [entry.patient.email == "" for entry in WaitlistEntry.objects.all()] == [False] * 4


def test_most_who_have_been_here_have_signed_and_every_state_is_there(demo):
    been = Patient.objects.filter(visits__isnull=False).distinct()
    signed = been.filter(consents__text__kind="manipulation", consents__is_given=True).distinct()
    assert been.count() * 0.85 < signed.count() < been.count()
    everybody, today = Patient.objects.all(), WEDNESDAY.date()
    rows = [one for patient in everybody for one in standings(patient, today) if one.kind == "manipulation"]
    found = {one.state for one in rows}
    assert found == {"given", "withdrawn", "ended", "missing"}
    assert Consent.objects.filter(signed_at__gt=WEDNESDAY).count() == 0


def test_around_its_people_the_demo_knows_notes_needs_a_guardian_and_a_death(demo):
    """Everything the desk shows beside a name is there to be seen, and each of it is possible."""
    grant = ProxyGrant.objects.get()
    assert (grant.is_guardian, grant.ends_on) == (True, granting.last_day_of_minority(grant.patient))
    assert StickyNote.objects.up().count() >= 5
    assert [sticking.clinical_word(note.text) for note in StickyNote.objects.all()] == [""] * StickyNote.objects.count()
    assert Patient.objects.exclude(access_needs="").exists() and Patient.objects.filter(needs_interpreter=True).exists()
    dead = Patient.objects.exclude(deceased_on=None)
    assert dead.exists()
    assert not Appointment.objects.filter(patient__in=dead, starts_at__date__gt=F("patient__deceased_on")).exists()


def test_few_clocks_of_plans_are_late_and_none_for_weeks(demo):
    today = WEDNESDAY.date()
    of_plans = Task.objects.open().filter(key__startswith=planning.EVENT, due_on__lt=today)
    late = [(today - task.due_on).days for task in of_plans]
    assert len(late) <= 3
    assert max(late, default=0) <= 12
