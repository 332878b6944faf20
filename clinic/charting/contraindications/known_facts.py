"""What is known about a patient, as facts for the safety rules: conditions, allergies, medicines, operations, flags.

A fact found elsewhere than among the conditions says where (`told`). Nothing is known of the deceased.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.anatomy import sites
from clinic.anatomy.sides import WORDS
from clinic.charting.care import agreed
from clinic.charting.contraindications.rules import Fact
from patients import told_by_medicines
from patients.models import Alert, Allergy, Condition, Consent, Intake, Procedure, SafetyTerm
from patients.models.health import Source
from patients.vocabulary import read_terms

# A cancer that is over is a cancer in the history: the rules against treating over a growth no longer fit. A fracture
# that has healed is an old one, which may have left the joint loose.
ONCE_OVER = {"malignancy_active": "malignancy_history", "fracture_recent": "fracture_old"}
FIRST_TRIMESTER = 13  # its last week
HEALING = timedelta(days=92)  # "surgery in the last three months", as the vocabulary asks
# Imports call a blood test a procedure; only words for an operation make one of theirs count.
OPERATION = re.compile(
    r"ectomy|otomy|ostomy|plasty|rrhaphy|\b(?:surg|operat|fusion|fixation|replace|implant|transplant|bypass|arthrosc"
    r"|laparosc|repair|excis|amputat|c(?:ae|e)sarean|graft)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Known:
    """All that a safety check asks about one patient: facts, open red flags, and the newest answer to each consent."""

    facts: tuple[Fact, ...] = ()
    alerts: tuple[Alert, ...] = ()
    consents: dict[str, agreed.Answer] = field(default_factory=dict)

    @property
    def refused(self):
        return agreed.refused(self.consents)


def known_of(patient):
    """Read once what is known of this patient, merged records included; give it to several checks in a row."""
    if patient.deceased_on:
        return Known()
    alerts = tuple(Alert.objects.of(patient).open())
    return Known((*_facts(patient), *_of_alerts(alerts)), alerts, _consents(patient))


def _facts(patient):
    rows = list(Condition.objects.of(patient).filter(entered_in_error_at=None).exclude(code=""))
    allergies = list(Allergy.objects.of(patient).filter(entered_in_error_at=None).exclude(code=""))
    codes = {row.code for row in (*rows, *allergies)}
    codes |= {after for code, after in ONCE_OVER.items() if code in codes}
    history = dict(SafetyTerm.objects.filter(slug__in=codes).values_list("slug", "history_counts"))
    counted = [row for row in rows if row.certainty != Condition.Certainty.RULED_OUT and not _told_anew(row, rows)]
    yield from (_of_condition(row, history, _early(patient, row)) for row in counted)
    yield from (Fact(a.code, a.ended_on is None, history_counts=False, label=a.label) for a in allergies)
    yield from _of_medicines(patient, rows)
    yield from _of_operations(patient, rows)


def _consents(patient):
    """The newest answer to each kind of consent text."""
    answers = Consent.objects.of(patient).order_by("signed_at", "pk")
    rows = answers.values_list("text__kind", "is_given", "valid_until", "regions")
    return {kind: agreed.Answer(given, until, frozenset(regions)) for kind, given, until, regions in rows}


def _of_condition(condition, history, early):
    site = sites.BY_SLUG.get(condition.site)
    over = not condition.is_active
    code = ONCE_OVER.get(condition.code, condition.code) if over else condition.code
    return Fact(
        code=code,
        current=not over,
        history_counts=history.get(code, False),
        states={
            **early,
            **_elapsed(condition),
            **(_states_when_over(condition.code) if over else {}),
            **condition.state,
        },
        regions=frozenset({site.region} if site and site.region else ()),
        site=condition.site,
        side=WORDS.get(condition.side, condition.side),
        answered=condition.certainty != Condition.Certainty.OPEN,
        label=condition.label,
    )


def _told_anew(condition, rows):
    """Is this over, and does the chart say at the same place how it left things (an old fracture, found stable)?"""
    after = ONCE_OVER.get(condition.code)
    if condition.is_active or after is None:
        return False
    place = (after, condition.site, condition.side)
    return any((row.code, row.site, row.side) == place and row.state and row.is_active for row in rows)


def _declared(code):
    return read_terms()[code].states if code in read_terms() else {}


def _states_when_over(code):
    """A resolved condition that still counts is in its quiet state: healed, resolved, seizure_free, long past."""
    declared = _declared(code)
    return {name: declared[name][-1] for name in ("activity", "recency") if name in declared}


def _early(patient, condition):
    """The first trimester, when the week told at the last intake says so; a later one only a clinician records."""
    if condition.code != "pregnancy" or not condition.is_active or "trimester" in condition.state:
        return {}
    newest = Intake.objects.of(patient).submitted().order_by("-submitted_at").first()
    week = newest.answers.get("pregnancy_week") if newest else None
    if isinstance(week, bool) or not isinstance(week, int | float):
        return {}
    now = week + (timezone.now() - newest.submitted_at).days // 7
    return {"trimester": "1"} if now <= FIRST_TRIMESTER else {}


def _elapsed(condition):
    """The hours or months since the onset, where the vocabulary declares such a state; a begun day is not counted."""
    declared = _declared(condition.code)
    if condition.onset_on is None or not declared.keys() & {"hours", "months"}:
        return {}
    today, onset = timezone.localdate(), condition.onset_on
    months = (today.year - onset.year) * 12 + today.month - onset.month - (today.day < onset.day)
    known = {"hours": max((today - onset).days - 1, 0) * 24, "months": months}
    return {name: value for name, value in known.items() if name in declared}


def _of_medicines(patient, conditions):
    """A medicine on the list counts as the term its ingredient names, unless the chart says more about that term."""
    for medicine in told_by_medicines.taken_by(patient):
        for match in told_by_medicines.matches_of(medicine):
            if not any(_says_more(row, match.term.slug, medicine.recorded_at) for row in conditions):
                yield Fact(
                    code=match.term.slug,
                    current=True,
                    history_counts=False,
                    answered=not match.prompt_only,
                    label=f"{match.term.label}: {medicine.label}",
                    told=_("From the medicine list: %(medicine)s.") % {"medicine": medicine.label},
                )


def _says_more(condition, code, since):
    """Does this row of the chart settle the term: it stands and is answered, or a clinician ruled it out later?"""
    if condition.code != code:
        return False
    if condition.certainty == Condition.Certainty.RULED_OUT:
        return condition.judged_at is not None and condition.judged_at >= since
    return condition.is_active and condition.certainty != Condition.Certainty.OPEN


def _of_operations(patient, conditions):
    """An operation of the last three months asks whether it has healed, until the chart says so."""
    today = timezone.localdate()
    recent = Procedure.objects.of(patient).filter(
        entered_in_error_at=None, performed_on__gt=today - HEALING, performed_on__lte=today
    )
    asked = {timezone.localdate(row.recorded_at) for row in conditions if row.code == "recent_surgery"}
    for row in recent:
        is_operation = row.source != Source.IMPORT or OPERATION.search(row.label)
        if is_operation and not any(day >= row.performed_on for day in asked):
            told = _("From the list of operations: %(what)s, %(day)s.") % {
                "what": row.label,
                "day": date_format(row.performed_on),
            }
            yield Fact("recent_surgery", True, history_counts=False, answered=False, label=row.label, told=told)


def _of_alerts(alerts):
    """An emergency or urgent red flag that nobody has ended is itself a fact."""
    urgent = [alert for alert in alerts if alert.level in (Alert.Level.EMERGENCY, Alert.Level.URGENT)]
    for alert in urgent[:1]:
        told = _("Open red flag: %(what)s.") % {"what": alert.points_to}
        yield Fact("red_flag_open", True, history_counts=False, label=alert.points_to, told=told)
