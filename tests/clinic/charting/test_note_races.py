"""Two people, one note. Real connections on both engines."""

from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from clinic.accounts.roles import Role
from clinic.audit import chain
from clinic.audit.models import AuditEvent
from clinic.audit.recording import record
from clinic.charting import notes
from clinic.charting.card.card_refusals import Refused
from clinic.charting.card.travel_card import TravelCard
from clinic.charting.kinds import treating
from clinic.charting.models import Episode, TreatmentApplied, Visit
from clinic.outcomes.models import Response
from tests import make
from tests.clinic.scheduling.test_booking_race import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 8


def outcome(deed):
    """Do it and return "done", or the name of the refusal; any other error is a failure of the test."""
    try:
        deed()
    except (notes.StaleVersion, notes.AlreadySigned, Refused) as refused:
        return type(refused).__name__
    return "done"


def race(*deeds):
    return sorted(all_at_once([lambda deed=deed: outcome(deed) for deed in deeds]))


@pytest.fixture
def carlos(transactional_db):
    make.clinic()
    make.clinical_tables()
    account = make.user("carlos@example.org", Role.CHIROPRACTOR)
    make.practitioner(account)
    return account


@pytest.fixture
def note(carlos):
    return make.visit(by=carlos.practitioner, subjective="Sore", objective="Tight", pain=5)


def test_of_eight_who_save_one_note_one_is_kept_and_seven_are_told(note, carlos):
    saves = [lambda n=n: notes.save(note, version=1, by=carlos, plan=f"Plan {n}") for n in range(WRITERS)]
    assert race(*saves) == ["StaleVersion"] * 7 + ["done"]
    row = Visit.objects.get()
    assert (row.version, AuditEvent.objects.filter(action="visit.saved").count()) == (2, 1)
    assert row.plan in [f"Plan {n}" for n in range(WRITERS)]


def test_eight_segments_noted_at_once_are_all_there(note, carlos):
    codes = ("C2", "C5", "T1", "T4", "T8", "L1", "L4", "L5")
    assert race(*[lambda c=c: notes.note_segment(note, segment=c, by=carlos) for c in codes]) == ["done"] * 8
    row = Visit.objects.get()
    assert (sorted(row.segment_findings.values_list("segment", flat=True)), row.version) == (sorted(codes), 9)


def test_a_double_click_on_sign_signs_once(note, carlos):
    signs = [lambda: notes.sign(note, version=1, by=carlos)] * WRITERS
    assert race(*signs) == ["AlreadySigned"] * 7 + ["done"]
    assert (AuditEvent.objects.filter(action="visit.signed").count(), Response.objects.count()) == (1, 1)
    assert notes.is_whole(Visit.objects.get()) is True


@pytest.mark.parametrize("turn", range(4))
def test_a_treatment_is_in_the_signed_document_or_not_on_the_note_at_all(note, carlos, turn):
    kind = make.treatment_kind("heat")
    results = race(
        lambda: notes.sign(note, version=1, by=carlos),
        *[lambda: treating.apply(note, kind=kind, by=carlos)] * 3,
    )
    row, stored = Visit.objects.get(), TreatmentApplied.objects.count()
    if row.signed_at:  # signed first: the treatments came too late
        assert (results, stored) == (["AlreadySigned"] * 3 + ["done"], 0)
    else:  # a treatment first: who signs has not seen it
        assert (results, stored) == (["StaleVersion"] + ["done"] * 3, 3)


@pytest.mark.parametrize("turn", range(4))
def test_who_signs_on_the_card_signs_no_treatment_that_came_meanwhile(note, carlos, turn):
    """What was typed is kept first, then signed: nothing of others comes in between."""
    kind = make.treatment_kind("heat")
    texts = {name: getattr(note, name) or "" for name in ("subjective", "objective", "assessment", "plan")}
    posted = QueryDict(urlencode({"version": 1, **texts, "pain": 5, "plan": "Walk", "do": "sign"}))
    card = TravelCard(Visit.objects.with_errors_named().get(pk=note.pk), carlos, data=posted)
    results = race(
        lambda: card.press("sign"),
        *[lambda: treating.apply(note, kind=kind, by=carlos)] * 3,
    )
    row, stored = Visit.objects.get(), TreatmentApplied.objects.count()
    if row.signed_at:
        assert (results, stored, row.plan) == (["AlreadySigned"] * 3 + ["done"], 0, "Walk")
    else:
        assert (results, stored) == (["Refused"] + ["done"] * 3, 3)


def test_eight_clicks_on_open_give_one_note_and_one_episode(carlos):
    appointment = make.appointment(by=carlos.practitioner)
    opened = all_at_once([lambda: notes.open_visit(appointment, by=carlos).pk] * WRITERS)
    assert (len(set(opened)), Visit.objects.count(), Episode.objects.count()) == (1, 1, 1)
    assert AuditEvent.objects.filter(action="visit.opened").count() == 1


def test_two_appointments_of_one_patient_opened_at_once_share_the_episode(carlos):
    ana = make.patient()
    first = make.appointment(of=ana, by=carlos.practitioner)
    others = [make.appointment(of=ana, by=carlos.practitioner, at=first.ends_at + n * (first.ends_at - first.starts_at))
              for n in range(7)]  # fmt: skip
    all_at_once([lambda a=a: notes.open_visit(a, by=carlos) for a in (first, *others)])
    assert (Visit.objects.count(), Episode.objects.count()) == (8, 1)


def test_eight_who_release_one_note_release_it_once(note, carlos):
    notes.sign(note, version=1, by=carlos)
    assert race(*[lambda: notes.release(note, summary="Better", by=carlos)] * WRITERS) == ["done"] * 8
    assert AuditEvent.objects.filter(action="visit.released").count() == 1


def test_eight_writers_of_the_log_leave_one_whole_chain(carlos):
    def write(n):
        for turn in range(10):
            record("chart.read", by=carlos, writer=n, turn=turn)

    all_at_once([lambda n=n: write(n) for n in range(WRITERS)])
    events = AuditEvent.objects.filter(action="chart.read")
    assert (events.count(), events.values("previous_hash").distinct().count()) == (80, 80)
    assert list(chain.faults()) == []
