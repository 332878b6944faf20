"""The patient in the chart: tabs, the health record's deeds, reviews and alerts; nothing for eyes that do not treat."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting import safety
from patients import health_records, intake
from patients.models import Alert, Allergy, Condition, IntakeReview, Medication
from tests import make


def chart(patient, tab="overview"):
    return f"/admin/patients/patient/{patient.pk}/change/?tab={tab}"


def alert_of(patient, **fields):
    return Alert.objects.create(
        patient=patient, flag="RF09", level="U", points_to="Fall from a height", staff_action="Examine", **fields
    )


@pytest.fixture
def doctor(client, carlos):
    client.force_login(carlos)
    return client


@pytest.mark.parametrize("tab", ["overview", "history", "intake", "visits", "documents", "alerts"])
def test_each_tab_opens_and_writes_that_the_chart_was_read(doctor, ana, tab):
    make.condition(ana)
    assert doctor.get(chart(ana, tab)).context["tab"] == tab
    assert AuditEvent.objects.filter(action="chart.read", patient_id=ana.pk).count() == 1


def test_the_clinic_admin_sees_the_person_and_no_health_data_on_any_tab(client, olga, ana, carlos):
    make.condition(ana, "osteoporosis")
    make.visit(ana, carlos.practitioner)
    alert_of(ana)
    client.force_login(olga)
    words = ("steoporosis", "Fall from a height", "Low back spasm")
    for tab in ("overview", "history", "intake", "visits", "alerts"):
        page = client.get(chart(ana, tab)).content.decode()
        assert ("Sørensen" in page, [word for word in words if word in page]) == (True, [])


def test_it_and_reception_have_no_patient_page(client, ivan, rita, ana):
    for person in (ivan, rita):
        client.force_login(person)
        assert client.get(chart(ana)).status_code == 403


@pytest.mark.parametrize("pk", ["999999", "-1", "9223372036854775808", "abc"])
def test_an_unknown_patient_is_not_found(doctor, pk):
    assert doctor.get(f"/admin/patients/patient/{pk}/change/").status_code == 404


def test_a_condition_is_added_with_its_safety_term_and_warns_at_once(doctor, ana):
    fields = {"condition-label": "Osteoporosis, scan in May", "condition-code": "osteoporosis"}
    doctor.post(chart(ana), {"do": "add:condition", **fields, "condition-onset_on": "2024-05-02"})
    row = Condition.objects.get()
    assert (row.code, row.onset_on, row.source, row.history.get().history_user_id) == (
        "osteoporosis",
        date(2024, 5, 2),
        "clinician",
        row.recorded_by_id,
    )
    assert [fact.code for fact, _level in safety.banner(ana)] == ["osteoporosis"]


def test_a_day_in_the_future_is_refused_at_its_field_and_the_text_stays(doctor, ana):
    sent = {"do": "add:medication", "medication-label": "Alendronate", "medication-started_on": "2999-01-01"}
    answer = doctor.post(chart(ana), sent)
    assert answer.status_code == 422
    assert answer.context["forms"]["medication"].errors == {"started_on": ["This day is in the future."]}
    assert answer.content.decode().count('value="Alendronate"') == 1
    assert Medication.objects.count() == 0


def test_a_resolved_condition_stays_readable_and_warns_no_more(doctor, ana):
    row = make.condition(ana)
    doctor.post(chart(ana), {"do": f"end:condition:{row.pk}"})
    assert Condition.objects.get().resolved_on == timezone.localdate()
    assert safety.banner(ana) == []
    assert doctor.get(chart(ana, "history")).content.decode().count('<th scope="row">Osteoporosis') == 1


def test_entered_in_error_keeps_the_row_and_no_rule_counts_it(doctor, ana):
    row = make.condition(ana)
    doctor.post(chart(ana), {"do": f"error:condition:{row.pk}"})
    assert Condition.objects.get().is_active is False
    assert safety.banner(ana) == []


def test_a_fact_of_another_patient_is_not_found(doctor, ana, ben):
    row = make.condition(ben)
    assert doctor.post(chart(ana), {"do": f"end:condition:{row.pk}"}).status_code == 404
    assert Condition.objects.get().resolved_on is None


def test_only_a_chiropractor_keeps_the_record(client, tess, olga, ana):
    row = make.condition(ana)
    for person in (tess, olga):
        client.force_login(person)
        for do in (f"end:condition:{row.pk}", f"error:condition:{row.pk}"):
            assert client.post(chart(ana), {"do": do}).status_code == 403
        sent = {"do": "add:allergy", "allergy-label": "Latex"}
        assert client.post(chart(ana), sent).status_code == 403
    assert (Condition.objects.get().is_active, Allergy.objects.count()) == (True, 0)


def test_a_fact_cannot_end_twice_or_before_it_began(carlos, ana):
    row = make.condition(ana, onset_on=date(2025, 5, 1))
    with pytest.raises(health_records.EndsBeforeItBegan):
        health_records.end(row, on=date(2025, 4, 1), by=carlos)
    health_records.resolve_condition(row, by=carlos)
    with pytest.raises(health_records.AlreadyEnded):
        health_records.end(row, by=carlos)


def test_a_deed_that_is_refused_leaves_no_row_and_no_log(tess, ana):
    with pytest.raises(PermissionDenied):
        health_records.add_condition(ana, label="Osteoporosis", by=tess)
    assert (Condition.objects.count(), AuditEvent.objects.filter(action__startswith="health").count()) == (0, 0)


def test_reviewed_no_change_is_kept_with_name_and_time(doctor, carlos, ana):
    given = intake.open_intake(ana, by=carlos)
    intake.save_page(given, page="p", answers={"pain_now": 6})
    intake.submit(given)
    doctor.post(chart(ana), {"do": f"review:{given.pk}"})
    assert IntakeReview.objects.get().by == carlos
    assert doctor.get(chart(ana, "intake")).content.decode().count("Not reviewed yet.") == 0


def test_an_alert_is_seen_by_name_and_ended_only_with_a_reason(doctor, carlos, ana):
    alert = alert_of(ana)
    doctor.post(chart(ana), {"do": f"acknowledge:{alert.pk}"})
    assert doctor.post(chart(ana), {"do": f"end_alert:{alert.pk}", "because": ""}).status_code == 422
    alert.refresh_from_db()
    assert (alert.acknowledged_by, alert.ended_at) == (carlos, None)
    doctor.post(chart(ana), {"do": f"end_alert:{alert.pk}", "because": "X-ray is clear"})
    alert.refresh_from_db()
    assert (alert.ended_by, alert.ended_because) == (carlos, "X-ray is clear")


def test_a_deceased_patient_says_so_and_raises_no_alert(doctor, ana):
    make.condition(ana)
    alert_of(ana)
    type(ana).objects.filter(pk=ana.pk).update(deceased_on=date(2026, 1, 2))
    page = doctor.get(chart(ana)).content.decode()
    assert page.count("Died on 2 Jan 2026") == 1
    assert ('class="alert ' in page, 'id="alerts"' in page) == (False, False)


@pytest.mark.parametrize("tab", ["overview", "history", "visits", "alerts"])
def test_a_tab_costs_the_same_for_one_row_and_three(doctor, carlos, ana, ben, tab):
    for patient, rows in ((ana, 1), (ben, 3)):
        for number in range(rows):
            make.condition(patient, f"osteoporosis{number}")
            make.visit(patient, carlos.practitioner)
            alert_of(patient) if number == 0 else None
    costs = []
    for patient in (ana, ben):
        with CaptureQueriesContext(connection) as asked:
            doctor.get(chart(patient, tab))
        costs.append(len(asked))
    locking = 1 if connection.vendor == "postgresql" else 0  # the log is locked there with a query of its own
    assert costs == [COST[tab] + locking] * 2


COST = {"overview": 55, "history": 25, "visits": 19, "alerts": 18}
