"""A soft collar is worn for a while only: the day on which it is looked at again becomes somebody's task (facts S4-6).

Any kind whose definition has a `review_date` is followed up like this.
"""

from datetime import date

from django.utils.translation import gettext as _

from patients import tasks
from patients.models import Task


def _key(visit, kind):
    return f"review:{kind.slug}:{visit.episode_id}"


def review_day(kind, values):
    """Return the day on which this treatment is looked at again, or None where none is asked for or given."""
    asked = any(definition["name"] == "review_date" for definition in kind.definition["parameters"])
    try:
        return date.fromisoformat(str(values.get("review_date") or "")) if asked else None
    except ValueError:
        return None


def open_review(visit, kind, values, *, by):
    """Open the task to look at it again on that day, or bring it forward; called by the deed that gives it."""
    if due_on := review_day(kind, values):
        title = _("%(kind)s: stop or renew it") % {"kind": kind.label}
        tasks.open_task(visit.patient, kind=Task.Kind.OTHER, title=title, key=_key(visit, kind), due_on=due_on, by=by)


def withdrawn(visit, row, *, by):
    """The treatment was taken out of the note: nothing is left to look at. Called by `treating.withdraw`."""
    if review_day(row.kind, row.parameters):
        tasks.close_about(visit.patient, key=_key(visit, row.kind), outcome=_("Taken out of the note."), by=by)
