"""Recording a treatment: its parameters are checked against the kind, its use against the safety rules."""

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.accounts.roles import require
from clinic.anatomy import segments as anatomy
from clinic.audit.recording import record
from clinic.charting import notes, safety
from clinic.charting.care import collars
from clinic.charting.contraindications import before_thrust
from clinic.charting.kinds import devices, parameters, sessions, timing
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


def _supervisor(visit, by):
    """Who answers for what a therapist gives at a practitioner's visit."""
    return None if visit.practitioner.user_id in (None, by.pk) else visit.practitioner.user


def _was_seen(visit, found):
    """Were these precautions told with an earlier treatment of the same complaint? Once seen is enough."""
    told = TreatmentApplied.objects.filter(visit__episode=visit.episode_id).values_list("warnings", flat=True)
    known = {warning["rule"] for warnings in told for warning in warnings}
    return all(warning.rule in known for warning in found.warnings)


def regions_treated(segments, regions=()):
    """Return the regions of the given marks ("L4 R") or codes ("SI") together with `regions`, sorted."""
    return sorted({*anatomy.regions_of(map(_code_of, segments)), *regions})


def _code_of(mark):
    """The code in a mark; the sacrum and the joints beyond the spine are written as words ("Sacrum", "Knee R")."""
    code = mark.split(" ")[0]
    return code if code in anatomy.BY_CODE else anatomy.parse(mark).segment.code


def _refuse_device(device, kind, visit):
    if device and (device.kind_id != kind.pk or devices.is_retired(device, devices.today_at(visit))):
        raise BadParameters({"device": _("This device is not in use for this treatment.")})


def _asked(row, kind, values, *, regions, side, reason, acknowledged, is_explained=True):
    """Ask what speaks against this use and return the `SafetyCheck` to store with it. Raises as `apply` does.

    An unusual value has its reason with it unless `is_explained`: a carried row asks for it where it stands.
    """
    phase, context = row.episode.phase_on(notes.day_of(row)), sessions.known_at(row, kind)
    checked = parameters.check(kind.definition, values, phase=phase, draft=True, context=context)
    if not checked.ok:
        raise BadParameters(checked.errors)
    if checked.deviations and not (is_explained or values.get("deviation_reason")):
        raise BadParameters({**checked.deviations, "deviation_reason": _("Give the reason for the unusual value.")})
    found = safety.check(row.patient, kind, values, regions=regions, side=side)
    if found.strictest == "A":
        raise Contraindicated(found)
    _refuse_thrust_unexamined(row, kind, values)
    if found.strictest == "R" and not reason.strip():
        raise ReasonNeeded(found)
    if found.strictest == "P" and not acknowledged and not _was_seen(row, found):
        raise AcknowledgementNeeded(found)
    return found


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
    is_carried=False,
    device=None,
    supervised_by=None,
):
    """Store one treatment of an unsigned visit and return the row.

    `segments` are marks such as "L4 R", `regions` codes of `anatomy.regions`, `minutes` whole minutes, `values` the
    kind's own parameters, `reason` why it is given although a rule warns, `acknowledged` whether precautions were seen,
    `is_carried` that it was taken over from the last visit and nobody has said yet that it was done today. What
    somebody else than the practitioner of the visit gives is supervised by that practitioner unless said otherwise.
    Raises `BadParameters`, `Contraindicated`, `NotExamined`, `ReasonNeeded`, `AcknowledgementNeeded`,
    `notes.AlreadySigned`.
    """
    require(by, "treatment.add")
    row = notes.locked(visit)
    values, regions = values or {}, regions_treated(segments, regions)
    _refuse_device(device, kind, row)
    use = {"regions": regions, "side": side, "reason": reason, "acknowledged": acknowledged}
    found = _asked(row, kind, values, **use, is_explained=is_carried)
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
        supervised_by=supervised_by or _supervisor(row, by),
        device=device,
        is_carried=is_carried,
    )
    collars.open_review(row, kind, values, by=by)
    notes.touched(row, by)
    record("treatment.applied", treatment, by=by, patient=row.patient_id, kind=kind.slug, overridden=bool(reason))
    return treatment


def _kept_reason(stored, found):
    """The reason on the row, as long as no rule warns that did not warn when it was written."""
    told = {warning["rule"] for warning in stored.warnings}
    return stored.override_reason if all(warning.rule in told for warning in found.warnings) else ""


def _wanted(stored, place, values):
    """Where and how long a treatment is to be given after a change: (place, values, regions).

    Segments and minutes stand among the kind's own parameters too where it asks for them.
    """
    place = {name: place.get(name, getattr(stored, name)) for name in ("segments", "regions", "side", "minutes")}
    if list(place["segments"]) != stored.segments:
        place["regions"] = regions_treated(place["segments"])
    names = {definition["name"] for definition in stored.kind.definition["parameters"]}
    both = {name: place[name] for name in ("segments", "minutes") if name in names}
    told = {**stored.parameters, **both, **(values or {})}
    return place, {name: value for name, value in told.items() if value not in (None, "", [])}


@transaction.atomic
def change(treatment, *, by, values=None, reason="", acknowledged=True, **place):
    """Change where, how long or how a treatment of an unsigned note is given, and return the row as stored.

    `place` holds what changes of `segments`, `regions`, `side` and `minutes`; `values` replace parameters of the same
    name. The rules are asked anew: a reason stands as long as no other rule warns. A carried row stays carried, for
    only its response says that it was done. Raises as `apply` does.
    """
    require(by, "treatment.change")
    row = notes.locked(treatment.visit)
    stored = row.treatments.select_related("kind").filter(pk=treatment.pk).first()
    if stored is None:  # withdrawn in another window: nothing is left to change
        return treatment
    place, values = _wanted(stored, place, values)
    use = {"regions": place["regions"], "side": place["side"]}
    reason = reason.strip() or _kept_reason(stored, safety.check(row.patient, stored.kind, values, **use))
    found = _asked(row, stored.kind, values, **use, reason=reason, acknowledged=acknowledged)
    told = dict(place, parameters=values, strictest=found.strictest, warnings=found.as_rows())
    told |= {"rules_version": found.rules_version, "override_reason": reason[:300]}
    told["overridden_by"] = (stored.overridden_by or by) if reason else None
    changed = [name for name, value in told.items() if getattr(stored, name) != value]
    if changed:
        for name in changed:
            setattr(stored, name, told[name])
        stored.save(update_fields=changed)
        notes.touched(row, by)
        record("treatment.changed", stored, by=by, patient=row.patient_id, fields=sorted(changed))
    return stored


@transaction.atomic
def note_response(treatment, *, response, by):
    """Keep how the patient answered to a treatment of an unsigned note and return the row.

    This is the statement that it was done today: a row carried from the last visit counts from here on.
    """
    require(by, "treatment.change")
    row = notes.locked(treatment.visit)
    # A queryset: a treatment that was withdrawn meanwhile is no error here.
    known = row.treatments.filter(pk=treatment.pk)
    if known.exclude(response=response, is_carried=False).update(response=response, is_carried=False):
        treatment.response, treatment.is_carried = response, False
        notes.touched(row, by)
    return treatment


@transaction.atomic
def withdraw(treatment, *, by):
    """Take a treatment out of an unsigned note. Raises `notes.AlreadySigned`."""
    require(by, "treatment.change")
    row = notes.locked(treatment.visit)
    stored = row.treatments.select_related("kind").filter(pk=treatment.pk).first()
    if stored:  # the second of two clicks finds nothing to withdraw
        row.treatments.filter(pk=treatment.pk).delete()
        collars.withdrawn(row, stored, by=by)
        timing.withdrawn(row, stored, by=by)
        record("treatment.withdrawn", treatment, by=by, patient=row.patient_id)
        notes.touched(row, by)
