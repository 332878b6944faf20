"""Writing the log, inside the transaction of the deed: if the log cannot be written, the deed does not happen."""

from django.db import connection, transaction
from django.utils import timezone

from clinic.audit import chain
from clinic.audit.context import current
from clinic.audit.models import AuditEvent

LOCK = 0x56657274  # one advisory lock for the chain: two writers on PostgreSQL would fork it


def _lock_chain():
    """Let one writer at a time append. SQLite has one writer anyway (transaction_mode IMMEDIATE)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def record(action, obj=None, *, by=None, patient=None, **details):
    """Append one event and return it.

    `by` is the acting user (None: a link holder or the clinic itself, see `details`), `patient` the patient or patient
    id concerned. `details` takes identifiers, counts and names of rules; never health data.
    """
    context = current()
    with transaction.atomic():
        _lock_chain()
        event = AuditEvent(
            at=timezone.now(),
            action=action,
            actor_id=getattr(by, "pk", None),
            actor_roles=",".join(sorted(getattr(by, "roles", ()))),
            object_type=obj._meta.label_lower if hasattr(obj, "_meta") else "",
            object_id=str(getattr(obj, "pk", "") or ""),
            patient_id=getattr(patient, "pk", patient),
            route=context.route,
            request_id=context.request_id,
            details=details,
            previous_hash=chain.head()[1],
        )
        event.hash = chain.digest(event)
        event.save(force_insert=True)
    return event
