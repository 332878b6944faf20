"""Letters to other doors: written, sent, answered, closed. What was sent never changes; a missing answer is a task."""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting.models import Referral
from clinic.charting.papers.letter_standing import due_on
from patients import tasks
from patients.models import Document, Task

Kind, Urgency = Referral.Kind, Referral.Urgency
TEXTS = ("kind", "episode", "addressee", "address", "urgency", "question", "body")


class NothingAsked(Exception):
    """A letter names somebody to read it and says what is asked."""


class OtherPatient(Exception):
    """The complaint or the report belongs to somebody else."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed the text since it was on this screen."""


class AlreadySent(Exception):
    """What was sent stays as it was read; a correction is a new letter."""


class NotSent(Exception):
    """Only a letter that was sent can be answered."""


class AlreadyAnswered(Exception):
    """The first answer stands; what comes later is a document of the chart."""


class AlreadyClosed(Exception):
    """The letter was closed before."""


class ReasonMissing(Exception):
    """A letter is closed with the reason in words."""


def signature_of(user):
    """Name and credentials as they stand under a letter."""
    return user.practitioner.signature if hasattr(user, "practitioner") else user.display_name


def task_key(letter):
    """What the task about a missing answer is known by."""
    return f"letter:{letter.pk}"


def _checked(fields, patient):
    """Return the texts trimmed. Raises `NothingAsked`, `OtherPatient`."""
    kept: dict[str, Any] = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    if not (kept["addressee"] and kept["question"]):
        raise NothingAsked
    episode = kept["episode"]
    if episode is not None and episode.patient.person_id != patient.person_id:
        raise OtherPatient
    return kept


@transaction.atomic
def write(patient, *, addressee, question, by, kind=Kind.REFERRAL, urgency=Urgency.ROUTINE, address="", body="",
          episode=None):  # fmt: skip
    """Keep a letter that is not sent yet, and return it. Raises `NothingAsked`, `OtherPatient`."""
    require(by, "referral.add")
    fields = _checked(
        {"kind": kind, "episode": episode, "addressee": addressee, "address": address, "urgency": urgency,
         "question": question, "body": body},
        patient,
    )  # fmt: skip
    letter = Referral.objects.create(patient=patient, written_by=by, signature=signature_of(by)[:160], **fields)
    record("referral.written", letter, by=by, patient=patient, kind=str(kind), urgency=str(urgency))
    return letter


def _locked(letter):
    """Lock the person, then the letter, and return it afresh. Raises `AlreadyClosed`."""
    tasks.hold(letter.patient_id)
    rows = Referral.objects.select_for_update(no_key=True, of=("self",)).select_related("patient", "episode__patient")
    row = rows.get(pk=letter.pk)
    if row.closed_at:
        raise AlreadyClosed
    return row


def stamp(letter):
    """Return what tells one wording of a letter from another: a form brings back the one that it opened with."""
    told = json.dumps([str(getattr(letter, "episode_id" if name == "episode" else name)) for name in TEXTS])
    return hashlib.sha256(told.encode()).hexdigest()


@transaction.atomic
def rewrite(letter, *, by, seen=None, **changed):
    """Change some of TEXTS of a letter that was not sent, and return it; whoever writes last signs it.

    `seen` is the `stamp` of the wording that was on the screen; left out, it is not asked.
    Raises `AlreadySent`, `AlreadyClosed`, `ChangedMeanwhile`, `NothingAsked`, `OtherPatient`.
    """
    require(by, "referral.change")
    row = _locked(letter)
    if row.sent_at:
        raise AlreadySent
    if seen is not None and seen != stamp(row):
        raise ChangedMeanwhile
    fields = _checked({name: changed.get(name, getattr(row, name)) for name in TEXTS}, row.patient)
    different = sorted(name for name in TEXTS if getattr(row, name) != fields[name])
    if not different:
        return row
    for name in different:
        setattr(row, name, fields[name])
    row.written_by, row.signature = by, signature_of(by)[:160]  # the licence under the name is the writer's
    row.save(update_fields=[*different, "written_by", "signature"])
    record("referral.changed", row, by=by, patient=row.patient_id, fields=different)
    return row


@transaction.atomic
def send(letter, *, how, by, now=None):
    """Note that the letter went out and how; from now on its text stands, and an answer is waited for.

    Raises `AlreadySent`, `AlreadyClosed`.
    """
    require(by, "referral.change")
    row = _locked(letter)
    if row.sent_at:
        raise AlreadySent
    row.sent_at, row.sent_by, row.sent_how = now or timezone.now(), by, how[:60]
    row.save(update_fields=["sent_at", "sent_by", "sent_how"])
    record("referral.sent", row, by=by, patient=row.patient_id)
    tasks.open_task(
        row.patient,
        kind=Task.Kind.IMAGING if row.kind == Kind.IMAGING else Task.Kind.REFER,
        title=_("Ask for the answer: %(who)s") % {"who": row.addressee},
        detail=row.question,
        key=task_key(row),
        due_on=due_on(row),
        by=by,
    )
    return row


@transaction.atomic
def answer(letter, *, words, by, report=None, now=None):
    """Keep what came back, with the report where there is one (a `Document` of this patient), and close the task.

    Raises `NotSent`, `AlreadyAnswered`, `AlreadyClosed`, `NothingAsked` (no words), `OtherPatient`.
    """
    require(by, "referral.change")
    row = _locked(letter)
    if not row.sent_at:
        raise NotSent
    if row.answered_at:
        raise AlreadyAnswered
    if not words.strip():
        raise NothingAsked
    row.answered_at, row.answer, row.report = now or timezone.now(), words.strip()[:600], _of(row.patient, report)
    row.save(update_fields=["answered_at", "answer", "report"])
    record("referral.answered", row, by=by, patient=row.patient_id, report=getattr(report, "pk", None))
    tasks.close_about(row.patient, key=task_key(row), outcome=row.answer[:300], by=by)
    return row


def _of(patient, report):
    """The report, if it stands in this patient's chart and was not filed in error."""
    if report is not None and not Document.objects.of(patient).valid().filter(pk=report.pk).exists():
        raise OtherPatient
    return report


@transaction.atomic
def file_report(letter, *, report, by):
    """Put a document of the chart beside an answer that came without one, and return the letter.

    Raises `NotSent` (nothing has come back yet), `AlreadyAnswered` (with a report), `AlreadyClosed`, `OtherPatient`.
    """
    require(by, "referral.change")
    row = _locked(letter)
    if not row.answered_at:
        raise NotSent
    if row.report_id:
        raise AlreadyAnswered
    row.report = _of(row.patient, report)
    row.save(update_fields=["report"])
    record("referral.report_filed", row, by=by, patient=row.patient_id, report=report.pk)
    return row


@transaction.atomic
def close(letter, *, because, by):
    """Close a letter with a reason: nothing is waited for any more. Raises `AlreadyClosed`, `ReasonMissing`."""
    require(by, "referral.change")
    row = _locked(letter)
    if not because.strip():
        raise ReasonMissing
    row.closed_at, row.closed_by, row.closed_because = timezone.now(), by, because.strip()[:300]
    row.save(update_fields=["closed_at", "closed_by", "closed_because"])
    record("referral.closed", row, by=by, patient=row.patient_id)
    tasks.close_about(row.patient, key=task_key(row), outcome=row.closed_because, by=by)
    return row
