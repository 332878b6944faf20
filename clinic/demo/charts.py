"""The notes of the demo: an episode per patient, a note per visit with findings and treatments, signed as `notes.sign`
signs. A note is created unsigned, gets its parts, and is signed last: the database refuses parts of a signed note.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta

from clinic.charting.documents import content_of
from clinic.charting.models import (
    Episode,
    Examination,
    ImagingDecision,
    MuscleFinding,
    NerveTest,
    ProvokingMovement,
    RangeOfMotion,
    SegmentFinding,
    TreatmentApplied,
    Visit,
    VisitDiagnosis,
)
from clinic.demo import measured, outcomes, words
from clinic.demo.complaints import ASYMMETRY, RANGE, STORIES, WEIGHTS, Story
from clinic.demo.treatments import PLANS

MINUTE = timedelta(minutes=1)
EXAMINED = (
    (Examination.Part.NEUROLOGICAL, Examination.Result.NORMAL, ""),
    (Examination.Part.MUSCULAR, Examination.Result.ABNORMAL, "Guarding of the upper trapezius on both sides."),
)
SIGNED = ("signed_at", "signed_by", "signature", "rules_version", "document", "sha256")


class Rows(list):
    """Rows in the order in which they will be stored, asked as a queryset is asked."""

    def order_by(self, *names):
        return self

    select_related = order_by

    def exclude(self, **values):
        return Rows(row for row in self if any(getattr(row, name) != value for name, value in values.items()))

    def values_list(self, *names):
        return [tuple(getattr(row, name) for name in names) for row in self]


@dataclass
class Note:
    """One visit with its parts in memory; looks like the visit to `content_of`."""

    visit: Visit
    segment_findings: Rows = field(default_factory=Rows)
    muscle_findings: Rows = field(default_factory=Rows)
    treatments: Rows = field(default_factory=Rows)
    diagnoses: Rows = field(default_factory=Rows)
    examinations: Rows = field(default_factory=Rows)
    imaging_decisions: Rows = field(default_factory=Rows)
    ranges_of_motion: Rows = field(default_factory=Rows)
    nerve_tests: Rows = field(default_factory=Rows)
    provoking_movements: Rows = field(default_factory=Rows)
    is_draft: bool = False

    def __getattr__(self, name):
        return getattr(self.__dict__["visit"], name)


@dataclass
class Case:
    """One patient's complaint and how it goes."""

    story: Story
    trend: outcomes.Trend
    side: str
    episode: Episode
    count: int = 0
    is_crash: bool = False
    pain: int | None = None


class Writer:
    """Writes the notes of a list of past and present appointments."""

    def __init__(self, rng, bench, now, therapist):
        self.rng, self.bench, self.now, self.therapist = rng, bench, now, therapist
        self.cases, self.notes = {}, []

    def open_cases(self, appointments):
        """Create an episode for each patient who came, and return {patient id: Case}."""
        for row in appointments:
            if row.patient_id not in self.cases:
                self.cases[row.patient_id] = self._case(row)
        _crash(self.cases.values())
        Episode.objects.bulk_create([case.episode for case in self.cases.values()])
        return self.cases

    def _case(self, row):
        rng, is_new = self.rng, row.kind.slug == "first-visit"
        story = rng.choices(STORIES, WEIGHTS)[0]
        trend = outcomes.draw_trend(rng, is_new=is_new)
        opened = row.started_at if is_new else row.started_at - timedelta(days=rng.randint(20, 70))
        onset = rng.choice((3, 6, 12, 20, 45, 130)) if is_new else rng.choice((60, 120, 400))
        if row.patient.email.startswith("ana@"):
            story, trend, onset = STORIES[0], outcomes.Trend(outcomes.IMPROVING, 8, 1.6, 0.8), 4
        episode = Episode(
            patient=row.patient,
            complaint=story.complaint,
            region=story.region,
            is_radiating=story.radiates,
            onset_on=(opened - timedelta(days=onset)).date(),
            mechanism=rng.choice(story.mechanisms),
            driver=rng.choice(story.drivers),
            opened_at=opened,
            opened_by=row.practitioner.user,
        )
        return Case(story, trend, rng.choice(story.sides), episode)

    def write(self, appointments, drafts):
        """Create the notes of these appointments, in order; `drafts` are ids of those left unsigned."""
        for row in appointments:
            self.notes.append(self._note(row, self.cases[row.patient_id], row.pk in drafts))
        Visit.objects.bulk_create([note.visit for note in self.notes])
        for note in self.notes:
            self._add_parts(note, self.cases[note.visit.patient_id])
        self._examine()
        for model, name in (
            (SegmentFinding, "segment_findings"),
            (MuscleFinding, "muscle_findings"),
            (TreatmentApplied, "treatments"),
            (VisitDiagnosis, "diagnoses"),
            (Examination, "examinations"),
            (ImagingDecision, "imaging_decisions"),
            (RangeOfMotion, "ranges_of_motion"),
            (NerveTest, "nerve_tests"),
            (ProvokingMovement, "provoking_movements"),
        ):
            model.objects.bulk_create([part for note in self.notes for part in getattr(note, name)])
        self._sign([note for note in self.notes if not note.is_draft])
        return [note.visit for note in self.notes]

    # --- one note ---------------------------------------------------------------------------------------------------
    def _note(self, row, case, is_draft):
        pain = case.trend.pain(case.count, self.rng)
        change = outcomes.change_since(case.pain, pain) if case.count else ""
        user = row.practitioner.user
        visit = Visit(
            patient=row.patient,
            episode=case.episode,
            appointment=row,
            practitioner=row.practitioner,
            purpose=row.kind.purpose,
            visited_at=row.started_at,
            change=change,
            pain=pain,
            version=self.rng.randint(4, 9),
            opened_at=row.started_at,
            opened_by=user,
            saved_at=min(row.started_at + 9 * MINUTE, self.now),
            saved_by=user,
            **words.soap(self.rng, case.story, row.kind.slug, pain, case.pain, change),
        )
        if row.status == "with_practitioner":
            visit.objective = visit.assessment = visit.plan = ""
        elif change == "worse" or case.count == 0:
            visit.spare_movement = words.spared(self.rng, case.story)
            visit.spare_until = row.started_at.date() + timedelta(days=7)
        case.count, case.pain = case.count + 1, pain
        return Note(visit, is_draft=is_draft)

    def _add_parts(self, note, case):
        visit, slug, story = note.visit, note.visit.appointment.kind.slug, case.story
        if slug == "phone-advice":
            return
        being_treated = visit.appointment.status == "with_practitioner"
        marks = self._segments(note, case, being_treated)
        self._muscles(note, case, being_treated)
        for position, code in enumerate(story.codes[: self.rng.randint(2, 3)], 1):
            note.diagnoses.append(VisitDiagnosis(visit=visit, code_id=code, position=position))
        if not being_treated:
            self._treat(note, case, slug, marks)
            if not visit.change:  # the first of this complaint
                measured.measure(note, story, self.rng)

    def _segments(self, note, case, carried):
        chosen = self.rng.sample(case.story.segments, min(len(case.story.segments), self.rng.randint(2, 3)))
        marks = []
        for code, sides in chosen:
            side = case.side if case.side in sides else ""
            note.segment_findings.append(
                SegmentFinding(
                    visit=note.visit,
                    segment=code,
                    side=side,
                    pain=_grade(note.visit.pain, self.rng),
                    asymmetry=self.rng.choice(ASYMMETRY),
                    range_of_motion=self.rng.choice(RANGE),
                    tone=_grade(note.visit.pain, self.rng),
                    is_carried=carried,
                )
            )
            marks.append(f"{code} {side}".strip())
        return marks

    def _muscles(self, note, case, carried):
        for muscle in case.story.muscles[: self.rng.randint(1, 3)]:
            before = _grade(note.visit.pain, self.rng)
            note.muscle_findings.append(
                MuscleFinding(
                    visit=note.visit,
                    muscle=muscle,
                    side=case.side,
                    spasm_before=before,
                    spasm_after=None if carried else max(0, before - self.rng.randint(0, 2)),
                    tenderness=_grade(note.visit.pain, self.rng),
                    has_trigger_point=self.rng.random() < 0.3,
                    is_carried=carried,
                )
            )

    def _examine(self):
        """Who came after a crash was examined at the first visit, and imaging was decided on, before any thrust."""
        for note in self.notes:
            case, at = self.cases[note.visit.patient_id], note.visit.visited_at + 4 * MINUTE
            if case.is_crash and not note.is_draft:
                case.is_crash, by = False, note.visit.practitioner.user
                note.examinations += [
                    Examination(visit=note.visit, part=part, result=result, note=told, done_at=at, done_by=by)
                    for part, result, told in EXAMINED
                ]
                note.imaging_decisions.append(
                    ImagingDecision(
                        episode=case.episode,
                        visit=note.visit,
                        decision=ImagingDecision.Decision.NOT_NEEDED,
                        because="No midline tenderness, no nerve sign, turns 45 degrees both ways.",
                        decided_at=at,
                        decided_by=by,
                    )
                )

    def _treat(self, note, case, slug, marks):
        plan = self.rng.choice(PLANS[slug])
        response = self.rng.choices(("much_better", "better", "same", "worse"), (8, 62, 27, 3))[0]
        for kind in plan:
            by = self.therapist if kind == "massage" else note.visit.practitioner.user
            if given := self.bench.give(note.visit, kind, case.story, marks, case.side, response, by):
                note.treatments.append(given)

    # --- signing ----------------------------------------------------------------------------------------------------
    def _sign(self, notes):
        for note in notes:
            visit, row = note.visit, note.visit.appointment
            finished = row.finished_at or row.ends_at
            visit.signed_at = min(finished + self.rng.randint(1, 25) * MINUTE, self.now - MINUTE)
            visit.signed_by, visit.signature = visit.practitioner.user, visit.practitioner.signature
            visit.rules_version = self.bench.rules_version
            visit.document = json.dumps(content_of(note), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            visit.sha256 = hashlib.sha256(visit.document.encode()).hexdigest()
        for note in notes:  # one by one is faster than bulk_update, which sends each document inside a long CASE
            visit = note.visit
            Visit.objects.filter(pk=visit.pk).update(**{name: getattr(visit, name) for name in SIGNED})


def _crash(cases):
    """The first complaint of the neck began with a crash."""
    for case in cases:
        if case.story.region == "cervical":
            case.is_crash, case.episode.mechanism = True, Episode.Mechanism.CRASH
            return


def _grade(pain, rng):
    """A grade from 0 to 4 that goes with the pain."""
    return max(0, min(4, round(pain * 0.42 + rng.gauss(0, 0.6))))
