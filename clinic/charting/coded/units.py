"""How many units of timed services a visit earns from the minutes spent one to one. Pure: no models, no queries.

A unit is 15 minutes and is earned from its eighth minute on. The caller passes only the codes billed by time, in the
order in which they stand on the bill, with their direct one-to-one minutes. Source: the published eight-minute table
and worked examples; beyond 67 minutes the same 15-minute step.
"""

UNIT_MINUTES = 15
MINUTES_FOR_A_UNIT = 8


def units_medicare(minutes_by_code: dict[str, int]) -> dict[str, int]:
    """Units per code when the minutes of all codes are pooled.

    The total of minutes gives the total of units. Each code gets its full quarters of an hour; what is left goes one
    unit each to the largest remainders, to the code listed first when two are equal. Raises TypeError for minutes
    that are not whole and ValueError for negative ones.
    """
    _check(minutes_by_code)
    units = {code: minutes // UNIT_MINUTES for code, minutes in minutes_by_code.items()}
    left = _earned(sum(minutes_by_code.values())) - sum(units.values())
    by_remainder = sorted(minutes_by_code, key=lambda code: -(minutes_by_code[code] % UNIT_MINUTES))
    for code in by_remainder[:left]:
        units[code] += 1
    return units


def units_substantial(minutes_by_code: dict[str, int]) -> dict[str, int]:
    """Units per code when each code stands alone: a unit needs the greater part of its 15 minutes.

    Raises TypeError for minutes that are not whole and ValueError for negative ones.
    """
    _check(minutes_by_code)
    return {code: _earned(minutes) for code, minutes in minutes_by_code.items()}


def _earned(minutes: int) -> int:
    return (minutes + UNIT_MINUTES - MINUTES_FOR_A_UNIT) // UNIT_MINUTES


def _check(minutes_by_code: dict[str, int]) -> None:
    for code, minutes in minutes_by_code.items():
        if not isinstance(minutes, int) or isinstance(minutes, bool):
            raise TypeError(f"{code}: minutes are whole numbers, not {minutes!r}")
        if minutes < 0:
            raise ValueError(f"{code}: minutes cannot be negative ({minutes})")
