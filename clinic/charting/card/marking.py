"""Marking a place on the spine map: found, then adjusted, then clear again.

A mark of an adjustment goes through the rules of treating like any other treatment: what they refuse stays a finding.
"""

from django.db import transaction

from clinic.accounts.roles import require
from clinic.anatomy import segments as anatomy
from clinic.charting import notes
from clinic.charting.kinds import treating
from clinic.charting.models import TreatmentApplied, TreatmentKind

FOUND, ADJUSTED, CLEAR = "found", "adjusted", "clear"
SIGNS = {"+": ADJUSTED, "-": CLEAR, "−": CLEAR}
ADJUSTMENT = "adjustment"
USUAL = ("technique", "position")  # what a mark takes over from the practitioner's last adjustment


def read(typed):
    """Return the place and the step meant by `L4 R` (found), `L4 R +` (adjusted) or `L4 R -` (clear).

    Raises `anatomy.UnknownSegment`.
    """
    typed = typed.strip()
    step = SIGNS.get(typed[-1:], FOUND)
    return anatomy.parse(typed if step == FOUND else typed[:-1]), step


def next_step(finding, *, is_adjusted):
    """Return what a click on a place does: a carried mark is touched first; `finding` may be None. Pure."""
    if finding is None:
        return CLEAR if is_adjusted else FOUND
    if finding.is_carried:
        return FOUND
    return CLEAR if is_adjusted else ADJUSTED


def click(visit, *, segment, side, by):
    """Take the next step at this place and return it. Raises what the step raises."""
    finding = visit.segment_findings.filter(segment=segment, side=side).first()
    mark = anatomy.describe(segment, side)
    is_adjusted = any(mark in given.segments for given in _adjustments(visit))
    step = next_step(finding, is_adjusted=is_adjusted)
    take(visit, segment=segment, side=side, step=step, by=by)
    return step


def take(visit, *, segment, side, step, by, acknowledged=False):
    """Take one of the steps at this place; a place that is adjusted was found. Raises what `treating.apply` raises."""
    if step == CLEAR:
        return clear(visit, segment=segment, side=side, by=by)
    find(visit, segment=segment, side=side, by=by)
    if step == ADJUSTED:
        adjust(visit, segment=segment, side=side, by=by, acknowledged=acknowledged)
    return None


@transaction.atomic
def find(visit, *, segment, side, by):
    """Note a finding at this place, or say that a carried one is still there; grades stay. Raises `AlreadySigned`."""
    require(by, "visit.change")
    row = notes.locked(visit)
    known = row.segment_findings.filter(segment=segment, side=side).first()
    if known is None or known.is_carried:
        known = notes.note_segment(row, segment=segment, side=side, by=by)
    return known


@transaction.atomic
def adjust(visit, *, segment, side, by, acknowledged=False):
    """Put this place on the adjustment of the note and return the treatment.

    Without one it begins with the technique this person used last. Raises what `treating.apply` raises.
    """
    require(by, "visit.change")
    row, mark = notes.locked(visit), anatomy.describe(segment, side)
    given = list(_adjustments(row))
    if known := [treatment for treatment in given if mark in treatment.segments]:
        return known[0]
    if given:
        last = given[-1]
        return treating.change(last, segments=[*last.segments, mark], by=by, acknowledged=acknowledged)
    kind = TreatmentKind.objects.get(slug=ADJUSTMENT)
    values = {**usual_way(kind, by), "segments": [mark]}
    return treating.apply(row, kind=kind, segments=[mark], values=values, by=by, acknowledged=acknowledged)


@transaction.atomic
def clear(visit, *, segment, side, by):
    """Take this place off the note: its finding and its mark on the adjustment, which goes when it was the last."""
    require(by, "visit.change")
    row, mark = notes.locked(visit), anatomy.describe(segment, side)
    for given in _adjustments(row):
        if mark not in given.segments:
            continue
        if left := [one for one in given.segments if one != mark]:
            treating.change(given, segments=left, by=by)
        else:
            treating.withdraw(given, by=by)
    for finding in row.segment_findings.filter(segment=segment, side=side):
        notes.remove_finding(finding, by=by)


def adjusted(visit):
    """The marks ("L4 R") adjusted at a visit; reads what was fetched with it."""
    return {mark for given in visit.treatments.all() if given.kind.slug == ADJUSTMENT for mark in given.segments}


def _adjustments(visit):
    return visit.treatments.filter(kind__slug=ADJUSTMENT).order_by("pk")


def usual_way(kind, by):
    """Return technique and position of the last treatment of this kind that this person gave; empty for none."""
    given = TreatmentApplied.objects.filter(kind=kind, performed_by=by, parameters__has_key="technique")
    last = given.order_by("-recorded_at", "-pk").values_list("parameters", flat=True).first() or {}
    return {name: last[name] for name in USUAL if name in last}
