"""The log of deeds in sentences: what was done, by whom in which role, and through which door. Pure."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.accounts.roles import Role

# What people look for: (word, label, beginnings of the actions). "read" asks for the end of the action instead: what
# was printed was looked at too, and may have left the house.
LOOKS = (".read", ".printed", ".readers_read")
GROUPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "read": (gettext_lazy("Looked at"), ()),
    "note": (
        gettext_lazy("Notes"),
        ("visit.", "treatment.", "examination.", "imaging.", "outcome.", "diagnosis.", "measured.", "nerves."),
    ),
    "health": (gettext_lazy("Health history"), ("health.", "intake.", "alert.", "risk.", "self_care.")),
    "consent": (gettext_lazy("Consents"), ("consent.",)),
    "plan": (gettext_lazy("Plan and tasks"), ("plan.", "task.", "adverse_event.", "referral.")),
    "appointment": (
        gettext_lazy("Appointments"),
        ("appointment.", "series.", "waitlist.", "call.", "check_in.", "timer.", "request."),
    ),
    "document": (gettext_lazy("Documents and articles"), ("document.", "article.")),
    "person": (gettext_lazy("Person"), ("patient.", "person.", "grant.", "merge", "note.", "calendar.", "coverage.")),
}
WORDS = {
    "chart.read": gettext_lazy("Opened the chart"),
    "chart.readers_read": gettext_lazy("Looked at who saw and changed what"),
    "snapshot.read": gettext_lazy("Opened the summary"),
    "visit.read": gettext_lazy("Read a released summary"),
    "intake.read": gettext_lazy("Read the health history"),
    "document.read": gettext_lazy("Opened a document"),
    "article.read": gettext_lazy("Read an article"),
    "document.printed": gettext_lazy("Opened a paper for printing"),
    "visit.opened": gettext_lazy("Opened a note"),
    "visit.saved": gettext_lazy("Changed a note"),
    "visit.carried": gettext_lazy("Took the last visit over into a note"),
    "visit.check_in_accepted": gettext_lazy("Took over what the patient said on arriving"),
    "visit.finding_removed": gettext_lazy("Took a finding out of a note"),
    "visit.signed": gettext_lazy("Signed a note"),
    "visit.addendum": gettext_lazy("Added to a signed note"),
    "visit.released": gettext_lazy("Released a summary to the patient"),
    "visit.entered_in_error": gettext_lazy("Entered a note in error"),
    "visit.co_signed": gettext_lazy("Co-signed a note"),
    "treatment.applied": gettext_lazy("Noted a treatment"),
    "treatment.changed": gettext_lazy("Changed a treatment of a note"),
    "treatment.withdrawn": gettext_lazy("Took a treatment out of a note"),
    "examination.noted": gettext_lazy("Noted an examination"),
    "imaging.decided": gettext_lazy("Decided about imaging"),
    "alert.acknowledged": gettext_lazy("Said that an alert was seen"),
    "alert.ended": gettext_lazy("Ended an alert"),
    "intake.sent": gettext_lazy("Sent the health history to fill in"),
    "intake.submitted": gettext_lazy("Handed in the health history"),
    "intake.reviewed": gettext_lazy("Reviewed the health history"),
    "consent.signed": gettext_lazy("Agreed to a consent text"),
    "consent.refused": gettext_lazy("Did not agree to a consent text"),
    "consent.withdrawn": gettext_lazy("Took a consent back"),
    "document.added": gettext_lazy("Added a document"),
    "document.released": gettext_lazy("Released a document to the patient"),
    "document.entered_in_error": gettext_lazy("Entered a document in error"),
    "adverse_event.reported": gettext_lazy("Reported an adverse event"),
    "adverse_event.closed": gettext_lazy("Closed an adverse event"),
    "adverse_event.follow_up_set": gettext_lazy("Set the day to ask after an adverse event"),
    "referral.written": gettext_lazy("Wrote a letter"),
    "referral.changed": gettext_lazy("Changed a letter"),
    "referral.sent": gettext_lazy("Sent a letter"),
    "referral.answered": gettext_lazy("Kept the answer to a letter"),
    "referral.report_filed": gettext_lazy("Filed the report beside a letter"),
    "referral.closed": gettext_lazy("Closed a letter"),
    "diagnosis.overridden": gettext_lazy("Set a diagnosis beside one that excludes it"),
    "appointment.booked": gettext_lazy("Booked a visit"),
    "appointment.moved": gettext_lazy("Moved a visit"),
    "appointment.cancelled": gettext_lazy("Cancelled a visit"),
    "appointment.arrived": gettext_lazy("Noted the arrival"),
    "check_in.given": gettext_lazy("Checked in"),
    "call.logged": gettext_lazy("Noted an attempt to call"),
    "task.opened": gettext_lazy("Opened a task"),
    "task.done": gettext_lazy("Closed a task"),
    "plan.made": gettext_lazy("Made a care plan"),
    "plan.ended": gettext_lazy("Ended a care plan"),
    "patient.registered": gettext_lazy("Registered the person"),
    "patient.changed": gettext_lazy("Changed personal data"),
    "patient.invited": gettext_lazy("Invited to the portal"),
    "article.assigned": gettext_lazy("Gave an article"),
}
DOORS = {
    "admin": gettext_lazy("the chart"),
    "desk": gettext_lazy("the front desk"),
    "portal": gettext_lazy("the portal"),
    "checkin": gettext_lazy("the check-in screen"),
    "website": gettext_lazy("the site"),
}


def sentence(action: str, details: Mapping[str, Any] | None = None) -> str:
    """Return what was done; an action without words of its own is told by its own name."""
    noun, _dot, verb = action.partition(".")
    plain = f"{noun.replace('_', ' ').capitalize()}: {verb.replace('_', ' ')}" if verb else noun.replace("_", " ")
    told = str(WORDS.get(action, plain))
    columns = [str(name).replace("_", " ") for name in (details or {}).get("fields", ())]
    return f"{told} ({', '.join(columns)})" if columns else told


def door(route: str) -> str:
    """Return through which door it was done: `GET desk:patient` is the front desk; without a route, a command."""
    if not route:
        return _("the clinic's own machine")
    name = route.partition(" ")[2]
    if name == "intake" or name.startswith("intake"):
        return _("a personal link")
    return str(DOORS.get(name.partition(":")[0], name))


def roles(text: str) -> str:
    """Return the roles at that time in words."""
    known = dict(Role.choices)
    return ", ".join(str(known[one]) for one in text.split(",") if one in known)


def in_group(group: str) -> Q:
    """The filter for the actions of one group of GROUPS."""
    if group == "read":
        return _looks()
    found = Q()
    for beginning in GROUPS[group][1]:
        found |= Q(action__startswith=beginning)
    return found & ~_looks()


def _looks():
    found = Q()
    for end in LOOKS:
        found |= Q(action__endswith=end)
    return found
