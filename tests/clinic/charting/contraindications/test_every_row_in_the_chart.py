"""Rows of every sort speak in a real chart: by settings a treatment form takes and by what a chart holds.

Where the tests of the engine hand over facts and settings, these write rows of the chart and let the check read them:
one row of each sort (trigger, scope, treatment), and all those that speak of a site, a setting, an age or a consent.
"""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from clinic.anatomy import sites
from clinic.charting import safety
from clinic.charting.kinds import parameters
from clinic.charting.models import Contraindication
from patients.models import Condition, Consent, ConsentText
from tests import make
from tests.clinic.charting.contraindications.rule_cases import ROWS, inside

FORMS = {
    "smt_hvla": ("adjustment", {"technique": "diversified_hvla"}),
    "smt_low_force": ("adjustment", {"technique": "low_force"}),
    "needling": ("needling", {"stimulation": "manual"}),
    "electro_needling": ("needling", {"stimulation": "electric"}),
}
# What a form records where a row speaks of a setting.
SETTINGS = {
    "electrode_site=anterior_neck": {"site": "anterior_neck"},
    "electrode_site=carotid_sinus": {"site": "carotid_sinus"},
    "electrode_site=eye": {"site": "eye"},
    "electrode_path=transcranial": {"site": "cranium"},
    "electrode_path=transthoracic": {"site": "heart"},
    "use=routine": {},
    "use=prolonged": {"review_date": str(timezone.localdate() + timedelta(days=60))},
}
# Rows that no chart can make speak yet: the needling form names muscles and not skin sites, and nobody records that
# a person is unable to consent. They wait in the table.
NO_WAY_YET = {
    "needling.nipple",
    "needling.umbilicus",
    "needling.genitalia",
    "needling.infant_fontanelle",
    "smt_hvla.consent_unable",
    "smt_low_force.consent_unable",
    "needling.consent_unable",
}


def sort_of(row):
    single = row["trigger"] not in ("condition", "sign")
    return (row["trigger"], row["scope"], row["treatment"], row["unknown_site"], row["id"] if single else "")


SAMPLE = [row for row in {sort_of(row): row for row in reversed(ROWS)}.values() if row["id"] not in NO_WAY_YET]


def kind_and_values(row):
    slug, values = FORMS.get(row["treatment"], (row["treatment"], {}))
    if row["trigger"] == "parameter":
        values = {**values, **SETTINGS[row["subject"]]}
    if row["trigger"] == "site" and row["treatment"] == "ultrasound":
        values = {**values, "site": row["subject"]}
    if "site=" in row["subject"] and row["trigger"] == "age":
        values = {**values, "site": row["subject"].partition("site=")[2]}
    return make.treatment_kind(slug), values


def fill_chart(row):
    """A patient of whom the row must speak."""
    if row["trigger"] == "age":
        patient = make.patient(birth_date=born({"<": 10, ">": 60}[row["subject"][3]]))
        if "condition=" in row["subject"]:
            make.condition(patient, row["subject"].partition("condition=")[2])
        return patient
    patient = make.patient(birth_date=born(40))
    if row["trigger"] == "consent":
        text = ConsentText.objects.create(kind="treatment", version=90, title="Care", body="Text", source="own")
        Consent.objects.create(patient=patient, text=text, is_given=False)
    if row["trigger"] in ("condition", "sign"):
        place = next(site.slug for site in sites.SITES if site.region == inside(row))
        make.condition(patient, row["subject"], site="" if row["scope"] in ("global", "region") else place)
    return patient


def born(age):
    return date(timezone.localdate().year - age - 1, 1, 1)


def heard(row, patient):
    kind, values = kind_and_values(row)
    assert parameters.check(kind.definition, values, draft=True).errors == {}
    told = safety.check(patient, kind, values, regions=[inside(row)])
    return next((caution.level for caution in told.warnings if caution.rule == row["id"]), "")


@pytest.mark.parametrize("row", SAMPLE, ids=[row["id"] for row in SAMPLE])
def test_a_row_speaks_in_the_chart_and_is_silent_once_its_subject_or_the_row_is_gone(clinic, row):
    patient = fill_chart(row)
    assert heard(row, patient) == row["level"]
    Contraindication.objects.filter(rule_id=row["id"]).update(is_enabled=False)
    assert heard(row, patient) == ""
    Contraindication.objects.filter(rule_id=row["id"]).update(is_enabled=True)
    if row["trigger"] in ("condition", "sign"):
        Condition.objects.update(entered_in_error_at=timezone.now())
        assert heard(row, patient) == ""
        type(patient).objects.update(deceased_on=timezone.localdate())
        Condition.objects.update(entered_in_error_at=None)
        patient.refresh_from_db()
        assert heard(row, patient) == ""


def test_every_sort_of_row_is_in_the_sample():
    assert {sort_of(row) for row in SAMPLE} == {sort_of(row) for row in ROWS if row["id"] not in NO_WAY_YET}
    assert len(SAMPLE) > 60
    assert {row["id"] for row in ROWS} >= NO_WAY_YET


def test_the_table_in_the_database_is_the_table_of_the_file(clinic):
    columns = ("treatment", "trigger", "subject", "level", "scope", "regions", "level_when", "unknown_site", "message")
    stored = {rule.rule_id: [getattr(rule, name) for name in columns] for rule in Contraindication.objects.all()}
    assert stored == {row["id"]: [row[name] for name in columns] for row in ROWS}


@pytest.mark.parametrize(
    ("site", "rules"),
    [
        ("neck", []),
        ("anterior_neck", ["estim.electrode_site_anterior_neck"]),
        ("carotid_sinus", ["estim.electrode_site_anterior_neck", "estim.electrode_site_carotid_sinus"]),
        ("head", []),
        ("jaw", []),
        ("chest", []),
        ("upper_back", []),
    ],
)
def test_pads_on_the_whole_are_not_pads_on_its_dangerous_part(clinic, site, rules):
    """Pads on the back of the neck are the commonest of all; only the front of it is forbidden."""
    told = safety.check(make.patient(), make.treatment_kind("estim"), {"site": site})
    assert sorted(caution.rule for caution in told.warnings) == rules


def test_a_site_of_no_region_counts_as_a_treatment_anywhere(clinic):
    """A bony point may lie on the belly: a pregnancy must not fall silent because the site has no region."""
    patient = make.patient()
    make.condition(patient, "pregnancy")
    told = safety.check(patient, make.treatment_kind("ultrasound"), {"site": "bony_prominence"})
    assert [(c.level, c.rule) for c in told.warnings] == [
        ("A", "ultrasound.pregnancy"),
        ("P", "ultrasound.bony_prominence"),
    ]


@pytest.mark.parametrize(
    ("review", "rules"),
    [("", ["soft_collar.use_routine"]), (7, []), (14, []), (15, ["soft_collar.use_prolonged"])],
)
def test_a_collar_wants_a_day_on_which_it_is_looked_at_again(clinic, review, rules):
    values = {"review_date": str(timezone.localdate() + timedelta(days=review))} if review else {}
    told = safety.check(make.patient(), make.treatment_kind("soft_collar"), values, regions=["cervical"])
    assert [caution.rule for caution in told.warnings] == rules
