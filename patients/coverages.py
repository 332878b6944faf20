"""Who pays for a patient: a cover begins, one after the other, and ends on a day."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from patients import tasks
from patients.models import Coverage


class AlreadyEnded(Exception):
    """The cover ended before."""


class AlreadySigned(Exception):
    """The day on which the notice was signed is noted, and stays."""


class EndsBeforeItBegan(Exception):
    """A cover ends on the day it began or later, and a notice is not signed in the future."""


def current(patient, day=None):
    """Return the cover in force on the day (today), or None."""
    return Coverage.objects.of(patient).on(day or timezone.localdate()).first()


@transaction.atomic
def add(patient, *, payer, by, since=None, **fields):
    """Begin a cover and return it; the ones in force until then end the day before.

    One that is noted late ends the day before the next one began, so that it never comes back after that one.
    `fields` are the name of the payer, the member number, how time is counted and the day of a signed notice.
    """
    require(by, "coverage.change")
    tasks.hold(patient.pk)
    since = since or timezone.localdate()
    for earlier in Coverage.objects.of(patient).on(since):
        earlier.until = max(earlier.since, since - timedelta(days=1))
        earlier.save(update_fields=["until"])
    later = Coverage.objects.of(patient).filter(since__gt=since).order_by("since").values_list("since", flat=True)
    until = later[0] - timedelta(days=1) if later else None
    made = Coverage.objects.create(patient=patient, payer=payer, since=since, until=until, added_by=by, **fields)
    record("coverage.added", made, by=by, patient=patient, payer=payer)
    return made


@transaction.atomic
def end(coverage, *, by, on=None):
    """End a cover on the day (today) and return it. Raises `AlreadyEnded`, `EndsBeforeItBegan`."""
    require(by, "coverage.change")
    row, day = _locked(coverage), on or timezone.localdate()
    if row.until and row.until <= day:
        raise AlreadyEnded
    if day < row.since:
        raise EndsBeforeItBegan
    row.until = day
    row.save(update_fields=["until"])
    record("coverage.ended", row, by=by, patient=row.patient_id)
    return row


@transaction.atomic
def sign_notice(coverage, *, by, on=None):
    """Note that the notice of non-cover was signed on the day (today) and return the cover.

    Raises `AlreadySigned`, and `EndsBeforeItBegan` for a day to come.
    """
    require(by, "coverage.change")
    row, day = _locked(coverage), on or timezone.localdate()
    if row.notice_signed_on:
        raise AlreadySigned
    if day > timezone.localdate():
        raise EndsBeforeItBegan
    row.notice_signed_on = day
    row.save(update_fields=["notice_signed_on"])
    record("coverage.notice_signed", row, by=by, patient=row.patient_id)
    return row


def _locked(coverage):
    """Hold the patient, then read the row afresh: covers follow one another."""
    tasks.hold(coverage.patient_id)
    return Coverage.objects.select_for_update(of=("self",)).get(pk=coverage.pk)
