"""What somebody who waits wished for, in the few words that fit a row: "Mon, Wed, after 3:00 PM, anyone"."""

from django.utils.dateformat import format as date_format
from django.utils.dateformat import time_format
from django.utils.translation import gettext as _

from clinic.scheduling.models import WorkingHours


def wish_words(entry, today):
    """Return the wishes of `entry` as they are said at the desk on `today`."""
    who = entry.practitioner.name if entry.practitioner else _("anyone")
    said = [_days(entry, today), _clock(entry), who]
    if entry.instead_of_id:
        held = entry.instead_of
        said.append(_("instead of %s") % _day(held.starts_at.astimezone(held.location.zone)))
    return ", ".join(part for part in said if part)


def _day(day):
    return date_format(day, "M j")


def _days(entry, today):
    if entry.from_on and entry.from_on == entry.until_on:
        return _("Today") if entry.from_on == today else _day(entry.from_on)
    names = [str(WorkingHours.Weekday(day).label)[:3] for day in sorted(entry.weekdays)]
    said = [", ".join(names) or _("Any day")]
    if entry.from_on and entry.from_on > today:
        said.append(_("from %s") % _day(entry.from_on))
    if entry.until_on:
        said.append(_("until %s") % _day(entry.until_on))
    return " ".join(said)


def _clock(entry):
    early, late = (clock and time_format(clock, "g:i A") for clock in (entry.earliest, entry.latest))
    if early and late:
        return _("%(early)s to %(late)s") % {"early": early, "late": late}
    if early:
        return _("after %s") % early
    return _("before %s") % late if late else ""
