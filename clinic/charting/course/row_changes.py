"""What was changed in a person's rows, before and after, from the versions that the tables keep."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import ForeignKey
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clinic.accounts.roles import can
from patients.models import Allergy, Condition, Medication, Patient

MOST_VERSIONS, MOST_CHANGES = 120, 30
HIDDEN = {"id", "external_id", "created_at", "recorded_at", "state", "coded_system"}
HEALTH = (Condition, Medication, Allergy)


@dataclass(frozen=True)
class Change:
    """One change of one row: when, by whom, of what, and each column as (label, before, after)."""

    at: datetime
    by: str
    of: str
    lines: tuple[tuple[str, str, str], ...]


def changes(patient: Any, user: Any) -> list[Change]:
    """Return the last changes of the rows this user may see, newest first: one question a table."""
    records = list(Patient.objects.records_of([patient]).values_list("pk", flat=True))
    found = list(_of(Patient, {"id__in": records}))
    if can(user, "health.view"):
        for model in HEALTH:
            found += _of(model, {"patient__in": records})
    return sorted(found, key=lambda change: change.at, reverse=True)[:MOST_CHANGES]


def _of(model: Any, about: dict[str, Any]) -> Iterator[Change]:
    """The changes of a table: each version beside the one before it. The oldest one read has nothing beside it."""
    versions = model.history.filter(**about).select_related("history_user")
    newer: dict[int, Any] = {}
    for version in versions.order_by("-history_date", "-history_id")[:MOST_VERSIONS]:
        after = newer.get(version.id)
        if after and (lines := tuple(_lines(model, version, after))):
            name = "" if model is Patient else f": {after.label}"
            yield Change(after.history_date, _who(after), f"{capfirst(model._meta.verbose_name)}{name}", lines)
        newer[version.id] = version


def _lines(model: Any, before: Any, after: Any) -> Iterator[tuple[str, str, str]]:
    for field in model._meta.concrete_fields:
        if field.name in HIDDEN or isinstance(field, ForeignKey):
            continue
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if old != new:
            yield capfirst(field.verbose_name), _shown(field, old), _shown(field, new)


def _shown(field: Any, value: Any) -> str:
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "j M Y, H:i")
    if isinstance(value, date):
        return date_format(value, "j M Y")
    return str(dict(field.flatchoices).get(value, value))


def _who(version: Any) -> str:
    return str(version.history_user) if version.history_user else _("the clinic itself")
