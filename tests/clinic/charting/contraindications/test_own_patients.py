"""Patients with one thing each, and everything the rules say about treating them: at these places and at no other.

Each literal table is whole: a use or a region that is not named stays silent. A line reads: the use, the regions
(`everywhere` for all nine), the level and the rule. Judged against the clinical facts, section 3.
"""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from clinic.charting import safety
from clinic.charting.contraindications.known_facts import Known
from clinic.charting.models import Contraindication, TreatmentKind
from patients.models import Condition, Medication
from tests import make

REGIONS = ("head", "cervical", "thoracic", "lumbar", "sacral", "pelvic", "abdomen", "thorax", "limb")
# Every kind of treatment, and each way of giving it that the table tells apart: (kind, settings).
USES = {
    "thrust": ("adjustment", {"technique": "diversified_hvla"}),
    "drop": ("adjustment", {"technique": "drop"}),
    "instrument": ("adjustment", {"technique": "instrument"}),
    "adjustment, technique not chosen": ("adjustment", {}),
    "ultrasound": ("ultrasound", {}),
    "current": ("estim", {}),
    "massage": ("massage", {}),
    "trigger point, pressed": ("trigger_point", {"method": "press"}),
    "trigger point, sprayed": ("trigger_point", {"method": "spray"}),
    "trigger point, needled": ("trigger_point", {"method": "needle"}),
    "hands": ("manual_therapy", {"technique": "myofascial"}),
    "mobilisation": ("manual_therapy", {"technique": "joint_mobilisation", "grade": "III"}),
    "mobilisation, grade V": ("manual_therapy", {"technique": "joint_mobilisation", "grade": "V"}),
    "traction by hand": ("manual_therapy", {"technique": "manual_traction"}),
    "heat": ("heat", {}),
    "cold": ("ice", {}),
    "traction": ("traction", {}),
    "exercise": ("exercise", {}),
    "needles": ("needling", {"stimulation": "manual"}),
    "needles with current": ("needling", {"stimulation": "electric"}),
    "collar": ("soft_collar", {"review_date": "2026-01-01"}),
    "kinesiology": ("applied_kinesiology", {}),
    "balance": ("neuro_reeducation", {}),
    "other": ("other", {}),
}
# What the table says of anybody: a needle over the lung wants care.
ANYBODY = [
    ("needles", "thoracic thorax", "P needling.thorax_over_lung"),
    ("needles with current", "thoracic thorax", "P needling.thorax_over_lung"),
    ("trigger point, needled", "thoracic thorax", "P needling.thorax_over_lung"),
]


def told(patient):
    """The whole table of a patient: (use, regions, level and rule), sorted; what is silent is left out."""
    heard, known = {}, safety.known_of(patient)
    for name, (slug, values) in USES.items():
        kind = make.treatment_kind(slug)
        for region in REGIONS:
            for caution in safety.check(patient, kind, values, regions=[region], known=known).warnings:
                heard.setdefault((name, f"{caution.level} {caution.rule}"), []).append(region)
    lines = {
        (name, "everywhere" if len(regions) == len(REGIONS) else " ".join(regions), rule)
        for (name, rule), regions in heard.items()
    }
    return sorted(lines - set(ANYBODY))


def lines(text):
    """`use, use | regions | rule` as told() gives it."""
    rows = [[part.strip() for part in line.split("|")] for line in text.strip().splitlines()]
    return sorted((name.strip(), regions, rule) for names, regions, rule in rows for name in names.split(";"))


@pytest.fixture
def healthy(clinic):
    return make.patient("Nora", birth_date=date(1985, 5, 5), sex="F")


HANDS = """hands; massage; mobilisation; mobilisation, grade V; traction by hand; trigger point, needled;
trigger point, pressed; trigger point, sprayed""".replace("\n", " ")
THRUST = "adjustment, technique not chosen; drop; mobilisation, grade V; thrust"
LOW_FORCE = "adjustment, technique not chosen; instrument; mobilisation; mobilisation, grade V"
NEEDLES = "needles; needles with current; trigger point, needled"


def test_a_healthy_patient_is_warned_of_nothing_but_the_needle_over_the_lung(healthy):
    assert told(healthy) == []
    needled = safety.check(healthy, make.treatment_kind("needling"), {}, regions=["thoracic"])
    assert [(c.level, c.rule) for c in needled.warnings] == [("P", "needling.thorax_over_lung")]


def test_osteoporosis(healthy):
    make.condition(healthy, "osteoporosis")
    assert told(healthy) == lines(f"""
        {THRUST}                     | everywhere | R smt_hvla.osteoporosis
        {LOW_FORCE}                  | everywhere | P smt_low_force.osteoporosis
        {HANDS}                      | everywhere | R massage.osteoporosis
        traction; traction by hand   | everywhere | A traction.osteoporosis
    """)


def test_mild_osteoporosis_is_milder_for_traction_and_massage_only(healthy):
    make.condition(healthy, "osteoporosis", state={"severity": "mild"})
    assert told(healthy) == lines(f"""
        {THRUST}                     | everywhere | R smt_hvla.osteoporosis
        {LOW_FORCE}                  | everywhere | P smt_low_force.osteoporosis
        {HANDS}                      | everywhere | P massage.osteoporosis
        traction; traction by hand   | everywhere | P traction.osteoporosis
    """)


CANCER = """
    {THRUST}                      | everywhere | R smt_hvla.malignancy_active
    {LOW_FORCE}                   | everywhere | P smt_low_force.malignancy_active
    ultrasound                    | {WHERE} | A ultrasound.malignancy_active
    current                       | {WHERE} | A estim.malignancy_active
    {HANDS}                       | {WHERE} | A massage.malignancy_active
    heat                          | {WHERE} | A heat.malignancy_active
    cold; trigger point, sprayed  | {WHERE} | A ice.malignancy_active
    traction; traction by hand    | {WHERE} | A traction.malignancy_active
    {NEEDLES}                     | {WHERE} | A needling.malignancy_active
"""
WORDS = {"THRUST": THRUST, "LOW_FORCE": LOW_FORCE, "HANDS": HANDS, "NEEDLES": NEEDLES}


def test_active_cancer_at_a_known_site(healthy):
    make.condition(healthy, "malignancy_active", site="knee", side="left")
    assert told(healthy) == lines(CANCER.format(WHERE="limb", **WORDS))


def test_active_cancer_in_a_region_of_the_spine_is_blocked_there_and_wants_a_reason_elsewhere(healthy):
    make.condition(healthy, "malignancy_active", site="low_back")
    there = f"""{THRUST} | lumbar | A smt_hvla.malignancy_active.spine
        {LOW_FORCE} | lumbar | R smt_low_force.malignancy_active.spine"""
    assert told(healthy) == lines(CANCER.format(WHERE="lumbar", **WORDS).rstrip() + "\n" + there)
    adjustment, drop = make.treatment_kind("adjustment"), {"technique": "drop"}
    strictest = {r: safety.check(healthy, adjustment, drop, regions=[r]).strictest for r in ("lumbar", "cervical")}
    assert strictest == {"lumbar": "A", "cervical": "R"}


def test_active_cancer_at_an_unknown_site_counts_as_any_site(healthy):
    make.condition(healthy, "malignancy_active")
    assert told(healthy) == lines(CANCER.format(WHERE="everywhere", **WORDS))


@pytest.mark.parametrize(
    ("site", "side", "level"),
    [
        ("knee", "L", "A"),
        ("leg", "L", "A"),
        ("knee", "B", "A"),
        ("knee", "", "A"),
        ("knee", "R", ""),
        ("ankle", "L", ""),
    ],
)
def test_active_cancer_of_the_left_knee_leaves_the_right_one_and_the_ankle_free(healthy, site, side, level):
    make.condition(healthy, "malignancy_active", site="knee", side="left")
    warm = safety.check(healthy, make.treatment_kind("heat"), {"site": site}, regions=["limb"], side=side)
    assert warm.strictest == level


@pytest.mark.parametrize(
    "past",
    [{"code": "malignancy_active", "resolved_on": date(2015, 1, 1)}, {"code": "malignancy_history"}],
    ids=["a cancer that is over", "a cancer in the history"],
)
def test_past_cancer_wants_care_at_the_neck_and_a_reason_over_its_place(healthy, past):
    condition = make.condition(healthy, **past)
    neck = f"{THRUST} | cervical | P smt_hvla.malignancy_history"
    assert told(healthy) == lines(neck)
    Condition.objects.filter(pk=condition.pk).update(site="low_back")
    assert told(healthy) == lines(f"{neck}\n ultrasound | lumbar | R ultrasound.malignancy_history")


PREGNANT = """
    {THRUST}                     | lumbar pelvic | {P} smt_hvla.pregnancy
    ultrasound                   | lumbar sacral pelvic abdomen | {A} ultrasound.pregnancy
    current                      | thoracic lumbar sacral pelvic abdomen thorax | {A} estim.pregnancy
    current                      | everywhere | {P} estim.pregnancy.global
    needles with current         | thoracic lumbar sacral pelvic abdomen thorax | {A} electro_needling.pregnancy
    needles with current         | everywhere | {P} electro_needling.pregnancy.global
    {HANDS}                      | lumbar abdomen | {P} massage.pregnancy
    heat                         | lumbar abdomen | R heat.pregnancy
    traction; traction by hand   | lumbar | R traction.pregnancy
    {NEEDLES}                    | lumbar sacral pelvic abdomen | R needling.pregnancy
"""


@pytest.mark.parametrize("status", ["yes", "possible"])
def test_a_pregnancy_that_is_or_may_be(healthy, status):
    """R10: a possible one is told like a certain one: blocked or a reason on the trunk."""
    make.condition(healthy, "pregnancy", state={"status": status}, certainty="stated")
    assert told(healthy) == lines(PREGNANT.format(A="A", P="P", **WORDS))


def test_a_pregnancy_nobody_has_answered_about_wants_a_reason_at_the_same_places(healthy):
    """R27: not asked, skipped and not sure count as relative, neither as yes nor as no."""
    make.condition(healthy, "pregnancy", certainty="open")
    assert told(healthy) == lines(PREGNANT.format(A="R", P="R", **WORDS))


def test_a_past_pregnancy_speaks_of_nothing(healthy):
    make.condition(healthy, "pregnancy", resolved_on=date(2020, 1, 1))
    assert told(healthy) == []


def test_the_weeks_after_a_birth_want_care_with_thrusts(healthy):
    make.condition(healthy, "postpartum")
    assert told(healthy) == lines(f"{THRUST} | everywhere | P smt_hvla.postpartum")


ANTICOAGULANT = f"""
    {THRUST}      | everywhere | R smt_hvla.anticoagulant
    {LOW_FORCE}   | everywhere | P smt_low_force.anticoagulant
    {HANDS}       | everywhere | R massage.anticoagulant
    {NEEDLES}     | everywhere | R needling.anticoagulant
"""


def test_an_anticoagulant_that_the_chart_names(healthy):
    make.condition(healthy, "anticoagulant")
    assert told(healthy) == lines(ANTICOAGULANT)


@pytest.mark.parametrize("label", ["Warfarin 5 mg tablets", "apixaban, twice a day", "Enoxaparin injection"])
def test_an_anticoagulant_that_only_the_medicine_list_names(healthy, label):
    Medication.objects.create(patient=healthy, label=label)
    assert told(healthy) == lines(ANTICOAGULANT)


def test_a_pacemaker(healthy):
    """R9: current blocked anywhere, ultrasound on the chest; care with ultrasound elsewhere."""
    make.condition(healthy, "pacemaker")
    assert told(healthy) == lines("""
        current               | everywhere      | A estim.pacemaker
        needles with current  | everywhere      | A electro_needling.pacemaker
        ultrasound            | thoracic thorax | A ultrasound.pacemaker
        ultrasound            | everywhere      | P ultrasound.pacemaker.global
    """)


@pytest.mark.parametrize("device", ["drug_pump", "insulin_pump", "cochlear_implant"])
def test_a_device_that_current_may_disturb(healthy, device):
    make.condition(healthy, device)
    assert [line for line in told(healthy) if "current" in line[0]] == lines(f"""
        current               | everywhere | A estim.{device}
        needles with current  | everywhere | A electro_needling.{device}
    """)


@pytest.mark.parametrize(("state", "level"), [({}, "R"), ({"cleared": "yes"}, "P")])
@pytest.mark.parametrize("heart", ["arrhythmia", "heart_disease", "heart_failure"])
def test_a_heart_that_current_may_disturb(healthy, heart, state, level):
    make.condition(healthy, heart, state=state)
    assert [line for line in told(healthy) if "current" in line[0]] == lines(f"""
        current               | everywhere | {level} estim.{heart}
        needles with current  | everywhere | {level} electro_needling.{heart}
    """)


@pytest.mark.parametrize("code", ["fracture_recent", "joint_instability", "ligament_rupture"])
def test_a_collar_on_a_neck_that_may_not_hold_wants_a_reason(healthy, code):
    neck = make.condition(healthy, code, site="neck")
    worn, collar = {"review_date": timezone.localdate().isoformat()}, make.treatment_kind("soft_collar")
    [found] = safety.check(healthy, collar, worn, regions=["cervical"]).warnings
    assert (found.level, found.rule, found.alternative) == ("R", f"soft_collar.{code}", "immobilise and refer")
    Condition.objects.filter(pk=neck.pk).update(site="knee")
    assert safety.check(healthy, collar, worn, regions=["cervical"]).warnings == ()


def test_epilepsy(healthy):
    make.condition(healthy, "epilepsy")
    assert told(healthy) == lines(f"""
        current    | head cervical | A estim.epilepsy
        needles with current | head cervical | A electro_needling.epilepsy
        current    | everywhere    | R estim.epilepsy.global
        {NEEDLES}  | everywhere    | R needling.epilepsy
    """)


def test_the_deceased_are_warned_of_nothing(healthy):
    for code in ("osteoporosis", "malignancy_active", "pregnancy", "anticoagulant", "pacemaker", "epilepsy"):
        make.condition(healthy, code)
    Medication.objects.create(patient=healthy, label="Warfarin")
    assert len(told(healthy)) > 50
    healthy.deceased_on = timezone.localdate() - timedelta(days=1)
    healthy.save()
    assert told(healthy) == []
    assert safety.known_of(healthy) == Known()
    needled = safety.check(healthy, make.treatment_kind("needling"), {}, regions=["thoracic"])
    assert needled.warnings == ()


def test_the_tables_notice_a_row_that_was_switched_off(healthy):
    make.condition(healthy, "epilepsy")
    before = told(healthy)
    Contraindication.objects.filter(rule_id="estim.epilepsy").update(is_enabled=False)
    assert set(before) - set(told(healthy)) == {("current", "head cervical", "A estim.epilepsy")}


def test_every_kind_of_treatment_is_in_the_tables(healthy):
    assert {slug for slug, _values in USES.values()} == set(TreatmentKind.objects.values_list("slug", flat=True))
