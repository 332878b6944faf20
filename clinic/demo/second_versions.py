"""Somebody of the demo hands in a second health history this morning: changes, open questions, things to confirm."""

from datetime import timedelta

from patients import intake as intakes
from patients.models import Alert, Condition, Intake, IntakeReview, SafetyTerm
from patients.models.health import Source
from patients.questionnaire import condition_changes, load

MINUTE = timedelta(minutes=1)
SINCE = 40 * MINUTE  # how long ago the second version came in
NO_TICKS = {"dose": "", "how_often": "", "since": "", "prescriber": ""}
NEWER = {
    "medicines": [
        {**NO_TICKS, "name": "Vitamin D", "dose": "1000 IU", "how_often": "daily"},
        {**NO_TICKS, "name": "Alendronate", "dose": "70 mg", "how_often": "weekly", "since": "2026"},
    ],
    "illnesses": ["osteopenia", "thyroid_disorder"],
    "illness_details": "Bone scan in March; thyroid tablets since 2019.",
    "allergies": ["adhesive_allergy"],
    "allergy_details": "Red, itchy skin under plasters.",
    "surgeries": [{"operation": "Appendix removed", "body_part": "belly", "date": "1998"}],
    "worse_with": "sitting over 30 minutes, shovelling, bending with a twist",
    "better_with": "lying down, a warm shower",
    "falls": "unsure",
    "feeling_loss": "unsure",
    "RF14": "unsure",
    "RF24": "not_started",
    "interpreter": "yes",
}


def write(made, *, now, staff):
    """Give the first person with a visit still to come a second version, and return it; None when there is nobody.

    `made` are the demo's intakes, `staff` the accounts of the desk and of a chiropractor.
    """
    twice = set(Intake.objects.exclude(version=1).values_list("patient_id", flat=True))
    suited = [one for one in made if one.submitted_at and one.patient_id not in twice and not _alarms(one)]
    first = next((one for one in suited if _has_not_been_here(one)), suited[0] if suited else None)
    if first is None:
        return None
    IntakeReview.objects.create(
        intake=first,
        at=now - SINCE - 50 * MINUTE,
        by=staff[1],
        note="Asked to name all medicines and illnesses.",
    )
    second = Intake.objects.create(**_second(first, now, staff))
    _state_conditions(second)
    intakes.write_alerts(second.patient, intakes.assess(second), intake=second)
    Alert.objects.filter(intake=second).update(
        raised_at=second.submitted_at, acknowledged_at=now - SINCE + 5 * MINUTE, acknowledged_by=staff[0]
    )
    return second


def _has_not_been_here(one):
    return not one.patient.appointments.filter(status="done").exists()


def _alarms(one):
    return one.answers.get("RF06") == "yes" or one.patient.age < 18


def _second(first, now, staff):
    pain = first.answers["pain_now"]
    spots = [{**spot, "spreads_to": "thigh_back", "spreads_side": "right"} for spot in first.answers["pain_sites"]]
    return {
        "patient": first.patient,
        "version": 2,
        "questionnaire_version": str(load().version),
        "answers": {
            **first.answers,
            **NEWER,
            "pain_sites": spots,
            "pain_now": min(10, pain + 1),
            "phone": "(503) 555-0174",
        },
        "pages_done": first.pages_done,
        "filled_by": first.filled_by,
        "requested_by": staff[0],
        "created_at": now - SINCE - 30 * MINUTE,
        "saved_at": now - SINCE,
        "submitted_at": now - SINCE,
    }


def _state_conditions(intake):
    known = set(Condition.objects.of(intake.patient).active().values_list("code", flat=True))
    labels = dict(SafetyTerm.objects.values_list("slug", "label"))
    Condition.objects.bulk_create(
        Condition(
            patient=intake.patient,
            code=told.slug,
            label=labels.get(told.slug, told.slug),
            state=told.state,
            source=Source.INTAKE,
            certainty=intakes.CERTAINTY[told.certainty],
            recorded_at=intake.submitted_at,
            external_id=f"intake-{intake.pk}-{told.slug}",
        )
        for told in condition_changes(intake.answers)
        if told.slug not in known
    )
