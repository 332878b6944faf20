"""Heads of the chain, kept outside the database: they show a log whose tail was cut."""

import json

from django.conf import settings
from django.utils import timezone

from clinic.audit import chain


def write():
    """Append the current head to the anchor file, unless it stands there already; return (id, hash)."""
    pk, value = chain.head()
    path = settings.AUDIT_ANCHOR
    if pk and (not (known := read()) or known[-1] != (pk, value)):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(json.dumps({"at": timezone.now().isoformat(), "id": pk, "hash": value}) + "\n")
    return pk, value


def read():
    """Return the anchored (id, hash) pairs, oldest first."""
    path = settings.AUDIT_ANCHOR
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    return [(row["id"], row["hash"]) for row in rows]
