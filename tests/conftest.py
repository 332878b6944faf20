"""The people of the story, and what both engines need to test honestly."""

import os

import pytest
from django.db import connections

from clinic.accounts.roles import Role
from tests import make


@pytest.fixture
def clinic(db):
    """The clinic and its one place."""
    make.location()
    return make.clinic()


@pytest.fixture
def ana(clinic):
    """The owner of the record."""
    return make.patient_with_account("Ana")


@pytest.fixture
def ben(clinic):
    """Another patient, who must not see Ana's."""
    return make.patient_with_account("Ben", family="Whitcombe")


@pytest.fixture
def rita(clinic):
    """Reception."""
    return make.user("rita@example.org", Role.RECEPTIONIST)


@pytest.fixture
def carlos(clinic):
    """Chiropractor; `carlos.practitioner` has hours from 8 to 18 on weekdays."""
    account = make.user("carlos@example.org", Role.CHIROPRACTOR, display_name="Dr Carlos Vega")
    make.practitioner(account, name="Dr Carlos Vega")
    return account


@pytest.fixture
def tess(clinic):
    """Therapist."""
    return make.user("tess@example.org", Role.THERAPIST)


@pytest.fixture
def olga(clinic):
    """Clinic admin."""
    return make.user("olga@example.org", Role.CLINIC_ADMIN)


@pytest.fixture
def ivan(clinic):
    """IT superuser: keeps the machine, reads no clinical text."""
    return make.user("ivan@example.org", is_superuser=True)


@pytest.fixture
def kind(clinic):
    return make.kind()


@pytest.fixture(autouse=True)
def _private_files(settings, tmp_path):
    """Whatever a test writes (mail, documents, anchors) goes to its own folder."""
    settings.AUDIT_ANCHOR = tmp_path / "audit-anchor.jsonl"
    settings.MEDIA_ROOT = tmp_path / "documents"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"


def _without_triggers(flush, connection):
    """Let a test database be emptied although its rows are frozen; the triggers stand again afterwards."""
    if connection.vendor == "postgresql":
        tables = connection.introspection.table_names()

        def wrapped(style, names, **options):
            quote = connection.ops.quote_name
            off = [f"ALTER TABLE {quote(t)} DISABLE TRIGGER USER" for t in names if t in tables]
            on = [f"ALTER TABLE {quote(t)} ENABLE TRIGGER USER" for t in names if t in tables]
            return [*off, *flush(style, names, **options), *on]

    else:

        def wrapped(style, names, **options):
            with connection.cursor() as cursor:
                cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                triggers = cursor.fetchall()
            drop = [f'DROP TRIGGER "{name}"' for name, _ in triggers]
            return [*drop, *flush(style, names, **options), *[sql for _, sql in triggers]]

    return wrapped


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """After the test database is made: flushing (transaction=True, live server) must get past the frozen rows."""
    with django_db_blocker.unblock():
        connection = connections["default"]
        connection.ops.sql_flush = _without_triggers(connection.ops.sql_flush, connection)
        yield


def pytest_report_header(config):
    """Say plainly which engine this part runs on."""
    return f"vertebra: engine {os.environ.get('TEST_ENGINE', 'sqlite')}"


def pytest_sessionfinish(session, exitstatus):
    """With CI=true a skipped test is a failure: what was not run was not shown."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
