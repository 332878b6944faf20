"""`manage.py load_icd10`: every billable ICD-10-CM code, for clinics that need more than the pick list."""

from django.core.management.base import BaseCommand, CommandError

from clinic.charting.coded import every_code


class Command(BaseCommand):
    """Fill the diagnosis codes from the installed package; may be run again after the package was renewed."""

    help = "Load every billable ICD-10-CM code from the package simple-icd-10-cm (needs about 250 MB while it runs)."

    def handle(self, *args, **options):
        try:
            count, gone = every_code.load()
        except every_code.NoPackage as missing:
            raise CommandError(f'{missing} is not installed: pip install "{missing}", or the extra "codes".') from None
        self.stdout.write(f"{count} billable codes are there.")
        if gone:
            self.stdout.write(f"Not in this edition any more, kept for the notes that name them: {', '.join(gone)}")
