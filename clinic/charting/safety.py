"""What speaks against a treatment for this patient, here and now.

Joins the patient's conditions and open red flags with the contraindication table. The rules themselves are pure
(`charting.rules`); this module reads the rows. It warns and stores; the clinician decides, except where a row says
absolute.
"""

from dataclasses import asdict, dataclass
from functools import lru_cache

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.charting.care import agreed
from clinic.charting.contraindications import rules, use_meaning
from clinic.charting.contraindications.known_facts import known_of
from clinic.charting.contraindications.rule_table import COLUMNS, rule_from_row
from clinic.charting.kinds import parameters
from clinic.charting.kinds.kind_language import holds
from clinic.charting.models import Contraindication
from patients.models import Alert, Condition, ConsentText

RULES_EDITION = "2026.11c"
ORDER = "ARP"  # strictest first


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


@lru_cache(maxsize=4096)
def _rule(*cells):
    return rule_from_row(dict(zip((*COLUMNS, "id", "src"), cells, strict=True)))


def _table(treatments):
    wanted = treatments | ({"needling"} if "electro_needling" in treatments else set())
    rows = Contraindication.objects.filter(treatment__in=wanted, is_enabled=True)
    return [_rule(*cells) for cells in rows.values_list(*COLUMNS, "rule_id", "source")]


# What an open red flag asks before treatment (facts 2.2): emergency and urgent ones stop the treatments their row
# names, the others want the clinician's reasoning in writing.
ALERT_LEVEL = {"E": "A", "U": "A", "R": "R", "C": "R"}


def _is_held_back(alert, kind, values):
    """Does this red flag hold back this use? A block on adjustment means its thrust techniques (or none chosen yet).

    A referral or caution that names no treatment still wants the clinician's reasoning before a thrust (facts 2.2).
    """
    thrust = kind.definition.get("thrust_when")
    if "all" in alert.blocks_treatments:
        return True
    names = {kind.slug, *kind.definition.get("like", ())}
    if not names & set(alert.blocks_treatments) and not (thrust and ALERT_LEVEL[alert.level] == "R"):
        return False
    return not thrust or not values.get("technique") or holds(thrust, values)


def _from_alerts(alerts, kind, values):
    """An open red flag holds back the treatments its row names; `all` means every one."""
    for alert in alerts:
        if _is_held_back(alert, kind, values):
            told = _("Open red flag: %(what)s. %(do)s") % {"what": alert.points_to, "do": alert.staff_action}
            yield Caution(ALERT_LEVEL[alert.level], alert.flag, told)


def _speaks_of_consent(rule, refused):
    """A no to manipulation stops the thrust and leaves low-force work open; a no to treatment stops each of them."""
    thrust = ConsentText.Kind.MANIPULATION in refused and rule.treatment == "smt_hvla"
    return thrust or ConsentText.Kind.TREATMENT in refused


def _found(known, rows, kind, values, regions, side, age):
    """Evaluate these rules for this use; what is asked of a whole and of a part are two passes (`use_meaning`)."""
    treatments = parameters.treatment_slugs(kind.definition, values)
    table = [r for r in rows if r.trigger != "consent" or _speaks_of_consent(r, known.refused)]
    for use, triggers in use_meaning.uses(kind, treatments, values, regions, side):
        asked = [rule for rule in table if rule.trigger in triggers]
        yield from rules.evaluate(asked, known.facts, use, age=age, consent="refused")


def _from_consents(answers, kind, values, regions):
    """A thrust that was not agreed to, or not any more, or not here, wants the question asked."""
    is_thrust = agreed.THRUST in parameters.treatment_slugs(kind.definition, values)
    if is_thrust and (gap := agreed.gap(answers, regions, timezone.localdate())):
        yield Caution("P", f"consent.{gap}", str(agreed.TOLD[gap]), source=agreed.SOURCE)


def caution_of(finding):
    """Return a finding as it is told: the row's message, where the fact was found, and whether it is still open."""
    told = [finding.rule.message]
    if finding.fact and finding.fact.told:
        told.append(finding.fact.told)
    if finding.unanswered:
        told.append(_("Still an open question."))
    return Caution(finding.level, finding.rule.id, " ".join(told), finding.rule.alternative, finding.rule.src)


def check(patient, kind, values=None, *, regions=(), side="", known=None):
    """Return the `SafetyCheck` of giving treatment `kind` with its parameter `values` in `regions`.

    `side` is L, R, B or empty; body sites are read from the values. Nothing is said of the deceased. `known`, as
    `known_of(patient)` read it, saves reading it again for each of several treatments.
    """
    return check_each(patient, [(kind, values or {}, regions, side)], known=known)[0]


def check_each(patient, uses, *, known=None):
    """Return the `SafetyCheck` of each use (kind, values, regions, side), in as many queries for one as for many."""
    version = rules_version()
    if patient.deceased_on:
        return [SafetyCheck((), version) for _use in uses]
    known = known or known_of(patient)
    slugs = (parameters.treatment_slugs(kind.definition, values) for kind, values, _regions, _side in uses)
    rows = _table(frozenset().union(*slugs))
    return [SafetyCheck(tuple(_told(known, rows, use, patient.age)), version) for use in uses]


def _told(known, rows, use, age):
    """What speaks against one use, strictest first."""
    kind, values, regions, side = use
    told = [caution_of(finding) for finding in _found(known, rows, kind, values, regions, side, age)]
    flagged = _from_alerts(known.alerts, kind, values)
    asked = _from_consents(known.consents, kind, values, regions)
    return sorted((*flagged, *told, *asked), key=lambda caution: ORDER.index(caution.level))


def banner(patient):
    """Return the active conditions and allergies that some rule in force speaks of, strictest first.

    Pairs of (fact, level A or R): what the chart shows beside the name, and why the desk says "Clinical alert".
    """
    return banners([patient]).get(patient.pk, [])


def banners(patients):
    """Return {patient id: [(condition, level)]} for several patients in two queries."""
    living = [p for p in patients if p.deceased_on is None]
    sorts = shown_of(list(Condition.objects.counted().active().of_all(living).with_person()))
    return {p.pk: sorts[p.person_id] for p in living if p.person_id in sorts}


def shown_of(conditions):
    """Return {person: [(condition, level)]} of counted conditions with their `person`, in one query; none for none."""
    levels = {}
    strict = Contraindication.objects.filter(
        trigger="condition", subject__in={c.code for c in conditions}, is_enabled=True, level__in="AR"
    )
    for subject, level in strict.values_list("subject", "level"):
        levels[subject] = min(level, levels.get(subject, "R"))
    shown = {}
    for condition in conditions:
        if condition.code in levels:
            shown.setdefault(condition.person, {}).setdefault(condition.code, (condition, levels[condition.code]))
    return {person: sorted(found.values(), key=lambda pair: pair[1]) for person, found in shown.items()}


def patients_with_alert(patients):
    """Return the ids of those who wear a "Clinical alert" at the desk: an open red flag, or something on the banner.

    One query, whatever their number.
    """
    living = [p for p in patients if p.deceased_on is None]
    strict = Contraindication.objects.filter(trigger="condition", is_enabled=True, level__in="AR").values("subject")
    flagged = Alert.objects.open().of_all(patients).with_person()
    warned = Condition.objects.counted().active().of_all(living).filter(code__in=strict).with_person()
    both = flagged.order_by().values_list("person").union(warned.order_by().values_list("person"))
    people = {person for (person,) in both}
    return {p.pk for p in patients if p.person_id in people}
