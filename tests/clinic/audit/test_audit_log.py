"""The log is append only, chained and anchored."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from clinic.audit import anchor, chain
from clinic.audit.models import AuditEvent
from clinic.audit.recording import record
from clinic.database.frozen import Frozen


def refused(change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


def raw(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def three(carlos):
    return [record("chart.read", by=carlos, patient=n) for n in (1, 2, 3)]


def test_audit_rows_cannot_be_changed_removed_or_emptied(three):
    """T045, through the ORM and raw SQL."""
    refused(lambda: AuditEvent.objects.update(action="nothing"))
    refused(AuditEvent.objects.all().delete)
    refused(lambda: raw("UPDATE audit_auditevent SET actor_id = 1"))
    refused(lambda: raw("DELETE FROM audit_auditevent"))
    if connection.vendor == "postgresql":
        refused(lambda: raw("TRUNCATE audit_auditevent"))
    assert AuditEvent.objects.filter(action="chart.read").count() == 3


def _unlocked(change):
    """Change rows as an attacker with the keys of the database could: with the triggers gone."""
    rule = next(c for c in AuditEvent._meta.constraints if isinstance(c, Frozen))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        else:
            for event in ("update", "delete"):
                cursor.execute(f'DROP TRIGGER "{rule.name}_{event}"')
    change()


def test_the_verifier_names_a_tampered_row(three):
    """T046."""
    _unlocked(lambda: AuditEvent.objects.filter(pk=three[1].pk).update(patient_id=99))
    assert list(chain.faults()) == [f"Event {three[1].pk}: its content was changed after it was written."]
    with pytest.raises(CommandError, match="not whole"):
        call_command("verify_audit")


def test_the_verifier_names_the_row_after_a_missing_one(three):
    _unlocked(lambda: AuditEvent.objects.filter(pk=three[1].pk).delete())
    assert list(chain.faults()) == [f"Event {three[2].pk}: the event before it is missing or was changed."]


def test_a_cut_tail_is_found_against_the_anchor(three):
    """T047: without the anchor the shortened chain looks whole."""
    anchor.write()
    _unlocked(lambda: AuditEvent.objects.filter(pk=three[2].pk).delete())
    assert list(chain.faults()) == []
    assert len(list(chain.faults(anchor.read()))) == 1


def test_a_whole_log_verifies_and_is_anchored(three, capsys):
    call_command("verify_audit")
    assert anchor.read() == [chain.head()]
    call_command("verify_audit")
    assert len(anchor.read()) == 1


def test_a_deed_whose_log_cannot_be_written_does_not_happen(clinic, rita, monkeypatch):
    """F17."""
    from patients import registering
    from patients.models import Patient

    def fails(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(registering, "record", fails)
    with pytest.raises(OSError, match="disk full"):
        registering.register(by=rita, given_name="Ana", family_name="S", birth_date=date(1965, 3, 14))
    assert Patient.objects.count() == 0


def test_an_event_knows_its_actor_roles_and_request(client, ana, rita):
    client.force_login(ana.user)
    response = client.get("/desk/")
    event = AuditEvent.objects.get(action="access.denied")
    assert response.status_code == 403
    assert (event.actor_id, event.actor_roles, event.route) == (ana.user.pk, "patient", "GET desk:day")
    assert event.request_id == response["X-Request-ID"]
