"""Bringing a backup back, and proving that it came back whole."""

import hashlib
import io
import json
import tarfile
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction

from clinic.audit import chain
from clinic.backup import rows
from clinic.backup.sealing import Opener

SCRATCH = "restored"


class NotEmpty(Exception):
    """The database holds a clinic already; a restore never writes over one."""


class NotWhole(Exception):
    """What came back differs from what was written; `faults` says where."""

    def __init__(self, faults):
        super().__init__("; ".join(faults))
        self.faults = faults


def restore(path, passphrase, *, using="default", documents=None):
    """Put the backup's rows and documents into an empty, migrated database; return the manifest.

    Raises `NotEmpty`, `sealing.CannotOpen`, `NotWhole` (then the rows are rolled back).
    """
    documents = Path(documents or settings.MEDIA_ROOT)
    if _holds_a_clinic(using):
        raise NotEmpty
    with Path(path).open("rb") as file, transaction.atomic(using=using):
        with connections[using].constraint_checks_disabled():
            manifest = _unpack(io.BufferedReader(Opener(file, passphrase)), using, documents)
        if faults := list(compare(manifest, using, documents)):
            raise NotWhole(faults)
    return manifest


def _holds_a_clinic(using):
    from clinic.accounts.models import User
    from patients.models import Patient

    return User.objects.using(using).exists() or Patient.objects.using(using).exists()


def _unpack(stream, using, documents):
    models = {model._meta.label_lower: model for model in rows.kept_models()}
    triggers, manifest = rows.triggers_off(using), None
    for model in models.values():  # rows that migrations have put in come back from the backup instead
        model._base_manager.using(using).all()._raw_delete(using)
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for entry in archive:
            content = archive.extractfile(entry)
            if content is None:
                continue  # a folder
            folder, _, name = entry.name.partition("/")
            if folder == "rows":
                rows.insert(
                    models[name.removesuffix(".ndjson")], (line.decode() for line in iter(content.readline, b"")), using
                )
            elif folder == "documents":
                _put(documents, name, content.read())
            else:
                manifest = json.loads(content.read())
    rows.run([*triggers, *rows.sequences(using)], using)
    return manifest


def _put(root, name, data):
    target = (root / name).resolve()
    if not target.is_relative_to(root.resolve()):
        raise NotWhole([f"{name} points outside the documents folder"])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def compare(manifest, using, documents):
    """Yield one sentence per difference: rows, hashes, documents, audit chain."""
    for model in rows.kept_models():
        kept = manifest["tables"].get(model._meta.label_lower, {"rows": 0, "sha256": ""})
        count, digest = rows.fingerprint(model, using)
        if count != kept["rows"]:
            yield f"{model._meta.label_lower}: {count} rows came back of {kept['rows']}"
        elif count and digest != kept["sha256"]:
            yield f"{model._meta.label_lower}: the rows differ from those that were written"
    for name, digest in manifest["documents"].items():
        file = Path(documents) / name
        if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            yield f"document {name} is missing or differs"
    yield from chain.faults(using=using)
    if list(chain.head(using)) != manifest["audit_head"]:
        yield "the audit log ends elsewhere than when the backup was made"


@contextmanager
def scratch(using="default"):
    """A migrated, empty database of the same engine beside the real one, gone afterwards; yields its alias."""
    real = connections[using]
    if real.vendor == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield from _opened({**real.settings_dict, "NAME": str(Path(folder) / "scratch.sqlite3")})
        return
    name = f"vertebra_check_{uuid.uuid4().hex[:12]}"
    with real.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield from _opened({**real.settings_dict, "NAME": name})
    finally:
        with real.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _opened(settings_dict):
    connections.databases[SCRATCH] = settings_dict
    try:
        call_command("migrate", database=SCRATCH, verbosity=0)
        yield SCRATCH
    finally:
        connections[SCRATCH].close()
        del connections[SCRATCH], connections.databases[SCRATCH]


def verify(path, passphrase, *, using="default"):
    """Restore into a scratch database and folder, compare, throw both away; return the manifest."""
    with scratch(using) as alias, tempfile.TemporaryDirectory() as documents:
        return restore(path, passphrase, using=alias, documents=documents)
