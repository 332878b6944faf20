from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.charting.contraindications.rules import Fact, Use, evaluate, holds, read_rules, strictest

RULES = read_rules()
BY_ID = {rule.id: rule for rule in RULES}
STRICTNESS = {"N": 0, "P": 1, "R": 2, "A": 3}
ADULT = 40


def fact(code, *, history_counts=False, current=True, answered=True, site="", side="", regions=(), **states):
    return Fact(code, current, history_counts, states, frozenset(regions), site, side, answered)


def use(*treatments, regions=(), sites=(), side="", **parameters):
    return Use(frozenset(treatments), frozenset(regions), frozenset(sites), side, parameters)


def findings(facts, intended, *, age=ADULT, consent=""):
    return {finding.rule.id: finding.level for finding in evaluate(RULES, facts, intended, age=age, consent=consent)}


LUMBAR_THRUST = use("smt_hvla", regions=["lumbar"])
NECK_THRUST = use("smt_hvla", regions=["cervical"])


def test_without_facts_nothing_speaks_against_a_thrust():
    assert findings([], NECK_THRUST) == {}


@pytest.mark.parametrize("region", ["cervical", "lumbar", "lower_limb"])
def test_osteoporosis_asks_for_a_reason_for_a_thrust_anywhere(region):
    thrust = use("smt_hvla", regions=[region])
    assert findings([fact("osteoporosis")], thrust) == {"smt_hvla.osteoporosis": "R"}


def test_a_pacemaker_blocks_electrical_stimulation():
    assert findings([fact("pacemaker")], use("estim", regions=["lumbar"])) == {"estim.pacemaker": "A"}


def test_a_resolved_condition_counts_where_its_history_counts():
    osteoporosis = fact("osteoporosis", current=False, history_counts=True)
    assert findings([osteoporosis], LUMBAR_THRUST) == {"smt_hvla.osteoporosis": "R"}


def test_a_resolved_fracture_no_longer_counts():
    healed = fact("fracture_recent", current=False, regions=["lumbar"])
    assert findings([healed], LUMBAR_THRUST) == {}
    assert findings([replace(healed, current=True)], LUMBAR_THRUST) == {"smt_hvla.fracture_recent": "A"}


def test_a_fracture_at_an_unrecorded_place_counts_as_any_place():
    assert findings([fact("fracture_recent")], NECK_THRUST) == {"smt_hvla.fracture_recent": "A"}


def test_a_fracture_blocks_only_its_own_region():
    fracture = fact("fracture_recent", regions=["lumbar"])
    assert findings([fracture], NECK_THRUST) == {}
    assert findings([fracture], use("smt_hvla", regions=["cervical", "lumbar"])) == {"smt_hvla.fracture_recent": "A"}


def test_regions_limit_where_a_same_region_row_can_apply():
    crash = fact("trauma_recent", regions=["lumbar", "lower_limb"])
    assert findings([crash], LUMBAR_THRUST) == {"smt_hvla.trauma_recent.same_region": "R"}
    assert findings([crash], use("smt_hvla", regions=["lower_limb"])) == {}


def test_a_region_row_asks_where_the_treatment_is_not_where_the_condition_is():
    aneurysm = fact("aneurysm_aortic", regions=["abdomen"])
    assert findings([aneurysm], LUMBAR_THRUST) == {"smt_hvla.aneurysm_aortic": "A"}
    assert findings([aneurysm], NECK_THRUST) == {}


def test_a_treatment_without_a_recorded_place_counts_as_given_anywhere():
    pregnancy = fact("pregnancy")
    assert findings([pregnancy], use("ultrasound")) == {"ultrasound.pregnancy": "A"}
    assert findings([pregnancy], use("ultrasound", regions=["upper_limb"])) == {}


@pytest.mark.parametrize(
    ("recorded", "treated", "level"),
    [
        ("left", "left", "A"),
        ("left", "both", "A"),
        ("both", "right", "A"),
        ("", "right", "A"),
        ("left", "", "A"),
        ("midline", "left", "A"),
        ("left", "right", "N"),
        ("right", "left", "N"),
    ],
)
def test_a_wound_blocks_stimulation_where_site_and_side_overlap(recorded, treated, level):
    wound = fact("open_wound", site="knee", side=recorded, regions=["lower_limb"])
    intended = use("estim", regions=["lower_limb"], sites=["knee"], side=treated)
    assert strictest(evaluate(RULES, [wound], intended, age=ADULT)) == level


def test_a_wound_at_another_site_of_the_region_does_not_count():
    wound = fact("open_wound", site="knee", side="left", regions=["lower_limb"])
    assert findings([wound], use("estim", regions=["lower_limb"], sites=["ankle"], side="left")) == {}


def test_regions_decide_when_a_site_is_missing_on_either_side():
    wound = fact("open_wound", site="knee", regions=["lower_limb"])
    assert findings([wound], use("estim", regions=["lower_limb"])) == {"estim.open_wound": "A"}
    assert findings([wound], use("estim", regions=["lumbar"])) == {}
    unplaced = replace(wound, site="")
    assert findings([unplaced], use("estim", regions=["lower_limb"], sites=["ankle"])) == {"estim.open_wound": "A"}


def test_a_site_that_only_names_a_region_is_compared_as_a_region():
    wound = fact("open_wound", site="lumbar")
    assert findings([wound], use("estim", regions=["lumbar"], sites=["l4_l5"])) == {"estim.open_wound": "A"}
    assert findings([wound], use("estim", regions=["cervical"], sites=["c5"])) == {}


def test_a_clot_without_a_site_counts_in_every_limb_and_only_there():
    clot = fact("dvt")
    assert findings([clot], use("massage", regions=["lower_limb"])) == {"massage.dvt": "A"}
    assert findings([clot], use("massage", regions=["lumbar"])) == {}


def test_an_arm_is_not_a_leg_though_both_are_limbs():
    clot = fact("dvt", regions=["lower_limb"])
    assert findings([clot], use("massage", regions=["upper_limb"])) == {}
    assert findings([replace(clot, regions=frozenset({"limb"}))], use("massage", regions=["upper_limb"])) == {
        "massage.dvt": "A"
    }


def test_the_rib_cage_belongs_to_the_chest():
    found = findings([fact("breast_implant")], use("ultrasound", regions=["rib_cage"]))
    assert found == {"ultrasound.breast_implant": "A"}


def test_past_cancer_waits_for_a_recorded_place_before_it_warns_of_ultrasound():
    past = fact("malignancy_history", current=False, history_counts=True)
    intended = use("ultrasound", regions=["lower_limb"], sites=["knee"])
    assert findings([past], intended) == {}
    assert findings([replace(past, site="knee")], intended) == {"ultrasound.malignancy_history": "R"}


def test_present_cancer_at_an_unrecorded_place_blocks_ultrasound_everywhere():
    found = findings([fact("malignancy_active")], use("ultrasound", regions=["lower_limb"], sites=["knee"]))
    assert found == {"ultrasound.malignancy_active": "A"}


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ({}, {"smt_hvla.fracture_old": "R"}),
        ({"stability": "unstable"}, {"smt_hvla.fracture_old": "A"}),
        ({"stability": "stable"}, {}),
        ({"stability": "guessed"}, {"smt_hvla.fracture_old": "R"}),
    ],
)
def test_the_recorded_state_of_an_old_fracture_sets_the_level(states, expected):
    assert findings([fact("fracture_old", regions=["lumbar"], **states)], LUMBAR_THRUST) == expected


def test_the_first_matching_state_wins():
    fused = fact("ankylosing_spondylitis", activity="quiet", fused="yes", regions=["lumbar"])
    assert findings([fused], LUMBAR_THRUST) == {"smt_hvla.ankylosing_spondylitis": "A"}
    free = fact("ankylosing_spondylitis", activity="quiet", fused="no", regions=["lumbar"])
    assert findings([free], LUMBAR_THRUST) == {"smt_hvla.ankylosing_spondylitis": "R"}


@pytest.mark.parametrize(("hours", "level"), [(71, "A"), (72, "P"), ("100", "P"), (None, "A"), ("many", "A")])
def test_an_injury_is_fresh_for_72_hours(hours, level):
    injury = fact("acute_injury", regions=["lumbar"], hours=hours)
    assert findings([injury], use("heat", regions=["lumbar"])) == {"heat.acute_injury": level}


@pytest.mark.parametrize(("value", "expected"), [("yes", True), (True, True), (False, False), ("", False)])
def test_a_tick_counts_as_yes(value, expected):
    assert holds("examined=yes", {"examined": value}) is expected


def test_an_open_question_on_pregnancy_counts_as_r_for_ultrasound_on_the_low_back():
    asked = fact("pregnancy", current=False, answered=False)
    [finding] = evaluate(RULES, [asked], use("ultrasound", regions=["lumbar"]), age=ADULT)
    assert (finding.rule.id, finding.level, finding.unanswered, finding.fact) == (
        "ultrasound.pregnancy",
        "R",
        True,
        asked,
    )
    assert findings([asked], use("ultrasound", regions=["upper_limb"])) == {}


def test_an_open_question_counts_as_r_for_a_precaution_too():
    open_question = fact("pregnancy", answered=False)
    assert findings([open_question], LUMBAR_THRUST) == {"smt_hvla.pregnancy": "R"}


def test_needling_rows_apply_to_electric_needling():
    facts = [fact("anticoagulant"), fact("pacemaker")]
    assert findings(facts, use("electro_needling", regions=["lumbar"])) == {
        "electro_needling.pacemaker": "A",
        "needling.anticoagulant": "R",
    }


def test_electric_rows_do_not_apply_to_plain_needling():
    assert findings([fact("pacemaker")], use("needling", regions=["lumbar"])) == {}


@pytest.mark.parametrize(("site", "level"), [("eye", "A"), ("bony_prominence", "P")])
def test_some_sites_speak_against_ultrasound_by_themselves(site, level):
    assert findings([], use("ultrasound", regions=["head"], sites=[site])) == {f"ultrasound.{site}": level}


def test_a_pad_on_the_front_of_the_neck_is_blocked_as_parameter_and_as_site():
    expected = {"estim.electrode_site_anterior_neck": "A"}
    assert findings([], use("estim", regions=["cervical"], electrode_site="anterior_neck")) == expected
    assert findings([], use("estim", regions=["cervical"], sites=["anterior_neck"])) == expected
    assert findings([], use("estim", regions=["cervical"], electrode_site="shoulder")) == {}


def test_a_current_through_the_chest_is_blocked_on_the_chest():
    assert findings([], use("estim", regions=["thoracic"], electrode_path="transthoracic")) == {
        "estim.electrode_path_transthoracic": "A"
    }
    assert findings([], use("estim", regions=["lumbar"], electrode_path="transthoracic")) == {}


@pytest.mark.parametrize(("age", "expected"), [(12, {"ice.age_le_12": "R"}), (13, {}), (None, {"ice.age_le_12": "R"})])
def test_cold_needs_a_reason_up_to_12_years_and_while_the_age_is_unknown(age, expected):
    assert findings([], use("ice", regions=["lumbar"]), age=age) == expected


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (17, {"smt_hvla.age_lt_18_condition_first_sudden_episode": "P"}),
        (18, {}),
        (55, {}),
        (56, {"smt_hvla.age_gt_55_condition_first_sudden_episode": "P"}),
        (
            None,
            {
                "smt_hvla.age_lt_18_condition_first_sudden_episode": "R",
                "smt_hvla.age_gt_55_condition_first_sudden_episode": "R",
            },
        ),
    ],
)
def test_a_first_sudden_episode_counts_at_unusual_ages(age, expected):
    assert findings([fact("first_sudden_episode")], NECK_THRUST, age=age) == expected
    assert findings([], NECK_THRUST, age=age) == {}


def test_a_first_sudden_episode_counts_as_r_while_it_is_an_open_question_and_not_once_it_is_over():
    rule = "smt_hvla.age_lt_18_condition_first_sudden_episode"
    assert findings([fact("first_sudden_episode", answered=False)], NECK_THRUST, age=17) == {rule: "R"}
    assert findings([fact("first_sudden_episode", current=False)], NECK_THRUST, age=17) == {}


@pytest.mark.parametrize(("age", "sites", "level"), [(17, ["growth_plate"], "A"), (18, ["growth_plate"], "N")])
def test_growing_bone_is_not_treated_with_ultrasound(age, sites, level):
    intended = use("ultrasound", regions=["lower_limb"], sites=sites)
    assert strictest(evaluate(RULES, [], intended, age=age)) == level
    elsewhere = replace(intended, sites=frozenset({"calf"}))
    assert strictest(evaluate(RULES, [], elsewhere, age=age)) == "N"


@pytest.mark.parametrize(
    ("consent", "expected"),
    [("refused", {"smt_hvla.consent_refused": "A"}), ("unable", {"smt_hvla.consent_unable": "A"}), ("", {})],
)
def test_a_thrust_needs_consent(consent, expected):
    assert findings([], LUMBAR_THRUST, consent=consent) == expected


def test_findings_stand_strictest_first():
    facts = [fact("osteopenia"), fact("osteoporosis"), fact("cauda_equina")]
    found = evaluate(RULES, facts, LUMBAR_THRUST, age=ADULT)
    assert [finding.level for finding in found] == ["A", "R", "P"]
    assert strictest(found) == "A"


def test_a_rule_that_two_facts_fire_is_reported_once_at_its_strictest():
    unknown = fact("fracture_old", regions=["lumbar"])
    unstable = fact("fracture_old", stability="unstable", regions=["lumbar"])
    for facts in ([unknown, unstable], [unstable, unknown]):
        [finding] = evaluate(RULES, facts, LUMBAR_THRUST, age=ADULT)
        assert (finding.level, finding.fact) == ("A", unstable)


def test_nothing_found_is_no_alert():
    assert strictest([]) == "N"


places = st.frozensets(st.sampled_from(["cervical", "lumbar", "lower_limb", "thoracic", "rib_cage"]), max_size=2)
sides = st.sampled_from(["", "left", "right", "both", "midline"])
any_fact = st.builds(
    Fact,
    code=st.sampled_from(sorted({rule.subject for rule in RULES if rule.trigger in {"condition", "sign"}})),
    current=st.booleans(),
    history_counts=st.booleans(),
    states=st.dictionaries(
        st.sampled_from(["stability", "activity", "control", "severity", "hours"]),
        st.sampled_from(["stable", "unstable", "quiet", "resolved", "uncontrolled", "mild", 80]),
        max_size=2,
    ),
    regions=places,
    site=st.sampled_from(["", "knee", "low_back"]),
    side=sides,
    answered=st.booleans(),
)
any_use = st.builds(
    Use,
    treatments=st.frozensets(st.sampled_from(sorted({rule.treatment for rule in RULES})), min_size=1, max_size=3),
    regions=places,
    sites=st.frozensets(st.sampled_from(["knee", "low_back", "eye"]), max_size=2),
    side=sides,
)


@given(st.lists(any_fact, max_size=4), any_fact, any_use, st.one_of(st.none(), st.integers(0, 100)))
def test_one_more_fact_never_makes_the_strictest_level_milder(facts, one_more, intended, age):
    before = strictest(evaluate(RULES, facts, intended, age=age))
    after = strictest(evaluate(RULES, [*facts, one_more], intended, age=age))
    assert STRICTNESS[after] >= STRICTNESS[before]


@pytest.mark.parametrize("rule_id", [r.id for r in RULES if r.trigger in {"condition", "sign"}])
def test_every_condition_row_fires_at_its_level_when_only_the_condition_and_its_place_are_known(rule_id):
    rule = BY_ID[rule_id]
    region = min(rule.regions, default="lumbar")
    recorded = fact(rule.subject, regions=[region])
    assert findings([recorded], use(rule.treatment, regions=[region]))[rule_id] == rule.level
