"""The first wording of a letter, taken from the chart: complaint, findings, flags, medicines. The writer changes it."""

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from clinic.charting.course.complaint_course import course_of
from clinic.charting.findings import finding_words
from clinic.charting.models import Episode, ImagingDecision, Referral, VisitMark
from patients.answer_words import in_words, is_open
from patients.models import Alert, Allergy, Condition, Intake, Medication
from patients.questions import load

Urgency = Referral.Urgency
URGENCY_OF = {"E": Urgency.TODAY, "U": Urgency.TODAY, "R": Urgency.SOON}  # of the strictest open red flag (facts 2.2)
MOST = 30  # facts of one kind; what is left out is said to be


def day_words(day):
    """A day, or the clinic's day of a moment, as papers write it: "2 Nov 2026"."""
    day = timezone.localdate(day) if isinstance(day, datetime) else day
    return formats.date_format(day, "j M Y") if day else ""


def draft(patient, *, kind, episode=None):
    """Return the fields with which the form of a new letter opens: `urgency`, `question` and `body`."""
    alerts = list(Alert.objects.of(patient).open().order_by("raised_at", "pk"))
    decision = _decision(episode)
    is_imaging = kind == Referral.Kind.IMAGING
    parts = [
        _greeting(patient),
        *_complaint(episode),
        *_flags(alerts),
        *(_imaging(patient, episode, decision) if is_imaging else []),
        *_known(patient),
        _("Please let us know what you find; the address stands above. Thank you."),
    ]
    return {
        "kind": kind,
        "episode": episode,
        "urgency": min((URGENCY_OF[a.level] for a in alerts if a.level in URGENCY_OF), key=_rank, default="routine"),
        "question": decision.because[:600] if is_imaging and decision else "",
        "body": "\n\n".join(parts),
    }


def _rank(urgency):
    return list(Urgency).index(urgency)


def _greeting(patient):
    told = {"name": patient.full_name, "born": day_words(patient.birth_date), "age": patient.age}
    return _("Dear colleague,\n\nThank you for seeing %(name)s, born %(born)s (%(age)s years).") % told


def _decision(episode):
    """The newest decision about imaging that was not made at a visit entered in error."""
    wrong = {"visit__marks__kind": VisitMark.Kind.ENTERED_IN_ERROR}
    return ImagingDecision.objects.filter(episode=episode).exclude(**wrong).first() if episode else None


def _complaint(episode):
    """Complaint, course so far, and the newest findings."""
    if episode is None:
        return []
    course = course_of(episode)
    yield _line(_("Complaint"), ", ".join(filter(None, (episode.complaint, _began(episode)))))
    if course.visits:
        yield _line(_("Course"), _so_far(course))
    if course.found:
        said = "\n".join(f"– {what}: {'; '.join(found)}" for what, found in finding_words.lines(course.found))
        yield _("Findings of %(day)s:") % {"day": day_words(course.found.visited_at)} + f"\n{said}"


def _began(episode):
    told = [_("since %(day)s") % {"day": day_words(episode.onset_on)} if episode.onset_on else ""]
    if episode.mechanism != Episode.Mechanism.UNKNOWN:
        told.append(episode.get_mechanism_display().lower())
    if episode.is_radiating:
        told.append(_("it radiates"))
    return ", ".join(part for part in told if part)


def _so_far(course):
    told = [_("visits here: %(n)s, the first on %(day)s") % {"n": course.visits, "day": day_words(course.first_at)}]
    if course.pain:
        told.append(_("pain %(first)s, now %(last)s of 10") % {"first": course.pain[0], "last": course.pain[1]})
    if course.treatments:
        told.append(_("given: %(what)s") % {"what": ", ".join(course.treatments[:5]).lower()})
    return "; ".join(told)


def _flags(alerts):
    told = "; ".join(f"{alert.points_to} ({alert.get_level_display().lower()})" for alert in alerts)
    return [_line(_("Red flags"), told or _("none open"))]


def _imaging(patient, episode, decision):
    """The region, why an image is asked for, and whether somebody may be pregnant."""
    region = finding_words.region_words(episode.region) if episode and episode.region else ""
    yield _line(_("Region"), region or _("please name it here"))
    if decision:
        yield _line(_("Decision on imaging"), f"{decision.get_decision_display()}: {decision.because}")
    if patient.sex != patient.Sex.MALE:
        yield _line(_("Pregnancy"), pregnancy_words(patient))


def pregnancy_words(patient):
    """What is known of a pregnancy: a condition of the record, else the newest answer, else that nobody has asked."""
    known = Condition.objects.of(patient).active().filter(code="pregnancy").first()
    if known:
        return f"{known.label} ({known.get_certainty_display().lower()})"
    asked = Intake.objects.of(patient).submitted().order_by("-submitted_at", "-pk")
    told = asked.values_list("answers__pregnancy_status", flat=True).first()
    if is_open(told):
        return _("not asked yet; ask before the image is taken")
    return "; ".join(str(line) for line in in_words(load().question("pregnancy_status"), told))


def _known(patient):
    """Conditions, medicines and allergies that stand, a line each; what is unknown is said to be."""
    stands = {"entered_in_error_at": None}
    told = (
        (_("Known conditions"), Condition.objects.of(patient).active()),
        (_("Medicines"), Medication.objects.of(patient).filter(stopped_on=None, **stands)),
        (_("Allergies"), Allergy.objects.of(patient).filter(ended_on=None, **stands)),
    )
    for what, rows in told:
        labels = list(dict.fromkeys(_dosed(row) for row in rows.order_by("label", "pk")))
        more = [_("and %(n)s more in the chart") % {"n": len(labels) - MOST}] if len(labels) > MOST else []
        yield _line(what, ", ".join([*labels[:MOST], *more]) or _("none noted"))


def _dosed(row):
    """The label with the dose of a medicine; a condition nobody has answered yet says so."""
    is_unanswered = getattr(row, "certainty", "") == Condition.Certainty.OPEN
    parts = (row.label, getattr(row, "dose", ""), _("(open question)") if is_unanswered else "")
    return " ".join(part for part in parts if part)


def _line(what, words):
    return f"{what}: {words}"
