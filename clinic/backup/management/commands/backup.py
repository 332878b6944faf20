"""`manage.py backup FILE`"""

from pathlib import Path

from django.core.management.base import BaseCommand

from clinic.audit.recording import record
from clinic.backup import passphrases, writing


class Command(BaseCommand):
    help = "Writes all rows and documents into one encrypted file."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        passphrases.add_argument(parser)

    def handle(self, *, file, key_file, **options):
        manifest = writing.write(file, passphrases.read(key_file, twice=True))
        total = sum(table["rows"] for table in manifest["tables"].values())
        record("backup.written", rows=total, documents=len(manifest["documents"]))
        self.stdout.write(
            f"{file}: {total} rows, {len(manifest['documents'])} documents, {file.stat().st_size:,} bytes."
        )
        self.stdout.write("Keep the passphrase apart from the file. Check it: manage.py restore FILE --verify")
