"""What was found at a visit, in words: for the printed note, the letters and the report of findings."""

from django.db.models import Exists, OuterRef, Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clinic.anatomy import muscles, regions, segments
from clinic.anatomy.sides import WORDS
from clinic.charting.models import Examination, MuscleFinding, NerveTest, RangeOfMotion, SegmentFinding
from patients.questions import load

# Everything that is found stands in these rows of a visit; `prefetch_related(*ROWS)` reads them in as many queries.
ROWS = (
    "segment_findings",
    "muscle_findings",
    "ranges_of_motion",
    "nerve_tests",
    "provoking_movements",
    "examinations",
    "imaging_decisions",
)
FOUND_IN = (SegmentFinding, MuscleFinding, RangeOfMotion, NerveTest, Examination)
MUSCLE_NAMES = {muscle.slug: muscle.label for muscle in muscles.MUSCLES}


def has_findings():
    """A filter: visits at which something was found by hand or measured."""
    held = Q()
    for model in FOUND_IN:
        held |= Q(Exists(model.objects.filter(visit=OuterRef("pk"))))
    return held


def region_words(code):
    """ "lumbar" as people say it: "low back (lumbar)"; an unknown code stays as it is."""
    return str(regions.BY_CODE[code].label) if code in regions.BY_CODE else code


def lines(visit):
    """Return [(what, [one line a finding])] of a visit read with ROWS; what was not looked at is left out."""
    told = [
        (_("Segments"), [_segment(row) for row in visit.segment_findings.all()]),
        (_("Muscles"), [_muscle(row) for row in visit.muscle_findings.all()]),
        (_("Range of motion"), [_range(row) for row in visit.ranges_of_motion.all()]),
        (_("Nerves"), [_nerve(row) for row in visit.nerve_tests.all()]),
        (_("Movements"), _movements(visit.provoking_movements.all())),
        (_("Examination"), [_examination(row) for row in visit.examinations.all()]),
        (_("Imaging"), [f"{row.get_decision_display()}: {row.because}" for row in visit.imaging_decisions.all()]),
    ]
    return [(what, said) for what, said in told if said]


def _joined(head, *parts):
    said = ", ".join(part for part in parts if part)
    return f"{head}: {said}" if said else head


def _graded(word, grade):
    return f"{word} {grade}/4" if grade is not None else ""


def _segment(row):
    return _joined(
        segments.describe(row.segment, row.side),
        _graded(_("pain"), row.pain),
        row.asymmetry,
        row.range_of_motion,
        _graded(_("tone"), row.tone),
    )


def _muscle(row):
    after = _graded(_("after treatment"), row.spasm_after)
    point = _("trigger point") if row.has_trigger_point else ""
    tender = _graded(_("tenderness"), row.tenderness)
    return _joined(muscle_words(row), _graded(_("spasm"), row.spasm_before), after, tender, point)


def muscle_words(row):
    """ "Quadratus lumborum, right"."""
    return f"{MUSCLE_NAMES.get(row.muscle, row.muscle)}, {WORDS[row.side]}".removesuffix(", ")


def _range(row):
    degrees = f"{row.degrees}°" if row.degrees is not None else ""
    place = f"{capfirst(region_words(row.region))}, {row.get_movement_display().lower()}"
    return _joined(place, degrees, _("painful") if row.is_painful else "")


def _nerve(row):
    place = " ".join(part for part in (row.get_kind_display(), row.level, WORDS[row.side]) if part)
    return _joined(place, row.get_result_display().lower(), row.note)


def _movements(rows):
    """One line for each effect: "Worse: bending forward, sitting"."""
    names = {row.value: str(row.label) for row in load().question("movement_grid").rows} if rows else {}
    by_effect: dict[str, list[str]] = {}
    for row in rows:
        by_effect.setdefault(row.get_effect_display(), []).append(names.get(row.movement, row.movement))
    return [f"{effect}: {', '.join(said)}" for effect, said in by_effect.items()]


def _examination(row):
    return _joined(row.get_part_display(), row.get_result_display().lower(), row.note)
