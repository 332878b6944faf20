"""The rows on a note, read once for all parts of the card: a part asks `visit.<rows>.all()` and never selects anew.

The query of the note itself says which of them there are; what a note does not hold is not asked for.
"""

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects

from clinic.charting.models import (
    Examination,
    MuscleFinding,
    NerveTest,
    ProvokingMovement,
    RangeOfMotion,
    SegmentFinding,
    TreatmentApplied,
    VisitDiagnosis,
)


def _tables():
    return {
        "segment_findings": SegmentFinding.objects.all(),
        "muscle_findings": MuscleFinding.objects.all(),
        "examinations": Examination.objects.all(),
        "treatments": TreatmentApplied.objects.select_related("kind", "device", "performed_by", "supervised_by"),
        "diagnoses": VisitDiagnosis.objects.select_related("code"),
        "ranges_of_motion": RangeOfMotion.objects.all(),
        "nerve_tests": NerveTest.objects.all(),
        "provoking_movements": ProvokingMovement.objects.all(),
    }


def with_rows_named(visits):
    """Each visit with `has_<rows>`: are there any? In the same query."""
    asked = {f"has_{name}": Exists(rows.filter(visit=OuterRef("pk"))) for name, rows in _tables().items()}
    return visits.annotate(**asked)


def read(visit):
    """Read the rows of a visit that came from `with_rows_named`."""
    held = {name: rows if getattr(visit, f"has_{name}") else rows.none() for name, rows in _tables().items()}
    prefetch_related_objects([visit], *(Prefetch(name, rows) for name, rows in held.items()))
