"""The server as a clinic runs it (the very command of `make run`), on the database of the test, and its visitors."""

import os
import re
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path
from threading import Barrier
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection
from django.test import Client

from scripts.run import GUNICORN

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "t" * 32  # a browser's CSRF cookie and the field of its forms
PATIENCE = 60  # seconds a browser waits for an answer


def address_of_database():
    """Return the database of this test as a DATABASE_URL."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    login = quote(known["USER"]) + (f":{quote(known['PASSWORD'])}" if known["PASSWORD"] else "")
    return f"postgres://{login}@{quote(known['HOST'])}:{known['PORT'] or 5432}/{known['NAME']}"


def _free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _wait_for(port, child, log):
    for _ in range(300):
        if child.poll() is not None:
            break
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"The server did not start:\n{log.read_text()}")


@contextmanager
def running(folder):
    """Start the server on a free port and yield (port, its log); end it afterwards."""
    port, log = _free_port(), folder / "server.log"
    given = {"DATABASE_URL": address_of_database(), "SECRET_KEY": settings.SECRET_KEY, "VAR_DIR": str(folder)}
    given |= {"DJANGO_SETTINGS_MODULE": "clinic.settings", "DEMO": "1", "TRUSTED_PROXIES": "1"}
    command = [part if not part.startswith("127.0.0.1:") else f"127.0.0.1:{port}" for part in GUNICORN]
    with log.open("w") as written:
        child = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **given}, stdout=written, stderr=written)
        try:
            _wait_for(port, child, log)
            yield port, log
        finally:
            child.terminate()
            child.wait(timeout=15)


@dataclass(frozen=True)
class Answer:
    """What came back: status, where to go next, the page."""

    status: int
    location: str
    page: str

    @property
    def offers(self):
        """The free times that the page offers, as their buttons carry them."""
        return [datetime.fromisoformat(at) for at in re.findall(r'name="at" value="([^"]+)"', self.page)]


class Browser:
    """One visitor with a connection that is kept open; signed in when a user is given."""

    def __init__(self, port, *, user=None, address="192.0.2.1"):
        cookies = {settings.CSRF_COOKIE_NAME: TOKEN}
        if user:
            made = Client()
            made.force_login(user)
            cookies[settings.SESSION_COOKIE_NAME] = made.cookies[settings.SESSION_COOKIE_NAME].value
        self.line = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-Forwarded-For": address,
        }

    def get(self, path):
        return self._ask("GET", path)

    def post(self, path, **typed):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(typed | {"csrfmiddlewaretoken": TOKEN}), form)

    def _ask(self, method, path, body=None, headers=()):
        sent = (method, path, body, {**self.headers, **dict(headers)})
        try:
            self.line.request(*sent)
            answer = self.line.getresponse()
        except (
            RemoteDisconnected,
            BrokenPipeError,
            ConnectionResetError,
        ):  # an idle line was closed: again, as browsers do
            self.line.close()
            self.line.request(*sent)
            answer = self.line.getresponse()
        return Answer(answer.status, answer.headers.get("Location", ""), answer.read().decode())


def together(jobs):
    """Run the jobs in threads that start at one moment and return their results in order."""
    gate = Barrier(len(jobs))

    def run(job):
        gate.wait(timeout=PATIENCE)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result(timeout=2 * PATIENCE) for future in [pool.submit(run, job) for job in jobs]]
