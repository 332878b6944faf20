"""Two records of one person are joined and taken apart again: proposed, reviewed, carried out, undone.

No row moves. `absorbed.merged_into` alone says that the two are one; every reader asks for the rows of a person
(`Model.objects.of(patient)`), so clearing it gives both records back exactly as they were.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.accounts.roles import require
from clinic.audit.recording import record
from patients import registering
from patients.models import Merge, Patient

# What the record that is kept may take over where it has nothing itself: kept together what belongs together.
TAKEN_OVER = {
    "phone": ("phone",),
    "email": ("email",),
    "address": ("street", "city", "state", "postal_code"),
    "emergency": ("emergency_name", "emergency_relation", "emergency_phone"),
    "called": ("preferred_name",),
    "language": ("language", "needs_interpreter"),
    "access": ("access_needs",),
}


class CannotMerge(Exception):
    """These two records cannot be joined; `told` says why in words."""

    told = _("These two records cannot be joined.")


class SameRecord(CannotMerge):
    """A record cannot be joined to itself."""

    told = _("This is one and the same record.")


class AlreadyMerged(CannotMerge):
    """One of the two was joined to a record before: joins are flat."""

    told = _("One of the two records was joined to another before. Propose it with the record that is kept.")


class HasOthers(CannotMerge):
    """Other records were joined to the one that would be joined."""

    told = _("Other records were joined to the second one before. Turn the two round: keep the second one.")


class DeathOnOneOnly(CannotMerge):
    """One record says that the person died, the other does not, or on another day."""

    told = _("One record says that the person died, the other does not or on another day. Settle that first.")


class AlreadyProposed(CannotMerge):
    """The same two wait to be reviewed."""

    told = _("These two records wait to be reviewed already.")


class AlreadyDecided(Exception):
    """Somebody has decided this proposal before."""


class NotMerged(Exception):
    """There is nothing to undo: it was refused, waits, or was undone before."""


class NothingToTakeOver(Exception):
    """The kept record has something there, or the other one has nothing."""


class NoReason(Exception):
    """A proposal, a refusal and an undoing need a reason."""


def check(kept, absorbed):
    """Raise the `CannotMerge` that speaks against joining `absorbed` to `kept`."""
    if kept.pk == absorbed.pk:
        raise SameRecord
    if kept.merged_into_id or absorbed.merged_into_id:
        raise AlreadyMerged
    if absorbed.merged_from.exists():
        raise HasOthers
    if kept.deceased_on != absorbed.deceased_on:
        raise DeathOnOneOnly


def _locked(*patients):
    """Lock the records in the order of their numbers, so that two people at it cannot wait for each other."""
    rows = Patient.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    found = {row.pk: row for row in rows.filter(pk__in=[patient.pk for patient in patients])}
    return [found[patient.pk] for patient in patients]


def _told(because):
    if not because.strip():
        raise NoReason
    return because.strip()[:300]


def _record(what, merge, by, **details):
    """Write one row for each of the two records."""
    for patient, other in ((merge.kept_id, merge.absorbed_id), (merge.absorbed_id, merge.kept_id)):
        record(f"patient.{what}", merge, by=by, patient=patient, other=other, **details)


@transaction.atomic
def propose(*, kept, absorbed, because, by):
    """Propose that `absorbed` is the same person as `kept`; return the proposal. Raises `CannotMerge`, `NoReason`."""
    require(by, "patient.merge_propose")
    because = _told(because)
    kept, absorbed = _locked(kept, absorbed)
    check(kept, absorbed)
    both = [kept, absorbed]
    if Merge.objects.waiting().filter(kept__in=both, absorbed__in=both).exists():
        raise AlreadyProposed
    merge = Merge.objects.create(kept=kept, absorbed=absorbed, because=because, proposed_by=by)
    _record("merge_proposed", merge, by)
    return merge


def _waiting(merge):
    row = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if row.decided_at is not None:
        raise AlreadyDecided
    return row


@transaction.atomic
def turn_round(merge, *, by):
    """Keep the other one of the two; return the proposal. Raises `AlreadyDecided`."""
    require(by, "patient.merge")
    row = _waiting(merge)
    row.kept_id, row.absorbed_id = row.absorbed_id, row.kept_id
    row.save(update_fields=["kept", "absorbed"])
    _record("merge_turned_round", row, by)
    return row


@transaction.atomic
def refuse(merge, *, because, by):
    """Decide that they are two people, and return the proposal. Raises `AlreadyDecided`, `NoReason`."""
    require(by, "patient.merge")
    because, row = _told(because), _waiting(merge)
    row.decided_at, row.decided_by, row.decided_because = timezone.now(), by, because
    row.save(update_fields=["decided_at", "decided_by", "decided_because"])
    _record("merge_refused", row, by)
    return row


@transaction.atomic
def carry_out(merge, *, by):
    """Join the two records and return the merge. Raises `AlreadyDecided`, `CannotMerge`."""
    require(by, "patient.merge")
    row = _waiting(merge)
    kept, absorbed = _locked(row.kept, row.absorbed)
    check(kept, absorbed)
    _point(absorbed, kept, by)
    row.decided_at, row.decided_by, row.is_merged = timezone.now(), by, True
    row.save(update_fields=["decided_at", "decided_by", "is_merged"])
    _record("merged", row, by)
    return row


@transaction.atomic
def undo(merge, *, because, by):
    """Take the two records apart again, each as it was, and return the merge. Raises `NotMerged`, `NoReason`."""
    require(by, "patient.merge")
    because = _told(because)
    row = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if not row.is_merged or row.undone_at is not None:
        raise NotMerged
    kept, absorbed = _locked(row.kept, row.absorbed)
    _give_back(kept, absorbed, since=row.decided_at, by=by)
    _point(absorbed, None, by)
    row.undone_at, row.undone_by, row.undone_because = timezone.now(), by, because
    row.save(update_fields=["undone_at", "undone_by", "undone_because"])
    _record("merge_undone", row, by)
    return row


def _give_back(kept, absorbed, *, since, by):
    """Clear what the kept record took over while the two were one: it belongs to the other person."""
    before = kept.history.filter(history_date__lte=since).first()
    if before is None:
        return
    taken = [
        name
        for names in TAKEN_OVER.values()
        for name in names
        if getattr(kept, name) and getattr(kept, name) == getattr(absorbed, name) and not getattr(before, name)
    ]
    if taken:
        registering.change(kept, by=by, **{name: type(getattr(kept, name))() for name in taken})


def _point(absorbed, kept, by):
    absorbed.merged_into = kept
    absorbed._history_user = by
    absorbed.save(update_fields=["merged_into"])


# --- what the kept record lacks


def lacking(merge):
    """Return {what: fields of the other record} of what the kept one has nothing of and the other has something."""
    found = {}
    for what, names in TAKEN_OVER.items():
        if not any(getattr(merge.kept, name) for name in names) and any(
            getattr(merge.absorbed, name) for name in names
        ):
            found[what] = {name: getattr(merge.absorbed, name) for name in names}
    return found


@transaction.atomic
def take_over(merge, *, what, by):
    """Copy the phone, e-mail, address ... to the kept record of two that are joined. Raises `NothingToTakeOver`."""
    require(by, "patient.merge")
    row = Merge.objects.in_force().filter(pk=merge.pk).select_for_update(of=("self",)).first()
    if row is None:
        raise NotMerged
    _locked(row.kept, row.absorbed)
    fields = lacking(Merge.objects.select_related("kept", "absorbed").get(pk=row.pk)).get(what)
    if fields is None:
        raise NothingToTakeOver
    return registering.change(row.kept, by=by, **fields)
