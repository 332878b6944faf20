"""The day sheet: reads one day for everybody, whatever the number of visits in the same few queries."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from clinic.charting.safety import patients_with_alert
from clinic.reception import columns, dots, rooms
from clinic.reception.cards import LONG_WAIT, Card
from clinic.reception.frame import Frame, hours_around
from clinic.reception.sections import version_of
from clinic.scheduling import availability, slots
from clinic.scheduling.models import Appointment, Practitioner, TimeOff
from clinic.scheduling.models.appointments import Status
from clinic.scheduling.models.resources import VisitKind
from patients.models import Intake

MOST_COLUMNS = 16


@dataclass
class Sheet:
    """Everything the day sheet shows of one day."""

    frame: Frame
    columns: list  # of the practitioners
    cards: list
    now: datetime
    rooms: list = field(default_factory=list)  # columns of the therapy tables and other rooms
    by: str = "people"
    closed: str | None = None  # why nobody works; an empty text when no reason was given

    @property
    def shown(self):
        """The columns as they stand side by side: people and tables, or rooms alone."""
        return self.rooms if self.by == "rooms" else [*self.columns, *self.rooms][:MOST_COLUMNS]

    @property
    def is_today(self):
        return self.now.astimezone(self.frame.zone).date() == self.frame.day

    @property
    def now_place(self):
        """Classes of the now-line, or an empty text when now is not on the sheet."""
        minute = self.frame.minute_of(self.now)
        return f"s{minute // 5} m{minute % 5}" if 0 <= minute < self.frame.steps * 5 else ""

    @property
    def version(self):
        """A short name of what is drawn: two days that look the same have the same."""
        heads = [(c.key, c.lanes, c.off, c.next_free) for c in self.shown]
        return version_of(repr((self.frame, heads, self.closed, [card.facts for card in self.cards])))

    @property
    def counts(self):
        """(status, how many) for the strip, every status of the day in the order of a visit."""
        found = [card.status for card in self.cards]
        shown = [s for s in Status if s not in (Status.HELD, Status.EXPIRED)]
        return [(status, found.count(status)) for status in shown]


def appointments_of(day, zone, user):
    """The day's appointments with what a card shows, in one query."""
    rows = Appointment.objects.for_user(user).on_day(day, zone).with_series_length()
    return rows.select_related("patient", "kind", "room", "request")


def is_shown(appointment, now):
    """Holds that have ended are not drawn: the worker is about to let them go."""
    if appointment.status == Status.EXPIRED:
        return False
    return appointment.status != Status.HELD or appointment.hold_until > now


def without_intake(appointments):
    """Ids of those first visits whose patient has not handed in a health history: all the desk may know of it."""
    first = {a.pk: a.patient for a in appointments if a.patient_id and a.kind.purpose == VisitKind.Purpose.INITIAL}
    handed_in = Intake.objects.submitted().of_all(first.values()).with_person()
    done = set(handed_in.order_by().values_list("person", flat=True))
    return {pk for pk, patient in first.items() if patient.person_id not in done}


def cards_of(appointments, now, long_wait=LONG_WAIT):
    """Return the cards of the appointments, with the marks the desk may see, whatever their number in a few queries."""
    shown = [a for a in appointments if is_shown(a, now)]
    alerts = patients_with_alert([a.patient for a in shown if a.patient])
    missing, notes = without_intake(shown), dots.notes_of(shown)
    cards = [Card(a, now, has_alert=a.patient_id in alerts, intake_missing=a.pk in missing) for a in shown]
    for card in cards:
        card.dots, card.long_wait = dots.of(card, notes), long_wait
    return cards


def people_of(appointments):
    """Return the practitioners who work here, and those who have left and still have a visit among these."""
    ids = {a.practitioner_id for a in appointments}
    rows = Practitioner.objects.filter(Q(is_active=True) | Q(pk__in=ids)).order_by("order", "pk")
    people = list(rows.with_hours().select_related("location", "room")[:MOST_COLUMNS])
    by_id = {p.pk: p for p in people}
    for a in appointments:
        a.practitioner = by_id.get(a.practitioner_id) or a.practitioner
    return people


def read(day, *, user, now, by="people", long_wait=LONG_WAIT):
    """Read one day for `user` and return the `Sheet`; `by` "rooms" shows the rooms instead of the people."""
    zone = timezone.get_current_timezone()
    appointments = list(appointments_of(day, zone, user))
    people = people_of(appointments)
    cards = cards_of(appointments, now, long_wait)
    time_off = list(TimeOff.objects.touching(*availability.day_span(day, zone)))
    opened = [span for p in people for span in slots.open_spans(day, availability.blocks_of(p), zone)]
    frame = hours_around(day, zone, [*opened, *((c.appointment.starts_at, c.appointment.ends_at) for c in cards)])
    of_people = [columns.of_person(p, frame, _own(cards, p), time_off, now) for p in people]
    of_rooms = rooms.tables(frame, cards, now)
    if by == "rooms":
        of_rooms += rooms.used(frame, cards, now, of_rooms)
    closed = None if cards or somebody_works(people, day, zone, time_off) else closed_because(time_off)
    return Sheet(frame, of_people, cards, now, of_rooms, by, closed)


def _own(cards, practitioner):
    return [card for card in cards if card.appointment.practitioner_id == practitioner.pk]


def somebody_works(people, day, zone, time_off):
    """Is anybody here for some of the day? Without practitioners nobody can say so."""
    for p in people:
        away = [off for off in time_off if off.holds_for(p.pk, p.location_id)]
        for start, end in slots.open_spans(day, availability.blocks_of(p), zone):
            if not any(off.starts_at <= start and end <= off.ends_at for off in away):
                return True
    return not people


def closed_because(time_off):
    """Return why the clinic is closed, if a reason was given; that of a person's absence is theirs."""
    return next((off.reason for off in time_off if off.practitioner_id is None), "")
