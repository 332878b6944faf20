"""Fill an empty clinic with invented people, so that a visitor can look around."""

import time

from django.core.management.base import BaseCommand, CommandError

from clinic.demo import accounts, filling


class Command(BaseCommand):
    help = "Fills an EMPTY database with a lively demo clinic and prints one account per role."

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same clinic on the same day")
        parser.add_argument("--patients", type=int, default=filling.PEOPLE, help="how many people (at least 10)")
        parser.add_argument("--weeks", type=int, default=filling.WEEKS, help="weeks of history (1 to 26)")
        parser.add_argument("--quiet", action="store_true", help="do not show the accounts")

    def handle(self, *, seed, patients, weeks, quiet, verbosity, **options):
        if patients < 10 or not 1 <= weeks <= 26:
            raise CommandError("Give at least 10 patients and 1 to 26 weeks.")
        began = time.perf_counter()
        try:
            people, counts, phases = filling.fill(seed=seed, count=patients, weeks=weeks)
        except filling.NotEmpty as error:
            raise CommandError(
                "There are patients in this database. The demo fills an empty one only: "
                "set DATABASE_URL to a new file, or delete the demo's database first."
            ) from error
        told = ", ".join(f"{number} {name}" for name, number in counts.items())
        self.stdout.write(f"Demo clinic filled in {time.perf_counter() - began:.1f} s: {told}.")
        if verbosity > 1:
            for name, seconds in phases.seconds.items():
                self.stdout.write(f"  {seconds:5.1f} s  {name}")
        if not quiet:
            table = "\n".join(accounts.as_table(people.logins.values()))
            self.stdout.write(f"\nPasswords are shown only now:\n\n{table}\n")
