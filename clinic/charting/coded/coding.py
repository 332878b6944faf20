"""From a visit to the services it may bill: read, advised, and stored only when somebody takes them over."""

from contextlib import suppress

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.anatomy import segments
from clinic.audit.recording import record
from clinic.charting import notes
from clinic.charting.care import planning
from clinic.charting.coded import codes, modifiers
from clinic.charting.models import ServiceCode
from patients.models import Coverage

TECHNIQUE = ("technique", "method", "activity")


class NothingChosen(Exception):
    """No line of today's advice was chosen."""


def coverage_on(visit):
    """Return who paid for this patient on the day of the visit, or None."""
    return Coverage.objects.of(visit.patient).on(notes.day_of(visit)).first()


def day_of(visit, cover, plan):
    """Return what the advice is read from: treatments that were given today, payer, course and diagnoses."""
    rows = [row for row in visit.treatments.all() if not row.is_carried]
    own = _own_services(rows)
    return codes.Day(
        given=[_given(row, *own.get(row.kind_id, ("", False))) for row in rows],
        payer=_payer(cover, notes.day_of(visit)),
        course=_course(visit, plan),
        diagnoses=[row.code_id for row in visit.diagnoses.all()],
    )


def _own_services(rows):
    """{kind: (service, is it billed by time?)} of the kinds that the clinic added itself, as it has linked them."""
    own = [row.kind_id for row in rows if row.kind.is_own]
    linked = ServiceCode.objects.filter(kind__in=own, is_active=True).order_by("-order", "-key") if own else ()
    return {each.kind_id: (each.key, each.is_timed) for each in linked}


def _given(row, key, is_timed):
    values = row.parameters
    return codes.Given(
        kind=row.kind.slug,
        key=key,
        is_timed=is_timed,
        segments=segment_codes(row.segments),
        regions=frozenset(row.regions),
        minutes=row.minutes,
        span=(row.started_at, row.ended_at) if row.started_at and row.ended_at else None,
        is_attended=values.get("attended") == "yes",
        is_hands_free=values.get("moving") == "no",
        has_technique=any(values.get(name) for name in TECHNIQUE) or bool(values.get("exercise")),
    )


def segment_codes(marks):
    """The segments of marks such as "L4 R"; what cannot be read counts for nothing."""
    found = []
    for mark in marks:
        with suppress(segments.UnknownSegment):
            found.append(segments.parse(mark).segment.code)
    return tuple(found)


def _payer(cover, day):
    """Who pays on this day; a notice counts from the day it was signed, never for what was given before."""
    if cover is None:
        return modifiers.Payer()
    is_medicare, signed = cover.payer == Coverage.Payer.MEDICARE, cover.notice_signed_on
    return modifiers.Payer(is_medicare, cover.unit_rule, signed is not None and signed <= day)


def _course(visit, plan):
    return modifiers.Course(
        purpose=visit.purpose,
        has_plan=plan is not None,
        is_maintenance=visit.purpose == "maintenance" or bool(plan and plan.is_maintenance),
        is_examined=bool(visit.examinations.all()),
        part=[_part(row) for row in visit.segment_findings.all()],
    )


def _part(row):
    return bool(row.pain), bool(row.asymmetry), bool(row.range_of_motion), bool(row.tone)


def advise(visit):
    """Return (advice, who pays) for a visit. Nothing is stored."""
    cover = coverage_on(visit)
    return advise_under(visit, cover, planning.current_plan(visit.episode)), cover


def advise_under(visit, cover, plan):
    """Return the advice for a visit whose payer and plan in force (each may be None) were read already."""
    return codes.advise(day_of(visit, cover, plan))


def services():
    """The clinic's services by key."""
    return {row.key: row for row in ServiceCode.objects.filter(is_active=True)}


@transaction.atomic
def take_over(visit, *, keys, by):
    """Store the chosen lines of today's advice on an unsigned note and return them, with who took them over and when.

    Only what the clinic has in use is stored; what spoke against a line that is taken over all the same stays with it.
    What is stored is what the advice says under the lock, not what the page showed. Raises `NothingChosen`,
    `notes.AlreadySigned`.
    """
    require(by, "visit.change")
    row = notes.locked(visit)
    advice, _cover = advise(row)
    named, at = services(), timezone.now()
    chosen = [
        _stored(line, named, by, at) for line in advice.lines if line.key in keys and line.key in named and line.units
    ]
    if not chosen:
        raise NothingChosen
    _keep(row, chosen, by)
    record("visit.codes_taken", row, by=by, patient=row.patient_id, services=[each["key"] for each in chosen])
    return chosen


@transaction.atomic
def clear(visit, *, by):
    """Take the stored services off an unsigned note. Raises `notes.AlreadySigned`."""
    require(by, "visit.change")
    row = notes.locked(visit)
    if row.codes:
        _keep(row, [], by)
        record("visit.codes_cleared", row, by=by, patient=row.patient_id)


def _keep(row, chosen, by):
    row.codes = chosen
    row.save(update_fields=["codes"])
    notes.touched(row, by)


def _stored(line, named, by, at):
    service = named[line.key]
    return {
        "key": line.key,
        "label": service.label,
        "code": service.code,
        "units": line.units,
        "modifiers": list(line.modifiers),
        "because": [*filter(None, [line.blocked]), *line.because],
        "by": by.display_name,
        "by_id": by.pk,
        "at": at.isoformat(timespec="seconds"),
    }


def is_as_advised(visit, advice):
    """Do the stored services still say what the note says now? A line that was left out is no difference."""
    now = {line.key: (line.units, list(line.modifiers)) for line in advice.lines}
    return all(now.get(each["key"]) == (each["units"], each["modifiers"]) for each in visit.codes)
