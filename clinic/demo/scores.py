"""What else is asked in the demo beside pain: Roland-Morris, own activities, and the spasms of a week.

Each follows the pain of the same patient, with its own small ups and downs, so that the plots tell one story.
"""

import random
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from clinic.outcomes import scoring
from clinic.outcomes.models import Response

EACH = 3  # the questionnaires come at the first visit, then every third
ACTIVITIES = ("Sit through a film", "Lift my grandchild", "Garden for an hour")
SPASM_REGIONS = ("lumbar", "pelvis", "thoracic")


def write(visits, intakes, *, seed):
    """Return the unsaved scores of these signed visits and handed-in intakes, the same for the same seed."""
    told = {one.patient_id: one.answers for one in intakes if one.submitted_at}
    courses = defaultdict(list)
    for visit in sorted((v for v in visits if v.signed_at and v.pain is not None), key=lambda v: (v.visited_at, v.pk)):
        courses[visit.patient_id].append(visit)
    made = [score for one in intakes if one.submitted_at for score in _of_intake(one)]
    for patient, course in sorted(courses.items()):
        rng = random.Random(f"{seed}-{patient}")  # noqa: S311 (a story, not a secret)
        made += _of_course(rng, course, told.get(patient, {}))
    return made


def _of_intake(one):
    rows = one.answers.get("goal_activities") or []
    if len(rows) >= scoring.PSFS_FEWEST:
        activities = [{"what": row["activity"], "score": row["score_0_10"]} for row in rows]
        yield _response(one.patient_id, "psfs", activities, one.submitted_at, Response.Mode.INTAKE)
    if one.answers.get("spasm_per_week") is not None:
        count = one.answers["spasm_per_week"]
        yield _response(one.patient_id, "spasms", count, one.submitted_at, Response.Mode.INTAKE)


def _of_course(rng, course, told):
    """The scores of one patient, along the pain."""
    first = course[0].pain or 1
    rows = told.get("goal_activities") or []
    names = [row["activity"] for row in rows] if len(rows) >= scoring.PSFS_FEWEST else list(ACTIVITIES)
    starts = [rng.randint(1, 4) for _name in names]
    disability, spasms = min(24, round(first * 1.7) + rng.randint(0, 3)), told.get("spasm_per_week") or first + 3
    has_spasms = told.get("spasm_per_week") is not None or course[0].episode.region in SPASM_REGIONS
    for number, visit in enumerate(course):
        left = min(1.4, visit.pain / first)
        if has_spasms:
            count = max(0, round(spasms * left + rng.gauss(0, 0.8)))
            yield _response(visit.patient_id, "spasms", count, visit.visited_at, Response.Mode.VISIT)
        if number % EACH == 0 or number == len(course) - 1:
            ticked = sorted(rng.sample(range(1, 25), max(0, min(24, round(disability * (0.3 + 0.7 * left))))))
            yield _response(visit.patient_id, "rmdq", ticked, visit.visited_at, Response.Mode.PAPER)
            now = [max(0, min(10, round(start + (9 - start) * (1 - left) * 0.9))) for start in starts]
            activities = [{"what": what, "score": score} for what, score in zip(names, now, strict=True)]
            yield _response(visit.patient_id, "psfs", activities, visit.visited_at, Response.Mode.VISIT)


def _response(patient, measure, answer, at, mode):
    """One unsaved score, with its answers in the shape in which they are typed in."""
    if measure == "rmdq":
        score, answers, version = Decimal(len(answer)), {"ticked": answer}, "1983"
    elif measure == "psfs":
        mean = Decimal(sum(one["score"] for one in answer)) / len(answer)
        score, answers, version = mean.quantize(Decimal("0.01"), ROUND_HALF_UP), {"activities": answer}, "1995"
    else:
        score, answers, version = Decimal(answer), {"count": answer}, "1"
    return Response(
        patient_id=patient,
        measure_id=measure,
        score=score,
        answers=answers,
        form_version=version,
        mode=mode,
        taken_at=at,
    )
