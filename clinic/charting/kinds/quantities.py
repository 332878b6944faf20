"""Numbers with their unit, as a clinic writes them: "1.0 W/cm²", "8 min", "0.1-2.0 W/cm²". Pure."""

from decimal import Decimal

from django.utils.translation import gettext as _

SIGNS = {"W/cm2": "W/cm²", "cm2": "cm²", "us": "µs", "C": "°C", "deg": "°"}
# Doses written with a decimal even when whole, so that 1.0 is not read as 10.
ALWAYS_DECIMAL = {"W/cm2"}


def number(value: float | Decimal | str, unit: str = "") -> str:
    """The number alone, without needless decimals; a choice in words."""
    if not isinstance(value, (int, float, Decimal)):
        return in_words(value)
    if unit in ALWAYS_DECIMAL:
        return str(float(value))
    return str(int(value)) if value == int(value) else str(value)


def in_unit(value: float | Decimal | str, unit: str) -> str:
    """The number or choice followed by its unit."""
    return f"{number(value, unit)} {SIGNS.get(unit, unit)}".strip()


def span(lowest: float | None, highest: float | None, unit: str) -> str:
    """A range in words: from and to, at least, or at most."""
    if lowest is None:
        return _("at most %(highest)s") % {"highest": in_unit(highest or 0, unit)}
    if highest is None:
        return _("at least %(lowest)s") % {"lowest": in_unit(lowest, unit)}
    if lowest == highest:
        return in_unit(lowest, unit)
    return _("%(lowest)s to %(highest)s") % {"lowest": number(lowest, unit), "highest": in_unit(highest, unit)}


def in_words(value: object) -> str:
    """A choice as people read it, without the underscores of its slug."""
    return str(value).replace("_", " ")
