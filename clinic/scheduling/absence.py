"""The deeds of an absence: somebody is away, a place is closed, somebody leaves; nobody is left before a closed door.

One transaction adds the time off and moves, cancels or leaves each visit as it was decided; all or nothing.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.messaging import outbox
from clinic.scheduling import booking, feeds, fees, mails, placing, steps, together, waitlist
from clinic.scheduling.handing_on import (
    CALL,
    CANCEL,
    FOR_GOOD,
    SHOWN,
    STAY,
    TO_COME,
    Gap,
    affected,
    choice_of,
    covering,
    page_of,
    plan,
)
from clinic.scheduling.models import Appointment, Practitioner, TimeOff
from clinic.scheduling.models.appointments import Status
from clinic.scheduling.proposing import people_for
from patients.languages import writing_to

BECAUSE = gettext_noop("practitioner away")


class SomeTaken(together.SomeTaken):
    """Not all visits can go where they should: `numbers` says which, `plan` is the page with fresh proposals."""

    def __init__(self, numbers, plan=None):
        super().__init__(numbers)
        self.plan = plan


class StillExpected(Exception):
    """The practitioner has `count` visits to come: they are handed on first."""

    def __init__(self, count):
        super().__init__(f"{count} visits to come")
        self.count = count


@dataclass
class Done:
    """What was done: rows of appointments, and the time off they make way for."""

    time_off: TimeOff
    moved: list = field(default_factory=list)
    cancelled: list = field(default_factory=list)
    left: list = field(default_factory=list)
    calls: list = field(default_factory=list)  # whom nobody told: without an address, or to be asked


def carry_out(gap, decided, *, by, seen=None, after=None, replaces=None, now=None):
    """Add the time off and do with each visit what was decided; return what was `Done`.

    `decided` is {number of the visit: a `Choice.code`, "cancel", "call" or "stay"} for the whole page, `seen`
    {number: sequence} as the page showed them, `after` the last visit of the page before, `replaces` time off that is
    changed to this gap. Raises `SomeTaken`: a time is gone, a visit was moved or is not decided, one was booked since.
    """
    now = now or timezone.now()
    require(by, "absence.add" if gap.practitioner and replaces is None else "setting.change")
    try:
        with transaction.atomic():
            return _carry_out(gap, decided, by=by, seen=seen or {}, after=after, replaces=replaces, now=now)
    except (together.SomeTaken, IntegrityError) as error:
        fresh = plan(gap, now=now, decided=decided, after=after)
        fresh.refused = getattr(error, "numbers", [])
        raise SomeTaken(fresh.refused, fresh) from error


def _carry_out(gap, decided, *, by, seen, after, replaces, now):
    rows = {row.pk: row for row in page_of(gap, now, after)[0]}
    _refuse([number for number in rows if number not in decided])
    wishes = _wishes(rows, decided)
    people = _lock(gap, rows.values(), wishes.values())
    rows = _lock_rows(gap, rows, seen, after, now)
    for practitioner in people:
        booking.end_stale_holds(now, practitioner)
    done = Done(_write_time_off(gap, replaces, by))
    done.cancelled = [_cancel(rows[n], by, now) for n, word in decided.items() if word == CANCEL and n in rows]
    done.moved = _move_all({number: rows[number] for number in wishes}, wishes, by, now)
    done.left = [row for n, row in rows.items() if decided[n] in (CALL, STAY)]
    done.calls = [row for row in rows.values() if decided[row.pk] == CALL or _is_unreached(row, decided[row.pk])]
    _tell_all(done, now)
    counted = {"moved": len(done.moved), "cancelled": len(done.cancelled), "left": len(done.left)}
    record("absence.added", done.time_off, by=by, **counted)
    return done


def _refuse(numbers):
    if numbers:
        raise SomeTaken(numbers)


def _wishes(rows, decided):
    """Return {number: Wish} of the visits that move; a word nobody knows refuses them all."""
    kinds = {row.kind_id: row.kind for row in rows.values()}
    people = people_for(kinds.values(), []) if rows else {}
    choices = {n: choice_of(decided[n], people) for n in rows if decided[n] not in (CANCEL, CALL, STAY)}
    _refuse([number for number, choice in choices.items() if choice is None])
    return {
        number: booking.moved_wish(rows[number], choice.starts_at, practitioner=choice.practitioner)
        for number, choice in choices.items()
    }


def _lock(gap, rows, wishes):
    """Lock whom the gap keeps away and all that the visits touch, in the one order; return the practitioners."""
    people = [*(row.practitioner for row in rows), *(wish.practitioner for wish in wishes)]
    people += [gap.practitioner] if gap.practitioner else Practitioner.objects.all()
    rooms = [room for wish in wishes for room in wish.rooms] + [row.room for row in rows]
    placing.lock(people, rooms, [row.patient for row in rows])
    return {p.pk: p for p in people}.values()


def _lock_rows(gap, before, seen, after, now):
    """Lock the visits and return them; refuse when one was moved or ended, or another was booked, meanwhile."""
    locked = Appointment.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=before)
    rows = {row.pk: row for row in locked.select_related(*SHOWN).order_by("pk")}
    _refuse([n for n, row in rows.items() if not _is_as_seen(row, seen.get(n, before[n].sequence))])
    _refuse([row.pk for row in page_of(gap, now, after)[0] if row.pk not in before])
    return rows


def _is_as_seen(row, sequence):
    return row.status in TO_COME and row.sequence == sequence


def _write_time_off(gap, replaces, by):
    """Return the time off that stands for the gap: what covers it already, what is changed to it, or a new row."""
    if replaces is None and (known := covering(gap)):
        return known
    row = replaces or TimeOff()
    row.practitioner, row.location = gap.practitioner, gap.location
    row.starts_at, row.ends_at, row.reason = gap.start, gap.end, gap.reason
    row.save()
    record("setting.changed" if replaces else "setting.added", row, by=by)
    return row


def _cancel(row, by, now):
    """Cancel a visit on the clinic's side; what is only held is let go."""
    if row.status != Status.HELD:
        return steps.cancel(row, because=gettext(BECAUSE), by=by, on_whose_side=fees.CLINIC, silent=True, now=now)
    if row.patient_id:
        waitlist.release(row.waitlist_offer, by=by, now=now)
    else:
        booking.answer(row.request, outcome="declined", by=by, now=now)
    return row


def _move_all(rows, wishes, by, now):
    """Move the visits: out of the way for a moment, so that they may take each other's rooms, then each in."""
    together.park(rows.values(), now)
    in_order = dict(sorted(wishes.items(), key=lambda item: item[1].starts_at))
    return together.all_or_none(in_order, lambda number, wish: _move(rows[number], wish, by, now))


def _move(row, wish, by, now):
    placing.check_day(wish, now)
    return together.bring_in(row, wish, by=by, now=now)


def _is_unreached(row, word):
    """Has something become of the visit that no mail tells? A time that was only held is told by nobody."""
    return word != STAY and not (row.patient and row.patient.email and row.status != Status.HELD)


def _tell_all(done, now):
    """Queue one mail to each patient: what was moved, what was cancelled; never why."""
    moved, cancelled, patients = defaultdict(list), defaultdict(list), {}
    for row, kept in [*((row, moved) for row in done.moved), *((row, cancelled) for row in done.cancelled)]:
        if row.patient and row.patient.email and row.status != Status.HELD and row.booked_at:
            kept[row.patient_id].append(row)
            patients[row.patient_id] = row.patient
    for key, patient in patients.items():
        _tell(done.time_off, patient, moved[key], cancelled[key])


def _tell(time_off, patient, moved, cancelled):
    rows = sorted([*moved, *cancelled], key=lambda row: row.starts_at)
    location, told = rows[0].location, {"moved": moved, "cancelled": cancelled, "first": rows[0]}
    with timezone.override(location.zone), writing_to(patient):  # the clock on the clinic's wall
        outbox.queue(
            "scheduling/absence",
            to=patient.email,
            key=f"absence-{time_off.pk}-{rows[0].pk}-{sum(row.sequence for row in rows)}",
            patient=patient,
            context={"patient": patient, "location": location, **told},
            attachment=mails.attachment(rows),
        )


# --- somebody leaves for good ---


def expected(practitioner, now):
    """Return the visits that are still to come with this practitioner."""
    return affected(Gap(now, now + FOR_GOOD, practitioner), now)


@transaction.atomic
def leave(practitioner, *, by, now=None):
    """Take a practitioner off the list of those who treat, end their calendar addresses, and return them.

    Raises `StillExpected` while somebody is booked with them.
    """
    require(by, "setting.change")
    now = now or timezone.now()
    placing.lock([practitioner])
    if count := expected(practitioner, now).count():
        raise StillExpected(count)
    practitioner.is_active = False
    practitioner.save(update_fields=["is_active"])
    feeds.end_of(practitioner, by=by, now=now)
    record("practitioner.left", practitioner, by=by)
    return practitioner
