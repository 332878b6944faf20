"""The scores of a patient over a stretch of time: read thinned out, so that no page grows with the years."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, Value, When, Window
from django.db.models.functions import Mod, RowNumber
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.charting.course import plot_parts
from clinic.charting.models import CarePlan, PlanGoal
from clinic.outcomes import recording
from clinic.outcomes.models import Response

DRAWN = 24  # at most so many scores of one measure are drawn
RECENT = 8  # days in the table under a plot
BEFORE = timedelta(days=30)  # a score handed in so long before a plan is that of its start
PLAN, YEAR, ALL = "plan", "year", "all"


@dataclass(frozen=True)
class Kind:
    """How one measure is shown. `lines` are those of its scale; none when it has no end of its own."""

    slug: str
    short: Any
    title: Any
    row: Any
    shape: str
    css: str
    lines: tuple[int, ...] = ()
    is_always_shown: bool = True


KINDS = (
    Kind("nrs_pain", _("Pain"), _("Pain, 0 to 10"), _("Pain now"), plot_parts.CIRCLE, "pain", (0, 5, 10)),
    Kind("spasms", _("Spasms a week"), _("Spasms a week"), _("Spasms"), plot_parts.BAR, "spasm"),
    Kind(
        "rmdq", _("Roland-Morris"), _("Roland-Morris, 0 to 24"), _("Score"), plot_parts.TRIANGLE, "rm", (0, 8, 16, 24)
    ),
    Kind(
        "psfs", _("Function"), _("Function, own activities, 0 to 10"), _("Mean"), plot_parts.SQUARE, "func", (0, 5, 10)
    ),
    Kind("odi", _("Oswestry"), _("Oswestry, 0 to 100 %"), _("Percent"), plot_parts.TRIANGLE, "rm", (0, 50, 100), False),
    Kind(
        "ndi",
        _("Neck disability"),
        _("Neck disability, 0 to 50"),
        _("Points"),
        plot_parts.TRIANGLE,
        "rm",
        (0, 25, 50),
        False,
    ),
    Kind(
        "global_change",
        _("Change in all"),
        _("Change in all, -3 to 3"),
        _("Step"),
        plot_parts.CIRCLE,
        "func",
        (-3, 0, 3),
        False,
    ),
)
BY_SLUG = {kind.slug: kind for kind in KINDS}


@dataclass(frozen=True)
class Stretch:
    """The days that are looked at: those of the plan in force, this year, or all."""

    name: str
    today: date
    plan: CarePlan | None = None

    @property
    def first_day(self) -> date | None:
        """The first day, None for all of them."""
        if self.name == PLAN and self.plan:
            return began_on(self.plan)
        return self.today.replace(month=1, day=1) if self.name == YEAR else None

    @property
    def reads_from(self) -> datetime | None:
        """From when scores are read: for a plan also those that tell how it was before it."""
        day = self.first_day
        if day is None:
            return None
        return midnight(day - BEFORE if self.name == PLAN else day)

    @property
    def starts_after(self) -> datetime | None:
        """Of the scores up to here only the last counts: it is the one of the start of the plan."""
        return midnight(self.first_day + timedelta(days=1)) if self.name == PLAN and self.first_day else None


@dataclass(frozen=True)
class Reading:
    """One score of a day; the last of a day counts."""

    day: date
    score: Decimal
    answers: dict
    place: int


@dataclass
class Series:
    """The scores of one measure in a stretch: which are drawn, which are newest, and how many there are."""

    kind: Kind
    drawn: list[Reading] = field(default_factory=list)
    recent: list[Reading] = field(default_factory=list)
    total: int = 0
    before: int = 0  # 1 when there is a score of the time before a plan

    @property
    def first(self) -> Reading:
        """The score everything is held against."""
        return self.drawn[0]

    @property
    def last(self) -> Reading:
        """The newest score."""
        return self.drawn[-1]

    @property
    def is_thinned(self) -> bool:
        """Are there more scores than are drawn?"""
        return self.total > DRAWN


def began_on(plan: CarePlan) -> date:
    """The day a plan starts, the one on which it was made when none is set."""
    return plan.started_on or timezone.localdate(plan.made_at)


def midnight(day: date) -> datetime:
    """The moment a day begins at the clinic."""
    return timezone.make_aware(datetime.combine(day, time.min))


def counted(patient: Any, user: Any) -> Any:
    """The scores of this person that this user may see and that count."""
    return recording.counted(Response.objects.of(patient).for_user(user))


def plan_of(patient: Any, user: Any) -> CarePlan | None:
    """The newest plan in force, with its goals, in two queries."""
    rows = CarePlan.objects.of(patient).for_user(user).current().select_related("episode")
    return rows.prefetch_related("goals").first()


def goal_of(plan: CarePlan | None, slug: str) -> Decimal | None:
    """What the plan aims at on this measure; the mean of the targets for own activities."""
    goals: Sequence[PlanGoal] = [goal for goal in plan.goals.all() if goal.measure == slug] if plan else []
    return sum((goal.target for goal in goals), Decimal()) / len(goals) if goals else None


def read(patient: Any, user: Any, stretch: Stretch) -> dict[str, Series]:
    """Return {measure: its series} of a stretch in one query, at most some thirty rows a measure."""
    rows = counted(patient, user).filter(measure_id__in=BY_SLUG)
    if stretch.reads_from:
        rows = rows.filter(taken_at__gte=stretch.reads_from)
    early = When(taken_at__lt=stretch.starts_after, then=Value(1)) if stretch.starts_after else None
    rows = rows.annotate(early=Case(early, default=Value(0)) if early else Value(0, IntegerField()))
    found = thinned(rows, "taken_at", partition=["measure", "early"], early="early")
    made: dict[str, Series] = {kind.slug: Series(kind) for kind in KINDS}
    names = ("measure_id", "taken_at", "score", "answers", "early", "place", "total")
    for slug, at, score, answers, is_early, place, total in found.values_list(*names):
        one = made[slug]
        one.before += is_early
        one.total = one.before if is_early else one.before + total
        _add(one, Reading(timezone.localdate(at), score, answers, 0 if is_early else place), total)
    return made


def thinned(rows: Any, at: str, *, partition: list[str] | None = None, early: str = "") -> Any:
    """Keep the first, the newest ones for the table, and of the rest each n-th, the newest being one of them.

    Of what came `early` only the last is kept. Each row has its `place` and the `total` of its partition.
    """
    step = (F("total") + Value(DRAWN - 1)) / Value(DRAWN)
    rows = rows.annotate(
        place=Window(RowNumber(), partition_by=partition, order_by=(at, "pk")),
        total=Window(Count("pk"), partition_by=partition),
    ).annotate(off=Mod(F("total") - F("place"), step))
    kept = Q(place=1) | Q(off=0) | Q(place__gt=F("total") - 2 * RECENT)
    if early:
        kept = Q(place=F("total"), **{early: 1}) | (Q(**{early: 0}) & kept)
    return rows.filter(kept).order_by(at, "pk")


def _add(series: Series, reading: Reading, total: int) -> None:
    """Put a reading into what is drawn and what is newest; a later one of the same day takes the place."""
    step = (total + DRAWN - 1) // DRAWN
    for rows, wanted in (
        (series.drawn, reading.place <= 1 or (total - reading.place) % step == 0),
        (series.recent, reading.place == 0 or reading.place > total - 2 * RECENT),
    ):
        if wanted and rows and rows[-1].day == reading.day:
            rows[-1] = reading
        elif wanted:
            rows.append(reading)
    del series.recent[:-RECENT]
