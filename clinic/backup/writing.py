"""Taking a backup: one consistent look at all tables, the documents, and a manifest with counts and hashes."""

import hashlib
import io
import json
import tarfile
from pathlib import Path

from django.conf import settings
from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from clinic.audit import chain
from clinic.backup import rows
from clinic.backup.sealing import Sealer


def write(path, passphrase, *, using="default"):
    """Write the encrypted backup to `path` (whole or not at all) and return its manifest."""
    path, unfinished = Path(path), Path(f"{path}.unfinished")
    with unfinished.open("wb") as file:
        unfinished.chmod(0o600)
        with Sealer(file, passphrase) as sealed, tarfile.open(fileobj=sealed, mode="w|") as archive:
            manifest = _fill(archive, using)
    unfinished.replace(path)
    return manifest


def _fill(archive, using):
    with transaction.atomic(using=using):
        if connections[using].vendor == "postgresql":
            with connections[using].cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tables = {model._meta.label_lower: _add_table(archive, model, using) for model in rows.kept_models()}
        manifest = {
            "made_at": timezone.now().isoformat(),
            "migrations": sorted(map(list, MigrationRecorder(connections[using]).applied_migrations())),
            "audit_head": list(chain.head(using)),
            "tables": tables,
        }
    manifest["documents"] = _add_documents(archive)
    _add(archive, "manifest.json", json.dumps(manifest, indent=1).encode())
    return manifest


def _add(archive, name, data):
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


def _add_table(archive, model, using):
    data = "".join(f"{line}\n" for line in rows.lines(model, using)).encode()
    _add(archive, f"rows/{model._meta.label_lower}.ndjson", data)
    return {"rows": data.count(b"\n"), "sha256": hashlib.sha256(data).hexdigest()}


def _add_documents(archive):
    root, found = Path(settings.MEDIA_ROOT), {}
    for file in sorted(p for p in root.rglob("*") if p.is_file()):
        data, name = file.read_bytes(), file.relative_to(root).as_posix()
        _add(archive, f"documents/{name}", data)
        found[name] = hashlib.sha256(data).hexdigest()
    return found
