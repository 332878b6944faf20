"""The tables on a patient's line of time, and what a row says there: few words, the rest is one tap away."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.charting.card.card_view import adjusted, short_treatments
from clinic.charting.course.timeline_entries import Source, Told
from clinic.charting.models import (
    Addendum,
    AdverseEvent,
    CarePlan,
    Episode,
    ImagingDecision,
    PlanDecision,
    Referral,
    Visit,
    VisitMark,
)
from clinic.outcomes.models import CheckIn, Response
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import Status
from content.models import Assignment
from patients.models import Alert, CallLog, Consent, Document, Intake

KINDS = {
    "visit": gettext_lazy("Visits"),
    "appointment": gettext_lazy("Appointments"),
    "health": gettext_lazy("Health histories"),
    "consent": gettext_lazy("Consents"),
    "measure": gettext_lazy("Questionnaires"),
    "article": gettext_lazy("Articles"),
    "document": gettext_lazy("Documents and letters"),
    "alert": gettext_lazy("Alerts"),
    "plan": gettext_lazy("Plan"),
    "event": gettext_lazy("Adverse events"),
}
LONGEST = 90  # characters of a text that stands on the line
HEAVY = ("document", "subjective", "objective", "assessment", "plan")


def _short(text):
    return Truncator(" ".join(text.split())).chars(LONGEST)


def _day(at):
    """The clinic's day of a moment."""
    return date_format(timezone.localdate(at), "j M")


def _joined(*parts):
    return "; ".join(str(part) for part in parts if part)


# --- visits and what was added to them


def _visits():
    return Visit.objects.defer(*HEAVY).with_errors_named().prefetch_related("treatments__kind")


def _visit(row):
    state = _("entered in error") if row.is_in_error else _("signed") if row.signed_at else _("draft")
    pain = _("pain %(n)s") % {"n": row.pain} if row.pain is not None else ""
    where = ", ".join(sorted(adjusted(row)))
    return Told(
        f"{row.get_purpose_display()}, {state}",
        _short(_joined(where, short_treatments(row), pain)),
        href=row.get_absolute_url(),
        shape="done" if row.signed_at else "open",
        is_struck=row.is_in_error,
    )


def _addendum(row):
    title = _("%(kind)s to the visit of %(day)s") % {
        "kind": row.get_kind_display(),
        "day": _day(row.visit.visited_at),
    }
    return Told(title, _short(row.text), href=row.visit.get_absolute_url())


# --- appointments without a note, and attempts to reach somebody


def _appointments():
    rows = Appointment.objects.filter(visit=None).exclude(status__in=(Status.HELD, Status.EXPIRED))
    return rows.select_related("kind", "practitioner")


def _appointment(row):
    shape = {Status.NO_SHOW: "missed", Status.CANCELLED: "missed", Status.DONE: "done"}.get(Status(row.status), "open")
    words = {Status.NO_SHOW: _("Missed"), Status.CANCELLED: _("Cancelled"), Status.DONE: _("Kept, without a note")}
    title = words.get(Status(row.status), row.get_status_display())
    return Told(title, _short(_joined(row.kind.name, row.practitioner.name, row.cancelled_because)), shape=shape)


def _call(row):
    return Told(row.get_outcome_display(), _short(_joined(row.get_about_display(), row.note)))


# --- what the patient told, signed and answered


def _intake(row):
    title = _("Health history, version %(n)s") % {"n": row.version}
    return Told(title, _("filled in by %(who)s") % {"who": row.get_filled_by_display()}, tab="intake")


def _consent(row):
    said = _("Agreed") if row.is_given else _("Not agreed")
    until = _("until %(day)s") % {"day": date_format(row.valid_until, "j M Y")} if row.valid_until else ""
    title = _("%(said)s: %(what)s") % {"said": said, "what": row.text.get_kind_display()}
    return Told(
        title, _joined(_("version %(n)s") % {"n": row.text.version}, until, _short(row.because)), tab="consents"
    )


def _responses():
    """What was asked by itself: the score of a visit stands with the visit, that of an arrival with the check-in."""
    seen = (Response.Mode.VISIT, Response.Mode.CHECK_IN)
    return Response.objects.exclude(mode__in=seen).select_related("measure").defer("answers")


def _response(row):
    return Told(f"{row.measure.name}: {row.score.normalize():f}", row.get_mode_display())


def _check_in(row):
    title = _("Check-in: pain %(n)s of 10") % {"n": row.pain}
    return Told(title, _short(_joined(row.get_change_display(), row.words)))


# --- articles, documents, letters


def _given(row):
    return Told(_("Article given"), _short(_joined(row.article.title, row.because)))


def _read(row):
    return Told(_("Article read"), _short(row.article.title))


def _document(row):
    by = _("sent by the patient") if row.by_patient else ""
    return Told(
        _("%(kind)s: %(title)s") % {"kind": row.get_kind_display(), "title": row.title},
        _joined(by, _("entered in error") if row.entered_in_error_at else ""),
        tab="documents",
        is_struck=row.entered_in_error_at is not None,
    )


def _referral(row):
    answered = _("answered %(day)s") % {"day": _day(row.answered_at)} if row.answered_at else ""
    sent = _("sent %(day)s") % {"day": _day(row.sent_at)} if row.sent_at else _("not sent yet")
    title = _("%(kind)s to %(who)s") % {"kind": row.get_kind_display(), "who": row.addressee}
    page = reverse("admin:charting_referral_change", args=[row.pk])
    return Told(title, _short(_joined(row.question, sent, answered)), href=page)


# --- what speaks against, what was planned and decided, what went wrong


def _alert(row):
    ended = _("ended: %(why)s") % {"why": row.ended_because} if row.ended_at else ""
    title = _("%(level)s: %(what)s") % {"level": row.get_level_display(), "what": row.points_to}
    return Told(title, _short(ended), tab="alerts", shape="note" if row.ended_at else "alarm")


def _episode(row):
    since = _("since %(day)s") % {"day": date_format(row.onset_on, "j M Y")} if row.onset_on else ""
    return Told(_("Complaint: %(what)s") % {"what": row.complaint}, _joined(since, row.get_mechanism_display()))


def _plan(row):
    return Told(_("Care plan made"), _short(row.aim), tab="plan")


def _plan_decision(row):
    title = _("Decision on the plan: %(what)s") % {"what": row.get_decision_display().lower()}
    return Told(title, _short(_joined(row.get_progress_display(), row.because)), tab="plan", shape="done")


def _imagings():
    """Each with whether the visit it was decided at was entered in error: it counts no more, then."""
    wrong = VisitMark.objects.filter(visit=OuterRef("visit"), kind=VisitMark.Kind.ENTERED_IN_ERROR)
    return ImagingDecision.objects.annotate(is_in_error=Exists(wrong))


def _imaging(row):
    title = _("Imaging: %(what)s") % {"what": row.get_decision_display().lower()}
    wrong = _("entered in error") if row.is_in_error else ""
    return Told(title, _short(_joined(row.because, wrong)), tab="plan", is_struck=row.is_in_error)


def _event(row):
    stands = row.get_outcome_display() if row.closed_at else _("open")
    title = _("Adverse event, %(severity)s") % {"severity": row.severity_word.lower()}
    return Told(title, _short(_joined(row.what, stands)), tab="events", shape="note" if row.closed_at else "alarm")


# At one moment they stand in this order.
SOURCES = (
    Source("visit", "visit", _visits, "visited_at", _visit, "episode"),
    Source(
        "addendum",
        "visit",
        lambda: Addendum.objects.select_related("visit").defer(*(f"visit__{name}" for name in HEAVY)),
        "written_at",
        _addendum,
        "visit__episode",
    ),
    Source("appointment", "appointment", _appointments, "starts_at", _appointment),
    Source("call", "appointment", CallLog.objects.all, "at", _call),
    Source("intake", "health", lambda: Intake.objects.submitted().defer("answers"), "submitted_at", _intake),
    Source(
        "consent", "consent", lambda: Consent.objects.select_related("text").defer("drawing"), "signed_at", _consent
    ),
    Source("response", "measure", _responses, "taken_at", _response),
    Source("check_in", "measure", CheckIn.objects.all, "given_at", _check_in),
    Source("given", "article", lambda: Assignment.objects.select_related("article"), "assigned_at", _given),
    Source(
        "read",
        "article",
        lambda: Assignment.objects.filter(~Q(first_read_at=None)).select_related("article"),
        "first_read_at",
        _read,
    ),
    Source("document", "document", Document.objects.all, "uploaded_at", _document),
    Source("referral", "document", lambda: Referral.objects.defer("body"), "written_at", _referral, "episode"),
    Source("alert", "alert", Alert.objects.all, "raised_at", _alert),
    Source("decision", "plan", PlanDecision.objects.all, "decided_at", _plan_decision, "plan__episode"),
    Source("imaging", "plan", _imagings, "decided_at", _imaging, "episode"),
    Source("plan", "plan", CarePlan.objects.all, "made_at", _plan, "episode"),
    Source("event", "event", AdverseEvent.objects.all, "reported_at", _event, "visit__episode"),
    Source("complaint", "plan", Episode.objects.all, "opened_at", _episode, "pk"),
)
