"""Devices, clocks and needles on the travel card, for who writes the note and for the therapist beside."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.charting import notes
from clinic.charting.kinds import timing, treating
from clinic.charting.models import TreatmentApplied
from clinic.scheduling.models import TherapyTimer
from clinic.scheduling.models.appointments import Status
from tests import make

NEEDLES = {"points": ["piriformis"], "needles_in": 4, "minutes": 10, "reaction": "none"}
ULTRASOUND = {"open_kind": "ultrasound", "t-site": "low_back", "t-intensity": "1.0", "t-duty_percent": "50"}


@pytest.fixture
def visit(carlos, ana):
    arrived = make.appointment(ana, carlos.practitioner, status=Status.IN_ROOM, room=make.room())
    return make.visit(ana, carlos.practitioner, appointment=arrived, subjective="Sore", change="same")


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


def press(client, visit, do, **fields):
    """Press a button of the card with the texts as they stand, and return the answer."""
    visit.refresh_from_db()
    texts = {name: getattr(visit, name) or "" for name in notes.FIELDS if name != "purpose"}
    path = reverse("admin:charting_visit_change", args=[visit.pk])
    return client.post(path, {"version": visit.version, "do": do, **texts, **fields})


def page(client, visit):
    return client.get(reverse("admin:charting_visit_change", args=[visit.pk]))


def beside(answer):
    """What stands beside the only treatment of a card."""
    [shown] = answer.context["card"].parts["given"].beside.values()
    return shown


def give(visit, by, slug="heat", **fields):
    return treating.apply(visit, kind=make.treatment_kind(slug), by=by, **fields)


# --- devices


def test_a_device_in_use_is_offered_and_kept_and_one_out_of_use_is_not_offered(chart, visit):
    kind = make.treatment_kind("ultrasound")
    make.equipment(kind, name="Old unit", retired_on=timezone.localdate())
    mine = make.equipment(kind, name="US 1")
    answer = chart.get(reverse("admin:charting_visit_change", args=[visit.pk]) + "?kind=ultrasound")
    assert answer.context["card"].treatment.fields["device"].choices == [("", "–"), (str(mine.pk), "US 1")]
    press(chart, visit, "add_treatment", **ULTRASOUND, **{"t-device": str(mine.pk)})
    assert TreatmentApplied.objects.get().device == mine


def test_a_kind_without_a_device_asks_for_none(chart, visit):
    answer = chart.get(reverse("admin:charting_visit_change", args=[visit.pk]) + "?kind=ultrasound")
    assert "device" not in answer.context["card"].treatment.fields


def test_an_overdue_safety_check_is_a_caution_and_stops_nothing(chart, visit):
    overdue = timezone.localdate() - timedelta(days=2)
    device = make.equipment(make.treatment_kind("ultrasound"), next_check_on=overdue)
    answer = press(chart, visit, "add_treatment", **ULTRASOUND, **{"t-device": str(device.pk)})
    assert answer.status_code == 302
    shown = page(chart, visit)
    assert beside(shown).is_overdue is True
    assert shown.content.decode().count("Safety check was due") == 1


def test_a_device_checked_in_time_carries_no_caution(chart, visit):
    device = make.equipment(make.treatment_kind("ultrasound"), next_check_on=timezone.localdate())
    press(chart, visit, "add_treatment", **ULTRASOUND, **{"t-device": str(device.pk)})
    assert page(chart, visit).content.decode().count("Safety check was due") == 0


# --- clocks


def test_a_therapist_starts_and_stops_a_treatment_and_the_minutes_are_proposed(client, tess, carlos, visit):
    row = give(visit, carlos)
    client.force_login(tess)
    assert press(client, visit, f"start_timing:{row.pk}").status_code == 302
    assert beside(page(client, visit)).is_running is True
    TreatmentApplied.objects.update(started_at=timezone.now() - timedelta(minutes=12))
    press(client, visit, f"stop_timing:{row.pk}")
    row.refresh_from_db()
    assert (row.minutes, timing.measured_minutes(row), beside(page(client, visit)).is_running) == (12, 12, False)


def test_the_desk_counts_down_beside_it(chart, carlos, visit):
    row = give(visit, carlos, minutes=15)
    press(chart, visit, f"start_timing:{row.pk}")
    running = list(TherapyTimer.objects.running().values_list("appointment", "name", "minutes", "room"))
    assert running == [(visit.appointment_id, "heat", 15, visit.appointment.room_id)]
    press(chart, visit, f"stop_timing:{row.pk}")
    assert TherapyTimer.objects.running().count() == 0


def test_minutes_that_differ_are_both_shown_and_the_measured_ones_taken_by_a_button(chart, carlos, visit):
    row = give(visit, carlos, minutes=15)
    timing.start(row, by=carlos, now=make.MONDAY)
    timing.stop(row, by=carlos, now=make.MONDAY + timedelta(minutes=18))
    shown = beside(page(chart, visit))
    assert (shown.row.minutes, shown.measured, shown.may_take) == (15, 18, True)
    press(chart, visit, f"take_timed:{row.pk}")
    shown = beside(page(chart, visit))
    assert (shown.row.minutes, shown.measured, shown.may_take) == (18, 18, False)


def test_a_note_with_a_running_treatment_is_not_signed(chart, carlos, visit):
    row = give(visit, carlos)
    timing.start(row, by=carlos)
    answer = press(chart, visit, "sign")
    assert (answer.status_code, answer.context["card"].errors["sign"]) == (422, "Heat pack is still running: stop it.")
    visit.refresh_from_db()
    assert visit.is_signed is False
    timing.stop(row, by=carlos)
    assert press(chart, visit, "sign").status_code == 302


def test_who_gave_it_stands_beside_what_the_practitioner_answers_for(chart, tess, carlos, visit):
    give(visit, tess)
    shown = beside(page(chart, visit))
    assert (shown.given_by, shown.row.supervised_by) == (tess, carlos)


def test_a_therapist_keeps_needles_but_no_text(client, tess, carlos, visit):
    row = give(visit, carlos, "needling", values=NEEDLES, reason="Trained")
    client.force_login(tess)
    press(client, visit, "save", subjective="Changed", **{f"needles-{row.pk}": "4"})
    row.refresh_from_db()
    visit.refresh_from_db()
    assert (row.parameters["needles_out"], visit.subjective) == (4, "Sore")


# --- needles


def test_needles_still_in_are_named_and_stop_the_signature_until_they_are_out(chart, carlos, visit):
    """R24."""
    row = give(visit, carlos, "needling", values=NEEDLES, reason="Trained")
    assert beside(page(chart, visit)).needles == 4
    refused = press(chart, visit, "sign", **{f"needles-{row.pk}": "3"})
    assert refused.status_code == 422
    assert refused.context["card"].errors["sign"].startswith("Needling: The count in must equal the count out")
    assert TreatmentApplied.objects.get().parameters["needles_out"] == 3  # what was typed is kept
    assert press(chart, visit, "sign", **{f"needles-{row.pk}": "4"}).status_code == 302


@pytest.mark.parametrize("typed", ["four", "-1", "9999", "1.5"])
def test_needles_that_are_no_number_are_named_at_their_field(chart, carlos, visit, typed):
    row = give(visit, carlos, "needling", values=NEEDLES, reason="Trained")
    answer = press(chart, visit, "save", **{f"needles-{row.pk}": typed})
    assert answer.status_code == 422
    assert answer.content.decode().count("Enter a whole number.") == 1
    assert f'value="{typed}"' in answer.content.decode()


def test_a_collar_asks_for_a_day_after_today(chart, visit):
    today = timezone.localdate()
    collar = {"open_kind": "soft_collar", "t-wear_hours": "4", "t-wear_advice": "Off at night"}
    for day in ("", str(today), str(date(2020, 1, 1))):
        answer = press(chart, visit, "add_treatment", **collar, **{"t-review_date": day})
        assert answer.status_code == 422
        assert answer.context["card"].treatment.errors["review_date"] == ["Set a review date after today."]
    assert TreatmentApplied.objects.count() == 0
