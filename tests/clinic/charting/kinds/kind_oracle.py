"""What each shipped kind asks for and where its usual ranges end, written by hand from facts 4.4 and 4.6.

This oracle reads no data file: a slip in `treatment_kinds.yaml` shows as a difference.
"""

# kind: (what a whole record holds, a record within every range; of what the visit knows)
WHOLE = {
    "adjustment": {
        "segments": ["L4 R"],
        "listing": "posterior on the right",
        "technique": "drop",
        "position": "prone",
        "response": "better",
        "reaction": "none",
    },
    "ultrasound": {
        "frequency_mhz": 1,
        "intensity": 0.5,
        "duty_percent": 50,
        "minutes": 8,
        "site": "low_back",
        "side": "right",
        "response": "better",
        "skin_pre": "clear",
        "skin_post": "pink",
    },
    "estim": {
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
        "skin_post": "pink",
    },
    "massage": {
        "technique": "petrissage",
        "muscles": ["trapezius_upper"],
        "side": "left",
        "minutes": 10,
        "pressure": "light",
        "response": "same",
    },
    "trigger_point": {
        "muscle": "piriformis",
        "side": "left",
        "referral": "none",
        "seconds": 60,
        "grade": 2,
        "response": "same",
    },
    "manual_therapy": {
        "technique": "myofascial",
        "regions": ["lumbar"],
        "minutes": 12,
        "response": "better",
    },
    "heat": {
        "heat_type": "moist_pack",
        "site": "low_back",
        "side": "both",
        "minutes": 15,
        "skin_pre": "clear",
        "skin_post": "pink",
        "sensation_tested": "yes",
    },
    "ice": {
        "ice_type": "gel_pack",
        "site": "low_back",
        "side": "both",
        "minutes": 15,
        "skin_pre": "clear",
        "skin_post": "pink",
    },
    "traction": {
        "region": "lumbar",
        "force": 60,
        "mode": "static",
        "minutes": 25,
        "position": "supine",
        "response": "same",
    },
    "exercise": {
        "exercise": "bridge",
        "sets": 2,
        "reps": 10,
        "hold_s": 5,
        "load": "body weight",
        "minutes": 10,
    },
    "needling": {
        "points": ["piriformis"],
        "needles_in": 4,
        "needles_out": 4,
        "minutes": 10,
        "reaction": "none",
        "consent_id": 7,
    },
    "soft_collar": {"wear_hours": 4, "review_date": "2030-05-01", "wear_advice": "Off at night"},
    "applied_kinesiology": {"technique_text": "Arm resistance", "response": "same"},
    "neuro_reeducation": {"activity": "balance", "region": "lumbar", "minutes": 10, "response": "same"},
    "other": {"name": "Kinesio tape", "response": "same"},
}

ACUTE, SUBACUTE, CHRONIC = ({"phase": name} for name in ("acute", "subacute", "chronic"))
FIRST, LATER, HEAVY = {"first_session": True}, {"later_session": True}, {"body_weight_lb": 160}
CONVENTIONAL, LOW_RATE, NMES = ({"mode": mode} for mode in ("tens_conventional", "tens_low_rate", "nmes"))
NECK, LOW_BACK = {"region": "cervical"}, {"region": "lumbar"}

# kind, setting, what decides, lowest, highest (None: open), the step just outside
RANGES = [
    ("ultrasound", "intensity", {}, 0.1, 2.0, 0.01),
    ("ultrasound", "intensity", ACUTE, 0.1, 0.5, 0.01),
    ("ultrasound", "intensity", CHRONIC, 0.1, 2.0, 0.01),
    ("ultrasound", "duty_percent", {}, 20, 100, 1),
    ("ultrasound", "duty_percent", ACUTE, 20, 25, 1),
    ("ultrasound", "duty_percent", SUBACUTE, 33, 50, 1),
    ("ultrasound", "duty_percent", CHRONIC, 50, 100, 1),
    ("estim", "frequency_hz", CONVENTIONAL, 80, 150, 1),
    ("estim", "frequency_hz", LOW_RATE, 1, 5, 0.5),
    ("estim", "frequency_hz", NMES, 30, 50, 1),
    ("estim", "frequency_hz", {"mode": "ifc"}, 1, 150, 0.5),
    ("estim", "pulse_us", CONVENTIONAL, 50, 250, 1),
    ("estim", "pulse_us", LOW_RATE, 200, 250, 1),
    ("estim", "pulse_us", NMES, 250, 250, 1),
    ("estim", "intensity_ma", {}, 0, 50, 1),
    ("estim", "minutes", {}, 1, None, 0.5),
    ("estim", "pad_count", {}, 1, 8, 1),
    ("estim", "beat_hz", {}, 1, 150, 0.5),
    ("estim", "carrier_hz", {}, 3500, 4500, 1),
    ("estim", "channels", {}, 1, 4, 1),
    ("massage", "minutes", {}, 1, None, 0.5),
    ("trigger_point", "seconds", {}, 20, 90, 1),
    ("trigger_point", "minutes", {}, 1, None, 0.5),
    ("manual_therapy", "minutes", {}, 1, None, 0.5),
    ("heat", "minutes", {}, 10, 20, 1),
    ("heat", "layers", {}, 0, 12, 1),
    ("heat", "temperature_c", {}, 30, 75, 1),
    ("ice", "minutes", {}, 1, 20, 0.5),
    ("traction", "force", {}, 1, None, 0.5),
    ("traction", "force", NECK, 1, 25, 0.5),
    ("traction", "force", {**LOW_BACK, **HEAVY}, 40, 80, 1),
    ("traction", "minutes", {}, 5, 30, 1),
    ("traction", "minutes", FIRST, 5, 10, 1),
    ("traction", "minutes", LATER, 20, 30, 1),
    ("traction", "angle_deg", {}, 0, 90, 1),
    ("exercise", "sets", {}, 1, 10, 1),
    ("exercise", "reps", {}, 1, 50, 1),
    ("exercise", "hold_s", {}, 0, 120, 1),
    ("exercise", "minutes", {}, 1, None, 0.5),
    ("needling", "minutes", {}, 1, None, 0.5),
    ("soft_collar", "wear_hours", {}, 0.5, 24, 0.5),
    ("applied_kinesiology", "minutes", {}, 1, None, 0.5),
    ("neuro_reeducation", "sets", {}, 1, 10, 1),
    ("neuro_reeducation", "reps", {}, 1, 50, 1),
    ("neuro_reeducation", "minutes", {}, 1, None, 0.5),
    ("other", "minutes", {}, 1, None, 0.5),
]

# kind, values over the whole record, context, (setting, message) that refuses it
HARD = [
    ("adjustment", {"segments": []}, {}, ("segments", "Segments is required.")),
    ("estim", {"intensity_felt": ""}, {}, ("intensity_ma", "Give the intensity in mA or as a felt level.")),
    ("estim", {}, {"units": 2}, ("attended", "Unattended current is one unit per visit.")),
    ("heat", {"sensation_tested": "no"}, {}, ("sensation_tested", "Test heat feeling at the site first.")),
    (
        *("needling", {"needles_out": 3}, {}),
        ("needles_in", "The count in must equal the count out before the note can be saved."),
    ),
    (
        *("trigger_point", {"method": "needle"}, {}),
        ("method", "Use the needling item: the count in must equal the count out."),
    ),
    ("soft_collar", {}, {"visit_date": "2030-05-01"}, ("review_date", "Set a review date after today.")),
]

# kind, values, context, (setting, message) that asks for a reason
SOFT = [
    (
        *("ultrasound", {"area": 30}, {}),
        ("minutes", "Minutes and area do not match the 1 minute per 10 cm2 guide."),
    ),
    ("ultrasound", {}, {"not_improved_after_sessions": 6}, ("", "No gain after 6 sessions: change course.")),
]
# Below these no record is believed; not to be explained away.
LIMITS = [
    ("ultrasound", "head_era", 0.1, None, 0.05),
    ("ultrasound", "area", 1, None, 0.5),
    ("estim", "on_s", 0, None, 1),
    ("estim", "off_s", 0, None, 1),
    ("estim", "ramp_s", 0, None, 1),
    ("trigger_point", "grade", 0, 4, 1),
    ("traction", "hold_s", 1, None, 0.5),
    ("traction", "rest_s", 0, None, 1),
    ("needling", "needles_in", 1, None, 1),
    ("needling", "needles_out", 0, None, 1),
]
