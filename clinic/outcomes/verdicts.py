"""What the way from the first score to the newest means, by the threshold of its measure. Pure: no models, no queries.

The step itself is judged by `scoring`; this module says in addition which threshold was reached, and whether only just.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .scoring import (
    Change,
    change_ndi,
    change_nrs,
    change_odi,
    change_psfs_mean,
    change_rmdq,
    change_spasms,
)

IMPROVED, NO_CHANGE, WORSE = "improved", "no_change", "worse"


@dataclass(frozen=True)
class Threshold:
    """The change that counts: in points, in percent of the start, or either (None: this one does not count)."""

    change: Callable[..., Change]
    points: int | None
    percent: int | None = None


THRESHOLDS: Mapping[str, Threshold] = {
    "nrs_pain": Threshold(change_nrs, 2, 30),
    "rmdq": Threshold(change_rmdq, 5, 30),
    "psfs": Threshold(change_psfs_mean, 2),
    "spasms": Threshold(change_spasms, None, 30),
    "odi": Threshold(change_odi, 10, 30),
    "ndi": Threshold(change_ndi, 5),
}


@dataclass(frozen=True)
class Verdict:
    """From the start to now: `meaning` is improved, no_change or worse.

    `difference` is now minus start in points, `percent` its size in percent of the start (None for a start of 0).
    `points` or `limit` is the threshold to name: the one that was reached, or the one that was missed; the other is
    None. `is_edge` says that it was reached exactly, and not passed.
    """

    meaning: str
    difference: Decimal
    percent: Fraction | None
    points: int | None = None
    limit: int | None = None
    is_edge: bool = False


def judge(slug: str, start: Decimal, now: Decimal) -> Verdict:
    """Hold the way from `start` to `now` against the threshold of the measure `slug`.

    Raises KeyError for a measure without a threshold, `scoring.ScoreRefused` for a score outside its scale.
    """
    threshold = THRESHOLDS[slug]
    meaning = threshold.change(start, now).verdict[0]
    size = Fraction(abs(now - start))
    percent = size * 100 / Fraction(start) if start else None
    by_percent = threshold.percent is not None and percent is not None and percent >= threshold.percent
    if meaning == NO_CHANGE or not by_percent:
        points = threshold.points
        limit = threshold.percent if points is None else None
        return Verdict(meaning, now - start, percent, points, limit, meaning != NO_CHANGE and size == points)
    return Verdict(meaning, now - start, percent, limit=threshold.percent, is_edge=percent == threshold.percent)
