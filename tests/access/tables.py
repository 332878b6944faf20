"""Did anything change? All rows of all tables, before and after."""

import hashlib

from django.db import connection

from clinic.backup.rows import kept_models

LOG = "audit_auditevent"


def _rows(table):
    """A hash of the table's rows (raw: a thousand comparisons must be quick)."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")
        return hashlib.sha256(repr(cursor.fetchall()).encode()).digest()


def stand(*without):
    """Return {table: hash} of every table but the log, the sessions (`kept_models`) and those named."""
    tables = {model._meta.db_table for model in kept_models()} - {LOG, *without}
    return {table: _rows(table) for table in tables}


def changed(before, *without):
    """Return the tables that differ from `before`, sorted."""
    after = stand(*without)
    return sorted(table for table in after if before.get(table) != after[table])
