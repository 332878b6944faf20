"""The versions of a contraindication, newest first: who changed what, when and why, down to the shipped row."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from django.contrib.admin.utils import label_for_field
from django.utils.translation import gettext as _

from clinic.charting.contraindications.rule_changes import CHANGEABLE
from clinic.charting.contraindications.rule_table import read_rules
from clinic.charting.models import Contraindication
from clinic.charting.models.tables import Level

SHOWN = 50


@dataclass(frozen=True)
class Version:
    """One version: when and by whom it was made, why, and what differs from the one before (label, before, after)."""

    at: datetime | None
    by: str
    because: str
    changes: list[tuple[str, str, str]] = field(default_factory=list)


def versions(rule):
    """Return the versions of a rule; the last is the row as it was shipped, or as the clinic first wrote it."""
    kept = list(rule.history.select_related("history_user").order_by("-history_date", "-history_id")[:SHOWN])
    told = [_version(newer, _values(older)) for newer, older in pairwise(kept)]
    shipped = _shipped().get(rule.rule_id)
    if kept:
        told.append(_version(kept[-1], shipped))
    return [*told, Version(None, "", _("As shipped."))] if shipped else told


def _version(row, before):
    by = str(row.history_user or row.changed_by or "")
    return Version(row.history_date, by, row.changed_because, _differences(before, _values(row)) if before else [])


def _values(row):
    return {name: getattr(row, name) for name in CHANGEABLE}


@lru_cache(maxsize=1)
def _shipped():
    return {
        rule.id: {
            "level": rule.level,
            "alternative": rule.alternative,
            "message": rule.message,
            "source": rule.src,
            "is_enabled": True,
        }
        for rule in read_rules()
    }


def _differences(before, after):
    return [
        (str(label_for_field(name, Contraindication)), _words(name, before[name]), _words(name, after[name]))
        for name in CHANGEABLE
        if before[name] != after[name]
    ]


def _words(name, value):
    if name == "is_enabled":
        return _("yes") if value else _("no")
    return str(Level(value).label) if name == "level" else value or "–"
