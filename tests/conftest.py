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


def _without_triggers(flush):
    """Let a test database be emptied although its rows are frozen; the triggers stand again afterwards."""

    def around(operations, names):
        connection, quote = operations.connection, operations.quote_name
        if connection.vendor == "postgresql":
            known = set(connection.introspection.table_names())
            tables = [quote(name) for name in names if name in known]
            off, on = (
                [f"ALTER TABLE {table} {word} TRIGGER USER" for table in tables] for word in ("DISABLE", "ENABLE")
            )
            return off, on
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        return [f'DROP TRIGGER "{name}"' for name, _ in triggers], [sql for _, sql in triggers]

    def wrapped(operations, style, names, **options):
        before, after = around(operations, names)
        return [*before, *flush(operations, style, names, **options), *after]

    return wrapped


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """After the test database is made: flushing (transaction=True, live server) must get past the frozen rows.

    For every connection: a browser test runs beside an event loop and has one of its own.
    """
    with django_db_blocker.unblock():
        operations = type(connections["default"].ops)
        operations.sql_flush = _without_triggers(operations.sql_flush)
        yield


def pytest_report_header(config):
    """Say plainly which engine this part runs on."""
    return f"vertebra: engine {os.environ.get('TEST_ENGINE', 'sqlite')}"


def pytest_sessionfinish(session, exitstatus):
    """With CI=true a skipped test is a failure: what was not run was not shown."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
