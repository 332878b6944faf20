"""Presets: a named set of treatments of one practitioner (or of the clinic) that goes on the note in one tap."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting.card import one_tap
from clinic.charting.models import Preset, TreatmentKind

BUTTONS = 9  # one for each key from 1 to 9


class NothingToKeep(Exception):
    """There is no treatment on the note that could become a preset."""


class NameTaken(Exception):
    """This practitioner has another preset of this name."""


def offered(practitioner):
    """The presets on the card as a query, in the order of their keys: the practitioner's own and the clinic's."""
    return Preset.objects.for_practitioner(practitioner).filter(is_active=True)[:BUTTONS]


def uses_of(preset):
    """Return the treatments of a preset as `one_tap.Use`; a kind that is no longer in use is left out."""
    slugs = {item.get("kind") for item in preset.items}
    kinds = {kind.slug: kind for kind in TreatmentKind.objects.filter(slug__in=slugs, is_active=True)}
    return [
        one_tap.Use(
            kind=kinds[item["kind"]],
            key=str(place),
            segments=tuple(item.get("segments", ())),
            regions=tuple(item.get("regions", ())),
            side=item.get("side", ""),
            minutes=item.get("minutes"),
            values=item.get("values", {}),
        )
        for place, item in enumerate(preset.items)
        if item.get("kind") in kinds
    ]


def _item_of(treatment):
    use = one_tap.use_of(treatment)
    place = {"segments": list(use.segments), "regions": list(use.regions), "side": use.side}
    return {"kind": treatment.kind.slug, **place, "minutes": use.minutes, "values": use.values}


@transaction.atomic
def put_on(visit, preset, *, by):
    """Put the preset's treatments on the note, each checked like any other, and return how many were added.

    Raises `notes.AlreadySigned`.
    """
    require(by, "treatment.add")
    return one_tap.put_on(visit, uses_of(preset), by=by)


@transaction.atomic
def keep(visit, *, name, by):
    """Keep today's treatments as a preset of this practitioner and return it: settings and places, nothing of how it
    went. Raises `NothingToKeep`, `NameTaken`.
    """
    require(by, "preset.add")
    practitioner = getattr(by, "practitioner", None)
    if practitioner is None:
        raise PermissionDenied("preset.add")
    type(practitioner).objects.select_for_update(no_key=True, of=("self",)).get(pk=practitioner.pk)
    items = [_item_of(row) for row in visit.treatments.select_related("kind")]
    if not items:
        raise NothingToKeep
    if Preset.objects.filter(practitioner=practitioner, name=name).exists():
        raise NameTaken
    preset = Preset.objects.create(practitioner=practitioner, name=name, items=items)
    record("preset.kept", preset, by=by, treatments=len(items))
    return preset
