"""`manage.py verify_audit`: is the log whole?"""

from django.core.management.base import BaseCommand, CommandError

from clinic.audit import anchor, chain
from clinic.audit.models import AuditEvent


class Command(BaseCommand):
    help = "Checks the audit log's hash chain and its anchors; names every tampered row."

    def handle(self, **options):
        faults = list(chain.faults(anchor.read()))
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"The audit log is not whole: {len(faults)} fault(s).")
        pk, value = anchor.write()
        self.stdout.write(f"{AuditEvent.objects.count()} events, chain whole, head {pk} {value[:16]}.")
