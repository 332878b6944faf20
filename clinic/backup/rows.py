"""Rows as lines of JSON, in an order and form that do not depend on the engine, so that hashes can be compared."""

import base64
import hashlib
import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import connections
from django.utils.dateparse import parse_duration

# Made anew by every sign-in or by `migrate`; nothing of the clinic is in them.
LEFT_OUT = {"sessions.session", "usersessions.usersession"}
BATCH = 500


def kept_models():
    """Return every model whose rows belong to the clinic, in a stable order."""
    found = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]
    return sorted((m for m in found if m._meta.label_lower not in LEFT_OUT), key=lambda m: m._meta.label_lower)


def _plain(value):
    """Turn a value into what JSON can hold; the field's `to_python` reads it back."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, timedelta):
        return f"{value.days} {value.seconds}.{value.microseconds:06d}"
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    raise TypeError(type(value))


def _fields(model):
    return [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]


def lines(model, using):
    """Yield the rows of one table as JSON lines, ordered by primary key."""
    names = [field.attname for field in _fields(model)]
    rows = model._base_manager.using(using).order_by("pk").values_list(*names)
    for row in rows.iterator(chunk_size=2000):
        yield json.dumps(row, default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def fingerprint(model, using):
    """Return (number of rows, SHA-256 of their lines)."""
    count, digest = 0, hashlib.sha256()
    for count, line in enumerate(lines(model, using), 1):  # noqa: B007 - the last number is the count
        digest.update(line.encode() + b"\n")
    return count, digest.hexdigest()


def _read(field, value):
    if isinstance(value, str) and field.get_internal_type() == "DurationField":
        return parse_duration(value)
    return value if field.get_internal_type() == "JSONField" else field.to_python(value)


def insert(model, texts, using):
    """Insert lines as they are: no `auto_now`, no signals, ids and all."""
    fields, waiting = _fields(model), []
    for text in texts:
        values = zip(fields, json.loads(text), strict=True)
        waiting.append(model(**{field.attname: _read(field, value) for field, value in values}))
        if len(waiting) == BATCH:
            _insert(model, waiting, fields, using)
            waiting = []
    if waiting:
        _insert(model, waiting, fields, using)


def _insert(model, objects, fields, using):
    size = max(1, connections[using].ops.bulk_batch_size(fields, objects))
    for start in range(0, len(objects), size):
        model._base_manager._insert(objects[start : start + size], fields=fields, using=using, raw=True)


def triggers_off(using):
    """Take the triggers away while frozen rows are put in; return the statements that bring them back."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            tables = [connection.ops.quote_name(m._meta.db_table) for m in kept_models()]
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            # The foreign keys are checked first: a table with checks waiting cannot be altered.
            return ["SET CONSTRAINTS ALL IMMEDIATE", *[f"ALTER TABLE {t} ENABLE TRIGGER USER" for t in tables]]
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
        return [sql for _, sql in triggers]


def run(statements, using):
    with connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def sequences(using):
    """Return the statements that make the next ids follow the restored ones."""
    return connections[using].ops.sequence_reset_sql(no_style(), kept_models())
