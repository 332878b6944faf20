"""The rows that a portal page shows, always through what this account may see of this person."""

from django.db.models import Value
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting.models import Visit, VisitMark
from clinic.outcomes.models import PAIN, Response
from clinic.outcomes.recording import counted
from clinic.scheduling.models import Appointment
from content.models import Article, Assignment
from patients.models import Intake, Patient

MOST_COMING, MOST_SCORES, MOST_LOOKS, MOST_INTAKES = 20, 12, 20, 20
LOOKS = ("chart.read", "snapshot.read", "visit.read", "intake.read", "document.read", "export.made")


def released_visits(user, person):
    """Signed visits of this person that were released to them; notes entered in error are left out."""
    in_error = VisitMark.objects.filter(kind=VisitMark.Kind.ENTERED_IN_ERROR).values("visit")
    rows = Visit.objects.for_own(user).of(person).exclude(pk__in=in_error)
    return rows.select_related("practitioner").order_by("-visited_at", "-pk")


def coming(user, person, now=None):
    """Visits still to come, the next one first."""
    now = now or timezone.now()
    rows = Appointment.objects.for_own(user).of(person).filter(ends_at__gte=now).blocking().exclude(status="done")
    return rows.select_related("practitioner", "kind", "location").order_by("starts_at", "pk")[:MOST_COMING]


def past(user, person, now=None):
    """Return (moment, kind, id) of what lies behind, newest first: appointments, and released visits without one."""
    now = now or timezone.now()
    kept = Appointment.objects.for_own(user).of(person).filter(ends_at__lt=now).exclude(status="expired")
    seen = released_visits(user, person).exclude(appointment__in=kept.values("pk"))
    appointments = kept.order_by().values_list("starts_at", Value("appointment"), "pk")
    visits = seen.select_related(None).order_by().values_list("visited_at", Value("visit"), "pk")
    return appointments.union(visits, all=True).order_by("-starts_at", "-pk")


def fill_past(user, person, rows):
    """Turn one page of `past` into rows for the list: (when, appointment or None, released visit or None)."""
    ids = {kind: [pk for _at, which, pk in rows if which == kind] for kind in ("appointment", "visit")}
    kept = Appointment.objects.for_own(user).filter(pk__in=ids["appointment"]).select_related("practitioner", "kind")
    appointments = {row.pk: row for row in kept}
    released = released_visits(user, person)
    by_appointment = {row.appointment_id: row for row in released.filter(appointment__in=ids["appointment"])}
    by_id = {row.pk: row for row in released.filter(pk__in=ids["visit"])} if ids["visit"] else {}
    return [
        (at, appointments[pk], by_appointment.get(pk)) if kind == "appointment" else (at, None, by_id[pk])
        for at, kind, pk in rows
    ]


def movement_to_spare(visit, today=None):
    """The latest released visit when it names a movement to spare that still stands, or None."""
    if visit is None or not visit.spare_movement:
        return None
    return None if visit.spare_until and visit.spare_until < (today or timezone.localdate()) else visit


def readings(user, person):
    """Articles given to this person, newest first; withdrawn ones are left out."""
    rows = Assignment.objects.for_own(user).of(person).filter(article__status=Article.Status.PUBLISHED)
    return rows.select_related("article", "assigned_by").order_by("-assigned_at", "-pk")


def pain_scores(user, person):
    """Return [(day, score)] of the last pain scores, oldest first."""
    rows = counted(Response.objects.for_own(user).of(person).filter(measure_id=PAIN)).order_by("-taken_at", "-pk")
    pairs = rows.values_list("taken_at", "score")[:MOST_SCORES]
    return [(timezone.localtime(at).date(), int(score)) for at, score in reversed(pairs)]


def open_intake(user, person):
    """The intake that waits to be filled in, or None."""
    return Intake.objects.for_own(user).of(person).filter(submitted_at=None).first()


def handed_in(user, person):
    """Health histories this person handed in, newest first."""
    return Intake.objects.for_own(user).of(person).submitted().order_by("-version")[:MOST_INTAKES]


def looks(user, person):
    """The last times somebody else opened this person's record; the caller has seen to it that it may be read.

    One's own visits to the page are left out: they would push the others off the list.
    """
    records = Patient.objects.records_of([person]).values("pk")
    rows = AuditEvent.objects.filter(patient_id__in=records, action__in=LOOKS).exclude(actor_id=user.pk)
    return rows.order_by("-at", "-pk")[:MOST_LOOKS]
