"""`make bench`: how long the everyday takes, in a young clinic and in one with years behind it.

Two throwaway databases are filled by the demo; one gets 1,000 patients and visits more, the other 100,000. Each has a
process of its own, and all operations take turns in every round, so that whatever else the machine does hits them
alike; the first rounds warm up and are not counted. ROUNDS changes their number (default 30).
"""

import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS, WARM_UP = int(os.environ.get("ROUNDS", "30")), 3
SIZES = (1_000, 100_000)
SEARCHES = ("sor", "nguyen thi", "O'Keefe", "555-0142", "10050")
FULL_DAY = datetime.now(UTC).replace(hour=13, minute=0, second=0, microsecond=0) + timedelta(days=120)


def prepare(folder, size):
    """Point Django at an empty SQLite file in `folder`, make the tables, fill the demo and bring it to `size`."""
    os.environ.update(DATABASE_URL=f"sqlite:///{folder}/bench.sqlite3", VAR_DIR=folder, DEMO="1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from django.core.management import call_command

    (Path(folder) / "static").mkdir()
    call_command("migrate", verbosity=0)
    call_command("demo", quiet=True)
    grow(size)


def grow(size):
    """Add patients, and ten practitioners with 28 visits a day from FULL_DAY on; beyond 1,000 they lie behind us."""
    from tests import make, scale

    scale.patients(size, ("Halvorsen", "Sorensen", "Nguyen", *["Whitcombe"] * 47))
    team = [make.practitioner(name=f"Dr {n}", location=make.Location.objects.first()) for n in range(10)]
    scale.appointments(SIZES[0], team, first=FULL_DAY)
    if size > SIZES[0]:
        scale.appointments(size, team, first=FULL_DAY - timedelta(days=480), already=SIZES[0])


def page(client, address):
    """Return an operation that fetches one page and insists on 200."""

    def fetch(_round):
        answer = client.get(address, headers={"host": "localhost"})
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")

    return fetch


def operations():
    """Return {name: operation(round number)}: search, day sheets, today's list, free times, booking."""
    from django.test import Client
    from django.urls import reverse

    from clinic.accounts.models import User

    desk, doctor = Client(), Client()
    for client, email in ((desk, "dolores@demo.example"), (doctor, "carlos@demo.example")):
        client.force_login(User.objects.get(email=email), "allauth.account.auth_backends.AuthenticationBackend")
    search = [page(desk, f"{reverse('desk:search')}?q={words}") for words in SEARCHES]
    return {
        "patient search": lambda n: search[n % len(search)](n),
        "day sheet": page(desk, reverse("desk:day")),
        "day sheet of 280": page(desk, f"{reverse('desk:day')}?day={FULL_DAY + timedelta(days=1):%Y-%m-%d}"),
        "today's list": page(doctor, reverse("admin:index")),
        "month of free times": month(),
        "booking": booking(User.objects.get(email="dolores@demo.example")),
    }


def month():
    """Return an operation that looks for the free times of 31 days, with one practitioner."""
    from clinic.scheduling import availability
    from clinic.scheduling.models import Practitioner, VisitKind

    one, kind = Practitioner.objects.active()[0], VisitKind.objects.get(slug="adjustment")
    days = [datetime.now(UTC).date() + timedelta(days=n) for n in range(31)]
    return lambda _n: availability.free_times([Practitioner.objects.get(pk=one.pk)], kind, days)


def booking(user):
    """Return an operation that books the n-th of many free times, each for another patient."""
    from django.utils import timezone

    from clinic.scheduling import availability
    from clinic.scheduling import booking as deeds
    from clinic.scheduling.models import Practitioner, VisitKind
    from patients.models import Patient

    one, kind = Practitioner.objects.active()[0], VisitKind.objects.get(slug="adjustment")
    day = timezone.localdate() + timedelta(days=35)  # behind what the demo has booked
    times = availability.free_times([one], kind, [day + timedelta(days=n) for n in range(14)])[one.pk]
    patients = list(Patient.objects.order_by("pk")[: len(times)])

    def book(n):
        deeds.book(practitioner=one, patient=patients[n], kind=kind, starts_at=times[n * 2], by=user)

    return book


def serve(pipe, size):
    """The life of one process: fill, then run what it is told and answer with milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder, size)
        named = operations()
        pipe.send(list(named))
        while told := pipe.recv():
            name, number = told
            began = time.perf_counter()
            named[name](number)
            pipe.send((time.perf_counter() - began) * 1000)


def measure(pipes):
    """Run every operation of every size once a round and return {name: {size: milliseconds, sorted}}."""
    names, *_same = [pipe.recv() for pipe in pipes.values()]  # waits for all of them
    taken = {name: {size: [] for size in pipes} for name in names}
    for number in range(WARM_UP + ROUNDS):
        for name in names:
            for size, pipe in pipes.items():
                pipe.send((name, number))
                spent = pipe.recv()
                if number >= WARM_UP:
                    taken[name][size].append(spent)
    return {name: {size: sorted(values) for size, values in sizes.items()} for name, sizes in taken.items()}


def as_table(taken):
    """Return lines: operation, then median (p50), p95 and slowest in milliseconds for each size."""
    head = "".join(f"{f'{size:,}':>12}{'p50':>7}{'p95':>7}{'max':>7}" for size in SIZES)
    lines = [f"{'':20}{head}"]
    for name, sizes in taken.items():
        cells = ""
        for values in sizes.values():
            p95 = values[min(len(values) - 1, round(0.95 * len(values)))]
            cells += f"{'':12}{statistics.median(values):7.1f}{p95:7.1f}{values[-1]:7.1f}"
        lines.append(f"{name:20}{cells}")
    return lines


def main():
    """Start one process for each size, take the figures in turns, and print them with what else the machine did."""
    spawn, pipes, children = multiprocessing.get_context("spawn"), {}, []
    for size in SIZES:
        pipes[size], end = spawn.Pipe()
        children.append(spawn.Process(target=serve, args=(end, size), daemon=True))
        children[-1].start()
        end.close()  # so that a process that fails is noticed at once
    print("\n".join(as_table(measure(pipes))))
    print(f"{ROUNDS} rounds; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}.")
    for pipe in pipes.values():
        pipe.send(None)
    for child in children:
        child.join()


if __name__ == "__main__":
    main()
