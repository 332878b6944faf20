import datetime

import pytest

from clinic.charting.kinds.parameters import (
    check,
    describe,
    read_common_parameters,
    read_kinds,
    rules_checked_elsewhere,
    treatment_slugs,
    unfinished,
)

KINDS = read_kinds()

ULTRASOUND = {
    "frequency_mhz": 1,
    "intensity": 1.0,
    "duty_percent": 50,
    "minutes": 8,
    "site": "low_back",
    "side": "left",
    "response": "same",
    "skin_pre": "clear",
    "skin_post": "pink",
}
NEEDLING = {
    "points": ["trapezius_upper"],
    "needles_in": 4,
    "needles_out": 4,
    "minutes": 10,
    "reaction": "none",
    "consent_id": 17,
}
ESTIM = {
    "mode": "tens_conventional",
    "frequency_hz": 100,
    "pulse_us": 100,
    "intensity_felt": "sensory",
    "minutes": 15,
    "pad_count": 4,
    "site": "low_back",
    "side": "both",
    "attended": "no",
    "skin_pre": "clear",
    "skin_post": "clear",
}
TRACTION = {
    "region": "lumbar",
    "force": 60,
    "mode": "static",
    "minutes": 10,
    "position": "supine",
    "response": "better",
}
ADJUSTMENT = {
    "segments": ["L4", "L5"],
    "listing": "L5 right rotation",
    "technique": "diversified_hvla",
    "position": "side_left",
    "response": "better",
    "reaction": "none",
}
COLLAR = {"wear_hours": 4, "review_date": "2030-05-01", "wear_advice": "Take it off at night."}


def result(key, values, **options):
    checked = check(KINDS[key], values, **options)
    return checked.errors, checked.deviations


def without(values, *names):
    return {name: value for name, value in values.items() if name not in names}


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("ultrasound", ULTRASOUND),
        ("needling", NEEDLING),
        ("estim", ESTIM),
        ("traction", TRACTION),
        ("adjustment", ADJUSTMENT),
        ("soft_collar", COLLAR),
    ],
)
def test_a_complete_record_within_its_ranges_passes(key, values):
    assert result(key, values) == ({}, {})


def test_there_are_fifteen_kinds_and_six_common_parameters():
    assert (len(KINDS), len(read_common_parameters())) == (15, 6)


@pytest.mark.parametrize("key", KINDS)
def test_an_empty_draft_is_accepted_and_an_empty_record_names_what_is_missing(key):
    required = {p["name"] for p in KINDS[key]["parameters"] if p["required"] and not p.get("shown_when")}
    assert result(key, {}, draft=True) == ({}, {})
    errors, deviations = result(key, {})
    assert ({name for name, text in errors.items() if text.endswith("is required.")}, deviations) == (required, {})


def test_zero_is_a_value_and_not_missing():
    exercise = {"exercise": "bridge", "sets": 2, "reps": 10, "hold_s": 0, "load": "body weight", "minutes": 10}
    assert result("exercise", exercise) == ({}, {})


@pytest.mark.parametrize(
    ("key", "values", "name", "message"),
    [
        ("ultrasound", {"minutes": "eight"}, "minutes", "Enter a number."),
        ("ultrasound", {"minutes": True}, "minutes", "Enter a number."),
        ("ultrasound", {"minutes": float("nan")}, "minutes", "Enter a number."),
        ("ultrasound", {"frequency_mhz": 2}, "frequency_mhz", "Choose one of: 1, 3."),
        ("ultrasound", {"frequency_mhz": True}, "frequency_mhz", "Choose one of: 1, 3."),
        ("ultrasound", {"side": "up"}, "side", "Choose one of: left, right, both, midline."),
        ("ultrasound", {"site": "  "}, "site", "Enter a text."),
        ("estim", {"pad_count": 2.5}, "pad_count", "Enter a whole number."),
        ("needling", {"points": []}, None, None),
        ("needling", {"points": "trapezius"}, "points", "Choose from the list, each entry once."),
        ("needling", {"points": ["a", "a"]}, "points", "Choose from the list, each entry once."),
        ("manual_therapy", {"regions": ["tail"]}, "regions", "Choose from the list, each entry once."),
        ("soft_collar", {"review_date": "soon"}, "review_date", "Enter a date."),
        ("ultrasound", {"colour": "blue"}, "colour", "colour is not a field of this treatment."),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(key, values, name, message):
    assert result(key, values, draft=True) == ({name: message} if name else {}, {})


@pytest.mark.parametrize("value", [1, 3, "1", "3"])
def test_a_choice_may_come_from_a_form_as_text(value):
    assert result("ultrasound", {"frequency_mhz": value}, draft=True) == ({}, {})


def test_a_number_of_four_hundred_figures_is_no_number():
    """No scale reaches it, and comparing it would be an error of the machine."""
    errors = check(KINDS["ultrasound"], ULTRASOUND | {"minutes": 10**400}).errors
    assert list(errors) == ["minutes"]


def test_a_date_may_be_a_date():
    assert result("soft_collar", {"review_date": datetime.date(2030, 5, 1)}, draft=True) == ({}, {})


@pytest.mark.parametrize(
    ("key", "values", "expected"),
    [
        ("ultrasound", {"head_era": 0.1}, {}),
        ("ultrasound", {"head_era": 0.05}, {"head_era": "Enter at least 0.1 cm²."}),
        ("ultrasound", {"area": 0}, {"area": "Enter at least 1 cm²."}),
        ("trigger_point", {"grade": 4}, {}),
        ("trigger_point", {"grade": 5}, {"grade": "Enter 0 to 4."}),
        ("trigger_point", {"grade": -1}, {"grade": "Enter 0 to 4."}),
        ("needling", {"needles_in": 0}, {"needles_in": "Enter at least 1."}),
        ("ultrasound", {"minutes": -5}, {"minutes": "Enter at least 0 min."}),
        ("ultrasound", {"intensity": -1}, {"intensity": "Enter at least 0.0 W/cm²."}),
    ],
)
def test_a_value_outside_a_hard_range_is_refused_with_its_unit_even_in_a_draft(key, values, expected):
    assert result(key, values, draft=True) == (expected, {})


def test_a_value_outside_a_soft_range_needs_a_reason():
    high = ULTRASOUND | {"intensity": 2.5}
    usual = {"intensity": "Intensity 2.5 W/cm²: usual is 0.1 to 2.0 W/cm²."}
    assert result("ultrasound", high) == ({"deviation_reason": "Give the reason for the unusual value."}, usual)
    assert result("ultrasound", high, draft=True) == ({}, usual)
    assert result("ultrasound", high | {"deviation_reason": "Thick tissue."}) == ({}, usual)


@pytest.mark.parametrize(
    ("phase", "duty", "deviations"),
    [
        ("acute", 25, {}),
        ("acute", 26, {"duty_percent": "Duty cycle 26 %: usual is 20 to 25 %."}),
        ("subacute", 33, {}),
        ("subacute", 51, {"duty_percent": "Duty cycle 51 %: usual is 33 to 50 %."}),
        ("chronic", 100, {}),
        ("chronic", 49, {"duty_percent": "Duty cycle 49 %: usual is 50 to 100 %."}),
        ("", 26, {}),
    ],
)
def test_the_phase_narrows_the_usual_duty_cycle(phase, duty, deviations):
    assert result("ultrasound", {"duty_percent": duty}, phase=phase, draft=True) == ({}, deviations)


def test_the_mode_of_the_same_record_narrows_the_usual_frequency():
    low = {"mode": "tens_low_rate", "frequency_hz": 80}
    assert result("estim", low, draft=True) == ({}, {"frequency_hz": "Frequency 80 Hz: usual is 1 to 5 Hz."})
    assert result("estim", low | {"mode": "hvpc"}, draft=True) == ({}, {})


def test_the_most_specific_range_wins_over_one_listed_earlier():
    parameter = {
        **KINDS["heat"]["parameters"][3],
        "soft_ranges_when": [
            {"when": "phase=='acute'", "min": 10, "max": 12},
            {"when": "phase=='acute' and heat_type=='infrared'", "min": 13, "max": 15},
        ],
    }
    kind = {"parameters": [parameter]}
    assert check(kind, {"minutes": 14, "heat_type": "infrared"}, phase="acute").deviations == {}
    assert check(kind, {"minutes": 14}, phase="acute").deviations == {
        "minutes": "Minutes 14 min: usual is 10 to 12 min."
    }


def test_lumbar_traction_is_measured_by_body_weight_when_it_is_known():
    strong = {"region": "lumbar", "force": 90}
    expected = {"force": "Force 90 lb: usual is 40 to 80 lb."}
    assert result("traction", strong, draft=True, context={"body_weight_lb": 160}) == ({}, expected)
    assert result("traction", strong, draft=True) == ({}, {})


def test_neck_traction_keeps_the_lower_bound_that_its_range_does_not_name():
    assert result("traction", {"region": "cervical", "force": 26}, draft=True) == (
        {},
        {"force": "Force 26 lb: usual is 1 to 25 lb."},
    )


def test_the_first_traction_is_short():
    long = {"minutes": 20}
    assert result("traction", long, draft=True, context={"first_session": True}) == (
        {},
        {"minutes": "Minutes 20 min: usual is 5 to 10 min."},
    )
    assert result("traction", long, draft=True, context={"first_session": False, "later_session": True}) == ({}, {})


def test_a_field_that_is_not_shown_is_not_required():
    hold = next(p for p in KINDS["traction"]["parameters"] if p["name"] == "hold_s")
    kind = {"parameters": [{**hold, "required": True}]}
    assert check(kind, {}, context={"mode": "static"}).errors == {}
    assert check(kind, {}, context={"mode": "intermittent"}).errors == {"hold_s": "Hold time is required."}


NEEDLES = "The count in must equal the count out before the note can be saved."


def test_as_many_needles_come_out_as_went_in():
    """R24; while the note is a draft some are still in."""
    assert result("needling", NEEDLING | {"needles_out": 3}) == ({"needles_in": NEEDLES}, {})
    assert result("needling", NEEDLING | {"needles_out": 3}, draft=True) == ({}, {})


def test_needles_still_in_may_be_kept_as_a_draft_only():
    still_in = without(NEEDLING, "needles_out")
    assert result("needling", still_in, draft=True) == ({}, {})
    assert result("needling", still_in) == ({"needles_out": "Needles out is required."}, {})


@pytest.mark.parametrize(
    ("key", "values", "points"),
    [
        ("needling", NEEDLING, {}),
        ("needling", NEEDLING | {"needles_out": 3}, {"needles_in": NEEDLES}),
        ("needling", NEEDLING | {"needles_out": None}, {"needles_in": NEEDLES}),
        ("needling", {}, {"needles_in": NEEDLES}),
        ("soft_collar", COLLAR, {}),
        ("soft_collar", {"wear_hours": 4}, {"review_date": "Set a review date after today."}),
        ("heat", {}, {}),
        ("heat", {"sensation_tested": "no"}, {"sensation_tested": "Test heat feeling at the site first."}),
        ("estim", {"mode": "ifc"}, {}),
        ("massage", {}, {}),
    ],
)
def test_a_note_is_not_signed_with_a_broken_rule_a_missing_count_or_a_missing_day(key, values, points):
    """Other values that are open stay open: the clinician signs what was noted."""
    assert unfinished(KINDS[key], values, context={"visit_date": "2030-04-30"}) == points


def test_a_draft_cannot_wait_for_a_count_that_its_kind_does_not_ask_for():
    message = {"method": "Use the needling item: the count in must equal the count out."}
    assert result("trigger_point", {"method": "needle"}, draft=True) == (message, {})


def test_a_needle_at_a_trigger_point_belongs_on_the_needling_item():
    record = {
        "muscle": "trapezius_upper",
        "side": "left",
        "referral": "none",
        "seconds": 60,
        "grade": 2,
        "response": "same",
    }
    assert result("trigger_point", record | {"method": "press"}) == ({}, {})
    assert result("trigger_point", record | {"method": "needle"}) == (
        {"method": "Use the needling item: the count in must equal the count out."},
        {},
    )


def test_current_needs_its_intensity_in_one_of_two_ways():
    bare = without(ESTIM, "intensity_felt")
    assert result("estim", bare) == ({"intensity_ma": "Give the intensity in mA or as a felt level."}, {})
    assert result("estim", bare, draft=True) == ({}, {})
    assert result("estim", bare | {"intensity_ma": 12}) == ({}, {})


def test_unattended_current_is_one_unit_when_the_units_are_known():
    message = {"attended": "Unattended current is one unit per visit."}
    assert result("estim", ESTIM, context={"units": 2}) == (message, {})
    assert result("estim", ESTIM, context={"units": 1}) == ({}, {})
    assert result("estim", ESTIM | {"attended": "yes"}, context={"units": 2}) == ({}, {})


@pytest.mark.parametrize("draft", [True, False])
def test_heat_needs_a_tested_feeling_for_heat(draft):
    heat = {"heat_type": "moist_pack", "site": "low_back", "side": "both", "minutes": 15}
    heat |= {"skin_pre": "clear", "skin_post": "pink"}
    assert result("heat", heat | {"sensation_tested": "no"}, draft=draft) == (
        {"sensation_tested": "Test heat feeling at the site first."},
        {},
    )
    assert result("heat", heat | {"sensation_tested": "yes"}, draft=draft) == ({}, {})


def test_a_collar_is_reviewed_after_the_visit():
    message = {"review_date": "Set a review date after today."}
    assert result("soft_collar", COLLAR, context={"visit_date": "2030-05-01"}) == (message, {})
    assert result("soft_collar", COLLAR, context={"visit_date": "2030-04-30"}) == ({}, {})


@pytest.mark.parametrize(("area", "unusual"), [(80, False), (54, False), (53, True), (160, False), (161, True)])
def test_minutes_of_ultrasound_fit_the_treated_area(area, unusual):
    message = {"minutes": "Minutes and area do not match the 1 minute per 10 cm2 guide."}
    assert result("ultrasound", {"minutes": 8, "area": area}, draft=True) == ({}, message if unusual else {})


def test_common_fields_pass_unchecked_unless_the_kind_carries_them():
    assert result("ultrasound", ULTRASOUND | {"indication": "Spasm"}) == ({}, {})
    kind = KINDS["ultrasound"] | {"common_parameters": read_common_parameters()}
    assert check(kind, ULTRASOUND).errors == {
        "performed_by": "Done by is required.",
        "indication": "Why it is used is required.",
    }


def test_rules_that_ask_for_more_than_the_record_are_named():
    named = {key: rules_checked_elsewhere(kind) for key, kind in KINDS.items() if rules_checked_elsewhere(kind)}
    codes_differ = "regions - adjustment_regions is not empty and diagnosis_pointer differs and technique and minutes"
    assert named == {
        "adjustment": ["part_count>=2 and (part_a or part_r)", "bp_recorded and cranial_nerves_recorded"],
        "ultrasound": ["not_improved_after_sessions<6"],
        "estim": ["attended=='yes' or units<=1"],
        "massage": [codes_differ, "pressure=='light'"],
        "manual_therapy": [codes_differ],
        "traction": ["stopped"],
        "needling": ["not has(pacemaker)"],
        "soft_collar": ["review_date>visit_date"],
        "applied_kinesiology": ["not linked_to_diagnosis"],
        "neuro_reeducation": ["region not in adjustment_regions and diagnosis_pointer differs and minutes"],
    }


@pytest.mark.parametrize(
    ("key", "values", "slugs"),
    [
        ("adjustment", {"technique": "diversified_hvla"}, {"smt_hvla"}),
        ("adjustment", {"technique": "drop"}, {"smt_hvla"}),
        ("adjustment", {"technique": "instrument"}, {"smt_low_force"}),
        ("adjustment", {}, {"smt_hvla", "smt_low_force"}),
        ("trigger_point", {"method": "press"}, {"massage"}),
        ("trigger_point", {"method": "needle"}, {"massage", "needling"}),
        ("trigger_point", {"method": "spray"}, {"massage", "ice"}),
        ("manual_therapy", {"grade": "V", "technique": "manual_traction"}, {"massage", "smt_hvla", "traction"}),
        ("manual_therapy", {"technique": "joint_mobilisation"}, {"massage", "smt_low_force"}),
        ("needling", {"stimulation": "electric"}, {"needling", "electro_needling"}),
        ("needling", {"stimulation": "manual"}, {"needling"}),
        ("neuro_reeducation", {}, {"exercise"}),
        ("other", {}, set()),
    ],
)
def test_a_treatment_stands_in_the_table_under_the_names_of_its_use(key, values, slugs):
    assert treatment_slugs(KINDS[key], values) == frozenset(slugs)


@pytest.mark.parametrize(
    ("key", "values", "line"),
    [
        ("ultrasound", ULTRASOUND, "1 MHz, 1.0 W/cm², 50 %, 8 min"),
        ("ultrasound", {"frequency_mhz": "3", "intensity": 0.25, "minutes": 8.0}, "3 MHz, 0.25 W/cm², 8 min"),
        ("ultrasound", {"area": 80}, "treated area 80 cm²"),
        ("estim", ESTIM, "tens conventional, 100 Hz, 100 µs, sensory, 15 min, number of pads 4"),
        ("adjustment", ADJUSTMENT, "L4, L5, diversified hvla, side left"),
        ("needling", NEEDLING, "trapezius upper, needles in 4, needles out 4, 10 min"),
        ("exercise", {"exercise": "bridge", "sets": 2, "reps": 10, "hold_s": 5}, "bridge, sets 2, reps 10, 5 s"),
        ("ultrasound", {}, ""),
    ],
)
def test_a_treatment_is_told_in_one_short_line(key, values, line):
    assert describe(KINDS[key], values) == line
