"""`make run`: tables, demo data when the database is empty, then the server and the worker side by side.

PORT changes the address (default 8000, loopback only); DEMO=0 starts an empty clinic with a first-run wizard.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PORT = os.environ.get("PORT", "8000")
MANAGE = [sys.executable, str(ROOT / "manage.py")]
GUNICORN = [
    sys.executable, "-m", "gunicorn", "clinic.wsgi:application", "--bind", f"127.0.0.1:{PORT}", "--workers", "2",
    "--threads", "4", "--worker-class", "gthread", "--log-level", "warning",
]  # fmt: skip


def prepare():
    """Bring the tables up to date and fill an empty demo clinic; stop the start when either fails."""
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    subprocess.run([*MANAGE, "migrate", "--verbosity", "0"], check=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    import django

    django.setup()
    from django.conf import settings

    from patients.models import Patient

    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # empty in a checkout: files come from their sources
    if settings.DEMO and not Patient.objects.exists():
        print("Filling a demo clinic (about 15 seconds) ...", flush=True)
        subprocess.run([*MANAGE, "demo"], check=True)
    return settings.DEMO, wizard()


def wizard():
    """Return the address of the first-run wizard while nobody has founded the clinic, else an empty text."""
    from clinic.practice.profile import is_set_up
    from clinic.website.setup import code

    return "" if is_set_up() else f"http://localhost:{PORT}/setup/?code={code()}"


def serve():
    """Run server and worker until one of them ends or Ctrl C is pressed; end both together."""
    children = [subprocess.Popen(GUNICORN), subprocess.Popen([*MANAGE, "work"])]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(timeout=15)


if __name__ == "__main__":
    demo, setup = prepare()
    print(f"\nVertebra is at http://localhost:{PORT}/" + (" (demo data)" if demo else ""), flush=True)
    if setup:
        print(f"Set the clinic up first: {setup}", flush=True)
    print("Ctrl C stops it; the data stay in var/.\n", flush=True)
    serve()
