"""Which visits of the demo were planned together: the stretch around today of every other course."""

from collections import defaultdict
from itertools import groupby

from clinic.scheduling.models import Series
from clinic.scheduling.models.appointments import FREEING

SHARE, FEWEST, MOST, BEHIND = 0.5, 6, 12, 7
NEVER = ("first-visit", "phone-advice", "massage")


def plan(rng, rows, *, now, desk):
    """Put unsaved visits of one patient and practitioner into a series that runs over today; return the series."""
    made = []
    for (_patient, who), visits in _courses(rows):
        around = _around(visits, now)
        if len(around) < FEWEST or rng.random() > SHARE:
            continue
        first = around[0]
        series = Series(patient=first.patient, practitioner=who, kind=first.kind, rule=_rule(first, around),
                        created_at=min(row.booked_at for row in around), created_by=desk)  # fmt: skip
        later = 0 if len(made) % 6 == 0 else sum(row.status in FREEING for row in around)
        for place, row in enumerate(around, 1):
            row.series, row.series_place = series, place
            if place <= len(around) - later:  # the others were added for those that were cancelled or missed
                row.created_at = row.booked_at = series.created_at
        made.append(series)
    return made


def _courses(rows):
    planned = [row for row in rows if row.patient and row.kind.slug not in NEVER]
    courses = defaultdict(list)
    for row in planned:
        courses[row.patient.pk, row.practitioner].append(row)
    return courses.items()


def _around(visits, now):
    """The last few visits behind and those ahead, twelve at most; none when nothing lies ahead."""
    behind = [row for row in visits if row.starts_at <= now][-BEHIND:]
    ahead = [row for row in visits if row.starts_at > now][: MOST - len(behind)]
    return behind + ahead if ahead else []


def _rule(first, around):
    """What may have been asked for, from where the visits lie."""
    local = [row.starts_at.astimezone(row.location.zone) for row in around]
    weeks = len(list(groupby(local, key=lambda t: t.isocalendar()[:2])))
    return {
        "starts_on": local[0].date().isoformat(),
        "clock": f"{local[0]:%H:%M}",
        "weekdays": sorted({t.weekday() for t in local})[:3],
        "weeks": weeks,
        "last_kind": None,
    }
