"""The tab of outcomes: one plot a measure against visits and the plan, its table, and a place to enter a score."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.accounts.roles import can
from clinic.charting.care import clocks
from clinic.charting.course import outcome_series, outcome_visits, outcome_words, plots
from clinic.charting.course.outcome_series import ALL, BY_SLUG, KINDS, PLAN, YEAR, Kind, Reading, Series, Stretch
from clinic.charting.course.plot_parts import NARROW, WIDE, Clock, Content, Days, Frame, Plot, Score, Visit
from clinic.outcomes import recording
from clinic.outcomes.forms import FORMS, FunctionForm, ScoreForm
from patients.chart_tabs import Tab

NAME, PER_PAGE = "outcomes", 40
RANGES = ((PLAN, gettext_lazy("This plan")), (YEAR, gettext_lazy("This year")), (ALL, gettext_lazy("All")))
ENTERED = (
    ("nrs_pain", gettext_lazy("Pain")),
    ("spasms", gettext_lazy("Spasms")),
    ("rmdq", gettext_lazy("Roland-Morris")),
    ("psfs", gettext_lazy("Own activities")),
    ("global_change", gettext_lazy("Change in all")),
    ("odi", gettext_lazy("Oswestry")),
    ("ndi", gettext_lazy("Neck")),
)


class Refused(Exception):
    """A score cannot be kept as typed: the tab comes back with the form."""

    def __init__(self, **context: Any) -> None:
        super().__init__()
        self.context = context


@dataclass(frozen=True)
class Column:
    """One day of the table under a plot."""

    reading: Reading
    number: int | None
    value: str
    step: str
    letters: str


@dataclass(frozen=True)
class Chart:
    """One measure as it is shown: headline, verdict, the drawing in two widths, and its table."""

    kind: Kind
    series: Series
    headline: str
    tag: outcome_words.Tag | None
    goal: str
    wide: Plot
    narrow: Plot
    columns: list[Column]

    @property
    def said(self) -> str:
        """The plot in words, for who does not see it."""
        values = ", ".join(outcome_words.number(reading.score) for reading in self.series.drawn)
        return f"{self.kind.title}: {values}"


class Page:
    """The rows behind the tab, read once: a fixed number of queries, however long the history is."""

    def __init__(self, request, patient):
        self.today = timezone.localdate()
        plan = outcome_series.plan_of(patient, request.user)
        names = [name for name, _label in RANGES if name != PLAN or plan]
        asked = request.GET.get("range", "")
        self.stretch = Stretch(asked if asked in names else names[0], self.today, plan)
        self.ranges = [(name, label, name == self.stretch.name) for name, label in RANGES if name in names]
        self.plan = plan
        self.series = outcome_series.read(patient, request.user, self.stretch)
        kinds = outcome_visits.kinds()
        letters = {kind: word for kind, (word, _label) in kinds.items()}
        self.visits = outcome_visits.visits(patient, request.user, self.stretch, letters)
        self.missed = outcome_visits.missed(patient, request.user, self.stretch)
        used = {word for visit in self.visits for word in visit.letters}
        self.key = [(word, label) for word, label in kinds.values() if word in used]

    @property
    def clocks(self) -> list[Clock]:
        """The days the plan looks out for; only while the plan is what is looked at."""
        if self.stretch.name != PLAN or self.plan is None:
            return []
        began = outcome_series.began_on(self.plan)
        told = (
            (clocks.REVIEW_DAY, _("re-exam, day %(n)s")),
            (clocks.DECISION_DAY, _("decision, day %(n)s")),
        )
        short = _("day %(n)s")
        return [Clock(clocks.on_day(began, day), words % {"n": day}, short % {"n": day}) for day, words in told]

    @property
    def days(self) -> Days:
        """The stretch all plots share: everything that is drawn lies in it."""
        found = [reading.day for one in self.series.values() for reading in one.drawn]
        found += [visit.day for visit in self.visits] + self.missed + [clock.day for clock in self.clocks]
        found += [self.stretch.first_day] if self.stretch.name == PLAN and self.stretch.first_day else []
        return Days(min(found, default=self.today), max([*found, self.today]))

    def charts(self) -> list[Chart]:
        """One for each measure that is always shown, and for others once there is a score."""
        days = self.days
        return [self._chart(self.series[kind.slug], days) for kind in KINDS if self._is_shown(kind)]

    def _is_shown(self, kind: Kind) -> bool:
        return kind.is_always_shown or bool(self.series[kind.slug].drawn)

    def _chart(self, series: Series, days: Days) -> Chart:
        scores, slug = [reading.score for reading in series.drawn], series.kind.slug
        _found, tag = outcome_words.verdict(slug, scores, is_same=same_activities(series))
        goal = outcome_series.goal_of(self.plan, slug)
        drawn = self.content(series, days)
        return Chart(
            kind=series.kind,
            series=series,
            headline=outcome_words.headline(slug, scores) if scores else "",
            tag=tag,
            goal=outcome_words.number(goal) if goal is not None else "",
            wide=plots.draw(drawn, WIDE),
            narrow=plots.draw(drawn, NARROW),
            columns=self._columns(series),
        )

    def content(self, series: Series, days: Days) -> Content:
        """What is drawn of one measure."""
        goal = outcome_series.goal_of(self.plan, series.kind.slug)
        words = outcome_words.number
        return Content(
            scores=[Score(reading.day, float(reading.score), words(reading.score)) for reading in series.drawn],
            days=days,
            rules=series.kind.lines or plots.scale(float(max([0, goal or 0, *(r.score for r in series.drawn)]))),
            shape=series.kind.shape,
            goal=(float(goal), _("goal %(n)s") % {"n": words(goal)}) if goal is not None else None,
            visits=[Visit(visit.day, "".join(visit.letters)) for visit in self.visits],
            missed=self.missed,
            clocks=self.clocks,
        )

    def small(self, series: Series, days: Days, frame: Frame) -> Plot:
        """The marks of one measure alone, for the overview."""
        whole = self.content(series, days)
        return plots.draw(Content(whole.scores, days, whole.rules, whole.shape), frame)

    def _columns(self, series: Series) -> list[Column]:
        at = {visit.day: visit for visit in self.visits}
        return [
            Column(
                reading,
                at[reading.day].number if reading.day in at and self.stretch.name == PLAN else None,
                outcome_words.number(reading.score),
                "" if reading == series.first else outcome_words.step(reading.score - series.first.score),
                ", ".join(at[reading.day].letters) if reading.day in at else "",
            )
            for reading in series.recent
        ]


def same_activities(series: Series) -> bool:
    """Do the first and the last score speak of the same? Own activities may have been chosen anew."""
    if len(series.drawn) < 2 or series.kind.slug != recording.FUNCTION:
        return True
    first, last = ({one["what"] for one in r.answers.get("activities", ())} for r in (series.first, series.last))
    return not first or not last or first == last


def context(request: Any, patient: Any) -> dict:
    """What the tab shows: the plots of the stretch asked for, or every score of one measure, page by page."""
    of = BY_SLUG.get(request.GET.get("of", ""))
    if of:
        return {"every": _every(request, patient, of)}
    page = Page(request, patient)
    return {
        "page": page,
        "charts": page.charts(),
        "may_enter": can(request.user, "outcome.add") and not patient.deceased_on,
        "to_enter": ENTERED,
        **_entering(request, page),
    }


def _entering(request, page):
    """The form that is open, when the address asks for one."""
    asked = request.GET.get("enter", "")
    if asked not in FORMS:
        return {}
    return {"entering": asked, "score_form": _empty_form(asked, page)}


def _empty_form(measure: str, page: Page) -> ScoreForm:
    if measure != FunctionForm.measure:
        return FORMS[measure]()
    series, plan = page.series[measure], page.plan
    last = series.last.answers.get("activities", ()) if series.drawn else ()
    goals = [goal.what for goal in plan.goals.all() if goal.measure == measure] if plan else []
    return FunctionForm(activities=[one["what"] for one in last] or goals)


def _every(request, patient, kind):
    """All scores of one measure, newest first, with the step from the very first."""
    rows = outcome_series.counted(patient, request.user).filter(measure_id=kind.slug)
    first = rows.order_by("taken_at", "pk").values_list("score", flat=True).first()
    page = Paginator(rows.order_by("-taken_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    told = [(row, outcome_words.number(row.score), outcome_words.step(row.score - first)) for row in page]
    return {"kind": kind, "page": page, "rows": told}


def _enter(request, patient, what):
    """Keep a score; `what` is the slug of its measure."""
    form = FORMS.get(what, FORMS[ENTERED[0][0]])(request.POST)
    if not form.is_valid():
        raise Refused(entering=form.measure, score_form=form)
    made = recording.enter_score(patient, by=request.user, **form.entered())
    said = {"what": dict(ENTERED)[form.measure], "score": outcome_words.number(Decimal(made.score))}
    messages.success(request, _("Kept: %(what)s, %(score)s.") % said)
    return redirect(f"{patient.get_absolute_url()}?tab={NAME}")


TAB = Tab(
    NAME,
    gettext_lazy("Outcomes"),
    context,
    right="outcome.view",
    after="plan",
    deeds={"score": _enter},
    refusal=Refused,
)
