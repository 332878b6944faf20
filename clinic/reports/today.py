"""Today's list: who comes when, what to look out for, what was found last time and whether the note is done.

A fixed number of queries, however long the day is; everything is read for all patients of the day at once.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from clinic.accounts.roles import can
from clinic.anatomy.segments import describe
from clinic.charting import safety
from clinic.charting.care.plan_standing import Standing, standings
from clinic.charting.models import MuscleFinding, SegmentFinding, TreatmentApplied, Visit
from clinic.outcomes.recording import pain_scores
from clinic.scheduling.models import Appointment, Practitioner
from clinic.scheduling.models.appointments import HERE, Status
from patients.models import Alert, Intake, Task

SHOWN = [s for s in Status if s not in (Status.HELD, Status.CANCELLED, Status.EXPIRED)]
WAITING = (Status.ARRIVED, Status.IN_ROOM)
OVER = (Status.DONE, Status.NO_SHOW)
LONGEST_DAY, MOST_UNSIGNED, MOST_INTAKES, MOST_TASKS = 120, 12, 8, 40
FRESH = timedelta(weeks=3)  # what is late for longer comes last: a list that opens with last spring is not read
PERSON = Coalesce("patient__merged_into", "patient")  # the record that is kept
HEAVY = ("visit__document", "visit__subjective", "visit__objective", "visit__assessment", "visit__plan")


@dataclass(frozen=True)
class Caution:
    """A word of warning beside a name: an open red flag (E, U, R, C) or a fact that rules speak of (A, R)."""

    css: str
    text: str


@dataclass
class Row:
    """One appointment of the day as the practitioner reads it."""

    appointment: Appointment
    visit: Visit | None
    cautions: list[Caution] = field(default_factory=list)
    segments: str = ""
    scores: list[int] = field(default_factory=list)
    plan: Standing | None = None

    @property
    def share(self):
        """How much of the plan is used, as the length of a bar 48 wide."""
        if self.plan is None or not self.plan.planned:
            return 0
        return min(48, round(48 * self.plan.number / self.plan.planned))

    @property
    def note(self):
        """signed, draft, or empty when no note was opened."""
        return "" if self.visit is None else "signed" if self.visit.signed_at else "draft"

    @property
    def is_over(self):
        return self.appointment.status in OVER

    @property
    def pain(self):
        return self.scores[-1] if self.scores else None

    @property
    def spark(self):
        """The path of the pain line in a drawing of 68 by 22, pain 10 at the top; empty for fewer than two scores."""
        if len(self.scores) < 2:
            return ""
        step = 60 / (len(self.scores) - 1)
        points = [f"{4 + step * n:.1f} {self._height(score):.1f}" for n, score in enumerate(self.scores)]
        return "M" + "L".join(points)

    @property
    def spark_end(self):
        """Height of the last point of the line."""
        return f"{self._height(self.scores[-1]):.1f}" if self.scores else ""

    def _height(self, score):
        return 19 - 1.6 * score


URGENCY = ("emergency", "urgent", "refer", "caution")
LEVEL_CSS = {"E": "emergency", "U": "urgent", "R": "refer", "C": "caution"}


def practitioner_of(user):
    """Return the practitioner row of this account with its place, or None."""
    return Practitioner.objects.filter(user=user).select_related("location").first()


def appointments_on(day, zone, practitioner=None):
    """Return the day's appointments that have a patient; of one practitioner or of the whole clinic."""
    rows = Appointment.objects.on_day(day, zone).filter(patient__isnull=False, status__in=SHOWN)
    return rows.filter(practitioner=practitioner) if practitioner else rows


def rows(user, day, zone, practitioner=None):
    """Return the `Row`s of the day. Empty for whoever may not see visits."""
    if not can(user, "visit.view"):
        return []
    earlier = (
        Visit.objects.valid()
        .filter(
            Q(appointment=None) | ~Q(appointment=OuterRef("pk")),
            visited_at__lt=OuterRef("ends_at"),
        )
        .of_outer("person")
    )
    listed = list(
        appointments_on(day, zone, practitioner)
        .select_related("patient", "kind", "room", "visit", "check_in")
        .defer(*HEAVY)
        .with_person()
        .annotate(last_visit=Subquery(earlier.order_by("-visited_at").values("pk")[:1]))[:LONGEST_DAY]
    )
    patients = {a.patient_id: a.patient for a in listed}
    cautions = cautions_of(list(patients.values()))
    segments = _segments_of([a.last_visit for a in listed if a.last_visit])
    scores = pain_scores(patients.values())
    plans = standings(list(patients.values()), day)
    return [
        Row(
            appointment=a,
            visit=getattr(a, "visit", None),
            cautions=cautions.get(a.patient_id, []),
            segments=segments.get(a.last_visit, ""),
            scores=scores.get(a.person, []),
            plan=plans.get(a.person),
        )
        for a in listed
    ]


def cautions_of(patients):
    """Return {patient id: [Caution]}, most urgent first; facts that rules speak of before flags of equal weight."""
    flags: dict[int, list[Caution]] = {}
    for alert in Alert.objects.open().of_all(patients).with_person().order_by("raised_at", "pk"):
        flags.setdefault(alert.person, []).append(Caution(LEVEL_CSS[alert.level], alert.points_to))
    banners, found = safety.banners(patients), {}
    for patient in patients:
        facts = banners.get(patient.pk, [])
        told = [Caution("urgent" if level == "A" else "refer", str(fact.label)) for fact, level in facts]
        told += flags.get(patient.person_id, [])
        found[patient.pk] = sorted(dict.fromkeys(told), key=lambda caution: URGENCY.index(caution.css))
    return {pk: told for pk, told in found.items() if told}


def _segments_of(visits):
    """Return {visit id: "L4 R, SI R"}."""
    found = {}
    for finding in SegmentFinding.objects.filter(visit__in=visits):
        found.setdefault(finding.visit_id, []).append(describe(finding.segment, finding.side))
    return {visit: ", ".join(marks) for visit, marks in found.items()}


def next_arrived(listed):
    """Return the row of whoever has waited longest and has no note yet, or None."""
    waiting = [r for r in listed if r.appointment.status in WAITING and r.note != "signed"]
    return min(waiting, key=lambda r: r.appointment.arrived_at, default=None)


def unsigned(user, practitioner):
    """Return the practitioner's open notes, oldest first, at most a dozen; `is_ready` says that nothing is missing."""
    if practitioner is None:
        return []
    notes = Visit.objects.for_user(user).unsigned().valid().filter(practitioner=practitioner)
    return list(
        notes.select_related("patient")
        .only("visited_at", "version", "patient__given_name", "patient__family_name")
        .annotate(is_ready=READY)
        .order_by("visited_at", "pk")[:MOST_UNSIGNED]
    )


def _today_s(model):
    """Has the note such a row of today, not one carried over from the last visit?"""
    return Exists(model.objects.filter(visit=OuterRef("pk"), is_carried=False))


SAID = ~Q(subjective="") | ~Q(change="") | Q(check_in__isnull=False)
DONE = ~Q(objective="") | _today_s(TreatmentApplied) | _today_s(SegmentFinding) | _today_s(MuscleFinding)
CARRIED = Exists(TreatmentApplied.objects.filter(visit=OuterRef("pk"), is_carried=True))
READY = Case(When(SAID & DONE & ~CARRIED, then=True), default=False)  # the signature itself asks once more


def intakes_to_review(user):
    """Return handed-in intakes nobody has reviewed, newest first, with the worst open alert of each patient."""
    if not can(user, "intake.view"):
        return []
    waiting = Intake.objects.for_user(user).submitted().filter(reviews=None, patient__deceased_on=None)
    worst = Alert.objects.open().filter(intake=OuterRef("pk")).order_by("raised_at", "pk")
    return list(
        waiting.select_related("patient")
        .defer("answers")
        .annotate(flag=Subquery(worst.values("points_to")[:1]), flag_level=Subquery(worst.values("level")[:1]))
        .order_by("-submitted_at")[:MOST_INTAKES]
    )


@dataclass(frozen=True)
class Due:
    """Something to do for a patient, and whether it is for this practitioner."""

    task: Task
    days: int  # until it is due; below zero it is late
    is_mine: bool


def due(user, day, practitioner=None):
    """Return what is to do, first what is due first, but last what is late for weeks.

    Unread health histories have a list of their own. Mine are those of patients who come or came to me, and those of
    nobody's patients, so that none is overlooked.
    """
    if not can(user, "task.view"):
        return []
    seen = Appointment.objects.exclude(patient=None).annotate(person=PERSON).values("person")
    mine = Q(person__in=seen.filter(practitioner=practitioner)) | ~Q(person__in=seen) if practitioner else Q()
    waiting = Task.objects.for_user(user).open().exclude(kind=Task.Kind.REVIEW).annotate(person=PERSON)
    asked = Case(When(mine, then=True), default=False) if practitioner else Value(True)
    is_old = Case(When(due_on__lt=day - FRESH, then=True), default=False)
    listed = waiting.annotate(is_mine=asked, is_old=is_old).order_by("is_old", "due_on", "pk")
    return [Due(task, (task.due_on - day).days, task.is_mine) for task in listed.select_related("patient")[:MOST_TASKS]]


@dataclass(frozen=True)
class Figures:
    """Counts of the day that hold no health data."""

    booked: int
    seen: int
    waiting: int
    unsigned: int
    signed_same_day: int | None = None  # percent of the notes of the last seven days; None for no notes


def figures(day, zone, practitioner=None):
    """Return how many are booked, seen and waiting on the day, and how many of its notes are unsigned."""
    begun = Q(status__in=[Status.CHECKING_OUT, Status.DONE])
    counted = appointments_on(day, zone, practitioner).aggregate(
        booked=Count("pk"),
        seen=Count("pk", filter=begun),
        waiting=Count("pk", filter=Q(status__in=WAITING)),
        unsigned=Count("pk", filter=Q(visit__isnull=False, visit__signed_at=None)),
    )
    return Figures(**counted, signed_same_day=_signed_same_day(day, zone, practitioner))


def _signed_same_day(day, zone, practitioner):
    """How many of the last seven days' notes were signed on their own day, in percent: "a couple of days" is the
    norm that payers name, the same day is what keeps a note true (facts 4.7)."""
    midnight = datetime.combine(day, time.min, zone)
    week = Visit.objects.valid().filter(visited_at__gte=midnight - timedelta(days=7), visited_at__lt=midnight)
    week = week.filter(practitioner=practitioner) if practitioner else week
    on_its_day = Q(signed=TruncDate("visited_at", tzinfo=zone))
    counted = week.annotate(signed=TruncDate("signed_at", tzinfo=zone)).aggregate(
        written=Count("pk"), same_day=Count("pk", filter=on_its_day)
    )
    return round(100 * counted["same_day"] / counted["written"]) if counted["written"] else None


def longest_wait(listed, now=None):
    """Return the minutes of the longest wait on the list, or 0."""
    now = now or timezone.now()
    since = [r.appointment.waiting_since for r in listed if r.appointment.waiting_since]
    return max((int((now - moment) / timedelta(minutes=1)) for moment in since), default=0)


def is_here(row):
    """Is the patient in the house?"""
    return row.appointment.status in HERE
