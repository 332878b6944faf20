"""One appointment as the day sheet, the phone list and the flow board show it."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import HERE, Status
from clinic.scheduling.steps import USUAL_NEXT
from patients.naming import greeted, needs

LONG_NAME, TIGHT_NAME = 20, 12  # letters that fit a usual column beside the icon, and a narrow one beside marks
LATE_AFTER, LONG_WAIT = 5, 12  # minutes: a call is due; the warning sign, unless the clinic says otherwise

# What the one button of a row says, by the status it leads to.
STEP_WORD = {
    Status.CONFIRMED: _("Confirm"),
    Status.ARRIVED: _("Arrived"),
    Status.IN_ROOM: _("To room"),
    Status.WITH_PRACTITIONER: _("Start"),
    Status.CHECKING_OUT: _("Finish"),
    Status.DONE: _("Check out"),
    Status.NO_SHOW: _("No-show"),
}

# What the dot of the note says in words; the dots themselves are in `dots`.
NOTE_WORDS = {"ok": _("note signed"), "due": _("note not signed")}


def short_name(patient, most=LONG_NAME):
    """Return the name as it fits a card: the given names give way to initials first, the family name never."""
    name = greeted(patient)
    if len(name) <= most or not patient.family_name:
        return name
    initials = " ".join(f"{part[0]}." for part in patient.called.split())
    return f"{initials} {patient.family_name}"


@dataclass
class Card:
    """An appointment with what the desk must see about it at `now`."""

    appointment: Appointment
    now: datetime
    place: str = ""
    size: str = "one"
    has_alert: bool = False
    intake_missing: bool = False
    dots: tuple = ()  # attendance, note, money: see `dots`
    long_wait: int = LONG_WAIT  # minutes
    moved: bool = False  # what `u` takes back is a move, not a step

    @property
    def note_words(self):
        """What the second dot says to those who do not see it; the first one says what the status says."""
        return NOTE_WORDS.get(self.dots[1], "") if self.dots else ""

    def copy(self):
        """The same visit at a second place of the sheet."""
        return replace(self)

    @property
    def status(self):
        return Status(self.appointment.status)

    @property
    def name(self):
        if self.appointment.patient:
            return greeted(self.appointment.patient)
        request = getattr(self.appointment, "request", None)
        return request.name if request else str(_("Held"))

    @property
    def needs(self):
        """What to prepare for the patient, as (icon, words)."""
        return needs(self.appointment.patient) if self.appointment.patient else []

    @property
    def short(self):
        return short_name(self.appointment.patient) if self.appointment.patient else self.name

    @property
    def facts(self):
        """What decides how the card looks; minutes that only count on do not."""
        mine = self.appointment
        when = (mine.pk, mine.sequence, mine.starts_at, mine.ends_at, mine.status, self.since, bool(self.late))
        what = (mine.practitioner_id, mine.lane, mine.room_id, mine.kind_id, mine.cancelled_because, mine.hold_until)
        return when + what + (self.name, self.has_alert, self.intake_missing, self.dots, self.waits_long, *self.needs)

    @property
    def tight(self):
        """The name for a narrow column; empty when it would be the same."""
        name = short_name(self.appointment.patient, TIGHT_NAME) if self.appointment.patient else ""
        return name if name != self.short else ""

    @property
    def late(self):
        """Whole minutes after the start without an arrival, from five on; otherwise 0."""
        if self.status not in (Status.BOOKED, Status.CONFIRMED):
            return 0
        minutes = int((self.now - self.appointment.starts_at).total_seconds() // 60)
        return minutes if minutes >= LATE_AFTER else 0

    @property
    def is_here(self):
        return self.status in HERE

    @property
    def since(self):
        """From when the minutes on the flow board count: the start for late ones, the arrival for waiting ones."""
        if self.late:
            return self.appointment.starts_at
        return self.appointment.waiting_since or self.appointment.in_status_since

    @property
    def minutes(self):
        return max(0, int((self.now - self.since).total_seconds() // 60))

    @property
    def time_left(self):
        """Minutes and seconds until a hold ends."""
        left = (self.appointment.hold_until or self.now) - self.now
        seconds = max(0, int(left.total_seconds()))
        return f"{seconds // 60}:{seconds % 60:02d}"

    @property
    def waits_long(self):
        return self.appointment.waiting_since is not None and self.minutes >= self.long_wait

    @property
    def next_step(self):
        """The status the one button leads to, or None."""
        return USUAL_NEXT.get(self.status)

    @property
    def next_word(self):
        return STEP_WORD.get(self.next_step, "")


ORDER = {status: rank for rank, status in enumerate(HERE, start=1)}


def flow(cards):
    """Return the rows of the flow board: late ones first (a call is due), then by stage, the longest wait on top."""
    shown = [card for card in cards if card.late or card.is_here]
    return sorted(shown, key=lambda card: (ORDER.get(card.status, 0), card.since))


def longest_wait(rows):
    """Return the row of the one who waits longest, or None when nobody waits."""
    return max((card for card in rows if card.appointment.waiting_since), key=lambda card: card.minutes, default=None)
