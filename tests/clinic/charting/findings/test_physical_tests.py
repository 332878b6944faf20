"""What is measured: ranges of motion, the nerve screen, provoking movements; nothing counts before somebody says so."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.anatomy import nerve_levels
from clinic.audit.models import AuditEvent
from clinic.charting import notes
from clinic.charting.documents import content_of
from clinic.charting.findings import physical_tests
from clinic.charting.findings.measured_words import lines_of
from clinic.charting.findings.measuring_card import stand_of
from clinic.charting.findings.physical_tests import (
    find_nerves_normal,
    find_same,
    note_movement,
    note_nerve,
    note_range,
)
from clinic.charting.models import NerveTest, ProvokingMovement, RangeOfMotion, Visit
from patients.models import Intake
from tests import make
from tests.clinic.charting.card.test_travel_card import typed

FLEXION = {"region": "lumbar", "movement": "flexion"}
KNEE_JERK = {"kind": "reflex", "level": "L4", "side": "R"}
NOTED = (
    (note_range, {**FLEXION, "degrees": 40}),
    (note_nerve, {**KNEE_JERK, "result": "reduced"}),
    (find_nerves_normal, {"limb": "legs"}),
    (note_movement, {"movement": "lift", "effect": "worse"}),
    (find_same, {"rows": "nerve_tests"}),
)
MODELS = (RangeOfMotion, NerveTest, ProvokingMovement)


@pytest.fixture
def visit(carlos, ana):
    return make.visit(ana, carlos.practitioner)


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


def card(visit):
    return reverse("admin:charting_visit_change", args=[visit.pk])


def press(chart, visit, do, **fields):
    return chart.post(card(visit), typed(visit, do, **{"open_measuring": stand_of(visit), **fields}))


def counts():
    return [model.objects.count() for model in MODELS]


# --- deeds


def test_a_range_is_kept_changed_and_taken_off(carlos, visit):
    note_range(visit, **FLEXION, degrees=40, by=carlos)
    row = note_range(visit, **FLEXION, degrees=55, is_painful=True, by=carlos)
    assert (row.degrees, row.is_painful, RangeOfMotion.objects.count()) == (55, True, 1)
    note_range(visit, **FLEXION, by=carlos)
    assert RangeOfMotion.objects.count() == 0
    actions = AuditEvent.objects.filter(action__startswith="range").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["range.noted", "range.noted", "range.taken_off"]


def test_a_test_has_only_the_results_of_its_kind(carlos, visit):
    note_nerve(visit, **KNEE_JERK, result="increased", by=carlos)
    with pytest.raises(physical_tests.ImpossibleResult):
        note_nerve(visit, **KNEE_JERK, result="positive", by=carlos)
    with pytest.raises(physical_tests.ImpossibleResult):
        note_nerve(visit, kind="tension", level="slump", side="L", result="reduced", by=carlos)
    assert list(NerveTest.objects.values_list("result", flat=True)) == ["increased"]


def test_the_screen_of_the_legs_has_every_level_side_and_test():
    places = physical_tests.screen_of(nerve_levels.LEGS)
    assert len(places) == len(set(places)) == 5 * 2 * 2 + 2 * 2 + 2 * 2
    assert [p.level for p in places if p.kind == "reflex" and p.side == "L"] == ["L4", "S1"]
    arms = physical_tests.screen_of(nerve_levels.ARMS)
    assert [p.level for p in arms if p.kind == "reflex" and p.side == "L"] == ["C5", "C6", "C7"]


def test_all_normal_leaves_what_was_found_and_says_how_many(carlos, visit):
    note_nerve(visit, **KNEE_JERK, result="reduced", by=carlos)
    assert find_nerves_normal(visit, limb="legs", by=carlos) == 27
    assert find_nerves_normal(visit, limb="legs", by=carlos) == 0
    assert NerveTest.objects.exclude(result="normal").get().level == "L4"
    told = AuditEvent.objects.filter(action="nerves.found_normal").values_list("details", flat=True)
    assert list(told) == [{"limb": "legs", "tests": 27}]


def test_all_normal_touches_what_was_carried_as_normal_and_not_what_was_found(carlos, visit):
    for level, result in (("L4", "reduced"), ("S1", "normal")):
        NerveTest.objects.create(visit=visit, kind="reflex", level=level, side="R", result=result, is_carried=True)
    find_nerves_normal(visit, limb="legs", by=carlos)
    kept = NerveTest.objects.filter(kind="reflex", side="R").order_by("level")
    assert list(kept.values_list("level", "result", "is_carried")) == [("L4", "reduced", True), ("S1", "normal", False)]


def test_what_is_carried_is_the_same_once_somebody_says_so(carlos, visit):
    RangeOfMotion.objects.create(visit=visit, **FLEXION, degrees=40, is_carried=True)
    assert find_same(visit, rows="nerve_tests", by=carlos) == 0
    assert find_same(visit, rows="ranges_of_motion", by=carlos) == 1
    assert list(RangeOfMotion.objects.values_list("degrees", "is_carried")) == [(40, False)]


def test_a_movement_is_kept_and_taken_off(carlos, visit):
    note_movement(visit, movement="lift", effect="worse", by=carlos)
    assert note_movement(visit, movement="lift", effect="better", by=carlos).effect == "better"
    note_movement(visit, movement="lift", effect="", by=carlos)
    assert counts() == [0, 0, 0]


@pytest.mark.parametrize(("deed", "told"), NOTED)
def test_a_therapist_measures_nothing(tess, visit, deed, told):
    with pytest.raises(PermissionDenied):
        deed(visit, **told, by=tess)
    assert counts() == [0, 0, 0]


@pytest.mark.parametrize(("deed", "told"), NOTED)
def test_a_signed_note_takes_no_measurement(carlos, visit, deed, told):
    notes.save(visit, version=1, by=carlos, subjective="Stiff", objective="Looser")
    notes.sign(visit, version=2, by=carlos)
    with pytest.raises(notes.AlreadySigned):
        deed(visit, **told, by=carlos)
    assert counts() == [0, 0, 0]


@pytest.mark.parametrize(("deed", "told"), NOTED[:4])
def test_a_failing_log_leaves_no_measurement(carlos, visit, monkeypatch, deed, told):
    monkeypatch.setattr(physical_tests, "record", lambda *_args, **_kw: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        deed(visit, **told, by=carlos)
    visit.refresh_from_db()
    assert (counts(), visit.version) == ([0, 0, 0], 1)


# --- frozen with the note


@pytest.fixture
def signed(clinic):
    visit = make.visit(subjective="Sore")
    RangeOfMotion.objects.create(visit=visit, **FLEXION, degrees=40)
    NerveTest.objects.create(visit=visit, **KNEE_JERK, result="reduced")
    ProvokingMovement.objects.create(visit=visit, movement="lift", effect="worse")
    Visit.objects.filter(pk=visit.pk).update(
        signed_at=timezone.now(), signed_by=visit.opened_by, signature="Dr C, DC", document="{}", sha256="0" * 64,
        rules_version="1",
    )  # fmt: skip
    return visit


def refused(change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


def raw(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("model", MODELS)
def test_measurements_of_a_signed_note_refuse_orm_and_raw_sql(signed, model):
    before = list(model.objects.values())
    table = model._meta.db_table
    refused(lambda: model.objects.update(is_carried=True))
    refused(lambda: model.objects.all().delete())
    refused(lambda: raw(f"DELETE FROM {table}"))
    refused(lambda: raw(f"UPDATE {table} SET visit_id = visit_id"))
    row = model.objects.get()
    row.pk = None
    refused(row.save)
    assert list(model.objects.values()) == before


def test_a_signed_note_tells_its_measurements_and_refuses_new_ones_by_the_form(client, signed):
    user = signed.opened_by
    client.force_login(user)
    answer = client.post(card(signed), {"do": "save", "version": "1", "open_measuring": "1", "rom-lumbar-flexion": "9"})
    assert (answer.status_code, RangeOfMotion.objects.get().degrees) == (409, 40)
    page = client.get(card(signed)).content.decode()
    assert page.count("<p>Low back (lumbar): flexion 40°</p>") == 1
    assert page.count("<p>Reflex, L4 R: reduced</p>") == 1
    assert page.count("<p>Worse: lift something</p>") == 1


def test_the_document_that_is_signed_holds_every_measurement(carlos, visit):
    note_range(visit, **FLEXION, degrees=40, is_painful=True, by=carlos)
    note_nerve(visit, **KNEE_JERK, result="reduced", by=carlos)
    note_movement(visit, movement="lift", effect="worse", by=carlos)
    visit.signed_at = timezone.now()
    told = content_of(visit)
    assert told["ranges"] == [{**FLEXION, "degrees": 40, "is_painful": True}]
    assert told["nerves"] == [{**KNEE_JERK, "result": "reduced", "note": ""}]
    assert told["movements"] == [{"movement": "lift", "effect": "worse"}]


# --- on the card


def test_the_part_is_folded_until_it_is_opened(chart, visit):
    folded, opened = (chart.get(card(visit) + query).content.decode() for query in ("", "?opened=measuring"))
    assert (folded.count('name="rom-'), folded.count('name="nerve-'), folded.count('name="move-')) == (0, 0, 0)
    assert (opened.count('name="rom-'), opened.count('name="nerve-')) == (36, 56)
    assert opened.count("checked") == folded.count("checked")  # nothing is filled in


def test_what_is_typed_is_kept_and_what_is_emptied_is_taken_off(chart, visit):
    first = {
        "rom-lumbar-flexion": "40",
        "rom-lumbar-flexion-pain": "on",
        "nerve-reflex-L4-R": "reduced",
        "move-lift": "worse",
    }
    assert press(chart, visit, "save", **first).status_code == 302
    assert lines_of(visit) == [
        "Low back (lumbar): flexion 40° (painful)", "Reflex, L4 R: reduced", "Worse: lift something",
    ]  # fmt: skip
    press(chart, visit, "save", **{"nerve-reflex-L4-R": "reduced"})
    assert counts() == [0, 1, 0]


@pytest.mark.parametrize("stand", ["1", "the page of an hour ago"])
def test_a_page_that_does_not_know_the_rows_takes_none_off(chart, carlos, visit, stand):
    note_range(visit, **FLEXION, degrees=40, by=carlos)
    note_nerve(visit, **KNEE_JERK, result="reduced", by=carlos)
    note_movement(visit, movement="lift", effect="worse", by=carlos)
    press(chart, visit, "save", open_measuring=stand, **{"rom-lumbar-extension": "12"})
    assert counts() == [2, 1, 1]


def test_a_page_that_does_not_know_the_rows_still_says_what_hurts(chart, carlos, visit):
    note_range(visit, **FLEXION, degrees=40, by=carlos)
    note_range(visit, region="lumbar", movement="extension", degrees=10, is_painful=True, by=carlos)
    hurts = {"rom-lumbar-flexion-pain": "on", "rom-cervical-flexion-pain": "on", "rom-lumbar-extension": "12"}
    press(chart, visit, "save", open_measuring="1", **hurts)
    kept = RangeOfMotion.objects.order_by("pk").values_list("region", "movement", "degrees", "is_painful")
    assert list(kept) == [
        ("lumbar", "flexion", 40, True),
        ("lumbar", "extension", 12, True),
        ("cervical", "flexion", None, True),
    ]


def test_a_folded_part_takes_nothing_off(chart, carlos, visit):
    note_range(visit, **FLEXION, degrees=40, by=carlos)
    chart.post(card(visit), typed(visit, "save"))
    assert counts() == [1, 0, 0]


@pytest.mark.parametrize("typed_in", ["181", "-1", "far", "4.5"])
def test_impossible_degrees_are_refused_at_their_field(chart, visit, typed_in):
    answer = press(chart, visit, "save", plan="Walk", **{"rom-lumbar-flexion": typed_in})
    assert (answer.status_code, counts()) == (422, [0, 0, 0])
    page = answer.content.decode()
    assert page.count('id="id_rom-lumbar-flexion-e"') == 1
    assert page.count(f'value="{typed_in}"') == 1


def test_one_tap_finds_the_legs_normal(chart, visit):
    assert press(chart, visit, "nerves_normal:tail").status_code == 302
    assert press(chart, visit, "nerves_normal:legs").status_code == 302
    assert NerveTest.objects.count() == 28
    assert lines_of(visit) == ["Nerve tests normal (28): L2, L3, L4, L5, S1, Straight leg raise, Slump"]


def test_carried_measurements_are_touched_by_their_button(chart, visit):
    RangeOfMotion.objects.create(visit=visit, **FLEXION, degrees=40, is_carried=True)
    assert chart.get(card(visit)).content.decode().count("Ranges are the same") == 1
    press(chart, visit, "measured_still:ranges", **{"rom-lumbar-flexion": "40"})
    assert list(RangeOfMotion.objects.values_list("degrees", "is_carried")) == [(40, False)]
    assert "Ranges are the same" not in chart.get(card(visit)).content.decode()


def test_the_grid_of_the_newest_history_stands_beside_and_is_not_copied(chart, ana, visit):
    grids = ({"low_back": {"lift": "better"}}, {"low_back": {"lift": "worse", "cough": "not_tested"}})
    for version, grid in enumerate(grids, 1):
        at = timezone.now() - timedelta(days=9 - version)
        Intake.objects.create(patient=ana, version=version, answers={"movement_grid": grid}, submitted_at=at)
    page = chart.get(card(visit) + "?opened=measuring").content.decode()
    assert (page.count("low back: worse"), page.count("low back: better")) == (1, 0)
    press(chart, visit, "save")
    assert counts() == [0, 0, 0]


def test_the_last_measured_degrees_stand_beside_the_field(chart, carlos, ana, ben, visit):
    for patient, degrees, days in ((ana, 30, 20), (ana, 45, 10), (ben, 99, 5)):
        other = make.visit(patient, carlos.practitioner, visited_at=visit.visited_at - timedelta(days=days))
        RangeOfMotion.objects.create(visit=other, **FLEXION, degrees=degrees)
    page = chart.get(card(visit) + "?opened=measuring").content.decode()
    assert (page.count("last 45°"), page.count("last 30°"), page.count("last 99°")) == (1, 0, 0)
