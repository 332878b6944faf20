"""The versions of a kind of treatment, newest first: who changed what, when and why."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.utils.translation import gettext as _

from clinic.charting.kinds.kind_changes import soft_places
from clinic.charting.kinds.kind_forms import when_words
from clinic.charting.kinds.quantities import SIGNS

SHOWN = 50
NAMED = ("label", "order", "is_active", "evidence_note", "source", "attendance", "is_timed")


@dataclass(frozen=True)
class Version:
    """One version: when and by whom it was made, why, and (what, before, after) of each difference."""

    at: datetime
    by: str
    because: str
    changes: list[tuple[str, str, str]]


def versions(kind):
    """Return the versions of a kind that were kept; the first one has nothing to differ from."""
    kept = list(kind.history.select_related("history_user").order_by("-history_date", "-history_id")[:SHOWN])
    pairs = [*pairwise(kept), (kept[-1], None)] if kept else []
    return [_version(newer, older) for newer, older in pairs]


def _version(row, before):
    changes = _differences(_values(before), _values(row)) if before else []
    return Version(row.history_date, str(row.history_user or ""), row.history_change_reason or "", changes)


def _values(row):
    """What a version says, by its name on the page."""
    told = {str(row._meta.get_field(name).verbose_name): getattr(row, name) for name in NAMED}
    told[_("contraindications")] = ", ".join(row.definition.get("contraindication_slugs", ()))
    asked = [p["label"] for p in row.definition["parameters"] if not p.get("is_retired")]
    told[_("settings")] = ", ".join(asked)
    for parameter, place, entry in soft_places(row.definition):
        when = "" if place is None else f", {when_words(entry['when'])}"
        unit = SIGNS.get(parameter["unit"], parameter["unit"])
        ends = " – ".join("" if entry.get(end) is None else str(entry[end]) for end in ("min", "max"))
        told[f"{parameter['label']}{when}"] = f"{ends} {unit}".strip()
    return told


def _differences(before, after):
    names = dict.fromkeys([*before, *after])
    pairs = [(name, _words(before.get(name)), _words(after.get(name))) for name in names]
    return [(name, old, new) for name, old, new in pairs if old != new]


def _words(value):
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value in (None, "") else str(value)
