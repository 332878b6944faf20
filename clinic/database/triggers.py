"""A constraint that is kept by triggers: the common part of `NoOverlap` and `Frozen`."""

from django.db.backends.ddl_references import Statement, Table
from django.db.models.constraints import BaseConstraint


class TriggerConstraint(BaseConstraint):
    """Subclasses say which triggers they need in `trigger_sql(model, editor)`: pairs of (suffix, SQL).

    The SQL may name its table only as `%(table)s`: on SQLite Django rebuilds a table under another name and renames
    it, and a `Statement` with a `Table` reference follows that rename.
    """

    def trigger_sql(self, model, editor):
        raise NotImplementedError  # pragma: no cover - each subclass has its own

    def statements(self, model, editor):
        table = Table(model._meta.db_table, editor.quote_name)
        for suffix, sql in self.trigger_sql(model, editor):
            yield Statement(sql, table=table, name=editor.quote_name(f"{self.name}_{suffix}"))

    def constraint_sql(self, model, editor):
        editor.deferred_sql.extend(self.statements(model, editor))
        return

    def create_sql(self, model, editor):
        """ALTER TABLE ... ADD: reached on PostgreSQL only, SQLite rebuilds the table instead."""
        return ";\n".join(str(statement) for statement in self.statements(model, editor))

    def remove_sql(self, model, editor):
        names = [f"{self.name}_{suffix}" for suffix, _ in self.trigger_sql(model, editor)]
        table = editor.quote_name(model._meta.db_table)
        return ";\n".join(
            f"DROP TRIGGER IF EXISTS {editor.quote_name(n)} ON {table};\n"
            f"DROP FUNCTION IF EXISTS {editor.quote_name(n)}()"
            for n in names
        )

    @staticmethod
    def column(model, name):
        return model._meta.get_field(name).column
