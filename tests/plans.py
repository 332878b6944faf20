"""How the database goes about a query: does it look things up, or read a whole table?"""

import re
from contextlib import contextmanager

from django.db import connection

READS = ("SELECT", "UPDATE", "DELETE")  # how the statements begin that have a plan of reading


def plan(sql):
    """Return the lines of the plan of one statement, as the engine tells it."""
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}".replace("%", "%%"), [])
        return [str(row[-1]) for row in cursor.fetchall()]


def tables_read_whole(sql, tables):
    """Return those of `tables` that the plan reads from end to end: by rows, or through a whole index."""
    names = {name: {name, *re.findall(rf'"{name}" (?:AS )?"?([A-Z]\d+)"?', sql)} for name in tables}
    lines = plan(sql)
    if connection.vendor == "postgresql":
        read = {word for line in lines for word in re.findall(r"Seq Scan on (\w+)(?: (\w+))?", line) for word in word}
    else:
        read = {found.group(1) for line in lines if (found := re.match(r"SCAN (\w+)", line))}
    return sorted(name for name, known in names.items() if known & read)


@contextmanager
def steps():
    """Count the steps of SQLite's machine in the block, triggers included: work without a clock. In hundreds."""
    done = [0]

    def note():
        done[0] += 1

    connection.ensure_connection()
    connection.connection.set_progress_handler(note, 100)
    try:
        yield done
    finally:
        connection.connection.set_progress_handler(None, 100)
