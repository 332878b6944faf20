"""How pain goes in the demo: most get better, some stay where they are, a few get worse; nobody goes from 9 to 0."""

from dataclasses import dataclass

from clinic.outcomes.models import PAIN, CheckIn, Response
from clinic.outcomes.recording import pain_scores
from clinic.scheduling.models.appointments import HERE

IMPROVING, PLATEAU, WORSE = "improving", "plateau", "worse"
SHARES = {IMPROVING: 65, PLATEAU: 26, WORSE: 9}
SAID = (  # on arriving: by how much the pain differs from the last score, and why
    (2, "worse after shovelling"),
    (-1, "slept through twice this week"),
    (0, ""),
    (-2, "walking helps"),
    (1, "long drive on Sunday"),
)
SAID_OF = {"worse": "worse after shovelling", "better": "slept through twice this week"}  # as the note has it


@dataclass(frozen=True)
class Trend:
    """The course of one patient's pain: where it began, where it tends to, how fast."""

    kind: str
    start: float
    rest: float
    pace: float

    def pain(self, visit_number, rng):
        """Return the pain, 0 to 10, at a visit (the first is 0), with the ups and downs of everyday life."""
        level = self.rest + (self.start - self.rest) * self.pace**visit_number
        return max(0, min(10, round(level + rng.gauss(0, 0.55))))


def draw_trend(rng, *, is_new):
    """Draw how it will go; somebody who has been in care for a while begins lower."""
    kind = rng.choices(list(SHARES), list(SHARES.values()))[0]
    start = rng.uniform(5.5, 8.6) if is_new else rng.uniform(3.5, 6)
    if kind == IMPROVING:
        return Trend(kind, start, rng.uniform(0.4, 2.2), rng.uniform(0.72, 0.85))
    if kind == PLATEAU:
        return Trend(kind, start, start - rng.uniform(0, 0.8), 0.8)
    return Trend(kind, start - 1, min(8.5, start + 1.5), 0.85)


def change_since(before, now):
    """Return better, same or worse, as the patient would say it from one visit to the next."""
    if before is None or before == now:
        return "same"
    return "better" if now < before else "worse"


def at_visits(visits):
    """Return the unsaved pain scores that signing these visits would have kept."""
    return [
        Response(
            patient=v.patient,
            measure_id=PAIN,
            score=v.pain,
            answers={"now": v.pain},
            mode=Response.Mode.VISIT,
            taken_at=v.visited_at,
        )
        for v in visits
        if v.signed_at and v.pain is not None
    ]


def at_intakes(intakes):
    """Return the unsaved pain scores of handed-in intakes: now, with best, worst and average as answers."""
    keys = ("pain_now", "pain_best", "pain_worst", "pain_average")
    return [
        Response(
            patient=one.patient,
            measure_id=PAIN,
            score=one.answers["pain_now"],
            answers={key: one.answers[key] for key in keys},
            mode=Response.Mode.INTAKE,
            taken_at=one.submitted_at,
        )
        for one in intakes
        if one.submitted_at
    ]


def check_ins(rows, visits, now):
    """Save what those who are in the clinic now have said on arriving, all but the last, who did it at the desk.

    Where a note is written already it says the same.
    """
    here = sorted((row for row in rows if row.status in HERE and row.arrived_at), key=lambda row: row.pk)[:-1]
    last = pain_scores([row.patient_id for row in here], last=1)
    noted = {visit.appointment_id: visit for visit in visits}
    made = [
        _as_noted(row, noted[row.pk], now)
        if row.pk in noted
        else _check_in(row, last.get(row.patient_id, []), *SAID[n % len(SAID)], now)
        for n, row in enumerate(here)
    ]
    Response.objects.bulk_create(
        Response(
            patient_id=one.patient_id,
            measure_id=PAIN,
            score=one.pain,
            answers={"now": one.pain},
            mode=Response.Mode.CHECK_IN,
            taken_at=one.given_at,
        )
        for one in made
    )
    return CheckIn.objects.bulk_create(made)


def _as_noted(row, note, now):
    return CheckIn(
        patient_id=row.patient_id,
        appointment=row,
        pain=note.pain,
        change=note.change,
        words=SAID_OF.get(note.change, ""),
        given_at=min(row.arrived_at, now),
    )


def _check_in(row, last, more, words, now):
    before = last[-1] if last else None
    pain = max(0, min(10, (5 if before is None else before) + more))
    return CheckIn(
        patient_id=row.patient_id,
        appointment=row,
        pain=pain,
        change="" if before is None else change_since(before, pain),
        words=words,
        given_at=min(row.arrived_at, now),
    )
