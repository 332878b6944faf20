"""What was examined at a visit and what was decided about imaging: part of the note, and asked before a thrust."""

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting import notes
from clinic.charting.models import Examination, ImagingDecision


class SayWhatWasFound(Exception):
    """An unusual finding is kept with the words for it."""


class DecisionNeedsReason(Exception):
    """A decision about imaging is kept with its reason."""


@transaction.atomic
def examine(visit, *, part, result, note="", by):
    """Keep what the examination of one part showed at an unsigned visit and return the row.

    Raises `SayWhatWasFound`, `notes.AlreadySigned`.
    """
    require(by, "visit.change")
    row, note = notes.locked(visit), note.strip()[:300]
    if result == Examination.Result.ABNORMAL and not note:
        raise SayWhatWasFound
    found, _created = Examination.objects.update_or_create(
        visit=row, part=part, defaults={"result": result, "note": note, "done_at": timezone.now(), "done_by": by}
    )
    notes.touched(row, by)
    record("examination.noted", found, by=by, patient=row.patient_id, part=str(part))
    return found


@transaction.atomic
def take_out(examination, *, by):
    """Take an examination out of an unsigned note. Raises `notes.AlreadySigned`."""
    require(by, "visit.change")
    row = notes.locked(examination.visit)
    removed, _rows = row.examinations.filter(pk=examination.pk).delete()
    if removed:  # the second of two clicks finds nothing
        notes.touched(row, by)
        record("examination.taken_out", examination, by=by, patient=row.patient_id)


@transaction.atomic
def decide_imaging(visit, *, decision, because, by):
    """Keep what was decided about imaging for the complaint of an unsigned visit and return it.

    The same words again change nothing; another decision is a new row. Raises `DecisionNeedsReason`,
    `notes.AlreadySigned`.
    """
    require(by, "visit.change")
    row, because = notes.locked(visit), because.strip()[:300]
    if not because:
        raise DecisionNeedsReason
    last = row.episode.imaging_decisions.first()
    if last and (last.decision, last.because, last.visit_id) == (decision, because, row.pk):
        return last
    made = ImagingDecision.objects.create(
        episode=row.episode, visit=row, decision=decision, because=because, decided_by=by
    )
    notes.touched(row, by)
    record("imaging.decided", made, by=by, patient=row.patient_id, decision=str(decision))
    return made
