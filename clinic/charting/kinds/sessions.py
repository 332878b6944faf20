"""What a visit knows that the ranges of a treatment ask for: which session it is, the day, the patient's weight."""

from datetime import timedelta
from itertools import takewhile

from django.utils import timezone

from clinic.charting.kinds import parameters
from clinic.charting.models import TreatmentApplied, VisitMark

WEIGHT_HOLDS = timedelta(days=365)  # a weight noted longer ago is asked again: the product's own default
COURSE = {"first_session", "later_session", "not_improved_after_sessions"}
GAINED = {"better", "much_better"}
KEPT_OUT = {"visit__marks__kind": VisitMark.Kind.ENTERED_IN_ERROR}


def day_of(visit):
    """Return the day of the visit on the wall of the place where its practitioner works."""
    return timezone.localdate(visit.visited_at, timezone=visit.practitioner.location.zone)


def known_at(visit, kind):
    """Return the context of `parameters.check` for giving `kind` at this visit; only what the kind asks for is read.

    `first_session` or `later_session` count the visits of the same complaint before this one;
    `not_improved_after_sessions` those in a row, up to the last, after which it was not better; `visit_date` is an ISO
    day; `body_weight_lb` (pounds) is the newest that a treatment was measured by.
    """
    asked, known = parameters.asked_of_visit(kind.definition), {"visit_date": day_of(visit).isoformat()}
    if asked & COURSE:
        known |= _course(_responses(visit, kind))
    if asked & parameters.MEASURED and (weighed := _weight(visit)):
        known["body_weight_lb"] = weighed
    return known


def _course(responses):
    gained_nothing = takewhile(lambda response: response and response not in GAINED, reversed(responses))
    session = "later_session" if responses else "first_session"
    return {session: True, "not_improved_after_sessions": len(list(gained_nothing))}


def _responses(visit, kind):
    """The response to this kind at each earlier visit of the complaint, oldest first."""
    rows = TreatmentApplied.objects.filter(kind=kind, is_carried=False, visit__episode=visit.episode_id)
    rows = rows.filter(visit__visited_at__lt=visit.visited_at).exclude(visit=visit.pk).exclude(**KEPT_OUT)
    found = rows.order_by("visit__visited_at", "visit", "pk").values_list("visit", "response")
    return list(dict(found).values())


def _weight(visit):
    rows = TreatmentApplied.objects.of(visit.patient).filter(parameters__has_key="body_weight_lb")
    rows = rows.filter(visit__visited_at__gt=visit.visited_at - WEIGHT_HOLDS).exclude(**KEPT_OUT)
    newest = rows.order_by("-visit__visited_at", "-pk").first()
    return newest.parameters["body_weight_lb"] if newest else None
