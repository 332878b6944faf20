"""What was measured at a visit, in short lines: for the folded part of the card and the signed note."""

from itertools import groupby

from django.utils.translation import gettext as _

from clinic.anatomy import nerve_levels, regions
from patients.questions import load


def lines_of(visit):
    """Return the words for what was measured: ranges by region, nerves by result, movements by effect."""
    return [
        *_ranges(visit.ranges_of_motion.all()),
        *_nerves(visit.nerve_tests.all()),
        *_movements(visit.provoking_movements.all()),
    ]


def movement_names():
    """{key: words} of the movements in the intake's grid."""
    return {row.value: str(row.label) for row in load().question("movement_grid").rows}


def _grouped(rows, key):
    return groupby(sorted(rows, key=lambda row: (key(row), row.pk)), key=key)


def _ranges(rows):
    for region, found in _grouped(rows, lambda row: row.region):
        label = str(regions.BY_CODE[region].label) if region in regions.BY_CODE else region
        yield f"{label.capitalize()}: " + ", ".join(map(_range, found))


def _range(row):
    degrees = "" if row.degrees is None else f" {row.degrees}°"
    return f"{row.get_movement_display().lower()}{degrees}" + (f" ({_('painful')})" if row.is_painful else "")


def _nerves(rows):
    """What is not normal by name; what is normal as a number, so that a whole screen stays one line."""
    normal = [row for row in rows if row.result == row.Result.NORMAL]
    for row in rows:
        if row.result != row.Result.NORMAL:
            level = str(nerve_levels.TENSIONS.get(row.level, row.level))
            yield f"{row.get_kind_display()}, {level} {row.side}".strip() + f": {row.get_result_display().lower()}"
    if normal:
        levels = ", ".join(dict.fromkeys(str(nerve_levels.TENSIONS.get(row.level, row.level)) for row in normal))
        yield _("Nerve tests normal (%(n)s): %(levels)s") % {"n": len(normal), "levels": levels}


def _movements(rows):
    names = movement_names()
    for effect, found in _grouped(rows, lambda row: row.get_effect_display()):
        yield f"{effect}: " + ", ".join(names.get(row.movement, row.movement).lower() for row in found)
