"""Changing or adding a contraindication: it is the clinic's rule, so it has a name, a time and a reason."""

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting.contraindications.rule_table import COLUMNS, rule_from_row
from clinic.charting.models import Contraindication

CHANGEABLE = ("level", "alternative", "message", "source", "is_enabled")
ADDABLE = (*COLUMNS, "source")
OWN = "own-"


class ReasonMissing(ValueError):
    """A rule is neither changed nor added without a reason."""


def as_row(fields):
    """Return the fields of a rule as the columns of the table, with a new id of the clinic's own."""
    name = slugify(fields["subject"])[:60]
    return {**fields, "id": f"{OWN}{fields['treatment']}.{name}-{secrets.token_hex(3)}", "src": fields["source"]}


@transaction.atomic
def add(*, because, by, **fields):
    """Add a rule of the clinic's own (ADDABLE) and return it. Raises `ReasonMissing`, `rule_table.RuleError`."""
    require(by, "contraindication.add")
    if not because.strip():
        raise ReasonMissing
    row = as_row(fields)
    rule_from_row(row)
    rule = Contraindication(rule_id=row["id"], **{name: fields[name] for name in ADDABLE})
    rule.changed_because, rule.changed_by, rule.changed_at = because.strip()[:300], by, timezone.now()
    setattr(rule, "_history_user", by)  # noqa: B010 (read by django-simple-history)
    rule.save(force_insert=True)
    record("contraindication.added", rule, by=by, rule=rule.rule_id)
    return rule


@transaction.atomic
def change(rule, *, because, by, **fields):
    """Change some of CHANGEABLE and return the rule as it stands now; what is the same writes nothing.

    Raises `ReasonMissing`; the earlier version stays readable in `rule.history`.
    """
    require(by, "contraindication.change")
    row = Contraindication.objects.select_for_update(no_key=True, of=("self",)).get(pk=rule.pk)
    changed = [name for name in CHANGEABLE if name in fields and getattr(row, name) != fields[name]]
    if not changed:
        return row
    if not because.strip():
        raise ReasonMissing
    for name in changed:
        setattr(row, name, fields[name])
    row.changed_because, row.changed_by, row.changed_at = because.strip()[:300], by, timezone.now()
    setattr(row, "_history_user", by)  # noqa: B010 (read by django-simple-history)
    row.save(update_fields=[*changed, "changed_because", "changed_by", "changed_at"])
    record("contraindication.changed", row, by=by, fields=changed, rule=row.rule_id)
    return row
