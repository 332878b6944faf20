"""Scores and changes of the outcome measures. Pure: no models, no queries.

Every verdict is a tuple of slugs for the program, not text for people. Answers that cannot be scored raise
`ScoreRefused`. Thresholds: pain scale 2 points or 30 percent; disability questionnaire of 24 statements 5 points or
30 percent; patient-specific function 2.0 for the mean, 3.0 for one activity; back index in percent 10 points or 30
percent; neck index 5 raw points; spasms a week 30 percent (own rule). A threshold reached the wrong way is `worse`, by
the same measure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from numbers import Rational

from .spasm_diary import SpasmWeek as SpasmWeek
from .spasm_diary import change_spasm_week as change_spasm_week
from .spasm_diary import summarise as score_spasm_week  # noqa: F401

Number = int | float | Decimal | Fraction

SHARE_THAT_MATTERS = Fraction(30, 100)
RMDQ_STATEMENTS = 24
RMDQ_FLOOR, RMDQ_CEILING, RMDQ_RECOVERED = 4, 20, 2
PSFS_FEWEST, PSFS_MOST = 3, 5
INDEX_ITEMS = 10
MOST_SPASMS = 200  # a week, as the health history asks
NDI_BANDS = ((35, "complete"), (25, "severe"), (15, "moderate"), (5, "mild"), (0, "none"))


class ScoreRefused(ValueError):
    """Answers that cannot be scored; `reason` is a slug such as `out_of_range`."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Score:
    """One result: `value` in the measure's own points, and `percent` and `denominator` where the measure has them."""

    value: int | Decimal
    verdict: tuple[str, ...]
    percent: Decimal | None = None
    denominator: int | None = None


@dataclass(frozen=True)
class Change:
    """The step from a baseline to now: now minus baseline, in points, and what it means."""

    difference: int | Decimal
    verdict: tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """What several measures together say: `flag` is improved, worse, plateau or none, and `reason` says why."""

    flag: str
    reason: str


def score_nrs(score: Number | None) -> Score:
    """Pain now, 0 (none) to 10, in whole points; 0 is recovered. Raises ScoreRefused."""
    value = _whole(score, 0, 10)
    return Score(value, ("recovered",) if value == 0 else ("ok",))


def change_nrs(baseline: Number | None, now: Number | None) -> Change:
    """The change of the pain scale; 2 points or 30 percent matter. Raises ScoreRefused."""
    change = _change(_whole(baseline, 0, 10), _whole(now, 0, 10), points=2, share=SHARE_THAT_MATTERS)
    return _with_recovery(change, now == 0)


def score_rmdq(ticked: Sequence[int], not_applicable: Sequence[int] = ()) -> Score:
    """The count of ticked statements, numbered 1 to 24; one not ticked or not applicable counts 0.

    Below 4 or above 20 the scale has little room left (floor, ceiling); 2 or less is recovered. Raises ScoreRefused.
    """
    marked = [*ticked, *not_applicable]
    if any(item not in range(1, RMDQ_STATEMENTS + 1) for item in marked):
        raise ScoreRefused("unknown_item")
    if len(set(marked)) != len(marked):
        raise ScoreRefused("duplicate_item")
    count = len(ticked)
    place = "floor" if count < RMDQ_FLOOR else "ceiling" if count > RMDQ_CEILING else "in_range"
    return Score(count, (place, "recovered") if count <= RMDQ_RECOVERED else (place,))


def change_rmdq(baseline: Number | None, now: Number | None) -> Change:
    """The change of the 24-statement count; 5 points or 30 percent matter. Raises ScoreRefused."""
    before, after = _whole(baseline, 0, RMDQ_STATEMENTS), _whole(now, 0, RMDQ_STATEMENTS)
    change = _change(before, after, points=5, share=SHARE_THAT_MATTERS)
    return _with_recovery(change, after <= RMDQ_RECOVERED)


def score_psfs(activities: Sequence[Number | None]) -> Score:
    """The mean of three to five activities, each 0 (unable) to 10 (as before), to two decimals. Raises ScoreRefused."""
    return Score(_rounded(_psfs_mean(activities)), ("ok",))


def change_psfs(baseline: Sequence[Number | None], now: Sequence[Number | None]) -> Change:
    """The change of the mean of the same activities; 2.0 matters, up is better. Raises ScoreRefused."""
    before, after = _psfs_mean(baseline), _psfs_mean(now)
    if len(baseline) != len(now):
        raise ScoreRefused("activities_differ")
    return _change(before, after, points=2, higher_is_better=True)


def change_psfs_mean(baseline: Number | None, now: Number | None) -> Change:
    """The change between two means of the same activities, as kept; 2.0 matters, up is better. Raises ScoreRefused."""
    return _change(_within(baseline, 0, 10), _within(now, 0, 10), points=2, higher_is_better=True)


def change_psfs_single(baseline: Number | None, now: Number | None) -> Change:
    """The change of one activity; 3 points matter, up is better. Raises ScoreRefused."""
    return _change(_whole(baseline, 0, 10), _whole(now, 0, 10), points=3, higher_is_better=True)


def score_ndi(items: Sequence[Number | None]) -> Score:
    """The neck index from ten items of 0 to 5: `value` 0 to 50, `percent`, and its band.

    One missing item (None) counts as the mean of the other nine; two are refused. Raises ScoreRefused.
    """
    answered = _index_items(items)
    raw = Fraction(sum(answered) * INDEX_ITEMS, len(answered))
    band = next(name for lowest, name in NDI_BANDS if raw >= lowest)
    return Score(_rounded(raw), (band, *_missing(answered)), percent=_rounded(raw * 2))


def change_ndi(baseline: Number | None, now: Number | None) -> Change:
    """The change of the neck index in raw points 0 to 50; 5 points matter. Raises ScoreRefused."""
    return _change(_within(baseline, 0, 50), _within(now, 0, 50), points=5)


def score_ndi_total(points: Number | None, answered: Number | None = INDEX_ITEMS) -> Score:
    """The neck index from the sum of a form on paper and how many of its ten items were answered, 9 or 10.

    One missing item counts as the mean of the others, so the sum is brought up to ten. Raises ScoreRefused.
    """
    total, count = _index_total(points, answered)
    raw = Fraction(total * INDEX_ITEMS, count)
    band = next(name for lowest, name in NDI_BANDS if raw >= lowest)
    return Score(_rounded(raw), (band, *_missing_of(count)), percent=_rounded(raw * 2))


def score_odi_total(points: Number | None, answered: Number | None = INDEX_ITEMS) -> Score:
    """The back index in percent from the sum of a form on paper and its sections answered, 9 or 10.

    Raises ScoreRefused.
    """
    total, count = _index_total(points, answered)
    percent = _rounded(Fraction(100 * total, 5 * count))
    return Score(percent, _missing_of(count) or ("ok",), percent=percent, denominator=5 * count)


def score_odi(sections: Sequence[Number | None]) -> Score:
    """The back index from ten sections of 0 to 5, in percent of what the answered sections allow.

    One missing section (None) is left out of the denominator; two are refused. Raises ScoreRefused.
    """
    answered = _index_items(sections)
    most = 5 * len(answered)
    percent = _rounded(Fraction(100 * sum(answered), most))
    return Score(percent, _missing(answered) or ("ok",), percent=percent, denominator=most)


def change_odi(baseline: Number | None, now: Number | None) -> Change:
    """The change of the back index in percent points; 10 points or 30 percent matter. Raises ScoreRefused."""
    return _change(_within(baseline, 0, 100), _within(now, 0, 100), points=10, share=SHARE_THAT_MATTERS)


def change_spasms(baseline: Number | None, now: Number | None) -> Change:
    """The change of the spasms counted in a week; 30 percent matter (own rule). Raises ScoreRefused."""
    before, after = _whole(baseline, 0, MOST_SPASMS), _whole(now, 0, MOST_SPASMS)
    verdict = change_spasm_week(SpasmWeek(before, None, None), SpasmWeek(after, None, None))["count"]
    return Change(after - before, (verdict,))


def score_global_change(step: Number | None) -> Score:
    """The patient's own view in seven steps, -3 (much worse) to 3 (much better); two steps matter (own rule).

    Raises ScoreRefused.
    """
    value = _whole(step, -3, 3)
    return Score(value, ("improved",) if value >= 2 else ("worse",) if value <= -2 else ("no_change",))


def course(pain: str, function: str) -> Course:
    """The course from the verdicts on pain and on function (improved, no_change or worse).

    Better needs both; worse needs one and calls for a look by the clinician. Raises ScoreRefused.
    """
    verdicts = (pain, function)
    if not set(verdicts) <= {"improved", "no_change", "worse"}:
        raise ScoreRefused("unknown_verdict")
    if "worse" in verdicts:
        return Course("worse", "task")
    return Course("improved", "improved") if verdicts == ("improved", "improved") else Course("none", "not_both")


def course_series(nrs: Sequence[Number | None]) -> Course:
    """Whether the last two steps of a series of pain scores both stayed below the threshold (plateau).

    Raises ScoreRefused.
    """
    scores = [_whole(score, 0, 10) for score in nrs]
    if len(scores) < 3:
        return Course("none", "too_few_assessments")
    before, between, last = scores[-3:]
    if change_nrs(between, last).verdict[0] != "no_change":
        return Course("none", "last_above_threshold")
    if change_nrs(before, between).verdict[0] != "no_change":
        return Course("none", "first_above_threshold")
    return Course("plateau", "two_below_threshold")


def _change(before: Number, after: Number, *, points: int, share: Fraction | None = None, higher_is_better=False):
    difference = _exact(after) - _exact(before)
    large = abs(difference) >= points
    if share is not None and before:
        large = large or abs(difference) >= share * _exact(before)
    better = (difference > 0) == higher_is_better
    verdict = "no_change" if not large or not difference else "improved" if better else "worse"
    return Change(_tidy(difference), (verdict,))


def _with_recovery(change: Change, recovered: bool) -> Change:
    return Change(change.difference, (*change.verdict, "recovered")) if recovered else change


def _psfs_mean(activities: Sequence[Number | None]) -> Fraction:
    if len(activities) < PSFS_FEWEST:
        raise ScoreRefused("too_few_activities")
    if len(activities) > PSFS_MOST:
        raise ScoreRefused("too_many_activities")
    return Fraction(sum(_whole(score, 0, 10) for score in activities), len(activities))


def _index_items(items: Sequence[Number | None]) -> list[int]:
    if len(items) != INDEX_ITEMS:
        raise ScoreRefused("wrong_item_count")
    answered = [_whole(item, 0, 5) for item in items if item is not None]
    if len(answered) < INDEX_ITEMS - 1:
        raise ScoreRefused("too_many_missing")
    return answered


def _index_total(points: Number | None, answered: Number | None) -> tuple[int, int]:
    count = _whole(answered, 0, INDEX_ITEMS)
    if count < INDEX_ITEMS - 1:
        raise ScoreRefused("too_many_missing")
    return _whole(points, 0, 5 * count), count


def _missing(answered: list[int]) -> tuple[str, ...]:
    return _missing_of(len(answered))


def _missing_of(count: int) -> tuple[str, ...]:
    return ("one_missing",) if count < INDEX_ITEMS else ()


def _within(value: Number | None, lowest: int, highest: int) -> Fraction:
    if value is None:
        raise ScoreRefused("missing")
    exact = _exact(value)
    if not lowest <= exact <= highest:
        raise ScoreRefused("out_of_range")
    return exact


def _whole(value: Number | None, lowest: int, highest: int) -> int:
    exact = _within(value, lowest, highest)
    if exact.denominator != 1:
        raise ScoreRefused("not_whole")
    return int(exact)


def _exact(value: Number) -> Fraction:
    try:
        return Fraction(value) if isinstance(value, Rational) else Fraction(str(value))
    except ValueError as error:
        raise ScoreRefused("not_a_number") from error


def _tidy(value: Fraction) -> int | Decimal:
    return int(value) if value.denominator == 1 else _rounded(value)


def _rounded(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
