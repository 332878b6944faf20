"""Take over patients and their health from FHIR R4 files."""

import sys
import time

from django.core.management.base import BaseCommand, CommandError

from clinic.fhir import importing
from clinic.fhir.checking import PackageMissing
from clinic.fhir.report import CHANGED, CREATED, Bar
from clinic.fhir.sources import NothingToRead, Sources


class Command(BaseCommand):
    """`import_fhir PATH... [--dry-run]`: folders of NDJSON, single resources and Bundles."""

    help = (
        "Import patients, conditions, allergies, medicines and procedures from FHIR R4: folders of NDJSON, single "
        "resources and Bundles. Running it twice changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="+", metavar="PATH", help="folder, .ndjson or .json file")
        parser.add_argument("--dry-run", action="store_true", help="do everything, report it, and take it back")

    def handle(self, *, paths, dry_run, **options):
        started = time.monotonic()
        try:
            sources = Sources(paths)
            bar = Bar(sys.stderr, sources.total_bytes)
            report = importing.run(sources, dry_run=dry_run, on_progress=lambda: bar.show(sources.read_bytes))
        except (NothingToRead, PackageMissing) as error:
            raise CommandError(str(error)) from None
        bar.clear()
        for line in report.lines():
            self.stdout.write(line)
        self.stdout.write("")
        self.stdout.write(
            f"{report.total(CREATED)} created, {report.total(CHANGED)} changed, {len(report.broken)} not readable, "
            f"{time.monotonic() - started:.1f} s" + (" (dry run: nothing was kept)" if dry_run else "")
        )
