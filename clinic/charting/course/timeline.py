"""Everything about a patient on one line of time, newest first, page by page and in a fixed number of questions.

Each table is asked once for its newest rows behind the last entry that was shown; the answers are laid together. What
a user may not see is not asked for: the rows come through `for_user`.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Q
from django.urls import reverse

from clinic.charting.course.timeline_entries import Cursor, Entry
from clinic.charting.course.timeline_sources import SOURCES

PAGE = 40
PLACES = {source.name: place for place, source in enumerate(SOURCES)}


def entries(
    patient: Any,
    user: Any,
    kinds: Collection[str] | None = None,
    before: Cursor | None = None,
    limit: int = PAGE,
    complaint: int | None = None,
) -> list[Entry]:
    """Return at most `limit` entries that this user may see, newest first, behind `before` if it is given.

    `kinds` are words of `timeline_sources.KINDS` (none named: all), `complaint` the number of an episode: then only
    what belongs to it.
    """
    found = []
    for source in SOURCES:
        if (kinds and source.kind not in kinds) or (complaint and not source.complaint):
            continue
        rows = source.rows().of(patient).for_user(user)
        if complaint:
            rows = rows.filter(**{source.complaint: complaint})
        rows = _behind(rows, source, before).order_by(f"-{source.at}", "-pk")[:limit]
        found += [_entry(source, row, patient) for row in rows]
    found.sort(key=lambda entry: (PLACES[entry.source.name], -entry.pk))
    found.sort(key=lambda entry: entry.at, reverse=True)  # stable: at one moment in the order of the sources
    return found[:limit]


def _behind(rows, source, before):
    """Rows after `before` in the order: newest first, sources in their order, higher numbers first."""
    if before is None:
        return rows
    later = Q(**{f"{source.at}__lt": before.at})
    if source.name == before.source:
        later |= Q(**{source.at: before.at, "pk__lt": before.pk})
    elif PLACES[source.name] > PLACES.get(before.source, len(SOURCES)):
        later |= Q(**{source.at: before.at})
    return rows.filter(later)


def _entry(source, row, patient):
    told = source.told(row)
    chart = reverse("admin:patients_patient_change", args=[patient.pk])
    return Entry(getattr(row, source.at), source, row.pk, told, f"{chart}?tab={told.tab}" if told.tab else told.href)
