"""Steps of migrations that only PostgreSQL needs (no django.contrib.postgres import on SQLite)."""


def create_btree_gist(apps, schema_editor):
    """`NoOverlap` mixes equality and ranges in one index; PostgreSQL needs btree_gist for that."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
