"""Condition: a disease, state or finding, and the words of the safety vocabulary its codes name."""

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.fhir.elements import (
    Fact,
    best_code,
    code_of,
    day,
    identity,
    instant,
    key,
    label,
    matches,
    refuse_unless_true,
)

ENDED = ("resolved", "inactive", "remission")
DOUBTED = ("unconfirmed", "provisional", "differential")
STATED, OPEN = "stated", "open"


def read(found):
    """Return one `Fact`, or one for each word of the vocabulary that the codes name.

    A code that only prompts a question, and a diagnosis that its author doubts, is an open question.
    """
    resource = found.resource
    refuse_unless_true(resource)
    concept, own = resource.get("code"), identity(resource, found.full_url)
    system, value = best_code(concept)
    onset, resolved, notes = _days(resource)
    shared = {
        "label": label(concept),
        "coded_system": system,
        "coded_value": value,
        "onset_on": onset,
        "resolved_on": resolved,
        "recorded_at": instant(resource.get("recordedDate")) or timezone.now(),
    }
    named = matches(concept)
    doubted = code_of(resource.get("verificationStatus")) in DOUBTED
    facts = [Fact(key(own, value), {**shared, **_meaning(named[:1], doubted)}, notes)]
    for match in named[1:]:
        more = {**shared, **_meaning([match], doubted), "label": match.term.label}
        facts.append(Fact(key(own, value, match.term.slug), more))
    return facts


def _meaning(named, doubted):
    is_open = doubted or any(match.prompt_only for match in named)
    return {"code": named[0].term.slug if named else "", "certainty": OPEN if is_open else STATED}


def _days(resource):
    """Onset and end. An end without a day is the recorded day, or else today; one before its onset drops the onset."""
    today = timezone.localdate()
    onset = day(resource.get("onsetDateTime") or (resource.get("onsetPeriod") or {}).get("start"))
    abated = resource.get("abatementDateTime") or (resource.get("abatementPeriod") or {}).get("end")
    ended_on = day(abated, last=True)
    status = code_of(resource.get("clinicalStatus"))
    if status not in ENDED and (status or not ended_on or ended_on > today):
        return onset, None, ()
    if ended_on is None:
        recorded = day(resource.get("recordedDate"))
        ended_on = max(filter(None, (recorded, onset)), default=today)
    ended_on = min(ended_on, today)
    if onset and onset > ended_on:
        return None, ended_on, (_("ends before it begins: kept without its beginning"),)
    return onset, ended_on, ()
