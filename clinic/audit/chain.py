"""The hash chain: each event carries the hash of the one before, so a changed or missing row shows."""

import hashlib
import json
from datetime import UTC

from clinic.audit.models import AuditEvent

GENESIS = "0" * 64
FIELDS = (
    "action",
    "actor_id",
    "actor_roles",
    "object_type",
    "object_id",
    "patient_id",
    "route",
    "request_id",
    "details",
)


def digest(event):
    """Return the SHA-256 of the event's content together with the hash of its predecessor."""
    content = {name: getattr(event, name) for name in FIELDS}
    content["at"] = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{event.previous_hash}{text}".encode()).hexdigest()


def head(using="default"):
    """Return (id, hash) of the newest event, or (0, GENESIS)."""
    newest = AuditEvent.objects.using(using).order_by("-pk").values_list("pk", "hash").first()
    return newest or (0, GENESIS)


def faults(anchors=(), using="default"):
    """Yield one sentence per broken link; `anchors` are (id, hash) pairs that were written outside the database."""
    expected, seen = GENESIS, {}
    wanted = {pk for pk, _ in anchors}
    for event in AuditEvent.objects.using(using).order_by("pk").iterator(chunk_size=2000):
        if event.previous_hash != expected:
            yield f"Event {event.pk}: the event before it is missing or was changed."
        if digest(event) != event.hash:
            yield f"Event {event.pk}: its content was changed after it was written."
        expected = event.hash
        if event.pk in wanted:
            seen[event.pk] = event.hash
    for pk, anchored in anchors:
        if seen.get(pk) != anchored:
            yield f"Event {pk}: the anchor outside the database knows it, the log does not (cut or replaced)."
