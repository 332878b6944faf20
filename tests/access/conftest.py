"""The world of the access tests: built once per module, every test's changes are rolled back.

A module either uses `world` (and carries `pytestmark = pytest.mark.django_db`) or the fixture `db`, never both.
"""

import logging

import pytest
import time_machine
from django.db import transaction
from django.test import override_settings

from tests.access import world as building
from tests.make import MONDAY


@pytest.fixture
def _django_db_helper(request, django_db_setup):
    """Where the module's world holds the transaction, pytest-django opens none of its own."""
    if "built" not in request.fixturenames:
        request.getfixturevalue("_django_db_helper")


@pytest.fixture(scope="module")
def files_of_the_world(tmp_path_factory):
    return tmp_path_factory.mktemp("documents")


@pytest.fixture(autouse=True)
def _its_files(_private_files, files_of_the_world, settings):
    """The files of the world stay where they were written, as long as the world does."""
    settings.MEDIA_ROOT = files_of_the_world


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, files_of_the_world):
    """The world inside a transaction that ends with the module; it is ten o'clock of a Monday in the clinic."""
    logging.disable(logging.ERROR)  # a thousand refusals, each with its traceback in the log
    with django_db_blocker.unblock(), time_machine.travel(MONDAY, tick=False), transaction.atomic():
        with override_settings(MEDIA_ROOT=files_of_the_world):
            made = building.build()
        yield made
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(built):
    """The world for one test."""
    with transaction.atomic():
        yield built
        transaction.set_rollback(True)
