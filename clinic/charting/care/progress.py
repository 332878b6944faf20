"""Is it getting better? From the start of a plan (or its last decision) to now. Pure: no models, no queries.

What counts as a change is `scoring`'s: pain 2 points or 30 percent, own activities 2.0 in the mean (3.0 where one or
two are scored), Roland-Morris 5 points or 30 percent. Spasms count from 30 percent fewer a week; they are told and do
not decide, for a week is a small sample.

Better is pain AND function past the threshold, worse is one of them the wrong way, no further gain is two assessments
in a row below it. Anything else is said to be unclear, with what is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from clinic.outcomes import scoring
from clinic.outcomes.scoring import Number, ScoreRefused
from clinic.outcomes.spasm_diary import SpasmWeek, change_spasm_week

IMPROVED, PLATEAU, WORSE, UNCLEAR = "improved", "plateau", "worse", "unclear"
SAME, MISSING = "no_change", "missing"
PAIN, ACTIVITIES, ROLAND_MORRIS, SPASMS = "nrs_pain", "psfs", "rmdq", "spasms"
FUNCTION = (ACTIVITIES, ROLAND_MORRIS)
MEAN_THAT_COUNTS = 2
APART = timedelta(days=7)  # own rule: scores nearer to each other are one assessment


@dataclass(frozen=True)
class Reading:
    """One measure from its start to now: `verdict` is improved, no_change, worse or missing."""

    measure: str
    start: Number | None
    now: Number | None
    verdict: str

    @property
    def change(self):
        """Now minus start, in the points of the measure, or None."""
        return None if self.start is None or self.now is None else float(self.now) - float(self.start)

    @property
    def percent(self):
        """How many percent of the start the change is, or None where there is no start to speak of."""
        return None if self.change is None or not self.start else round(100 * self.change / float(self.start))

    @property
    def counts(self):
        return self.verdict in (IMPROVED, WORSE)

    def as_row(self):
        """What is stored with a decision."""
        numbers = {"start": self.start, "now": self.now, "change": self.change}
        told = {name: None if value is None else float(value) for name, value in numbers.items()}
        return {"measure": self.measure, **told, "counts": self.counts, "verdict": self.verdict}


@dataclass(frozen=True)
class Progress:
    """What the measures say together, and which of them are missing."""

    flag: str
    readings: tuple[Reading, ...]
    missing: tuple[str, ...] = ()

    @property
    def has_improved(self):
        return self.flag == IMPROVED

    def as_rows(self):
        return [reading.as_row() for reading in self.readings]


def _read(measure, start, now, change):
    """A reading; what cannot be scored counts as not measured."""
    if start is None or now is None:
        return Reading(measure, start, now, MISSING)
    try:
        return Reading(measure, start, now, change(start, now).verdict[0])
    except ScoreRefused:
        return Reading(measure, None, None, MISSING)


def pain(start: Number | None, now: Number | None) -> Reading:
    """Pain 0 to 10: 2 points or 30 percent."""
    return _read(PAIN, start, now, scoring.change_nrs)


def roland_morris(start: Number | None, now: Number | None) -> Reading:
    """The count of 24 statements: 5 points or 30 percent."""
    return _read(ROLAND_MORRIS, start, now, scoring.change_rmdq)


def spasms(start: Number | None, now: Number | None) -> Reading:
    """Spasms a week: 30 percent of those at the start (own rule of the diary)."""
    if start is None or now is None:
        return Reading(SPASMS, start, now, MISSING)
    before, after = (SpasmWeek(int(count), None, None) for count in (start, now))
    return Reading(SPASMS, start, now, change_spasm_week(before, after)["count"])


def activities(pairs: Sequence[tuple[Number, Number | None]]) -> Reading:
    """The patient's own activities, (start, now) of each: the mean of three to five, else each by itself."""
    scored = [(start, now) for start, now in pairs if now is not None][: scoring.PSFS_MOST]
    if not scored:
        return Reading(ACTIVITIES, None, None, MISSING)
    before, after = [start for start, _now in scored], [now for _start, now in scored]
    try:
        verdict = _of_activities(before, after)
    except ScoreRefused:
        return Reading(ACTIVITIES, None, None, MISSING)
    return Reading(ACTIVITIES, sum(before) / len(before), sum(after) / len(after), verdict)


def activities_mean(start: Number | None, now: Number | None) -> Reading:
    """The mean of the same activities as it was filled in, 0 to 10: 2.0 counts."""
    if start is None or now is None:
        return Reading(ACTIVITIES, start, now, MISSING)
    before, after = Decimal(str(start)), Decimal(str(now))
    verdict = SAME if abs(after - before) < MEAN_THAT_COUNTS else IMPROVED if after > before else WORSE
    return Reading(ACTIVITIES, start, now, verdict)


def _of_activities(before, after):
    if len(before) >= scoring.PSFS_FEWEST:
        return scoring.change_psfs(before, after).verdict[0]
    single = [scoring.change_psfs_single(*pair).verdict[0] for pair in zip(before, after, strict=True)]
    return WORSE if WORSE in single else IMPROVED if IMPROVED in single else SAME


def _joined(readings):
    """The verdict of several readings of one thing: worse wins, then better."""
    verdicts = {reading.verdict for reading in readings} - {MISSING}
    return next((word for word in (WORSE, IMPROVED, SAME) if word in verdicts), MISSING)


def assessments(scores: Sequence[tuple[date, Number]]) -> list[Number]:
    """Thin a series (oldest first) to scores at least a week apart; the last one always stays."""
    kept: list[tuple[date, Number]] = []
    for day, score in reversed(scores):
        if not kept or kept[-1][0] - day >= APART:
            kept.append((day, score))
    return [score for _day, score in reversed(kept)]


def has_levelled(scores: Sequence[tuple[date, Number]]) -> bool:
    """Did pain change below the threshold at the last two assessments in a row?"""
    try:
        return scoring.course_series(assessments(scores)).flag == PLATEAU
    except ScoreRefused:
        return False


def judge(readings: Sequence[Reading], series: Sequence[tuple[date, Number]] = ()) -> Progress:
    """What the readings say together; `series` are the pain scores with their days, oldest first."""
    in_pain = _joined([one for one in readings if one.measure == PAIN])
    function = _joined([one for one in readings if one.measure in FUNCTION])
    missing = tuple(name for name, verdict in (("pain", in_pain), ("function", function)) if verdict == MISSING)
    return Progress(_flag(in_pain, function, series), tuple(readings), missing)


def _flag(in_pain, function, series):
    if WORSE in (in_pain, function):
        return WORSE
    if in_pain == function == IMPROVED:
        return IMPROVED
    if MISSING in (in_pain, function):
        return UNCLEAR
    return PLATEAU if has_levelled(series) else UNCLEAR
