"""The visit note's life: opened, edited under a version, signed, then only added to."""

import hashlib
import json

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting import safety
from clinic.charting.card import alike, finishing, first_note, new_today
from clinic.charting.documents import content_of
from clinic.charting.models import Addendum, Episode, MuscleFinding, SegmentFinding, Visit, VisitMark
from clinic.outcomes.models import Response
from clinic.outcomes.recording import record_pain
from patients.models import Patient

FIELDS = ("subjective", "objective", "assessment", "plan", "change", "pain", "spare_movement", "spare_until", "purpose")


SEALED = ("signed_at", "signed_by", "signature", "rules_version", "document", "sha256")


class AlreadySigned(Exception):
    """A signed note never changes; write an addendum."""


class StaleVersion(Exception):
    """Somebody else saved this note in the meantime; `current` is the row as it stands now."""

    def __init__(self, current):
        super().__init__(current.version)
        self.current = current


class NothingNewToday(Exception):
    """A note needs something of today: the patient's words or the change since last time, and what was done."""


class NotConfirmed(Exception):
    """Treatments carried from the last visit that nobody has said anything about today; `count` of them."""

    def __init__(self, count):
        super().__init__(count)
        self.count = count


class AlikeNotes(Exception):
    """This note is like the last signed ones: what is different today must be said, or why nothing is."""


class NotTheAuthor(Exception):
    """Only the practitioner of the visit signs it."""


class LicenceExpired(Exception):
    """The practitioner's licence is not valid on the day of signing."""


class NotSigned(Exception):
    """Only a signed note takes an addendum or is released to the patient."""


class EnteredInError(AlreadySigned):
    """A note that was entered in error is as closed as a signed one, and not released to the patient."""


def day_of(visit, at=None):
    """Return the day of the visit (or of the time `at`) on the wall of the place where its practitioner works."""
    return timezone.localdate(at or visit.visited_at, timezone=visit.practitioner.location.zone)


def locked(visit):
    """Lock the visit and return it afresh. Raises `AlreadySigned`, `EnteredInError`."""
    row = (
        Visit.objects.select_for_update(no_key=True, of=("self",))
        .select_related("patient", "episode", "practitioner__location")
        .with_errors_named()
        .get(pk=visit.pk)
    )
    if row.is_in_error:
        raise EnteredInError
    if row.signed_at:
        raise AlreadySigned
    return row


def touched(row, by):
    """Raise the version: whoever holds an older copy is told so."""
    row.version, row.saved_at, row.saved_by = row.version + 1, timezone.now(), by
    row.save(update_fields=["version", "saved_at", "saved_by"])


def open_episode(patient, *, by, complaint="", **fields):
    """Return the patient's open episode, or begin one: with what the health history says, else with this complaint."""
    if current := Episode.objects.of(patient).filter(closed_at=None).first():
        return current
    told = {"complaint": complaint[:200] or "Back pain", **first_note.episode_fields(patient), **fields}
    return Episode.objects.create(patient=patient, opened_by=by, **told)


@transaction.atomic
def open_visit(appointment, *, by):
    """Return the visit of this appointment, or open it: there is one note per appointment."""
    require(by, "visit.view")
    if known := Visit.objects.filter(appointment=appointment).first():
        return known
    require(by, "visit.add")
    # The patient is locked, not the appointment: two visits of one patient opened at once share the open episode.
    Patient.objects.select_for_update(no_key=True, of=("self",)).get(pk=appointment.patient_id)
    if known := Visit.objects.filter(appointment=appointment).first():
        return known
    visit = Visit.objects.create(
        patient=appointment.patient,
        appointment=appointment,
        practitioner=appointment.practitioner,
        episode=open_episode(appointment.patient, by=by, complaint=appointment.reason),
        purpose=appointment.kind.purpose,
        opened_by=by,
    )
    record("visit.opened", visit, by=by, patient=visit.patient_id)
    return visit


@transaction.atomic
def save(visit, *, version, by, **fields):
    """Keep the texts of an unsigned note and return it. Raises `AlreadySigned`, `StaleVersion`.

    `fields` are some of FIELDS; what has not changed writes nothing.
    """
    require(by, "visit.change")
    row = locked(visit)
    if row.version != version:
        raise StaleVersion(row)
    changed = [name for name, value in fields.items() if name in FIELDS and getattr(row, name) != value]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, fields[name])
    row.save(update_fields=changed)
    touched(row, by)
    record("visit.saved", row, by=by, patient=row.patient_id, fields=sorted(changed))
    return row


@transaction.atomic
def note_segment(visit, *, segment, side="", by, **found):
    """Note one segment on one side (P.A.R.T.: `pain`, `asymmetry`, `range_of_motion`, `tone`) and return the row."""
    require(by, "visit.change")
    row = locked(visit)
    finding, _ = SegmentFinding.objects.update_or_create(
        visit=row, segment=segment, side=side, defaults={**found, "is_carried": False}
    )
    touched(row, by)
    return finding


@transaction.atomic
def note_muscle(visit, *, muscle, side="", by, **found):
    """Note one muscle on one side (`spasm_before`, `spasm_after`, `tenderness`: 0 to 4) and return the row."""
    require(by, "visit.change")
    row = locked(visit)
    finding, _ = MuscleFinding.objects.update_or_create(
        visit=row, muscle=muscle, side=side, defaults={**found, "is_carried": False}
    )
    touched(row, by)
    return finding


@transaction.atomic
def remove_finding(finding, *, by):
    """Take a segment or muscle out of an unsigned note."""
    require(by, "visit.change")
    row = locked(finding.visit)
    removed, _rows = type(finding).objects.filter(pk=finding.pk, visit=row).delete()
    if removed:  # the second of two clicks finds nothing
        touched(row, by)
        record("visit.finding_removed", row, by=by, patient=row.patient_id, what=str(finding))


@transaction.atomic
def accept_check_in(visit, check_in, *, by):
    """Take over what the patient said on arriving as today's words, and return the note.

    Pain and change are proposed from it where the note has none yet. Raises `AlreadySigned`.
    """
    require(by, "visit.change")
    row = locked(visit)
    told = {"check_in": check_in, "pain": check_in.pain, "change": check_in.change}
    changed = [name for name, value in told.items() if getattr(row, name) in (None, "") and value not in (None, "")]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, told[name])
    row.save(update_fields=changed)
    touched(row, by)
    record("visit.check_in_accepted", row, by=by, patient=row.patient_id, fields=sorted(changed))
    return row


def _refuse_unready(row, by):
    if row.practitioner.user_id != by.pk:
        raise NotTheAuthor
    if not row.practitioner.licence_is_valid(day_of(row, timezone.now())):
        raise LicenceExpired
    if not (new_today.is_told(row) and new_today.is_done(row)):
        raise NothingNewToday
    if carried := row.treatments.filter(is_carried=True).count():
        raise NotConfirmed(carried)
    finishing.refuse_unfinished(row)


def _refuse_alike(row, content):
    """Compare with the notes of this complaint that were signed last. Raises `AlikeNotes`."""
    before = Visit.objects.of(row.patient).signed().valid().filter(visited_at__lt=row.visited_at)
    before = before.filter(episode=row.episode_id).order_by("-visited_at", "-pk")
    documents = before.values_list("document", flat=True)[: alike.BEFORE]
    if alike.is_alike(content, map(json.loads, documents)):
        raise AlikeNotes


def _signature(practitioner):
    return practitioner.signature[: Visit._meta.get_field("signature").max_length]


def _refuse_unsigned(visit):
    """Ask the stored row, not the copy in hand. Raises `NotSigned`."""
    if not Visit.objects.signed().filter(pk=visit.pk).exists():
        raise NotSigned


@transaction.atomic
def sign(visit, *, version, by, alike_because=""):
    """Freeze the note: canonical JSON, its SHA-256, signer with credentials, server time, rules version.

    `alike_because` says what is different today although the note reads like the last ones.
    Raises `AlreadySigned`, `StaleVersion`, `NotTheAuthor`, `LicenceExpired`, `NothingNewToday`,
    `NotConfirmed`, `AlikeNotes`, `finishing.Unfinished`.
    """
    require(by, "visit.sign")
    row = locked(visit)
    if row.version != version:
        raise StaleVersion(row)
    _refuse_unready(row, by)
    if row.pain is not None:
        record_pain(row.patient, row.pain, mode=Response.Mode.VISIT, at=row.visited_at)
    row.signed_at, row.signed_by, row.signature = timezone.now(), by, _signature(row.practitioner)
    row.rules_version, row.alike_because = safety.rules_version(), alike_because.strip()[:300]
    content = content_of(row)
    if not row.alike_because:
        _refuse_alike(row, content)
    row.document = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    row.sha256 = hashlib.sha256(row.document.encode()).hexdigest()
    row.save(update_fields=[*SEALED, "alike_because"])
    record("visit.signed", row, by=by, patient=row.patient_id, sha256=row.sha256)
    return row


def is_whole(visit):
    """Does the signed document still have the hash that was taken when it was signed?"""
    return bool(visit.sha256) and hashlib.sha256(visit.document.encode()).hexdigest() == visit.sha256


@transaction.atomic
def add_addendum(visit, *, kind, text, by):
    """Add a labelled, dated, signed text to a signed note and return it; the note itself stays as it is.

    Raises `NotSigned`: an open note is edited, not added to.
    """
    require(by, "addendum.add")
    _refuse_unsigned(visit)
    signature = _signature(by.practitioner) if hasattr(by, "practitioner") else by.display_name
    addendum = Addendum.objects.create(visit=visit, kind=kind, text=text, written_by=by, signature=signature)
    record("visit.addendum", addendum, by=by, patient=visit.patient_id)
    return addendum


@transaction.atomic
def release(visit, *, summary, by):
    """Show the patient a summary in plain words and return the mark. Raises `NotSigned`, `EnteredInError`."""
    require(by, "visit.sign")
    _refuse_unsigned(visit)
    if visit.marks.filter(kind=VisitMark.Kind.ENTERED_IN_ERROR).exists():
        raise EnteredInError
    mark, created = VisitMark.objects.get_or_create(
        visit=visit, kind=VisitMark.Kind.RELEASED, defaults={"by": by, "summary": summary}
    )
    if created:
        record("visit.released", visit, by=by, patient=visit.patient_id)
    return mark
