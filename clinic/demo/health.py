"""What is known of the demo patients' health: about one in ten has something that speaks against a treatment."""

from datetime import datetime, time, timedelta

from patients.models import Allergy, Condition, Medication, SafetyTerm
from patients.models.health import Source

# slug, state, youngest, oldest, sexes, how often within those with a safety condition, medicine
SAFETY = (
    ("osteoporosis", {"severity": "moderate"}, 60, 99, "F", 5, "Alendronate 70 mg weekly"),
    ("osteoporosis", {"severity": "severe"}, 75, 99, "FMX", 2, "Denosumab every six months"),
    ("osteopenia", {}, 52, 80, "F", 3, ""),
    ("pacemaker", {}, 66, 99, "FMX", 4, ""),
    ("anticoagulant", {"control": "stable", "dose": "usual"}, 58, 99, "FMX", 6, "Apixaban 5 mg twice a day"),
    ("pregnancy", {"status": "yes", "trimester": "2"}, 23, 41, "F", 4, ""),
    ("diabetes", {"control": "good"}, 40, 90, "FMX", 6, "Metformin 500 mg"),
    ("adhesive_allergy", {}, 18, 80, "FMX", 4, ""),
    ("rheumatoid_arthritis", {"activity": "quiet"}, 35, 80, "FMX", 2, "Methotrexate weekly"),
    ("epilepsy", {"activity": "seizure_free"}, 18, 70, "FMX", 2, "Levetiracetam 500 mg"),
    ("hypertension", {"control": "controlled"}, 45, 92, "FMX", 5, "Lisinopril 10 mg"),
    ("malignancy_history", {}, 45, 90, "FMX", 2, ""),
    ("disc_herniation", {"deficit": "stable"}, 30, 65, "FMX", 2, "Ibuprofen 400 mg at need"),
)
SHARE = 0.11
MEDICINES = (
    "Ibuprofen 400 mg at need",
    "Vitamin D 1000 IU",
    "Levothyroxine 50 mcg",
    "Sertraline 50 mg",
    "Omeprazole 20 mg",
)
DRUGS = ("Penicillin", "Sulfa drugs", "Codeine")


def invent(rng, patients, *, today, zone, clinician):
    """Return (conditions, medications, allergies), unsaved; those of Ana, the portal patient, stay empty."""
    labels = dict(SafetyTerm.objects.values_list("slug", "label"))
    facts = ([], [], [])
    chosen = _chosen(rng, patients[2:], today)
    for patient in patients[1:]:
        when = _morning(today - timedelta(days=rng.randint(100, 900)), zone)
        common = {"patient": patient, "recorded_at": when, "recorded_by": clinician, "source": Source.CLINICIAN}
        if patient.pk in chosen:
            slug, state, *_rest, medicine = chosen[patient.pk]
            since = when.date() - timedelta(days=0 if slug == "pregnancy" else rng.randint(200, 3000))
            since = today - timedelta(days=rng.randint(100, 160)) if slug == "pregnancy" else since
            facts[0].append(Condition(code=slug, label=labels[slug], state=state, onset_on=since, **common))
            if medicine:
                facts[1].append(Medication(label=medicine, started_on=since + timedelta(days=30), **common))
        elif rng.random() < 0.2 and patient.age_on(today) > 17:
            facts[1].append(Medication(label=rng.choice(MEDICINES), started_on=when.date(), **common))
        if rng.random() < 0.03:
            facts[2].append(Allergy(label=rng.choice(DRUGS), code="drug_allergy", reaction="Rash", **common))
    return facts


def _chosen(rng, patients, today):
    """Choose who has what, so that each kind of safety condition occurs where somebody fits it."""
    wanted = max(6, round(len(patients) * SHARE))
    chosen = {}
    ladder = list(SAFETY)
    while len(chosen) < wanted:
        row = ladder.pop(0) if ladder else rng.choices(SAFETY, [entry[5] for entry in SAFETY])[0]
        fitting = [
            p for p in patients if p.pk not in chosen and row[2] <= p.age_on(today) <= row[3] and p.sex in row[4]
        ]
        if fitting:
            chosen[rng.choice(fitting).pk] = row
        elif not ladder:
            break
    return chosen


def _morning(day, zone):
    return datetime.combine(day, time(9, 30), tzinfo=zone)
