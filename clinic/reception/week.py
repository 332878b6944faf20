"""Seven days beside each other: of one practitioner, or of everybody with a lane each."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from clinic.accounts.access import reception_only
from clinic.reception import columns, live
from clinic.reception.cards import LONG_WAIT
from clinic.reception.day import rights
from clinic.reception.days import asked_day
from clinic.reception.frame import MOST_LANES, Frame, hours_around, place
from clinic.reception.going_back import undoable
from clinic.reception.sheet import Sheet, cards_of, people_of
from clinic.scheduling import availability, slots
from clinic.scheduling.models import Appointment, TimeOff
from clinic.scheduling.models.appointments import FREEING, day_start

DAYS = 7


@dataclass
class Week(Sheet):
    """A sheet whose columns are days; `who` is the practitioner, None for everybody."""

    days: list = field(default_factory=list)
    people: list = field(default_factory=list)
    who: object = None

    @property
    def is_today(self):
        return self.now.astimezone(self.frame.zone).date() in self.days

    @property
    def now_place(self):
        """Classes of the now-line, the same height on every day."""
        today = replace(self.frame, day=self.now.astimezone(self.frame.zone).date())
        return Sheet(today, [], [], self.now).now_place


@reception_only
@require_safe
def week(request):
    """The week in which `?day=` lies; `?who=` a practitioner's number or "all". Asked by the poll: what changed."""
    now, shown = timezone.now(), asked_day(request.GET.get("day"))
    long_wait, who = request.clinic.long_wait_minutes, request.GET.get("who", "")
    of_week = read(shown, who, user=request.user, now=now, long_wait=long_wait)
    context = {"sheet": of_week, "may": rights(request.user), "day_url": reverse("desk:day")}
    if has := live.has(request):
        if has.get("sheet") == of_week.version:
            return HttpResponse(status=204)
        return render(request, "reception/_grid.html", context | {"oob": True})
    first = of_week.days[0]
    context |= {"undo": undoable(request), "poll_url": reverse("desk:week"), "shown": shown}
    context |= {"previous": first - timedelta(days=DAYS), "next": first + timedelta(days=DAYS)}
    return render(request, "reception/week.html", context)


def read(day, who, *, user, now, long_wait=LONG_WAIT):
    """Read the week of `day` and return it; without a practitioner of that number the first one's."""
    zone = timezone.get_current_timezone()
    days = [day - timedelta(days=day.weekday()) + timedelta(days=n) for n in range(DAYS)]
    span = day_start(days[0], zone), day_start(days[-1] + timedelta(days=1), zone)
    rows = Appointment.objects.for_user(user).filter(starts_at__gte=span[0], starts_at__lt=span[1])
    appointments = list(rows.with_series_length().select_related("patient", "kind", "room", "request"))
    people = people_of(appointments)
    chosen = [p for p in people if str(p.pk) == who] or ([] if who == "all" else people[:1])
    ids = {p.pk for p in chosen or people}
    cards = cards_of([a for a in appointments if a.practitioner_id in ids], now, long_wait)
    frames = _frames(days, zone, chosen or people, cards)
    time_off = list(TimeOff.objects.touching(*span))
    by_day = {d: [c for c in cards if c.appointment.starts_at.astimezone(zone).date() == d] for d in days}
    drawn = [
        columns.of_person(chosen[0], frame, by_day[frame.day], time_off, now)
        if chosen
        else _of_all(people, frame, by_day[frame.day])
        for frame in frames
    ]
    for column in drawn if people else ():
        column.heading, column.is_today = date_format(column.day, "D j"), column.day == now.astimezone(zone).date()
    who_is_shown = chosen[0] if chosen else None
    return Week(frames[0], drawn if people else [], cards, now, days=days, people=people, who=who_is_shown)


def _frames(days, zone, people, cards):
    """Return a frame for each day, all with the same hours: those in which anybody works or is booked that week."""
    found = []
    for day in days:
        spans = [span for p in people for span in slots.open_spans(day, availability.blocks_of(p), zone)]
        spans += [(c.appointment.starts_at, c.appointment.ends_at) for c in cards
                  if c.appointment.starts_at.astimezone(zone).date() == day]  # fmt: skip
        found += [hours_around(day, zone, spans)] if spans else []
    first = min((frame.first for frame in found), default=Frame.first)
    last = max((frame.last for frame in found), default=Frame.last)
    return [Frame(day, zone, first, last) for day in days]


def _of_all(people, frame, cards):
    """Return one day of everybody, a lane for each; who stands behind the eighth shares the last one."""
    lane = {p.pk: min(number, MOST_LANES - 1) for number, p in enumerate(people)}
    shown = [card for card in cards if card.status not in FREEING]
    for card in shown:
        place(card, frame, lane[card.appointment.practitioner_id], len(set(lane.values())))
    return columns.Column(None, len(set(lane.values())), shown, day=frame.day, people=tuple(people[:MOST_LANES]))
