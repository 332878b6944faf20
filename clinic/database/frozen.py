"""Rows that no longer change: the signed note, the audit log, the answers as given."""

from clinic.database.triggers import TriggerConstraint


class Frozen(TriggerConstraint):
    """Refuse UPDATE and DELETE, whoever asks: form, admin, ORM, bulk action or raw SQL.

    `Frozen(name=)`                       the row never changes (append only; TRUNCATE is refused on PostgreSQL);
    `Frozen(name=, since="signed_at")`    the row is frozen from the moment `since` is filled;
    `Frozen(name=, since=, parent="visit")`  rows of a frozen parent: no new one, no change, no removal.

    Breaking it raises `IntegrityError` on both engines.
    """

    def __init__(self, *, name, since="", parent="", violation_error_message=None):
        super().__init__(name=name, violation_error_message=violation_error_message)
        self.since, self.parent = since, parent

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        return (
            path,
            args,
            {
                **kwargs,
                **({"since": self.since} if self.since else {}),
                **({"parent": self.parent} if self.parent else {}),
            },
        )

    def __eq__(self, other):
        return isinstance(other, Frozen) and self.deconstruct() == other.deconstruct()

    __hash__ = TriggerConstraint.__hash__

    def validate(self, model, instance, exclude=None, using="default"):
        """Forms do not ask: the deeds refuse first, and the triggers have the last word."""

    def _condition(self, model, editor, row):
        """Return the SQL that is true when the row named `row` (OLD or NEW) is frozen."""
        if not self.since:
            return "1 = 1"
        if not self.parent:
            return f"{row}.{editor.quote_name(self.column(model, self.since))} IS NOT NULL"
        link = model._meta.get_field(self.parent)
        above = link.related_model
        return (
            f"EXISTS (SELECT 1 FROM {editor.quote_name(above._meta.db_table)} p "
            f"WHERE p.{editor.quote_name(above._meta.pk.column)} = {row}.{editor.quote_name(link.column)} "
            f"AND p.{editor.quote_name(self.column(above, self.since))} IS NOT NULL)"
        )

    def _events(self):
        yield "UPDATE", ("OLD", "NEW") if self.parent else ("OLD",)
        yield "DELETE", ("OLD",)
        if self.parent:
            yield "INSERT", ("NEW",)

    def trigger_sql(self, model, editor):
        for event, rows in self._events():
            when = " OR ".join(self._condition(model, editor, row) for row in rows)
            if editor.connection.vendor == "postgresql":
                yield event.lower(), self._postgres(event, when, "ROW")
            else:
                yield event.lower(), self._sqlite(event, when)
        if editor.connection.vendor == "postgresql" and not self.since:
            yield "truncate", self._postgres("TRUNCATE", "1 = 1", "STATEMENT")

    def _sqlite(self, event, when):
        return (
            f"CREATE TRIGGER %(name)s BEFORE {event} ON %(table)s FOR EACH ROW WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, 'constraint {self.name} violated'); END"
        )

    def _postgres(self, event, when, level):
        # ERRCODE 23514 (check_violation) makes it an IntegrityError for Django.
        after = "OLD" if event == "DELETE" else "NEW"
        allow = f"RETURN {after};" if level == "ROW" else "RETURN NULL;"
        return (
            f"CREATE OR REPLACE FUNCTION %(name)s() RETURNS trigger LANGUAGE plpgsql AS $frozen$ BEGIN "
            f"IF {when} THEN RAISE EXCEPTION 'constraint {self.name} violated' "
            f"USING ERRCODE = '23514', CONSTRAINT = '{self.name}'; END IF; {allow} END $frozen$;\n"
            f"CREATE TRIGGER %(name)s BEFORE {event} ON %(table)s FOR EACH {level} EXECUTE FUNCTION %(name)s()"
        )
