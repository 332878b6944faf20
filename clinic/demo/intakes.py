"""Health histories of the demo: about sixty handed in, a few sent and not done, one of this morning that alarms."""

from datetime import timedelta

from clinic.anatomy.sites import MIDDLE
from clinic.demo.complaints import STORIES, WEIGHTS
from patients import intake as intakes
from patients.models import Alert, Intake, IntakeReview
from patients.questionnaire import load

MINUTE = timedelta(minutes=1)
MOST = 60
MECHANISM = {"heat": "heat_exertion", "lift": "lift", "overuse": "overuse", "sport": "sport", "fall": "fall_low"}
QUALITY = {"lumbar": ["spasm", "ache", "stiff"], "cervical": ["ache", "stiff"], "thoracic": ["dull", "stiff"]}
GRID_AREA = {"low_back": "low_back", "sacroiliac": "hip", "neck": "neck", "upper_back": "mid_back", "calf": "calf"}
ILLNESSES = {"osteoporosis", "osteopenia", "rheumatoid_arthritis", "malignancy_history", "hypertension", "diabetes"}
ILLNESSES |= {"epilepsy", "disc_herniation"}
MULTIS = ("RF10", "RF17", "RF18", "RF20", "RF21", "RF23", "RF27", "systems", "surgery_kinds")
ALARMING = {
    "RF06": "yes",
    "RF06a": "no",
    "RF06b": "no",
    "RF09": "no",
    "RF15": "no",
}  # a weaker leg: a doctor today or tomorrow
FIRST_VISIT_LEAD = 2  # days before the first visit


def write(rng, patients, appointments, cases, codes, *, now, staff):
    """Create intakes, their reviews and their alerts; return the intakes.

    `codes` are {patient id: slugs of known conditions}; `staff` the accounts (desk, chiropractor) they came from.
    """
    first = {}
    for row in sorted((r for r in appointments if r.patient_id), key=lambda r: r.starts_at):
        first.setdefault(row.patient_id, row)
    ahead = [r for r in first.values() if r.starts_at > now and r.kind.slug == "first-visit"]
    calm = [r for r in ahead if 20 <= r.patient.age <= 50 and r.patient_id not in codes]  # nothing else alarms
    ahead = [r for r in ahead if r not in calm[:1]]
    came = [r for r in first.values() if r.starts_at <= now and r.kind.slug == "first-visit" and r.status == "done"]
    ana = first.get(patients[0].pk)
    chosen = [r for r in came if r is not ana][-(MOST - 4) :] + ([ana] if ana else [])
    made = [_handed_in(rng, row, cases, codes, now, staff) for row in chosen]
    made += [_sent(rng, row, now, staff) for row in ahead[:4]]
    made += [_handed_in(rng, row, cases, codes, now, staff) for row in ahead[4:8]]
    alarming = _alarming(rng, calm[:1] or chosen[:1], cases, codes, now, staff)
    Intake.objects.bulk_create([*made, *alarming])
    _review(rng, [i for i in made if i.submitted_at], first, now, staff)
    for one in alarming:
        _raise(one)
    return [*made, *alarming]


def _handed_in(rng, row, cases, codes, now, staff, submitted_at=None):
    before = row.starts_at - timedelta(days=FIRST_VISIT_LEAD, minutes=rng.randint(0, 900))
    at = submitted_at or min(before, now - rng.randint(100, 2500) * MINUTE)
    case = cases.get(row.patient_id)
    story = case.story if case else rng.choices(STORIES, WEIGHTS)[0]
    pain = round(case.trend.start) if case else rng.randint(4, 8)
    child = row.patient.age_on(at.date()) < 18
    return Intake(
        patient=row.patient,
        version=1,
        questionnaire_version=str(load().version),
        answers=answers(rng, row.patient, story, pain, codes.get(row.patient_id, ()), at.date()),
        pages_done=[topic.key for topic in load().topics],
        filled_by=Intake.FilledBy.GUARDIAN if child else Intake.FilledBy.PATIENT,
        requested_by=staff[0],
        created_at=at - timedelta(days=1, minutes=rng.randint(0, 600)),
        saved_at=at,
        submitted_at=at,
    )


def _sent(rng, row, now, staff):
    """Sent with the booking; one in two has begun and stopped at the second page."""
    begun = rng.random() < 0.5
    return Intake(
        patient=row.patient,
        version=1,
        questionnaire_version=str(load().version),
        answers={"legal_name": row.patient.full_name, "phone": row.patient.phone} if begun else {},
        pages_done=["about_you"] if begun else [],
        requested_by=staff[0],
        created_at=now - timedelta(hours=rng.randint(20, 70)),
        saved_at=now - timedelta(hours=rng.randint(3, 15)) if begun else None,
    )


def _alarming(rng, rows, cases, codes, now, staff):
    """This morning's history with an urgent red flag, of somebody who has not been here yet."""
    made = [_handed_in(rng, row, cases, codes, now, staff, now - 95 * MINUTE) for row in rows]
    for one in made:
        if one.patient_id in cases:  # a very small clinic: nobody new is booked
            one.version = 2
            one.answers["RF24"] = "better"
        one.answers.update(ALARMING)
    return made


def _raise(intake):
    intakes.write_alerts(intake.patient, intakes.assess(intake), intake=intake)
    Alert.objects.filter(intake=intake).update(raised_at=intake.submitted_at)


def _review(rng, handed_in, first, now, staff):
    """A clinician has read those whose visit has begun; what had fired then is acknowledged and ended."""
    reviews, alerts = [], []
    for one in handed_in:
        visit = first[one.patient_id]
        seen = visit.starts_at <= now
        at = visit.started_at or visit.starts_at
        if seen:
            reviews.append(IntakeReview(intake=one, at=at, by=visit.practitioner.user, note=""))
        for fired in intakes.assess(one).fired:
            alerts.append(_past_alert(one, fired, at if seen else None, visit.practitioner.user))
    IntakeReview.objects.bulk_create(reviews)
    Alert.objects.bulk_create(alerts)


def _past_alert(intake, fired, at, user):
    ended = {
        "ended_at": at,
        "ended_by": user,
        "ended_because": "Asked and examined at the first visit; nothing urgent.",
    }
    return Alert(
        patient=intake.patient,
        intake=intake,
        flag=fired.flag.id,
        level=fired.level,
        points_to=fired.flag.points_to,
        staff_action=fired.flag.staff_action,
        blocks_treatments=sorted(fired.blocks_treatments),
        raised_at=intake.submitted_at,
        acknowledged_at=intake.submitted_at + 40 * MINUTE,
        acknowledged_by=user,
        **(ended if at else {}),
    )


# --- answers --------------------------------------------------------------------------------------------------------
def answers(rng, patient, story, pain, codes, day):
    """Return believable answers of this patient to every question that is asked of them, in the form that is kept."""
    codes = set(codes)
    age = patient.age_on(day)
    given = {
        **_about(patient),
        **_pain(rng, story, pain),
        **_onset(rng, story, day),
        **_safety(rng, age, codes),
        **_history(patient, codes),
        **_life(rng, patient, story),
    }
    if age < 18:
        guardian = {"name": patient.emergency_name, "relation": "mother", "phone": patient.emergency_phone}
        given["guardian"] = [{**guardian, "document": "", "scope": "", "start": "", "end": ""}]
    if age < 16:
        del given["RF04"]
    if patient.sex != "M":
        pregnant = "pregnancy" in codes
        given["pregnancy_status"] = "yes" if pregnant else "no" if 15 < age < 50 else "not_applicable"
        given |= {"pregnancy_week": 18, "pregnancy_problems": None} if pregnant else {}
        given["postpartum"] = "no"
    return given


def _about(patient):
    contact = {"name": patient.emergency_name, "relation": patient.emergency_relation, "phone": patient.emergency_phone}
    return {
        "legal_name": patient.full_name,
        "preferred_name": patient.preferred_name or None,
        "date_of_birth": patient.birth_date.isoformat(),
        "sex": patient.sex,
        "phone": patient.phone,
        "email": patient.email or None,
        "address": f"{patient.street}, {patient.city}",
        "preferred_channel": patient.preferred_channel,
        "language": patient.language,
        "emergency_contact": [contact],
    }


def _pain(rng, story, pain):
    side = rng.choice(("left", "right", "both"))
    spot = {"site": story.site, "side": "" if story.site in MIDDLE else side, "score_0_10": pain}
    quality = QUALITY.get(story.region, ["dull", "stiff"])
    given = {
        "chief_complaint": f"{story.complaint}. Worse with {rng.choice(story.worse)}.",
        "care_reason": rng.choice(("new", "new", "flare", "ongoing")),
        "pain_sites": [{**spot, "quality": quality[:1], "spreads_to": "thigh_back" if story.radiates else ""}],
        "pain_spread": "leg_above_knee" if story.radiates else "local",
        "quality": quality,
        "pain_now": pain,
        "pain_best": max(0, pain - rng.randint(2, 4)),
        "pain_worst": min(10, pain + rng.randint(1, 2)),
        "pain_average": max(0, pain - rng.randint(0, 1)),
        "frequency": rng.choice(("most", "some")),
        "spell_length": rng.choice(("minutes", "hours")),
        "time_pattern": ["morning", "after_rest"],
        "morning_stiffness_min": rng.choice((5, 10, 20)),
        "night_pain": "no",
        "worse_with": ", ".join(story.worse[:2]),
        "better_with": ", ".join(story.better[:2]),
        "previous_episodes": rng.choice(("0", "1", "2_3", "4_plus")),
        "movement_grid": {GRID_AREA[story.site]: _movements(rng)},
    }
    if "spasm" in quality:
        given |= {"spasm_per_week": rng.randint(2, 12), "spasm_bulge": "no", "spasm_sites": "no"}
    return given


def _movements(rng):
    """Two movements make it worse, some were not tried; the others change nothing."""
    names = [row.value for row in load().question("movement_grid").rows]
    effects = {name: rng.choices(("same", "not_tested", "better"), (5, 4, 1))[0] for name in names}
    return effects | dict.fromkeys(rng.sample(names, 2), "worse")


def _onset(rng, story, day):
    mechanism = MECHANISM.get(story.mechanisms[0], "sustained_posture")
    return {
        "onset_date": (day - timedelta(days=rng.choice((4, 9, 20, 60)))).isoformat(),
        "onset_speed": "sudden" if mechanism == "lift" else "gradual",
        "mechanism": mechanism,
        "claim_type": "none",
        "load_cause": [rng.choice(("shovelling", "desk", "lifting_box", "gardening", "driving"))],
        "load_limited": ["sleep", "dressing"],
    }


def _safety(rng, age, codes):
    plain = [f"RF{n:02d}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 16, 19, 25, 26)]
    given: dict[str, object] = {**dict.fromkeys(plain, "no"), **{name: ["none"] for name in MULTIS}}
    given["RF11"] = "yes" if "osteoporosis" in codes else "no"
    given["RF12"] = "yes" if "malignancy_history" in codes else "no"
    given |= {"RF12a": "no", "radiotherapy": None} if "malignancy_history" in codes else {}
    given["RF15"] = "yes" if rng.random() < 0.15 else "no"
    given["RF22"] = rng.choice((0, 1, 2, 3))
    given["RF28"] = "yes" if age < 18 else "no"
    if rng.random() < 0.04:
        given["RF09"] = "unsure"
    return given


def _history(patient, codes):
    ill = [value for value in load().question("illnesses").values if value in codes & ILLNESSES]
    pills = [value for value in load().question("medicine_kinds").values if value in codes]
    if "osteoporosis" in codes:
        pills.append("bisphosphonate")
    devices = ["pacemaker"] if "pacemaker" in codes else []
    allergies = ["adhesive_allergy"] if "adhesive_allergy" in codes else []
    given = {
        "illnesses": ill or ["none"],
        "falls": "0",
        "feeling_loss": "no",
        "skin_now": "no",
        "needle_fear": "no",
        "medicine_kinds": [v for v in load().question("medicine_kinds").values if v in pills] or ["none"],
        "allergies": allergies or ["none"],
        "devices": devices or ["none"],
        "family_history": ["none"],
    }
    given |= {"illness_details": "Known for years, under a doctor's care."} if ill else {}
    given |= {"allergy_details": "Red, itchy skin under plasters."} if allergies else {}
    given |= {"device_details": "Checked every half year."} if devices else {}
    return given


def _life(rng, patient, story):
    return {
        "smoker": rng.choice(("no", "no", "past", "yes")),
        "sleep": rng.choice(("good", "fair", "poor")),
        "sleep_hours": rng.randint(5, 8),
        "stress": rng.randint(2, 8),
        "fluids_per_day": rng.randint(4, 9),
        "heat_exposure": "no",
        "risk_patient": ["none"],
        "occupation": patient.occupation,
        "physical_demands": ["sitting"] if "Sits" in patient.work_demands else ["standing", "bending"],
        "work_status": "not_working" if patient.occupation in ("Retired", "At school") else "full",
        "prior_chiropractic": rng.choice(("yes", "no")),
        "recent_manipulation": "no",
        "goal_activities": [
            {"activity": name, "score_0_10": rng.randint(2, 6)}
            for name in rng.sample(
                ("Sleep through", "Lift my grandchild", "Garden for an hour", "Sit through a film"), 3
            )
        ],
        "recall": "yes",
        "newsletter": "no",
        "voicemail": "name_only",
        "true_and_complete": "yes",
    }
