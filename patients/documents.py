"""Keeping documents: added after a check, released to the patient, marked as entered in error; never deleted."""

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from patients import uploads
from patients.models import Document, Patient


class NotYours(Exception):
    """The account may not send documents for this patient."""


class AlreadyMarked(Exception):
    """Somebody has marked this document as an error before."""


def add(patient, *, file, kind, title, by, dated_on=None):
    """Check a file and add it to the chart; return the document. Raises `uploads.NotAccepted`."""
    require(by, "document.add")
    return _keep(patient, file, by, kind=kind, title=title, dated_on=dated_on)


def send(patient, *, file, kind, title, by, dated_on=None):
    """Keep a file that a patient, or somebody with a grant for the record, sends. Raises `NotYours`, `NotAccepted`."""
    if not Patient.objects.in_care_of(by, "record").filter(pk=patient.pk).exists():
        raise NotYours
    return _keep(patient, file, by, kind=kind, title=title, dated_on=dated_on, by_patient=True)


def _keep(patient, file, by, **fields):
    """Write the file first, then its row; if the row cannot be written, the file goes too."""
    checked = uploads.check(file)
    row = Document(
        patient=patient,
        uploaded_by=by,
        media_type=checked.media_type,
        size=len(checked.data),
        sha256=checked.sha256,
        **fields,
    )
    row.file.save(f"file.{checked.ending}", ContentFile(checked.data), save=False)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            record("document.added", row, by=by, patient=patient, kind=row.kind, by_patient=row.by_patient)
    except Exception:
        row.file.delete(save=False)
        raise
    return row


@transaction.atomic
def release(document, *, by):
    """Let the patient see it; twice changes nothing."""
    require(by, "document.change")
    row = Document.objects.select_for_update(no_key=True, of=("self",)).get(pk=document.pk)
    if row.released_at is None:
        row.released_at, row.released_by = timezone.now(), by
        row.save(update_fields=["released_at", "released_by"])
        record("document.released", row, by=by, patient=row.patient_id)
    return row


@transaction.atomic
def enter_in_error(document, *, by):
    """Mark as filed by mistake: it stays, crossed out, and the patient no longer sees it. Raises `AlreadyMarked`."""
    require(by, "document.change")
    row = Document.objects.select_for_update(no_key=True, of=("self",)).get(pk=document.pk)
    if row.entered_in_error_at:
        raise AlreadyMarked
    row.entered_in_error_at, row.entered_in_error_by = timezone.now(), by
    row.save(update_fields=["entered_in_error_at", "entered_in_error_by"])
    record("document.entered_in_error", row, by=by, patient=row.patient_id)
    return row


def read(document, *, by):
    """Open the file for reading; that it was read is written down."""
    record("document.read", document, by=by, patient=document.patient_id)
    return document.file.open("rb")
