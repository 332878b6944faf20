"""`make bench`: how long the clinic's everyday pages take, on a throwaway database filled by the demo.

The operations take turns in every round, so that whatever else the machine does hits them alike; the first rounds warm
up and are not counted. ROUNDS changes their number (default 30).
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS, WARM_UP = int(os.environ.get("ROUNDS", "30")), 3
SEARCHES = ("sor", "nguyen thi", "O'Keefe", "555-0142", "10050")


def prepare(folder):
    """Point Django at an empty SQLite file in `folder`, make the tables and fill the demo."""
    os.environ.update(DATABASE_URL=f"sqlite:///{folder}/bench.sqlite3", VAR_DIR=folder, DEMO="1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from django.core.management import call_command

    (Path(folder) / "static").mkdir()
    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    call_command("demo", quiet=True)
    return time.perf_counter() - began


def page(client, address):
    """Return an operation that fetches one page and insists on 200."""

    def fetch(_round):
        answer = client.get(address, headers={"host": "localhost"})
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")

    return fetch


def operations():
    """Return {name: operation(round number)}: search, day sheet, today's list, booking."""
    from django.test import Client
    from django.urls import reverse

    from clinic.accounts.models import User

    desk, doctor = Client(), Client()
    desk.force_login(
        User.objects.get(email="dolores@demo.example"), "allauth.account.auth_backends.AuthenticationBackend"
    )
    doctor.force_login(
        User.objects.get(email="carlos@demo.example"), "allauth.account.auth_backends.AuthenticationBackend"
    )
    search = [page(desk, f"{reverse('desk:search')}?q={words}") for words in SEARCHES]
    return {
        "patient search": lambda n: search[n % len(search)](n),
        "day sheet": page(desk, reverse("desk:day")),
        "today's list": page(doctor, reverse("admin:index")),
        "booking": booking(User.objects.get(email="dolores@demo.example")),
    }


def booking(user):
    """Return an operation that books the n-th of many free times, each for another patient."""
    from datetime import timedelta

    from django.utils import timezone

    from clinic.scheduling import availability
    from clinic.scheduling import booking as deeds
    from clinic.scheduling.models import Practitioner, VisitKind
    from patients.models import Patient

    one, kind = Practitioner.objects.active()[0], VisitKind.objects.get(slug="adjustment")
    day = timezone.localdate() + timedelta(days=35)  # behind what the demo has booked
    days = [day + timedelta(days=n) for n in range(14)]
    times = availability.free_times([one], kind, days)[one.pk]
    patients = list(Patient.objects.order_by("pk")[: len(times)])

    def book(n):
        deeds.book(practitioner=one, patient=patients[n], kind=kind, starts_at=times[n], by=user)

    return book


def measure(named):
    """Run every operation once a round and return {name: milliseconds, sorted}."""
    taken = {name: [] for name in named}
    for number in range(WARM_UP + ROUNDS):
        for name, operation in named.items():
            began = time.perf_counter()
            operation(number)
            if number >= WARM_UP:
                taken[name].append((time.perf_counter() - began) * 1000)
    return {name: sorted(values) for name, values in taken.items()}


def as_table(taken):
    """Return lines: operation, median (p50), p95, slowest, in milliseconds."""
    lines = [f"{'':16}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}"]
    for name, values in taken.items():
        p95 = values[min(len(values) - 1, round(0.95 * len(values)))]
        lines.append(f"{name:16}{statistics.median(values):9.1f}{p95:9.1f}{values[-1]:9.1f}")
    return lines


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print(f"Demo filled in {prepare(place):.1f} s; {ROUNDS} rounds.")
        print("\n".join(as_table(measure(operations()))))
