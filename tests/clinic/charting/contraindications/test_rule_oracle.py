"""The engine against a second reading of the table, for patients and treatments nobody thought of.

The oracle below knows the columns of the data file and the meaning its notes give them. It shares no code with the
engine and is written the other way round: it asks of each fact in which of the ways it could be harmless.
"""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clinic.charting.contraindications.rules import Fact, Use, evaluate, read_rules
from tests.clinic.charting.contraindications.rule_cases import ROWS

RULES = read_rules()
RANK = "NPRA"
LIMBS, CHEST = {"limb", "upper_limb", "lower_limb"}, {"thorax", "rib_cage"}
WHOLE = {"head", "cervical", "thoracic", "lumbar", "sacral", "pelvic", "abdomen", *LIMBS, *CHEST}


def expected(rows, facts, use, age, consent):
    """{row id: level} of every row that speaks."""
    told = {}
    for row in rows:
        meant = {row["treatment"]} | ({"electro_needling"} if row["treatment"] == "needling" else set())
        if use.treatments & meant and _treated_where_it_applies(row, use):
            levels = _levels(row, facts, use, age, consent)
            strictest = max(levels, key=RANK.index, default="N")
            if strictest != "N":
                told[row["id"]] = strictest
    return told


def _treated_where_it_applies(row, use):
    return not row["regions"] or not use.regions or bool(_treated_part(row, use))


def _treated_part(row, use):
    if not row["regions"]:
        return set(use.regions)
    limits = set(row["regions"].split(";"))
    limits |= LIMBS if "limb" in limits else set()
    limits |= CHEST if "thorax" in limits else set()
    return set(use.regions) & limits


def _levels(row, facts, use, age, consent):
    kind, subject = row["trigger"], row["subject"]
    if kind in ("condition", "sign"):
        return [_level(row, fact) for fact in facts if fact.code == subject and _concerns(row, fact, use)]
    if kind == "site":
        return [row["level"]] if subject in use.sites else []
    if kind == "consent":
        return [row["level"]] if subject == f"consent={consent}" else []
    if kind == "parameter":
        name, value = subject.split("=")
        on_site = name == "electrode_site" and value in use.sites
        return [row["level"]] if on_site or use.parameters.get(name) == value else []
    return _levels_by_age(row, facts, use, age)


def _levels_by_age(row, facts, use, age):
    fits = {
        "age<18": lambda: age < 18,
        "age>55": lambda: age > 55,
        "age<=12": lambda: age <= 12,
        "age<12": lambda: age < 12,
    }
    first, _and, rest = row["subject"].partition("&")
    if age is not None and not fits[first]():
        return []
    unknown = "R" if age is None else row["level"]
    if rest.startswith("site="):
        return [unknown] if rest.removeprefix("site=") in use.sites else []
    if not rest:
        return [unknown]
    asked = [fact for fact in facts if fact.code == rest.removeprefix("condition=") and _is_there(fact)]
    return ["R" if age is None or not fact.answered else row["level"] for fact in asked]


def _is_there(fact):
    return not (fact.answered and not fact.current and not fact.history_counts)


def _concerns(row, fact, use):
    if not _is_there(fact):
        return False
    if row["scope"] in ("global", "region"):
        return True
    placed = fact.regions or (row["scope"] == "treated_site" and fact.site)
    if not placed:
        return row["unknown_site"] == "everywhere"
    treated = _treated_part(row, use)
    if row["scope"] == "same_region":
        return not treated or _share(fact.regions, treated)
    return not _apart(fact.side, use.side) and _touch(fact, use, treated)


def _apart(one, other):
    return (one, other) in (("left", "right"), ("right", "left"))


def _touch(fact, use, treated):
    named = {site for site in use.sites if site not in WHOLE}
    if fact.site and fact.site not in WHOLE and named:
        return fact.site in named
    places = set(fact.regions) | ({fact.site} if fact.site in WHOLE else set())
    return not places or not treated or _share(places, treated)


def _share(one, other):
    """Do two lists of regions have a part in common? An arm and a leg have none, but each has one with "limb"."""
    if set(one) & set(other):
        return True
    pairs = [(a, b) for a in one for b in other] + [(b, a) for a in one for b in other]
    return any((a == "limb" and b in LIMBS) or (a == "thorax" and b in CHEST) for a, b in pairs)


def _level(row, fact):
    level = row["level"]
    for pair in reversed([p for p in row["level_when"].split(";") if p]):
        expression, _colon, when = pair.rpartition(":")
        if all(_is_so(term, fact.states) for term in expression.split("&")):
            level = when
    return level if fact.answered or level == "N" else "R"


def _is_so(term, states):
    for sign, so in ((">=", lambda a, b: a >= b), ("<", lambda a, b: a < b), ("=", lambda a, b: a == b)):
        name, found, wanted = term.partition(sign)
        if found and name in states:
            number = isinstance(states[name], int)
            return (
                so(states[name], int(wanted)) if number and wanted.isdigit() else sign == "=" and states[name] == wanted
            )
        if found and sign != "=":
            return False
    return False


SUBJECTS = sorted({row["subject"] for row in ROWS if row["trigger"] in ("condition", "sign")})
OFTEN = [
    "malignancy_active",
    "dvt",
    "pregnancy",
    "fracture_old",
    "osteoporosis",
    "epilepsy",
    "trauma_recent",
    "open_wound",
    "stroke",
    "first_sudden_episode",
    "laminectomy",
    "ankylosing_spondylitis",
    "acute_injury",
]
STATES = {
    "stability": ["stable", "unstable"],
    "activity": ["active", "quiet", "resolved", "healed"],
    "fused": ["yes", "no"],
    "control": ["stable", "unstable", "controlled", "uncontrolled"],
    "deficit": ["progressive", "none"],
    "recency": ["past", "recent"],
    "severity": ["mild", "moderate", "severe"],
    "cleared": ["yes", "no"],
    "examined": ["yes", "no"],
    "highrisk": ["yes", "no"],
    "trimester": ["1", "2", "3"],
    "hours": [71, 72, 200],
    "months": [5, 6],
    "grade": [1, 2],
}
places = st.frozensets(st.sampled_from(sorted(WHOLE)), max_size=3)
sides = st.sampled_from(["", "left", "right", "both", "midline"])
site_names = [
    "knee",
    "calf",
    "neck",
    "eye",
    "chest",
    "anterior_neck",
    "carotid_sinus",
    "growth_plate",
    "lumbar",
    "nipple",
]
some_states = st.lists(st.sampled_from(sorted(STATES)), max_size=3).flatmap(
    lambda names: st.fixed_dictionaries({name: st.sampled_from(STATES[name]) for name in names})
)
any_fact = st.builds(
    Fact,
    code=st.one_of(st.sampled_from(OFTEN), st.sampled_from(SUBJECTS)),
    current=st.booleans(),
    history_counts=st.booleans(),
    states=some_states,
    regions=places,
    site=st.sampled_from(["", *site_names]),
    side=sides,
    answered=st.booleans(),
)
any_use = st.builds(
    Use,
    treatments=st.frozensets(st.sampled_from(sorted({row["treatment"] for row in ROWS})), min_size=1, max_size=3),
    regions=places,
    sites=st.frozensets(st.sampled_from(site_names), max_size=2),
    side=sides,
    parameters=st.dictionaries(
        st.sampled_from(["electrode_site", "electrode_path", "use"]),
        st.sampled_from(["anterior_neck", "eye", "transcranial", "transthoracic", "routine", "prolonged", "calf"]),
        max_size=2,
    ),
)
ages = st.one_of(st.none(), st.sampled_from([0, 11, 12, 13, 17, 18, 55, 56, 90]))
consents = st.sampled_from(["", "given", "refused", "unable"])


def engine(rules, facts, use, age, consent):
    return {f.rule.id: f.level for f in evaluate(rules, facts, use, age=age, consent=consent)}


@settings(max_examples=600, deadline=None)
@given(st.lists(any_fact, max_size=5), any_use, ages, consents)
@example([Fact("dvt", False, False, answered=False)], Use(frozenset({"massage"})), None, "")
def test_the_engine_says_what_a_second_reading_of_the_table_says(facts, use, age, consent):
    assert engine(RULES, facts, use, age, consent) == expected(ROWS, facts, use, age, consent)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_two_readings_agree_on_each_kind_of_row_at_its_own_place(data):
    """Aimed: the fact is one the treatment's rows speak of, so that most examples fire something."""
    row = data.draw(st.sampled_from([row for row in ROWS if row["trigger"] in ("condition", "sign")]))
    fact = data.draw(any_fact.map(lambda made: Fact(**{**made.__dict__, "code": row["subject"]})))
    use = data.draw(any_use.map(lambda made: Use(**{**made.__dict__, "treatments": frozenset({row["treatment"]})})))
    assert engine(RULES, [fact], use, 40, "") == expected(ROWS, [fact], use, 40, "")


PLANTED = [
    ("heat.fever", "level", "P"),
    ("massage.open_wound", "scope", "global"),
    ("estim.epilepsy", "regions", frozenset()),
    ("smt_hvla.fracture_old", "unknown_site", "ignore"),
    ("ice.radiotherapy_site", "level_when", ()),
]


@pytest.mark.parametrize(("rule_id", "column", "value"), PLANTED)
def test_the_oracle_notices_a_planted_fault(rule_id, column, value):
    rules = [replace(rule, **{column: value}) if rule.id == rule_id else rule for rule in RULES]
    subject = next(row["subject"] for row in ROWS if row["id"] == rule_id)
    facts = [
        [Fact(subject, True, False, states, regions)]
        for states in ({}, {"months": 6})
        for regions in (frozenset(), frozenset({"lower_limb"}))
    ]
    uses = [Use(frozenset({rule_id.partition(".")[0]}), frozenset({region})) for region in ("lumbar", "lower_limb")]
    assert any(engine(rules, f, u, 40, "") != expected(ROWS, f, u, 40, "") for f in facts for u in uses)
