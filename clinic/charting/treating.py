"""Recording a treatment: its parameters are checked against the kind, its use against the safety rules."""

from django.db import transaction

from clinic.accounts.roles import require
from clinic.anatomy import segments as anatomy
from clinic.audit.recording import record
from clinic.charting import before_thrust, notes, parameters, safety
from clinic.charting.models import TreatmentApplied


class BadParameters(Exception):
    """Values that cannot be stored: {name: message}."""

    def __init__(self, errors):
        super().__init__(errors)
        self.errors = errors


class Contraindicated(Exception):
    """An absolute contraindication: the treatment is not stored. `check` holds the warnings and alternatives."""

    def __init__(self, check):
        super().__init__(check.warnings[0].message)
        self.check = check


class ReasonNeeded(Exception):
    """A relative contraindication: the treatment is stored only with a reason. `check` holds the warnings."""

    def __init__(self, check):
        super().__init__(check.warnings[0].message)
        self.check = check


class AcknowledgementNeeded(Exception):
    """A precaution: somebody says that it was seen before the treatment is stored. `check` holds the warnings."""

    def __init__(self, check):
        super().__init__(check.warnings[0].message)
        self.check = check


class NotExamined(Exception):
    """A thrust before what must be examined or decided first. `standing` says what is missing, `gentler` what may be
    given instead."""

    def __init__(self, standing, gentler):
        super().__init__(", ".join(standing.missing))
        self.standing, self.gentler = standing, gentler


def _refuse_thrust_unexamined(visit, kind, values):
    if before_thrust.is_thrust(kind, values):
        standing = before_thrust.standing(visit)
        if not standing.is_complete:
            raise NotExamined(standing, before_thrust.gentler(kind))


def _was_seen(visit, found):
    """Were these precautions told with an earlier treatment of the same complaint? Once seen is enough."""
    told = TreatmentApplied.objects.filter(visit__episode=visit.episode_id).values_list("warnings", flat=True)
    known = {warning["rule"] for warnings in told for warning in warnings}
    return all(warning.rule in known for warning in found.warnings)


def regions_treated(segments, regions=()):
    """Return the regions of the given marks ("L4 R") together with `regions`, sorted."""
    codes = [mark.split(" ")[0] for mark in segments]
    return sorted({*anatomy.regions_of(codes), *regions})


@transaction.atomic
def apply(
    visit,
    *,
    kind,
    by,
    segments=(),
    regions=(),
    side="",
    minutes=None,
    values=None,
    response="",
    reason="",
    acknowledged=True,
):
    """Store one treatment of an unsigned visit and return the row.

    `segments` are marks such as "L4 R", `regions` codes of `anatomy.regions`, `minutes` whole minutes, `values` the
    kind's own parameters, `reason` why it is given although a rule warns, `acknowledged` whether precautions were seen.
    Raises `BadParameters`, `Contraindicated`, `NotExamined`, `ReasonNeeded`, `AcknowledgementNeeded`,
    `notes.AlreadySigned`.
    """
    require(by, "treatment.add")
    row = notes.locked(visit)
    values, regions = values or {}, regions_treated(segments, regions)
    phase = row.episode.phase_on(notes.day_of(row))
    checked = parameters.check(kind.definition, values, phase=phase, draft=True)
    if not checked.ok:
        raise BadParameters(checked.errors)
    found = safety.check(row.patient, kind, values, regions=regions, side=side)
    if found.strictest == "A":
        raise Contraindicated(found)
    _refuse_thrust_unexamined(row, kind, values)
    if found.strictest == "R" and not reason.strip():
        raise ReasonNeeded(found)
    if found.strictest == "P" and not acknowledged and not _was_seen(row, found):
        raise AcknowledgementNeeded(found)
    treatment = TreatmentApplied.objects.create(
        visit=row,
        kind=kind,
        segments=list(segments),
        regions=regions,
        side=side,
        minutes=minutes,
        parameters=values,
        response=response,
        strictest=found.strictest,
        warnings=found.as_rows(),
        rules_version=found.rules_version,
        override_reason=reason.strip()[:300],
        overridden_by=by if reason.strip() else None,
        performed_by=by,
    )
    notes.touched(row, by)
    record("treatment.applied", treatment, by=by, patient=row.patient_id, kind=kind.slug, overridden=bool(reason))
    return treatment


@transaction.atomic
def note_response(treatment, *, response, by):
    """Keep how the patient answered to a treatment of an unsigned note and return the row."""
    require(by, "treatment.change")
    row = notes.locked(treatment.visit)
    # A queryset: a treatment that was withdrawn meanwhile is no error here.
    if row.treatments.filter(pk=treatment.pk).exclude(response=response).update(response=response):
        treatment.response = response
        notes.touched(row, by)
    return treatment


@transaction.atomic
def withdraw(treatment, *, by):
    """Take a treatment out of an unsigned note. Raises `notes.AlreadySigned`."""
    require(by, "treatment.change")
    row = notes.locked(treatment.visit)
    removed, _rows = row.treatments.filter(pk=treatment.pk).delete()
    if removed:  # the second of two clicks finds nothing to withdraw
        record("treatment.withdrawn", treatment, by=by, patient=row.patient_id)
        notes.touched(row, by)
