"""What speaks against a treatment for this patient, here and now.

Joins the patient's conditions and open red flags with the contraindication table. The rules themselves are pure
(`charting.rules`); this module reads the rows. It warns and stores; the clinician decides, except where a row says
absolute.
"""

from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _

from clinic.anatomy import sites
from clinic.anatomy.sides import WORDS
from clinic.charting import parameters, rules
from clinic.charting.kind_language import holds
from clinic.charting.models import Contraindication
from clinic.charting.rule_table import rule_from_row
from patients.models import Alert, Condition, SafetyTerm
from patients.vocabulary import read_terms

RULES_EDITION = "2026.11"
ORDER = "ARP"  # strictest first
COLUMNS = (
    "treatment",
    "trigger",
    "subject",
    "level",
    "scope",
    "regions",
    "level_when",
    "unknown_site",
    "alternative",
    "message",
)


@dataclass(frozen=True)
class Caution:
    """One thing that speaks against a treatment, as it is shown on the row and stored with the note."""

    level: str  # A absolute, R relative, P precaution
    rule: str
    message: str
    alternative: str = ""
    source: str = ""


@dataclass(frozen=True)
class SafetyCheck:
    """All warnings, strictest first, and under which version of the rules they were found."""

    warnings: tuple[Caution, ...]
    rules_version: str

    @property
    def strictest(self):
        """A, R, P or an empty text."""
        return self.warnings[0].level if self.warnings else ""

    def as_rows(self):
        """The warnings as they are stored in JSON."""
        return [asdict(warning) for warning in self.warnings]


def rules_version():
    """The edition shipped and the number of changes the clinic has made to the table since."""
    return f"{RULES_EDITION}.{Contraindication.history.count()}"


def facts_of(patient):
    """Return the patient's conditions and coded allergies as facts for the rules (none for the deceased)."""
    counted = list(Condition.objects.counted().filter(patient=patient))
    allergies = [
        a for a in patient.allergies.filter(entered_in_error_at=None).exclude(code="") if patient.deceased_on is None
    ]
    codes = {row.code for row in (*counted, *allergies)}
    history = dict(SafetyTerm.objects.filter(slug__in=codes).values_list("slug", "history_counts"))
    return [_fact(row, history) for row in counted] + [
        rules.Fact(code=a.code, current=a.ended_on is None, history_counts=False, label=a.label) for a in allergies
    ]


def _fact(condition, history):
    site = sites.BY_SLUG.get(condition.site)
    return rules.Fact(
        code=condition.code,
        current=condition.is_active,
        history_counts=history.get(condition.code, False),
        states={**({} if condition.is_active else _states_when_over(condition.code)), **condition.state},
        regions=frozenset({site.region} if site else ()),
        site=condition.site,
        side=WORDS.get(condition.side, condition.side),
        answered=condition.certainty != Condition.Certainty.OPEN,
        label=condition.label,
    )


def _states_when_over(code):
    """A resolved condition that still counts is in its quiet state: healed, resolved, seizure_free, long past."""
    declared = read_terms()[code].states if code in read_terms() else {}
    return {name: declared[name][-1] for name in ("activity", "recency") if name in declared}


def _table(treatments):
    wanted = treatments | ({"needling"} if "electro_needling" in treatments else set())
    rows = Contraindication.objects.filter(treatment__in=wanted, is_enabled=True)
    return [
        rule_from_row({**{name: getattr(row, name) for name in COLUMNS}, "id": row.rule_id, "src": row.source})
        for row in rows
    ]


# What an open red flag asks before treatment (facts 2.2): emergency and urgent ones stop the treatments their row
# names, the others want the clinician's reasoning in writing.
ALERT_LEVEL = {"E": "A", "U": "A", "R": "R", "C": "R"}


def _is_held_back(alert, kind, values):
    """Does this red flag hold back this use? A block on adjustment means its thrust techniques (or none chosen yet)."""
    if "all" in alert.blocks_treatments or kind.slug not in alert.blocks_treatments:
        return "all" in alert.blocks_treatments
    thrust = kind.definition.get("thrust_when")
    return not thrust or not values.get("technique") or holds(thrust, values)


def _from_alerts(patient, kind, values):
    """An open red flag holds back the treatments its row names; `all` means every one."""
    for alert in Alert.objects.open().filter(patient=patient):
        if _is_held_back(alert, kind, values):
            told = _("Open red flag: %(what)s. %(do)s") % {"what": alert.points_to, "do": alert.staff_action}
            yield Caution(ALERT_LEVEL[alert.level], alert.flag, told)


def sites_in(kind, values):
    """Return the body sites among a treatment's parameters (slugs of `anatomy.sites`)."""
    named = (values.get(p["name"]) for p in kind.definition["parameters"] if p["type"] == "body_site")
    return frozenset(site for site in named if isinstance(site, str) and site in sites.BY_SLUG)


def _found(patient, kind, values, regions, side):
    """Evaluate the table. A rule against a part (the eye) must not fire for the whole (the head), while a condition
    of a part (the knee) concerns a treatment of the whole (the leg): the two kinds of rule get their own sites."""
    treatments, treated = parameters.treatment_slugs(kind.definition, values), sites_in(kind, values)
    facts, table = facts_of(patient), _table(treatments)
    for spread, wanted in ((sites.enclosing, True), (sites.touching, False)):
        use = rules.Use(
            treatments=treatments,
            regions=frozenset(regions) | {sites.BY_SLUG[site].region for site in treated},
            sites=frozenset().union(*map(spread, treated)),
            side=WORDS.get(side, ""),
            parameters=values,
        )
        asked = [rule for rule in table if (rule.trigger == "site") == wanted]
        yield from rules.evaluate(asked, facts, use, age=patient.age)


def check(patient, kind, values=None, *, regions=(), side=""):
    """Return the `SafetyCheck` of giving treatment `kind` with its parameter `values` in `regions`.

    `side` is L, R, B or empty; body sites are read from the values.
    """
    values = values or {}
    told = [
        Caution(f.level, f.rule.id, f.rule.message, f.rule.alternative, f.rule.src)
        for f in _found(patient, kind, values, regions, side)
    ]
    cautions = sorted((*_from_alerts(patient, kind, values), *told), key=lambda caution: ORDER.index(caution.level))
    return SafetyCheck(tuple(cautions), rules_version())


def banner(patient):
    """Return the active conditions and allergies that some rule in force speaks of, strictest first.

    Pairs of (fact, level A or R): what the chart shows beside the name, and why the desk says "Clinical alert".
    """
    return banners([patient]).get(patient.pk, [])


def banners(patients):
    """Return {patient id: [(condition, level)]} for several patients in two queries."""
    living = [p.pk for p in patients if p.deceased_on is None]
    conditions = list(Condition.objects.counted().active().filter(patient__in=living))
    levels = {}
    strict = Contraindication.objects.filter(
        trigger="condition", subject__in={c.code for c in conditions}, is_enabled=True, level__in="AR"
    )
    for subject, level in strict.values_list("subject", "level"):
        levels[subject] = min(level, levels.get(subject, "R"))
    shown = {}
    for condition in conditions:
        if condition.code in levels:
            shown.setdefault(condition.patient_id, {}).setdefault(condition.code, (condition, levels[condition.code]))
    return {pk: sorted(found.values(), key=lambda pair: pair[1]) for pk, found in shown.items()}


def patients_with_alert(patients):
    """Return the ids of those who wear a "Clinical alert" at the desk: an open red flag, or something on the banner.

    One query, whatever their number.
    """
    living = [p.pk for p in patients if p.deceased_on is None]
    strict = Contraindication.objects.filter(trigger="condition", is_enabled=True, level__in="AR").values("subject")
    flagged = Alert.objects.open().filter(patient__in=[p.pk for p in patients])
    warned = Condition.objects.counted().active().filter(patient__in=living, code__in=strict)
    both = flagged.order_by().values_list("patient_id").union(warned.order_by().values_list("patient_id"))
    return {pk for (pk,) in both}
