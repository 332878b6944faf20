"""Kinds of treatment that the clinic adds, and what it changes of the shipped ones: with a name, a time and a reason.

The structure of a shipped kind never changes: its name, order, use and usual ranges do. Every version stays in
`kind.history`.
"""

import copy

from django.db import transaction

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting.kinds import kind_definitions
from clinic.charting.models import TreatmentKind

PLAIN = ("label", "order", "is_active", "evidence_note", "source", "icon")
OWN = (*PLAIN, "is_timed", "attendance")
REASON = 100  # characters, as the history keeps them


class ReasonMissing(ValueError):
    """A kind is not changed without a reason."""


class NameTaken(ValueError):
    """There is a kind of this name."""


class NoTableChosen(ValueError):
    """This kind is used only once somebody has said which contraindications it stands under."""


def _free_slug(label):
    base = kind_definitions.slug_of(label)[: kind_definitions.SLUG_LENGTH - 3].rstrip("_") or "kind"
    taken = set(TreatmentKind.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}_{n}" for n in range(2, 99))) if slug not in taken)


def _refuse_taken(label, but=None):
    if TreatmentKind.objects.filter(label__iexact=label.strip()).exclude(pk=but.pk if but else 0).exists():
        raise NameTaken(label)


def _keep(kind, by, because):
    setattr(kind, "_history_user", by)  # noqa: B010 (read by django-simple-history)
    setattr(kind, "_change_reason", because.strip()[:REASON])  # noqa: B010
    kind.save()


@transaction.atomic
def add(*, by, settings=(), stands_under="", because="", **fields):
    """Add a kind of the clinic's own and return it. `fields` are some of OWN, `settings` `kind_definitions.Setting`s.

    `stands_under` names the contraindications that hold for it; empty: no rule speaks. Raises `NameTaken`,
    `kind_definitions.BadSetting`.
    """
    require(by, "treatment_kind.add")
    _refuse_taken(fields["label"])
    kind = TreatmentKind(slug=_free_slug(fields["label"]), is_own=True, **{n: fields[n] for n in OWN if n in fields})
    kind.definition = _definition(kind, stands_under, settings)
    _keep(kind, by, because)
    record("treatment_kind.added", kind, by=by, slug=kind.slug, stands_under=stands_under)
    return kind


def _definition(kind, stands_under, settings):
    return kind_definitions.definition_of(
        key=kind.slug,
        label=kind.label,
        is_timed=kind.is_timed,
        attendance=kind.attendance,
        stands_under=stands_under,
        settings=settings,
    )


def _locked(kind):
    return TreatmentKind.objects.select_for_update(no_key=True, of=("self",)).get(pk=kind.pk)


def _finish(row, before, fields, because, by):
    """Store what differs from `before`, with its reason; what is the same writes nothing."""
    changed = sorted(name for name in (*fields, "definition") if getattr(row, name) != before[name])
    if not changed:
        return row
    if not because.strip():
        raise ReasonMissing
    _keep(row, by, because)
    record("treatment_kind.changed", row, by=by, slug=row.slug, fields=changed)
    return row


def _before(row):
    return {**{name: getattr(row, name) for name in OWN}, "definition": copy.deepcopy(row.definition)}


@transaction.atomic
def change_own(kind, *, by, because="", settings=(), stands_under="", **fields):
    """Change a kind of the clinic's own and return it: some of OWN, its rules, and all its settings.

    A setting that is not given any more is retired. Raises `ReasonMissing`, `NameTaken`,
    `kind_definitions.BadSetting`, and ValueError for a shipped kind.
    """
    require(by, "treatment_kind.change")
    row = _locked(kind)
    if not row.is_own:
        raise ValueError(f"{row.slug} is shipped: adjust it")
    _refuse_taken(fields.get("label", row.label), but=row)
    before = _before(row)
    for name in (name for name in OWN if name in fields):
        setattr(row, name, fields[name])
    wanted = kind_definitions.joined(row.definition, settings)
    row.definition = _definition(row, stands_under, wanted)
    return _finish(row, before, fields, because, by)


@transaction.atomic
def adjust(kind, *, by, because="", ranges=None, stands_under="", **fields):
    """Change what may be changed of a shipped kind and return it: some of PLAIN, and usual ranges.

    `ranges` maps (parameter, place in `soft_ranges_when` or None) to (lowest, highest) in the unit of the parameter.
    Raises `ReasonMissing`, `NameTaken`, `NoTableChosen`, KeyError for a range that is not soft.
    """
    require(by, "treatment_kind.change")
    row = _locked(kind)
    _refuse_taken(fields.get("label", row.label), but=row)
    before = _before(row)
    for name in (name for name in PLAIN if name in fields):
        setattr(row, name, fields[name])
    row.definition = _with_ranges(row.definition, ranges or {})
    if row.definition.get("usage_note") and stands_under:
        row.definition = {**row.definition, **kind_definitions.standing(stands_under)}
    if row.is_active and row.definition.get("usage_note") and not row.definition["contraindication_slugs"]:
        raise NoTableChosen
    return _finish(row, before, [name for name in fields if name in PLAIN], because, by)


def soft_places(definition):
    """Yield (parameter, place in `soft_ranges_when` or None, the range itself) of every usual range."""
    for parameter in definition["parameters"]:
        if parameter["soft"] and (parameter["min"], parameter["max"]) != (None, None):
            yield parameter, None, parameter
        for place, entry in enumerate(parameter.get("soft_ranges_when", ())):
            yield parameter, place, entry


def _with_ranges(definition, ranges):
    wanted = copy.deepcopy(definition)
    known = {(parameter["name"], place): entry for parameter, place, entry in soft_places(wanted)}
    for where, (lowest, highest) in ranges.items():
        entry = known[where]
        for name, bound in (("min", lowest), ("max", highest)):
            is_measured = isinstance(entry.get(name), str)  # a share of the body weight stays as it is shipped
            if not is_measured and entry.get(name) != bound:
                entry[name], entry["src"] = bound, "own"
    return wanted
