"""Situations made from a row of the contraindication table: those in which it must speak, those in which it must not.

Written from the columns of the data file and from nothing else: neither the engine's reader nor its evaluator is
used, so a fault in them cannot hide here.
"""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

from clinic.charting.contraindications.rules import Fact, Use

PATH = Path(__file__).parents[4] / "clinic" / "charting" / "data" / "contraindications.csv"
ROWS = list(csv.DictReader(PATH.open(newline="", encoding="utf-8")))
ADULT = 40
# A leg stands for the limbs, the rib cage for the chest: treatments name the finer word.
FINER = {"limb": "lower_limb", "thorax": "rib_cage"}
SILENT = "N"


@dataclass(frozen=True)
class Situation:
    """A patient and an intended treatment, and the level at which the row must speak (N for silence)."""

    name: str
    expected: str
    use: Use
    facts: tuple[Fact, ...] = ()
    age: int | None = ADULT
    consent: str = ""

    def but(self, name, expected=SILENT, **changes):
        return replace(self, name=name, expected=expected, **changes)


def listed(text):
    return [part for part in text.split(";") if part]


def inside(row):
    """A treated region in which the row applies."""
    first = (listed(row["regions"]) or ["lumbar"])[0]
    return FINER.get(first, first)


def outside(row):
    """A treated region in which it does not, or nothing when it applies in all."""
    limits = listed(row["regions"])
    free = [region for region in ("lower_limb", "cervical", "lumbar") if _wide(region) not in limits]
    return free[0] if limits else ""


def _wide(region):
    return "limb" if region.endswith("_limb") else region


def situations(row):
    """Every situation of a row, the first one being the plainest in which it speaks."""
    made = {"condition": of_patient, "sign": of_patient, "site": of_site, "parameter": of_parameter,
            "age": of_age, "consent": of_consent}[row["trigger"]]  # fmt: skip
    found = list(made(row))
    plain = found[0]
    other = "heat" if row["treatment"] == "exercise" else "exercise"
    found.append(plain.but("another treatment", use=replace(plain.use, treatments=frozenset({other}))))
    if row["treatment"] == "needling":
        electric = replace(plain.use, treatments=frozenset({"electro_needling"}))
        found.append(plain.but("needles with current", row["level"], use=electric))
    if row["treatment"] == "electro_needling":
        found.append(plain.but("needles without", use=replace(plain.use, treatments=frozenset({"needling"}))))
    if outside(row):
        elsewhere = replace(plain.use, regions=frozenset({outside(row)}))
        found.append(plain.but("treated outside its regions", use=elsewhere))
        found.append(
            plain.but("treated at no recorded place", row["level"], use=replace(plain.use, regions=frozenset()))
        )
    return found


def of_patient(row):
    here, level = inside(row), row["level"]
    fact = Fact(row["subject"], current=True, history_counts=False, regions=frozenset({here}))
    plain = Situation("recorded there", level, _use(row), (fact,))

    def told(name, expected, **changes):
        return plain.but(name, expected, facts=(replace(fact, **changes),))

    yield plain
    yield told("another condition", SILENT, code="tight_hamstrings")
    yield told("over, and its history does not count", SILENT, current=False)
    yield told("over, and its history counts", level, current=False, history_counts=True)
    yield told("an open question", "R", answered=False)
    yield told("an open question without a date", "R", answered=False, current=False)
    yield plain.but("nothing recorded", facts=())
    yield from _where(row, plain, told)
    for states, expected in leveled(row):
        yield told(f"with {states}", expected, states=states)
        yield told(f"asked, with {states}", SILENT if expected == SILENT else "R", states=states, answered=False)


def _where(row, plain, told):
    level, scope, here = row["level"], row["scope"], inside(row)
    if scope in ("global", "region"):
        yield told("recorded elsewhere", level, regions=frozenset({_another(here)}))
        yield told("recorded nowhere", level, regions=frozenset())
        return
    unplaced = level if row["unknown_site"] == "everywhere" else SILENT
    yield told("recorded elsewhere", SILENT, regions=frozenset({_another(here)}))
    yield told("recorded nowhere", unplaced, regions=frozenset())
    yield told("recorded nowhere, an open question", "R" if unplaced != SILENT else SILENT, regions=frozenset(),
               answered=False)  # fmt: skip
    yield told("recorded in several places", level, regions=frozenset({here, _another(here)}))
    if scope == "treated_site":
        yield from _at_site(row, plain)


def _at_site(row, plain):
    left = replace(plain.facts[0], site="here", side="left")
    at = replace(plain.use, sites=frozenset({"here"}), side="left")
    spot = plain.but("at the treated site", row["level"], facts=(left,), use=at)
    yield spot
    yield spot.but("at another site of the region", use=replace(at, sites=frozenset({"there"})))
    yield spot.but("on the other side", use=replace(at, side="right"))
    yield spot.but("on both sides", row["level"], use=replace(at, side="both"))
    yield spot.but("on an unrecorded side", row["level"], use=replace(at, side=""))
    yield spot.but("in the region, no site recorded", row["level"], use=replace(at, sites=frozenset()))


def leveled(row):
    """(states, level) around every `level_when` of a row: at the limit, just beside it, and with a strange value."""
    pairs = [pair.rpartition(":") for pair in listed(row["level_when"])]
    for expression, _colon, level in pairs:
        yield from _around(expression, level, row["level"])
    if pairs:
        yield {"unheard_of": "yes"}, row["level"]


def _around(expression, level, otherwise):
    for sign, step in ((">=", -1), ("<", 1)):
        if sign in expression:
            name, limit = expression.split(sign)
            met = int(limit) if sign == ">=" else int(limit) - 1
            yield {name: met}, level
            yield {name: met + step}, otherwise
            yield {name: str(met)}, level
            return
    states = dict(term.split("=") for term in expression.split("&"))
    yield states, level
    yield dict.fromkeys(states, "strange"), otherwise


def _another(region):
    return "lumbar" if region == "cervical" else "cervical"


def _use(row, **changes):
    made = Use(frozenset({row["treatment"]}), frozenset({inside(row)}))
    return replace(made, **changes)


def of_site(row):
    plain = Situation("treated at the site", row["level"], _use(row, sites=frozenset({row["subject"]})))
    yield plain
    yield plain.but("treated at another site", use=_use(row, sites=frozenset({"calf"})))
    yield plain.but("treated at no recorded site", use=_use(row))
    yield plain.but("among other sites", row["level"], use=_use(row, sites=frozenset({"calf", row["subject"]})))


def of_parameter(row):
    name, value = row["subject"].split("=")
    plain = Situation("given so", row["level"], _use(row, parameters={name: value}))
    yield plain
    yield plain.but("given otherwise", use=_use(row, parameters={name: "otherwise"}))
    yield plain.but("not recorded how", use=_use(row, parameters={}))
    yield plain.but("another setting of that name's value", use=_use(row, parameters={"mode": value}))


def of_consent(row):
    _name, value = row["subject"].split("=")
    plain = Situation("consent " + value, row["level"], _use(row), consent=value)
    yield plain
    yield plain.but("consent given", consent="given")
    yield plain.but("consent not asked about", consent="")


AGES = {"<=": (0, 1), "<": (-1, 0), ">": (1, 0), ">=": (0, -1)}  # just inside and just outside the limit


def of_age(row):
    terms = row["subject"].split("&")
    sign = next(sign for sign in AGES if sign in terms[0])
    limit = int(terms[0].split(sign)[1])
    fits, too_far = (limit + step for step in AGES[sign])
    more = dict(term.split("=") for term in terms[1:])
    facts = tuple(Fact(more[name], True, False) for name in ("condition",) if name in more)
    sites = frozenset(more[name] for name in ("site",) if name in more)
    plain = Situation(f"at {fits}", row["level"], _use(row, sites=sites), facts, fits)
    yield plain
    yield plain.but(f"at {too_far}", age=too_far)
    yield plain.but("at an unknown age", "R", age=None)
    if facts:
        yield plain.but("without the condition", facts=())
        yield plain.but("with it over", facts=(replace(facts[0], current=False),))
        yield plain.but("with it an open question", "R", facts=(replace(facts[0], answered=False),))
    if sites:
        yield plain.but("at another site", use=_use(row, sites=frozenset({"calf"})))
