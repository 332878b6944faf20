"""What a week of the spasm diary says. Pure: no models, no queries. The measure and its threshold are our own rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

FALL_THAT_MATTERS = Fraction(30, 100)


@dataclass(frozen=True)
class SpasmWeek:
    """The spasms of seven days: how many, their mean length in minutes and their mean intensity, 0 to 10.

    The means are None when there was no spasm.
    """

    count: int
    mean_minutes: float | None
    mean_intensity: float | None


def summarise(entries: Sequence[tuple[float, int]]) -> SpasmWeek:
    """The week from its (minutes, intensity) entries; raises ValueError for a value that cannot be."""
    for minutes, intensity in entries:
        if minutes < 0 or not 0 <= intensity <= 10:
            raise ValueError(f"a spasm of {minutes} minutes and intensity {intensity} cannot be")
    if not entries:
        return SpasmWeek(0, None, None)
    count = len(entries)
    return SpasmWeek(count, sum(m for m, _ in entries) / count, sum(i for _, i in entries) / count)


def change_spasm_week(baseline: SpasmWeek, now: SpasmWeek) -> dict[str, str]:
    """Per figure `improved`, `no_change` or `worse`; a fall or rise of 30 percent matters.

    A mean is left out when one of the two weeks had no spasm.
    """
    figures = {}
    for name in ("count", "mean_minutes", "mean_intensity"):
        before, after = getattr(baseline, name), getattr(now, name)
        if before is not None and after is not None:
            figures[name] = _verdict(Fraction(before), Fraction(after))
    return figures


def _verdict(before: Fraction, after: Fraction) -> str:
    if before == after or abs(after - before) < FALL_THAT_MATTERS * before:
        return "no_change"
    return "improved" if after < before else "worse"
