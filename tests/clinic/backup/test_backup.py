"""T108: a backup is unreadable without its key and comes back with equal counts, hashes and chain head."""

import inspect

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from clinic.accounts.models import User
from clinic.audit import chain
from clinic.audit.models import AuditEvent
from clinic.audit.recording import record
from clinic.backup import restoring, rows, writing
from clinic.backup.sealing import CannotOpen, Opener
from clinic.charting.models import SegmentFinding, Visit
from clinic.scheduling.models import Appointment
from patients.models import Patient
from tests import make

SECRET = b"a long enough passphrase"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _second_database(transactional_db, monkeypatch):
    """The test framework forbids databases it does not know; the scratch one is made while a test runs."""
    known = inspect.getclosurevars(BaseDatabaseWrapper.ensure_connection).nonlocals
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", known["real_ensure_connection"])


@pytest.fixture
def filled(settings):
    """A clinic with a signed note, an audit row, a session of money and a document."""
    make.clinic()
    ana = make.patient(family="Ó Súilleabháin")
    visit = make.visit(of=ana)
    SegmentFinding.objects.create(visit=visit, segment="L4", side="R", pain=3)
    Visit.objects.filter(pk=visit.pk).update(
        signed_at=timezone.now(), signed_by=visit.opened_by, signature="Dr C, DC", document="{}", sha256="0" * 64,
        rules_version="1",
    )  # fmt: skip
    make.appointment(of=ana, by=visit.practitioner)
    record("chart.read", ana, by=visit.opened_by, patient=ana)
    settings.MEDIA_ROOT.mkdir(parents=True)
    (settings.MEDIA_ROOT / "letter.pdf").write_bytes(b"%PDF-1.7 letter")
    return ana


def test_a_backup_verifies_in_a_scratch_place_and_leaves_the_clinic_alone(filled, tmp_path):
    before = {m: rows.fingerprint(m, "default") for m in rows.kept_models()}
    made = writing.write(tmp_path / "clinic.backup", SECRET)
    checked = restoring.verify(tmp_path / "clinic.backup", SECRET)
    assert checked == made
    assert made["tables"]["patients.patient"]["rows"] == 1
    assert made["audit_head"] == list(chain.head())
    assert list(made["documents"]) == ["letter.pdf"]
    assert {m: rows.fingerprint(m, "default") for m in rows.kept_models()} == before


def test_what_comes_back_is_whole_and_still_frozen(filled, tmp_path):
    writing.write(tmp_path / "clinic.backup", SECRET)
    with restoring.scratch() as alias:
        restoring.restore(tmp_path / "clinic.backup", SECRET, using=alias, documents=tmp_path / "back")
        assert Patient.objects.using(alias).get().family_name == "Ó Súilleabháin"
        assert (tmp_path / "back/letter.pdf").read_bytes() == b"%PDF-1.7 letter"
        with pytest.raises(IntegrityError), transaction.atomic(using=alias):
            Visit.objects.using(alias).update(plan="changed")
        assert list(chain.faults(using=alias)) == []
        newest = Appointment.objects.using(alias).get().pk
        fresh = User.objects.db_manager(alias).create_user("new@example.org", roles=())
        assert fresh.pk > User.objects.using("default").order_by("-pk").first().pk - 1
        assert newest == Appointment.objects.get().pk


def test_nothing_readable_stands_in_the_file(filled, tmp_path):
    path = tmp_path / "clinic.backup"
    writing.write(path, SECRET)
    content = path.read_bytes()
    assert [word for word in (b"Ana", "Súilleabháin".encode(), b"letter", b"patients.patient") if word in content] == []
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("wrong", ["passphrase", "flipped", "cut", "other"])
def test_a_wrong_key_or_a_damaged_file_is_refused(filled, tmp_path, wrong):
    path, secret = tmp_path / "clinic.backup", SECRET
    writing.write(path, SECRET)
    data = bytearray(path.read_bytes())
    if wrong == "passphrase":
        secret = b"another passphrase"
    elif wrong == "flipped":
        data[len(data) // 2] ^= 1
    elif wrong == "cut":
        data = data[:-100]
    else:
        data = bytearray(b"something else entirely")
    path.write_bytes(data)
    with pytest.raises(CannotOpen), path.open("rb") as file:
        Opener(file, secret).readall()


def test_a_restore_never_writes_over_a_clinic(filled, tmp_path):
    writing.write(tmp_path / "clinic.backup", SECRET)
    with pytest.raises(restoring.NotEmpty):
        restoring.restore(tmp_path / "clinic.backup", SECRET)
    assert Patient.objects.count() == 1


def test_a_row_that_differs_is_named_and_nothing_stays(filled, tmp_path, monkeypatch):
    """The comparison can fail: a row lost on the way is found, and the restore is rolled back."""
    writing.write(tmp_path / "clinic.backup", SECRET)
    insert = rows.insert
    monkeypatch.setattr(rows, "insert", lambda model, texts, using: insert(
        model, [] if model is SegmentFinding else texts, using))  # fmt: skip
    with restoring.scratch() as alias, pytest.raises(restoring.NotWhole) as refused:
        restoring.restore(tmp_path / "clinic.backup", SECRET, using=alias, documents=tmp_path / "back")
    assert refused.value.faults == ["charting.segmentfinding: 0 rows came back of 1"]


def test_the_commands_say_what_they_did(filled, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BACKUP_PASSPHRASE", SECRET.decode())
    path = tmp_path / "clinic.backup"
    call_command("backup", str(path))
    call_command("restore", str(path), "--verify")
    told = capsys.readouterr().out
    assert "1 documents would come back whole: counts, hashes and audit chain agree" in told
    assert AuditEvent.objects.filter(action="backup.written").count() == 1


def test_a_short_passphrase_is_refused(filled, tmp_path, monkeypatch):
    monkeypatch.setenv("BACKUP_PASSPHRASE", "short")
    with pytest.raises(CommandError, match="12 characters"):
        call_command("backup", str(tmp_path / "clinic.backup"))


def test_every_table_of_the_clinic_is_in_the_backup():
    """A new model is in the backup unless it is named as left out."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    kept = {m._meta.db_table for m in rows.kept_models()}
    assert tables - kept == {"cache_entries", "django_migrations", "django_session", "usersessions_usersession"}
