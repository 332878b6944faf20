"""Two things that cannot be in one place at once."""

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.database.triggers import TriggerConstraint


class NoOverlap(TriggerConstraint):
    """Rows that share all of `scope` may not overlap in [start, end) unless their status is in `ignore`.

    PostgreSQL gets an exclusion constraint (needs btree_gist), SQLite a pair of triggers. A null in `scope` never
    clashes. The SQLite triggers look one day back only, so that they do not grow with history: the model also needs a
    CHECK that a row is shorter than 24 hours, and an index on (first of scope, start).
    """

    violation_error_message = _("This time is already taken.")

    def __init__(
        self, *, name, scope, start="starts_at", end="ends_at", status="status", ignore=(), violation_error_message=None
    ):
        super().__init__(name=name, violation_error_message=violation_error_message)
        self.scope, self.start, self.end = tuple(scope), start, end
        self.status, self.ignore = status, tuple(ignore)

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        return (
            path,
            args,
            {
                **kwargs,
                "scope": self.scope,
                "start": self.start,
                "end": self.end,
                "status": self.status,
                "ignore": self.ignore,
            },
        )

    def __eq__(self, other):
        return isinstance(other, NoOverlap) and self.deconstruct() == other.deconstruct()

    __hash__ = TriggerConstraint.__hash__

    # --- SQL ---
    def _ignored(self):
        return ", ".join(f"'{status}'" for status in self.ignore)

    def _columns(self, model, editor):
        quoted = [editor.quote_name(self.column(model, f)) for f in (*self.scope, self.start, self.end, self.status)]
        return quoted[:-3], *quoted[-3:]

    def _exclusion(self, model, editor):
        scope, start, end, status = self._columns(model, editor)
        same = ", ".join(f"{column} WITH =" for column in scope)
        return (
            f"EXCLUDE USING gist ({same}, tstzrange({start}, {end}, '[)') WITH &&) "
            f"WHERE ({status} NOT IN ({self._ignored()}))"
        )

    def trigger_sql(self, model, editor):
        scope, start, end, status = self._columns(model, editor)
        key = editor.quote_name(model._meta.pk.column)
        same = " AND ".join(f"o.{column} = NEW.{column}" for column in scope)
        for event in ("INSERT", "UPDATE"):
            yield (
                event.lower(),
                (
                    f"CREATE TRIGGER %(name)s BEFORE {event} ON %(table)s FOR EACH ROW "
                    f"WHEN NEW.{status} NOT IN ({self._ignored()}) BEGIN "
                    f"SELECT RAISE(ABORT, 'constraint {self.name} violated') WHERE EXISTS (SELECT 1 FROM %(table)s o "
                    f"WHERE {same} AND o.{key} IS NOT NEW.{key} AND o.{status} NOT IN ({self._ignored()}) "
                    f"AND o.{start} < NEW.{end} AND o.{end} > NEW.{start} "
                    f"AND o.{start} > datetime(NEW.{start}, '-1 day')); END"
                ),
            )

    def constraint_sql(self, model, editor):
        if editor.connection.vendor == "postgresql":
            return f"CONSTRAINT {editor.quote_name(self.name)} {self._exclusion(model, editor)}"
        return super().constraint_sql(model, editor)

    def create_sql(self, model, editor):
        table, name = editor.quote_name(model._meta.db_table), editor.quote_name(self.name)
        return f"ALTER TABLE {table} ADD CONSTRAINT {name} {self._exclusion(model, editor)}"

    def remove_sql(self, model, editor):
        table, name = editor.quote_name(model._meta.db_table), editor.quote_name(self.name)
        return f"ALTER TABLE {table} DROP CONSTRAINT {name}"

    # --- forms ---
    def validate(self, model, instance, exclude=None, using="default"):
        """Raise `ValidationError` for a clash, so that a form can say so before the database does."""
        values = {name: getattr(instance, model._meta.get_field(name).attname) for name in self.scope}
        start, end = getattr(instance, self.start), getattr(instance, self.end)
        if None in (start, end, *values.values()) or getattr(instance, self.status) in self.ignore:
            return
        overlap = Q(**{f"{self.start}__lt": end, f"{self.end}__gt": start})
        others = model._base_manager.using(using).exclude(pk=instance.pk).exclude(**{f"{self.status}__in": self.ignore})
        clash = others.filter(overlap, **values)
        if clash.exists():
            raise ValidationError(self.get_violation_error_message(), code="overlap")
