"""Nothing falls through: who missed a visit, has no next one, is behind a plan, is due for a re-examination; which
notes are unsigned, which requests unanswered. Each list looks at a window of days, never at the whole history.

Re-examination: the earlier of 30 days or 12 visits since the last first visit or re-examination, the usual habit of
payers and seminars. Uncharged visits join the lists when there are charges.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from clinic.accounts.roles import can
from clinic.charting.models import Episode, Visit, VisitMark
from clinic.scheduling.models import Appointment, AppointmentRequest, Series, VisitKind
from clinic.scheduling.models.appointments import FREEING, Status, day_start
from patients.models import CallLog
from patients.naming import known_as

MISSED, SEEN, EXAM, PLAN = timedelta(days=14), timedelta(days=30), timedelta(days=30), timedelta(days=42)
EXAM_VISITS = 12
TRIED = timedelta(days=2)  # for so long an attempt moves its row to the end
Purpose = VisitKind.Purpose
EXAMS = (Purpose.INITIAL, Purpose.RE_EXAM)
NOT_ACTIVE = (Purpose.MAINTENANCE, Purpose.ADVICE)  # kinds after which no next visit is expected


# One patient's visits are looked up by patient: asked for a status, SQLite would go through everybody's of that status.
CAME, MISSED_IT = {"done_at__isnull": False}, {"no_show_at__isnull": False}


# --- the lists: unordered rows, so that they can be counted as they are


def _visits(user):
    """Visits of the living, each with its `person`: what stands at a joined record is the kept one's as well."""
    return Appointment.objects.for_user(user).filter(patient__deceased_on=None).with_person()


def _later(**fields):
    """Visits that begin after the row's own: of the same person with `has_outer`."""
    return Appointment.objects.filter(starts_at__gt=OuterRef("starts_at"), **fields)


def missed(user, now):
    """The last visit somebody did not come to, within 14 days, when nothing was booked since."""
    rows = _visits(user).filter(status=Status.NO_SHOW, starts_at__gte=now - MISSED, starts_at__lte=now)
    return rows.filter(~_later().exclude(status__in=(Status.CANCELLED, Status.EXPIRED)).has_outer("person"))


def _last_seen(user, now):
    """The last visit of everybody in active care who was seen within 30 days."""
    rows = _visits(user).filter(status=Status.DONE, starts_at__gte=now - SEEN, starts_at__lte=now)
    return rows.exclude(kind__purpose__in=NOT_ACTIVE)


def no_next(user, now):
    """The last visit of those seen within 30 days who have no next one and were not discharged.

    Who missed a visit since then stands on that list as long as it looks back.
    """
    kept = _later().exclude(status__in=FREEING).exclude(kind__purpose=Purpose.ADVICE)
    own = Episode.objects.all()
    discharged = own.has_outer("person") & ~own.filter(closed_at=None).has_outer("person")
    missed_since = _later(**MISSED_IT, starts_at__gte=now - MISSED)
    return _last_seen(user, now).filter(~kept.has_outer("person"), ~missed_since.has_outer("person"), ~discharged)


def _count(rows):
    """Return how many `rows` there are for each outer row, as an expression."""
    counted = rows.order_by().values(one=Value(1)).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def behind(user, now):
    """Series with visits cancelled or missed within six weeks from now that were not made up.

    Planned are the visits booked together; one added later, or booked singly since the first of them, makes up for one.
    """
    around = {"starts_at__range": (now - PLAN, now + PLAN)}
    lost = Appointment.objects.filter(series__isnull=False, status__in=(Status.NO_SHOW, Status.CANCELLED), **around)
    own = Appointment.objects.filter(series=OuterRef("pk"))
    gone = Q(no_show_at__isnull=False) | Q(cancelled_at__isnull=False)
    single = Appointment.objects.filter(series=None, starts_at__gte=OuterRef("begins_at")).of_outer("person")
    single = single.exclude(kind__purpose=Purpose.ADVICE)
    rows = Series.objects.for_user(user).filter(pk__in=lost.values("series"))
    return (
        rows.filter(patient__deceased_on=None)
        .with_person()
        .annotate(begins_at=Subquery(own.order_by("starts_at").values("starts_at")[:1]))
        .annotate(
            lost_at=Subquery(own.filter(gone, **around).order_by("-starts_at").values("starts_at")[:1]),
            planned=_count(own.filter(created_at__lte=OuterRef("created_at"))),
            kept=_count(own.exclude(status__in=FREEING)) + _count(single.exclude(status__in=FREEING)),
        )
        .filter(planned__gt=F("kept"))
    )


def re_exam(user, now):
    """The last visit of those whose last examination is 30 days or 12 visits ago and none is booked."""
    came = Appointment.objects.filter(**CAME).of_outer("person")
    exam = came.filter(kind__purpose__in=EXAMS).order_by("-starts_at").values("starts_at")[:1]
    first = came.order_by("starts_at").values("starts_at")[:1]
    treated = came.exclude(kind__purpose=Purpose.ADVICE)
    twelfth = treated.order_by("-starts_at").values("starts_at")[EXAM_VISITS - 1 : EXAM_VISITS]
    booked = _later(kind__purpose__in=EXAMS).exclude(status__in=FREEING)
    came_since = _later(**CAME).exclude(kind__purpose=Purpose.ADVICE)
    return (
        _last_seen(user, now)
        .filter(~came_since.has_outer("person"), ~booked.has_outer("person"))
        .annotate(examined_at=Coalesce(Subquery(exam), Subquery(first)))
        .filter(Q(examined_at__lte=now - EXAM) | Q(examined_at__lt=Subquery(twelfth)))
        .annotate(visits_since=_count(treated.filter(starts_at__gt=OuterRef("examined_at"))))
    )


def unsigned(user, now):
    """Notes of earlier days that nobody signed: that there is one, whose and since when, never what it says."""
    if not can(user, "appointment.view"):
        return Visit.objects.none()
    today = day_start(timezone.localdate(now), timezone.get_current_timezone())
    struck = VisitMark.objects.filter(visit=OuterRef("pk"), kind=VisitMark.Kind.ENTERED_IN_ERROR)
    return Visit.objects.unsigned().filter(~Exists(struck), visited_at__lt=today).with_person()


def unanswered(user, now):
    """What visitors of the site ask for and nobody has answered."""
    return AppointmentRequest.objects.for_user(user).unanswered()


# --- how a list reads


@dataclass(frozen=True)
class List:
    """One list: its name in addresses (and in `CallLog.about`), its words, its rows, the oldest or newest first."""

    name: str
    label: str | Promise
    rows: Callable
    order: str
    owner: str = "patient"
    related: tuple = ("patient__merged_into", "practitioner")
    hidden_without: str = "appointment.view"

    @property
    def takes_calls(self):
        """Can an attempt to reach somebody be noted on its rows?"""
        return self.name in CallLog.About


LISTS = {
    one.name: one
    for one in (
        List("missed", _("Missed"), missed, "-starts_at"),
        List("no_next", _("No next visit"), no_next, "-starts_at"),
        List("behind", _("Behind plan"), behind, "-lost_at"),
        List("re_exam", _("Re-exam due"), re_exam, "examined_at"),
        List("unsigned", _("Unsigned"), unsigned, "visited_at"),
        List(
            "request",
            _("Unanswered request"),
            unanswered,
            "created_at",
            owner="",
            related=("appointment__practitioner",),
            hidden_without="request.view",
        ),
    )
}


def lists_of(user):
    """Return the lists this user may read."""
    return [one for one in LISTS.values() if can(user, one.hidden_without)]


def counts(user, now):
    """Return [(list, how many)] in the order of the panel."""
    return [(one, one.rows(user, now).count()) for one in lists_of(user)]


@dataclass(frozen=True)
class Row:
    """One line of a follow-up list: whom to reach, why, and what was tried last."""

    of: List
    source: Any  # a visit, a series, a note or a request
    now: datetime
    last_call: CallLog | None = None

    @property
    def patient(self):
        """Whom to reach: the record that is kept, wherever the row stands."""
        return None if self.of.name == "request" else self.source.patient.merged_into or self.source.patient

    @property
    def number(self):
        """What an attempt is noted on: the patient, or the request of a visitor."""
        return self.source.pk if self.patient is None else self.patient.pk

    @property
    def name(self):
        return self.source.name if self.patient is None else known_as(self.patient)

    @property
    def phone(self):
        return self.source.phone if self.patient is None else self.patient.phone

    @property
    def practitioner(self):
        if self.of.name == "request":
            return self.source.appointment.practitioner if self.source.appointment else None
        return self.source.practitioner

    @property
    def appointment(self):
        """The visit the row speaks of, or None."""
        return self.source if isinstance(self.source, Appointment) else None

    @property
    def at(self):
        """When what the row speaks of was or began."""
        return getattr(self.source, self.of.order.removeprefix("-"))

    @property
    def why(self):
        """More than the date: how many visits are missing, how many were since the last examination."""
        if self.of.name == "behind":
            words = ngettext("%(n)d of %(all)d visits is missing", "%(n)d of %(all)d visits are missing", self.missing)
            return words % {"n": self.missing, "all": self.source.planned}
        if self.of.name == "re_exam":
            since = self.source.visits_since
            return ngettext("%(n)d visit since", "%(n)d visits since", since) % {"n": since}
        return ""

    @property
    def missing(self):
        return self.source.planned - self.source.kept

    @property
    def tried_on(self):
        """The day of the last attempt as people say it: today, yesterday, or the date; empty without one."""
        if self.last_call is None:
            return ""
        at = timezone.localtime(self.last_call.at)
        days = (timezone.localdate(self.now) - at.date()).days
        return {0: _("today"), 1: _("yesterday")}.get(days) or date_format(at, "D, M j")

    @property
    def was_tried(self):
        """Did somebody try in the last two days?"""
        return self.last_call is not None and self.last_call.at >= self.now - TRIED


def ordered(one, user, now):
    """Return the rows of a list with the number of the last attempt; those tried within two days come last."""
    of_request = CallLog.objects.filter(request_number=OuterRef("pk"))
    calls = CallLog.objects.of_outer("person") if one.owner else of_request
    last = calls.order_by("-at", "-pk")
    tried = Case(When(tried_at__gte=now - TRIED, then=Value(1)), default=Value(0))
    rows = one.rows(user, now).select_related(*one.related)
    if one.name == "unsigned":
        rows = rows.only("visited_at", "version", "patient", "practitioner")
    return rows.annotate(
        tried_at=Subquery(last.values("at")[:1]), last_call_number=Subquery(last.values("pk")[:1])
    ).order_by(tried, one.order, "pk")


def with_calls(one, sources, now):
    """Return the `Row`s of a page, each with its last attempt, in one more query."""
    sources = list(sources)
    calls = CallLog.objects.select_related("by").in_bulk([s.last_call_number for s in sources if s.last_call_number])
    return [Row(one, source, now, calls.get(source.last_call_number)) for source in sources]
