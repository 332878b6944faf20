"""`manage.py restore FILE [--verify]`"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from clinic.audit.recording import record
from clinic.backup import passphrases, restoring
from clinic.backup.sealing import CannotOpen


class Command(BaseCommand):
    help = "Brings a backup back into an empty clinic; --verify tries it in a scratch place and changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--verify", action="store_true", help="restore into a scratch place, compare, throw away")
        passphrases.add_argument(parser)

    def handle(self, *, file, verify, key_file, **options):
        secret = passphrases.read(key_file)
        try:
            manifest = (restoring.verify if verify else restoring.restore)(file, secret)
        except FileNotFoundError as error:
            raise CommandError(f"{file} is not there.") from error
        except CannotOpen as error:
            raise CommandError(str(error)) from error
        except restoring.NotEmpty as error:
            raise CommandError("This database holds a clinic already. Restore into an empty one.") from error
        except restoring.NotWhole as error:
            raise CommandError("\n".join(error.faults)) from error
        total = sum(table["rows"] for table in manifest["tables"].values())
        done = "would come back whole" if verify else "came back whole"
        self.stdout.write(
            f"{total} rows in {len(manifest['tables'])} tables and {len(manifest['documents'])} documents {done}: "
            f"counts, hashes and audit chain agree (backup of {manifest['made_at'][:16]})."
        )
        if not verify:
            record("backup.restored", rows=total)
