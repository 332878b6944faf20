"""Which free times are said first on the phone: the usual one, a later one, the other half of the day, the soonest."""

from datetime import time, timedelta

from django.utils.translation import gettext as _

NOON = time(12)
NOTABLY, ANOTHER = timedelta(minutes=30), timedelta(hours=2)  # later; at quite another time of day


def first_choices(times, day, usual=None, soonest=None):
    """Return up to four (words, start) out of the free `times` (aware, earliest first).

    `usual` is the clock time at which the patient mostly comes, `soonest` the first free time of all. The choices are
    of `day` when it has free times, else of the first day that has; no time is said twice.
    """
    of_day = [t for t in times if t.date() == day] or [t for t in times if times and t.date() == times[0].date()]
    found: list = []
    if of_day:
        first = _nearest(of_day, usual) if usual else of_day[0]
        plain = _("First that day") if first.date() == day else _("First free")
        found.append((_("Usual time") if usual else plain, first))
        found.append((_("Later"), next((t for t in of_day if t >= first + NOTABLY), None)))
        morning = first.time() < NOON
        other = [t for t in of_day if (t.time() < NOON) != morning and abs(t - first) >= ANOTHER]
        found.append((_("Afternoon") if morning else _("Morning"), next(iter(other), None)))
    found.append((_("Soonest"), soonest))
    return _once(found)


def _nearest(times, clock):
    return min(times, key=lambda t: abs((t.hour - clock.hour) * 60 + t.minute - clock.minute))


def _once(found):
    kept: dict = {}
    for words, start in found:
        if start is not None and start not in kept.values():
            kept[words] = start
    return list(kept.items())


def usual_clock(starts):
    """Return the clock time at which most of these visits began (the latest of equals), or None without any."""
    clocks = [start.time().replace(second=0, microsecond=0) for start in starts]
    return max(clocks, key=lambda clock: (clocks.count(clock), -clocks.index(clock))) if clocks else None
