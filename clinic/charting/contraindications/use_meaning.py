"""What one use of a treatment means for the contraindication table: where it is given, and what its settings say."""

from datetime import date, timedelta

from django.utils import timezone

from clinic.anatomy import sites
from clinic.anatomy.sides import WORDS
from clinic.charting.contraindications.rule_table import TRIGGERS
from clinic.charting.contraindications.rules import Use

OF_PATIENT = frozenset({"condition", "sign"})
NEEDLES = frozenset({"needling", "electro_needling"})
# Pads on the skull send their current through the head, pads over the heart through the chest.
PATHS = {"cranium": "transcranial", "heart": "transthoracic"}
SHORT_USE = timedelta(days=14)  # of a soft collar until it is looked at again: the product's own default


def sites_in(kind, values):
    """Return the body sites among a treatment's parameters (slugs of `anatomy.sites`)."""
    named = (values.get(p["name"]) for p in kind.definition["parameters"] if p["type"] == "body_site")
    return frozenset(site for site in named if isinstance(site, str) and site in sites.BY_SLUG)


def uses(kind, treatments, values, regions, side):
    """Return the use twice, each with the triggers that are asked of it.

    A rule against a part (pads on the front of the neck) must not fire for the whole (the neck), while a condition of
    a part (the knee) concerns a treatment of the whole (the leg): the two kinds of rule get their own sites.
    """
    treated = sites_in(kind, values)
    placed = {sites.BY_SLUG[site].region for site in treated} - {""}
    shared = {
        "treatments": treatments,
        "regions": frozenset(regions) | placed,
        "side": WORDS.get(side, ""),
        "parameters": {**_implied(kind, treated, values), **values},
    }
    parts = frozenset().union(*map(sites.enclosing, treated)) | _under_the_needle(treatments)
    touched = frozenset().union(*map(sites.touching, treated))
    return (Use(sites=parts, **shared), TRIGGERS - OF_PATIENT), (Use(sites=touched, **shared), OF_PATIENT)


def _under_the_needle(treatments):
    """Nobody records how deep a needle went: in the regions of the chest (the row names them) the lung is below."""
    return frozenset({"thorax_over_lung"} if treatments & NEEDLES else ())


def _implied(kind, treated, values):
    """What the table asks under another name than the form: the path of a current, how long a collar is worn."""
    paths = [PATHS[name] for site in treated for name in sites.enclosing(site) if name in PATHS]
    implied = {"electrode_path": paths[0]} if paths else {}
    return {**implied, "use": _collar_use(values)} if kind.slug == "soft_collar" else implied


def _collar_use(values):
    """Without a day on which it is looked at again a collar is worn as a routine; a late day means long use."""
    try:
        review = date.fromisoformat(str(values.get("review_date") or ""))
    except ValueError:
        return "routine"
    return "prolonged" if review > timezone.localdate() + SHORT_USE else "short"
