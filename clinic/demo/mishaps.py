"""What does not go as meant in the demo: adverse events, one of them severe and followed up, a note opened for the
wrong person, and an addendum of the therapist that waits for a second name.
"""

from datetime import timedelta

from clinic.charting import notes
from clinic.charting.models import Addendum, AdverseEvent, TreatmentApplied, VisitMark
from clinic.outcomes import recording
from patients.models import Task

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# treatment, at least so many days ago, how bad, what happened, what was done, how it ended and in which words
EVENTS = (
    (
        *("adjustment", 35, "severe", "Dizzy and sick for an hour after the neck was adjusted"),
        *("Lay down, blood pressure and nerves examined, sent to the hospital the same day", "referred"),
        "Seen the same evening, nothing found; no thrust to the neck since.",
    ),
    (
        *("massage", 18, "mild", "Sore between the shoulder blades for two days", "Called the next day", "gone"),
        "Well again by the weekend.",
    ),
    (
        *("heat", 2, "moderate", "Red skin under the heat pack, sore to touch", "Cooled, no heat until it is gone", ""),
        "",
    ),
)
ASK_AGAIN = 2  # days after the event


def write(visits, therapist, portal_patient, now):
    """Write events, marks and addenda beside signed notes; the portal patient's own record stays without them."""
    signed = [v for v in visits if v.signed_at and v.patient_id != portal_patient.pk]
    by_id = {visit.pk: visit for visit in signed}
    events = [event for told in EVENTS if (event := _event(by_id, told, now))]
    taken = {event.patient_id for event in events}
    calm = [v for v in signed if v.patient_id not in taken and now - v.signed_at > 3 * DAY]
    if len(calm) > 1:
        _in_error(calm[len(calm) // 2], now)
        _waits(calm[-1], therapist)
    return events


def _event(by_id, told, now):
    kind, days, severity, what, action, outcome, words = told
    rows = TreatmentApplied.objects.filter(visit__in=by_id, kind__slug=kind, visit__visited_at__lte=now - days * DAY)
    given = rows.order_by("-visit__visited_at", "-pk").select_related("kind").first()
    if given is None:
        return None
    visit = by_id[given.visit_id]
    by, at, day = visit.signed_by, min(visit.signed_at + 3 * HOUR, now), notes.day_of(visit)
    closed = {"outcome": outcome, "outcome_note": words, "closed_at": min(at + 3 * DAY, now), "closed_by": by}
    event = AdverseEvent.objects.create(
        patient=visit.patient,
        visit=visit,
        kind=given.kind,
        severity=severity,
        what=what,
        began_on=day,
        action=action,
        follow_up_on=day + ASK_AGAIN * DAY,
        reported_at=at,
        reported_by=by,
        **(closed if outcome else {}),
    )
    if not outcome:
        _ask_again(event, now)
    return event


def _ask_again(event, now):
    Task.objects.create(
        patient=event.patient,
        kind=Task.Kind.CONTACT,
        title="Ask how it is after the adverse event",
        detail=event.what,
        key=f"event:{event.pk}",
        due_on=max(event.follow_up_on, now.date()),
        opened_at=event.reported_at,
        opened_by=event.reported_by,
    )


def _in_error(visit, now):
    """A note that was written for the wrong person; its pain score counts no more."""
    VisitMark.objects.create(
        visit=visit,
        kind=VisitMark.Kind.ENTERED_IN_ERROR,
        at=min(visit.signed_at + HOUR, now),
        by=visit.signed_by,
        reason="Written for the wrong person: same name, other birth date.",
    )
    recording.strike_pain_of_visit(visit.patient_id, visit.visited_at)


def _waits(visit, therapist):
    Addendum.objects.create(
        visit=visit,
        kind=Addendum.Kind.LATE_ENTRY,
        text="Heat pack taken off after 8 minutes instead of 10: too warm.",
        written_at=visit.signed_at + HOUR,
        written_by=therapist,
        signature=str(therapist),
    )
