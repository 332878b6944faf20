"""From a visit to its services: read, advised, and stored only by "Take over"."""

import json
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting import notes
from clinic.charting.coded import coding, diagnosing
from clinic.charting.models import CarePlan, DiagnosisCode, ServiceCode, TreatmentApplied, TreatmentKind, Visit
from tests import make


@pytest.fixture
def visit(carlos, ana):
    return make.visit(ana, carlos.practitioner)


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


def given(visit, slug, **fields):
    kind = make.treatment_kind(slug)
    return TreatmentApplied.objects.create(visit=visit, kind=kind, performed_by=visit.opened_by, **fields)


def planned(visit, **fields):
    return CarePlan.objects.create(patient=visit.patient, episode=visit.episode, made_by=visit.opened_by, **fields)


def advised(visit):
    return {line.key: line for line in coding.advise(visit)[0].lines}


def stored(visit):
    return Visit.objects.values_list("codes", flat=True).get(pk=visit.pk)


def page(visit):
    return reverse("admin:charting_visit_change", args=[visit.pk])


def typed(visit, do, **fields):
    visit.refresh_from_db()
    texts = {name: getattr(visit, name) or "" for name in notes.FIELDS if name != "purpose"}
    return {"version": visit.version, "do": do, **texts, **fields}


# --- reading a visit


def test_treatments_of_today_become_lines(visit):
    given(visit, "adjustment", segments=["L4 R", "SI R", "Sacrum", "C5"], regions=["lumbar"])
    given(visit, "ultrasound", minutes=10, regions=["thoracic"])
    given(visit, "estim", minutes=12, parameters={"attended": "no"})
    assert {key: line.units for key, line in advised(visit).items()} == {"cmt_spinal_b": 1, "us": 1, "estim_un": 1}


def test_a_kind_of_the_clinic_counts_by_time_where_its_service_says_so(visit):
    own = make.treatment_kind("massage")
    TreatmentKind.objects.filter(pk=own.pk).update(is_own=True)
    ServiceCode.objects.create(key="cupping", label="Cupping", kind=own, is_timed=True)
    given(visit, "massage", minutes=30)
    assert {key: line.units for key, line in advised(visit).items()} == {"cupping": 2}


def test_what_is_carried_over_and_not_confirmed_does_not_count(visit):
    given(visit, "ultrasound", minutes=10, is_carried=True)
    assert advised(visit) == {}


def test_current_while_ultrasound_ran_does_not_count(visit):
    start = timezone.now()
    end = start + timedelta(minutes=10)
    given(visit, "ultrasound", minutes=10, started_at=start, ended_at=end)
    given(visit, "estim", minutes=10, started_at=start, ended_at=end)
    assert {key: line.units for key, line in advised(visit).items()} == {"us": 1, "estim_un": 0}


@pytest.mark.parametrize(("rule", "units"), [("pooled", [1, 1, 0]), ("each", [1, 1, 1])])
def test_time_is_counted_as_the_cover_of_the_day_says(visit, rule, units):
    """R1: 8 + 8 + 8 minutes are two units pooled, three each."""
    make.coverage(visit.patient, unit_rule=rule)
    for slug in ("ultrasound", "exercise", "neuro_reeducation"):
        given(visit, slug, minutes=8, regions=["limb"])
    found = advised(visit)
    assert [found[key].units for key in ("us", "exercise", "neuro_re")] == units


def test_only_the_cover_in_force_on_the_day_of_the_visit_counts(visit):
    make.coverage(visit.patient, payer="medicare", until=date(2026, 1, 31))
    assert coding.coverage_on(visit) is None


@pytest.mark.parametrize(
    ("notice", "maintenance", "letters"),
    [
        (None, False, ("AT",)),
        (None, True, ("GZ",)),
        (date(2026, 2, 2), True, ("GA",)),
        (timezone.localdate() + timedelta(days=2), True, ("GZ",)),  # signed after the visit: no notice for it
    ],
)
def test_active_care_maintenance_and_notice_are_read_from_plan_and_cover(visit, notice, maintenance, letters):
    """R5."""
    make.coverage(visit.patient, payer="medicare", notice_signed_on=notice)
    planned(visit, is_maintenance=maintenance)
    given(visit, "adjustment", segments=["L4 R"])
    assert advised(visit)["cmt_spinal_a"].modifiers == letters


def test_a_first_visit_under_medicare_waits_for_part(visit, carlos):
    """R4."""
    visit.purpose = "initial"
    visit.save()
    make.coverage(visit.patient, payer="medicare")
    planned(visit)
    given(visit, "adjustment", segments=["L4 R"])
    notes.note_segment(visit, segment="L4", side="R", pain=3, tone=2, by=carlos)
    assert advised(visit)["cmt_spinal_a"].modifiers == ()
    notes.note_segment(visit, segment="L4", side="R", pain=3, tone=2, asymmetry="post R", by=carlos)
    assert advised(visit)["cmt_spinal_a"].modifiers == ("AT",)


def test_the_first_diagnosis_is_read_in_the_order_of_the_note(visit, carlos):
    make.coverage(visit.patient, payer="medicare")
    given(visit, "adjustment", segments=["L4 R"])
    rows = [diagnosing.add(visit, code=DiagnosisCode.objects.get(code=c), by=carlos) for c in ("M54.59", "M99.03")]
    assert len(coding.advise(visit)[0].missing) == 1
    diagnosing.put_first(rows[1], by=carlos)
    assert coding.advise(visit)[0].missing == ()


def test_a_mark_that_cannot_be_read_counts_for_nothing(visit):
    given(visit, "adjustment", segments=["L4 R", "elsewhere"])
    assert list(advised(visit)) == ["cmt_spinal_a"]


# --- taking over


def test_nothing_is_stored_by_reading_saving_or_signing(chart, visit):
    """The helper advises: no page, no save and no signature sets a service."""
    given(visit, "adjustment", segments=["L4 R"])
    chart.get(page(visit))
    chart.post(page(visit), typed(visit, "save", subjective="Stiff", service="cmt_spinal_a"))
    assert stored(visit) == []
    chart.post(page(visit), typed(visit, "sign", change="better", service="cmt_spinal_a"))
    visit.refresh_from_db()
    assert (visit.is_signed, visit.codes, json.loads(visit.document)["services"]) == (True, [], [])


def test_no_diagnosis_is_set_by_findings(chart, carlos, visit):
    """Default picks are offered as chips and nothing more."""
    notes.note_segment(visit, segment="L4", side="R", pain=3, by=carlos)
    notes.note_muscle(visit, muscle="erector_spinae", side="R", spasm_before=3, by=carlos)
    shown = chart.get(page(visit)).content.decode()
    assert [f'value="add_diagnosis:{code}"' in shown for code in ("M62.830", "M99.03", "M62.838")] == [
        True,
        True,
        False,
    ]
    chart.post(page(visit), typed(visit, "save", subjective="Stiff"))
    assert visit.diagnoses.count() == 0


def test_the_ticked_lines_are_taken_over_with_who_and_when(chart, carlos, visit):
    ServiceCode.objects.filter(key="us").update(code="97035")
    given(visit, "adjustment", segments=["L4 R"])
    given(visit, "ultrasound", minutes=23)
    assert chart.post(page(visit), typed(visit, "take_over", service=["us"])).status_code == 302
    (row,) = stored(visit)
    assert {name: row[name] for name in ("key", "label", "code", "units", "modifiers", "by", "by_id")} == {
        "key": "us",
        "label": "Therapeutic ultrasound",
        "code": "97035",
        "units": 2,
        "modifiers": [],
        "by": "Dr Carlos Vega",
        "by_id": carlos.pk,
    }
    assert row["at"].startswith(str(timezone.now().date()))
    assert AuditEvent.objects.get(action="visit.codes_taken").details["services"] == ["us"]


def test_taking_over_again_takes_the_place_of_what_was_there_and_it_can_be_taken_off(visit, carlos):
    given(visit, "adjustment", segments=["L4 R"])
    given(visit, "ultrasound", minutes=10)
    coding.take_over(visit, keys={"us", "cmt_spinal_a"}, by=carlos)
    coding.take_over(visit, keys={"us"}, by=carlos)
    assert [row["key"] for row in stored(visit)] == ["us"]
    coding.clear(visit, by=carlos)
    assert stored(visit) == []


def test_a_line_without_a_unit_or_from_elsewhere_is_never_taken_over(visit, carlos):
    given(visit, "massage")
    with pytest.raises(coding.NothingChosen):
        coding.take_over(visit, keys={"massage", "cmt_spinal_c", "nonsense"}, by=carlos)
    assert stored(visit) == []


def test_a_service_out_of_use_is_never_taken_over(visit, carlos):
    given(visit, "ultrasound", minutes=10)
    ServiceCode.objects.filter(key="us").update(is_active=False)
    with pytest.raises(coding.NothingChosen):
        coding.take_over(visit, keys={"us"}, by=carlos)


def test_what_spoke_against_a_line_stays_with_it(visit, carlos):
    given(visit, "adjustment", segments=["L4 R"], regions=["lumbar"])
    given(visit, "massage", minutes=15, regions=["lumbar"])
    (row,) = coding.take_over(visit, keys={"massage"}, by=carlos)
    told = "It was done where the adjustment was: the two count as one. No modifier."
    assert (row["modifiers"], row["because"]) == ([], [told, "15 minutes one to one."])


def test_without_a_tick_the_page_comes_back_and_says_so(chart, visit):
    given(visit, "ultrasound", minutes=10)
    answer = chart.post(page(visit), typed(visit, "take_over", subjective="Stiff"))
    assert (answer.status_code, "Tick at least one service." in answer.content.decode()) == (422, True)
    visit.refresh_from_db()
    assert (visit.codes, visit.subjective) == ([], "Stiff")


def test_the_card_says_when_the_note_has_changed_since(chart, carlos, visit):
    row = given(visit, "ultrasound", minutes=10)
    coding.take_over(visit, keys={"us"}, by=carlos)
    assert "the note has changed since" not in chart.get(page(visit)).content.decode()
    row.minutes = 23
    row.save()
    assert "the note has changed since" in chart.get(page(visit)).content.decode()


def test_what_was_taken_over_is_part_of_the_signed_note_and_stays(visit, carlos):
    given(visit, "ultrasound", minutes=10)
    coding.take_over(visit, keys={"us"}, by=carlos)
    visit.refresh_from_db()
    notes.save(visit, version=visit.version, by=carlos, subjective="Stiff")
    visit.refresh_from_db()
    signed = notes.sign(visit, version=visit.version, by=carlos)
    assert [row["key"] for row in json.loads(signed.document)["services"]] == ["us"]
    for deed in (lambda: coding.take_over(visit, keys={"us"}, by=carlos), lambda: coding.clear(visit, by=carlos)):
        with pytest.raises(notes.AlreadySigned):
            deed()


def test_a_therapist_takes_nothing_over_and_sees_no_services(client, tess, visit):
    given(visit, "ultrasound", minutes=10)
    with pytest.raises(PermissionDenied):
        coding.take_over(visit, keys={"us"}, by=tess)
    with pytest.raises(PermissionDenied):
        coding.clear(visit, by=tess)
    client.force_login(tess)
    assert 'id="services"' not in client.get(page(visit)).content.decode()
    assert client.post(page(visit), typed(visit, "take_over", service="us")).status_code == 403
    assert stored(visit) == []


def test_taking_over_is_rolled_back_whole(visit, carlos, monkeypatch):
    given(visit, "ultrasound", minutes=10)
    monkeypatch.setattr(coding, "record", lambda *args, **more: (_ for _ in ()).throw(DatabaseError))
    with pytest.raises(DatabaseError):
        coding.take_over(visit, keys={"us"}, by=carlos)
    visit.refresh_from_db()
    assert (visit.codes, visit.version) == ([], 1)
