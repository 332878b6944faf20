"""The series inside the booking form: the rule that was typed, and the dates that are proposed for it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.utils import timezone

from clinic.scheduling import booking, new_patients, series
from clinic.scheduling.forms import BookingForm
from clinic.scheduling.models import Practitioner
from clinic.scheduling.proposing import Choice
from clinic.scheduling.series_forms import SeriesForm

OUT = "out"  # the value of "leave this visit out"


@dataclass
class Section:
    """What the booking form shows of a series. `taken` are the numbers that somebody else was faster with."""

    form: SeriesForm
    asked: dict = field(default_factory=dict)
    signature: str = ""
    chosen: dict = field(default_factory=dict)  # as the page sent them
    planned: list = field(default_factory=list)
    taken: list = field(default_factory=list)
    is_new: bool = False  # the rule was changed since the dates were shown

    @property
    def is_on(self):
        return bool(self.form["series"].value())

    @property
    def booked(self):
        """The visits that would be booked, earliest first."""
        return sorted((p for p in self.planned if p.choice), key=lambda p: p.choice.starts_at)

    @property
    def swapped(self):
        return sum(not p.is_free for p in self.booked)

    @property
    def open(self):
        """The numbers of the visits that have no time yet."""
        return [p.number for p in self.planned if p.is_open]

    @property
    def is_ready(self):
        """May it be booked as it was sent: were these the dates on the page, and has each a time or been left out?"""
        decided = all(p.number in self.chosen for p in self.planned)
        return decided and any(self.chosen.values()) and not self.is_new

    def book(self, form, *, by):
        """Book what was chosen, for the patient or new person of the booking form; raises `series.SomeTaken`."""
        told = self.asked | {"chosen": self.chosen, "key": form.cleaned_data["key"] or None, "by": by}
        if patient := form.cleaned_data["patient"]:
            return series.book(patient=patient, **told)
        return new_patients.book_series(person=form.person(), **told)


def typed(data):
    """Return the sent fields; a series "near" a time needs no other time for its first visit."""
    if data.get("series") and data.get("near") and not (data.get("at") or data.get("time")):
        data = data.copy()
        data["time"] = data["near"]
    return data


def sent(request, form):
    """Return the fields to read a series from: those of the form, or those of a link that asks for one."""
    if request.method == "POST" or not request.GET.get("series"):
        return request.POST
    data = request.GET.copy()
    for name in ("patient", "practitioner", "kind", "day", "time"):
        data[name] = str(form[name].value() or "")
    for name in ("per_week", "weeks"):
        data.setdefault(name, str(SeriesForm.base_fields[name].initial))
    data["at"] = ""  # stands in day and time
    return data


def read(data, user):
    """Read the section from the sent fields: closed and empty when no series is asked for."""
    section = Section(SeriesForm(data if data.get("series") else None))
    if not section.is_on:
        return section
    form = BookingForm(typed(data), user=user)
    form.is_valid()  # who comes may still be open: only the visit counts here
    visit = form.cleaned_data
    if section.form.is_valid() and all(visit.get(name) for name in ("kind", "practitioner", "starts_at")):
        _plan(section, visit, data)
    return section


def _plan(section, visit, data):
    """Fill the section with the proposed dates; what was chosen on the page stays, if the rule is the same."""
    practitioner, kind, now = visit["practitioner"], visit["kind"], timezone.now()
    first = visit["starts_at"].astimezone(practitioner.location.zone)
    rule = section.form.rule(starts_on=first.date(), clock=first.time(), practitioner=practitioner)
    last_kind = section.form.cleaned_data["then"]
    section.asked = {"practitioner": practitioner, "kind": kind, "rule": rule, "last_kind": last_kind, "now": now}
    section.asked["minutes"] = visit.get("minutes")
    section.signature = _signature(section.asked, first)
    section.is_new = data.get("planned_for", "") != section.signature
    wished_first = {1: Choice(visit["starts_at"], practitioner)} if first.weekday() in rule.weekdays else {}
    section.chosen = wished_first if section.is_new else _chosen(data, rule.visits, now)
    section.planned = series.propose(**section.asked, patient=visit.get("patient"), chosen=section.chosen)


def _signature(asked, first):
    """Name what the dates were proposed for: they count only as long as it is the same."""
    rule, last = asked["rule"], asked["last_kind"]
    days = "".join(str(day) for day in rule.weekdays)
    who = f"p{asked['practitioner'].pk} k{asked['kind'].pk} m{asked['minutes'] or 0} t{last.pk if last else 0}"
    return f"{first:%Y%m%d%H%M} {rule.clock:%H%M} d{days} w{rule.weeks} {who}"


def _chosen(data, visits, now):
    """Return {number: Choice, or None for left out} from the fields `place-1`, `place-2`, ..."""
    sent = {number: data.get(f"place-{number}", "") for number in range(1, visits + 1)}
    return choices(sent, now)


def choices(sent, now):
    """Return the choices in {number: sent value}; what is no time of somebody who treats is not chosen."""
    people = {str(p.pk): p for p in Practitioner.objects.active().with_hours()} if any(sent.values()) else {}
    found: dict[int, Choice | None] = {}
    for number, value in sent.items():
        start, _sep, who = value.partition("|")
        if value == OUT:
            found[number] = None
        elif who in people and (at := moment(start)) and not booking.is_too_far(at, now):
            found[number] = Choice(at, people[who])
    return found


def moment(text):
    """Return the aware time that stands in the text, or None."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
