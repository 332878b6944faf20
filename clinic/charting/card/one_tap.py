"""Several treatments put on the note in one tap, from the last visit or from a preset; each is checked like any other.

What cannot go on without a word stays beside the note as `Held`: absolute rules and missing examinations with what to
do instead, relative rules until a reason is given, precautions until somebody says that they were seen.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from clinic.charting import notes, safety
from clinic.charting.contraindications import before_thrust
from clinic.charting.kinds import treating
from clinic.charting.models import TreatmentKind

# Settings that say where: they come along although their kind does not copy them, and stay dashed until confirmed.
PLACE = {"segments", "site", "side", "muscles", "muscle", "region", "regions", "points", "minutes"}
REFUSALS = (
    *(treating.BadParameters, treating.Contraindicated, treating.NotExamined),
    *(treating.ReasonNeeded, treating.AcknowledgementNeeded),
)


class NothingHeld(Exception):
    """What was to go on the note with a reason is there already, or is not offered any more."""


@dataclass(frozen=True)
class Use:
    """One treatment to put on the note. `key` names it in a form; `reason` is one that was written before."""

    kind: TreatmentKind
    key: str
    segments: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    side: str = ""
    minutes: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    reason: str = ""

    @property
    def place(self):
        """Where it is given, to tell two treatments of one kind apart."""
        named = tuple(str(self.values.get(name, "")) for name in ("site", "muscle", "muscles", "region"))
        return tuple(self.segments), tuple(self.regions), self.side, named


@dataclass(frozen=True)
class Held:
    """A use that is not on the note yet: what the rules say, and which examinations are missing before a thrust."""

    use: Use
    check: safety.SafetyCheck
    missing: tuple[str, ...] = ()

    @property
    def is_left_out(self):
        """Is there no way to give it as it is?"""
        return self.check.strictest == "A" or bool(self.missing)


def use_of(treatment, *, reason=""):
    """Return a stored treatment as a `Use`: what its kind copies and where it was given, nothing of how it went."""
    copied = {d["name"] for d in treatment.kind.definition["parameters"] if d.get("copy_on_same_as_last")} | PLACE
    return Use(
        kind=treatment.kind,
        key=str(treatment.pk),
        segments=tuple(treatment.segments),
        regions=tuple(treatment.regions),
        side=treatment.side,
        minutes=treatment.minutes,
        values={name: value for name, value in treatment.parameters.items() if name in copied},
        reason=reason,
    )


def still_to_come(treatments, uses):
    """Return the uses of which the note holds fewer than there are: those at places it does not name, in their order.

    So the same set put on twice adds nothing, also when a row was moved to another place meanwhile. Pure.
    """
    rows = [use_of(row) for row in treatments]
    places = {(row.kind.pk, row.place) for row in rows}
    room = Counter(use.kind.pk for use in uses) - Counter(row.kind.pk for row in rows)
    coming = []
    for use in uses:
        if room[use.kind.pk] > 0 and (use.kind.pk, use.place) not in places:
            room[use.kind.pk] -= 1
            coming.append(use)
    return coming


def _apply(visit, use, *, by, is_carried, **said):
    treating.apply(
        visit,
        kind=use.kind,
        by=by,
        segments=use.segments,
        regions=use.regions,
        side=use.side,
        minutes=use.minutes,
        values=use.values,
        is_carried=is_carried,
        **said,
    )


@transaction.atomic
def put_on(visit, uses, *, by, is_carried=False):
    """Put on the note whatever of `uses` it does not hold and no rule speaks against; return how many were added.

    Raises `notes.AlreadySigned`.
    """
    row, added = notes.locked(visit), 0
    for use in still_to_come(row.treatments.select_related("kind"), uses):
        with suppress(*REFUSALS):
            _apply(row, use, by=by, is_carried=is_carried, acknowledged=False)
            added += 1
    return added


@transaction.atomic
def put_on_one(visit, uses, key, *, by, reason="", is_carried=False):
    """Put on the note the use `key` that was held, with its reason; a precaution counts as seen.

    Raises `NothingHeld`, `treating.ReasonNeeded` and whatever else `treating.apply` raises.
    """
    row = notes.locked(visit)
    coming = still_to_come(row.treatments.select_related("kind"), uses)
    use = next((use for use in coming if use.key == key), None)
    if use is None:
        raise NothingHeld(key)
    _apply(row, use, by=by, is_carried=is_carried, reason=reason)


def held(visit, treatments, uses, standing):
    """Return the `Held` among `uses`: what `put_on` left beside the note, as the rules stand now.

    `treatments` are the rows on the note, `standing` is what is missing before a thrust.
    """
    coming = still_to_come(treatments, uses)
    checks = safety.check_each(visit.patient, [(u.kind, u.values, u.regions, u.side) for u in coming]) if coming else []
    return [Held(use, check, _missing(use, standing)) for use, check in zip(coming, checks, strict=True)]


def _missing(use, standing):
    return tuple(standing.missing) if before_thrust.is_thrust(use.kind, use.values) else ()
