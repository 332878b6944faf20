"""AllergyIntolerance: what somebody does not tolerate, and which word of the safety vocabulary it is."""

import re

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.fhir.elements import (
    Fact,
    Unfit,
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

# Words of substances: what touches the skin here (sticky pads, gels, lotions, nut oils, latex, metal) comes first.
SUBSTANCES = {
    "latex_allergy": r"latex|rubber",
    "nut_allergy": r"(?:pea|wal|hazel|chest|brazil |tree )?nuts?|almonds?|cashews?|pistachios?|pecans?|macadamias?",
    "adhesive_allergy": r"adhesives?|plasters?|sticking|tape|colophony|rosin|acrylates?",
    "metal_allergy": r"nickel|cobalt|chromium|chromate|metals?",
    "gel_allergy": r"gels?",
    "lotion_allergy": r"lotions?|perfumes?|fragrances?|balsam of peru|lanolin",
    "cold_urticaria": r"cold urticaria",
}
WORDS = {slug: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for slug, words in SUBSTANCES.items()}
NO_ALLERGY = re.compile(r"\bno (?:known|current)\b.*\ballerg|\bnot allergic\b", re.IGNORECASE)
KNOWN_RISKS = ("low", "high")


def read(found):
    """Return the `Fact`. Raises `Unfit` when the record says that there is no allergy."""
    resource = found.resource
    refuse_unless_true(resource)
    what = label(resource.get("code") or _substance(resource))
    if NO_ALLERGY.search(what):
        raise Unfit(_("it says that no allergy is known"))
    system, value = best_code(resource.get("code"))
    risk = resource.get("criticality")
    fields = {
        "label": what,
        "coded_system": system,
        "coded_value": value,
        "code": _term(resource, what),
        "criticality": risk if risk in KNOWN_RISKS else "",
        "reaction": "; ".join(_reactions(resource))[:200],
        "ended_on": _end(resource),
        "recorded_at": instant(resource.get("recordedDate")) or timezone.now(),
    }
    return [Fact(key(identity(resource, found.full_url), value or what), fields)]


def _substance(resource):
    return next((reaction["substance"] for reaction in resource.get("reaction", []) if reaction.get("substance")), None)


def _term(resource, what):
    """The word for it: by its code, by the substance in its name, or a drug allergy by its category."""
    coded = [match.term.slug for match in matches(resource.get("code")) if match.term.kind == "allergy"]
    worded = [slug for slug, words in WORDS.items() if words.search(what)]
    drug = ["drug_allergy"] if "medication" in resource.get("category", []) else []
    return next(iter([*coded, *worded, *drug]), "")


def _reactions(resource):
    seen = (concept for reaction in resource.get("reaction", []) for concept in reaction.get("manifestation", []))
    return dict.fromkeys(label(concept) for concept in seen if concept.get("text") or concept.get("coding"))


def _end(resource):
    if code_of(resource.get("clinicalStatus")) not in ("inactive", "resolved"):
        return None
    return day(resource.get("lastOccurrence")) or day(resource.get("recordedDate")) or timezone.localdate()
