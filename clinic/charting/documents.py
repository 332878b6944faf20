"""The whole note as one document: what is hashed when it is signed."""

from datetime import UTC

TEXTS = (
    *("subjective", "objective", "assessment", "plan", "home_care", "change", "pain", "spare_movement", "purpose"),
    "alike_because",
)
CHECK_IN = ("pain", "change", "words")
CARRIED = ("segment_findings", "muscle_findings", "ranges_of_motion", "nerve_tests", "provoking_movements", "diagnoses")
SEGMENT = ("segment", "side", "pain", "asymmetry", "range_of_motion", "tone")
MUSCLE = ("muscle", "side", "spasm_before", "spasm_after", "tenderness", "has_trigger_point")
TREATMENT = (
    "segments",
    "regions",
    "side",
    "minutes",
    "parameters",
    "response",
    "warnings",
    "rules_version",
    "override_reason",
)
EXAMINATION = ("part", "result", "note")
IMAGING = ("decision", "because")
RANGE = ("region", "movement", "degrees", "is_painful")
NERVE = ("kind", "level", "side", "result", "note")
MOVEMENT = ("movement", "effect")
GIVEN_BY = ("performed_by", "supervised_by", "overridden_by")


def _fields(row, names):
    return {name: getattr(row, name) for name in names}


def _given(row):
    """Who gave a treatment and who answers for it, with which device, and from when to when where it was timed."""
    people = {name: str(getattr(row, name)) for name in GIVEN_BY if getattr(row, f"{name}_id")}
    times = {name: getattr(row, name) for name in ("started_at", "ended_at")}
    told = {name: at.astimezone(UTC).isoformat() for name, at in times.items() if at}
    device = row.device and {"name": row.device.name, "serial_number": row.device.serial_number}
    return {**people, **told, **({"device": device} if device else {})}


def content_of(visit):
    """Return the note with its findings, treatments and diagnoses as plain data, in a stable order.

    `carried` are the rows that were taken over from the last visit and not touched.
    """
    rows = {name: list(getattr(visit, name).order_by("pk")) for name in CARRIED}
    return {
        "patient": {
            "chart_number": visit.patient.chart_number,
            "name": visit.patient.full_name,
            "birth_date": visit.patient.birth_date.isoformat(),
        },
        "episode": visit.episode.complaint,
        "visited_at": visit.visited_at.astimezone(UTC).isoformat(),
        "spare_until": visit.spare_until.isoformat() if visit.spare_until else None,
        **_fields(visit, TEXTS),
        "check_in": _fields(visit.check_in, CHECK_IN) if visit.check_in else None,
        "carried": [str(row) for name in CARRIED for row in rows[name] if row.is_carried],
        "segments": [_fields(row, SEGMENT) for row in rows["segment_findings"]],
        "muscles": [_fields(row, MUSCLE) for row in rows["muscle_findings"]],
        "ranges": [_fields(row, RANGE) for row in rows["ranges_of_motion"]],
        "nerves": [_fields(row, NERVE) for row in rows["nerve_tests"]],
        "movements": [_fields(row, MOVEMENT) for row in rows["provoking_movements"]],
        "treatments": [
            {"kind": row.kind.slug, **_fields(row, TREATMENT), **_given(row)}
            for row in visit.treatments.select_related("kind", "device", *GIVEN_BY).order_by("pk")
        ],
        "examinations": [_fields(row, EXAMINATION) for row in visit.examinations.order_by("pk")],
        "imaging": [_fields(row, IMAGING) for row in visit.imaging_decisions.order_by("pk")],
        "diagnoses": [row.code_id for row in sorted(rows["diagnoses"], key=lambda row: row.position)],
        "diagnosis_reasons": {row.code_id: row.because for row in rows["diagnoses"] if row.because},
        "services": visit.codes,
        "signed_at": visit.signed_at.astimezone(UTC).isoformat(),
        "signed_by": visit.signature,
        "rules_version": visit.rules_version,
    }
