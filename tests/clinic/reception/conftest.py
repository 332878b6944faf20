"""The desk is open: Rita has signed in, and it is ten o'clock of a Monday in the clinic."""

import pytest
import time_machine

from tests.make import MONDAY


@pytest.fixture
def ten_o_clock():
    """MONDAY, 10:00 on the clinic's clock (a test that needs another now passes it in)."""
    with time_machine.travel(MONDAY, tick=False):
        yield MONDAY


@pytest.fixture
def desk(client, rita, ten_o_clock):
    """Rita's browser."""
    client.force_login(rita)
    return client


@pytest.fixture
def chart(client, carlos, ten_o_clock):
    """Carlos's browser on the same pages."""
    client.force_login(carlos)
    return client
