"""Changing a contraindication: it is the clinic's rule, so the change has a name, a time and a reason."""

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting.models import Contraindication

CHANGEABLE = ("level", "alternative", "message", "source", "is_enabled")


class ReasonMissing(ValueError):
    """A rule is not changed without a reason."""


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
