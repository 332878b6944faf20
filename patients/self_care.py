"""What a patient can do for themselves: risk factors are noted, suggestions read, items given and ended."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from patients import risks
from patients.answer_meaning import safety_facts
from patients.expressions import Facts
from patients.intake import person_facts
from patients.models import Condition, Intake, RiskFinding, SelfCareItem

MOST_CURRENT, MOST_FINDINGS = 12, 240  # twelve factors, looked at twenty times


class NotAFactor(Exception):
    """The table of risk factors has no such row, or no such finding."""


class NothingToDo(Exception):
    """An item without words tells nobody anything."""


class GivenAlready(Exception):
    """This item of the list is among the patient's current ones."""


class TooMany(Exception):
    """More than twelve things at a time help nobody."""


class AlreadyEnded(Exception):
    """The item was ended before."""


def facts_of(patient):
    """Return (facts, whether a health history was handed in) for the rules about risks."""
    told = Intake.objects.of(patient).submitted().select_related("patient").order_by("-submitted_at", "-pk").first()
    if told is not None:
        return safety_facts(told.answers, **person_facts(told)), True
    known = Condition.objects.of(patient).counted().active().values_list("code", flat=True)
    return Facts(conditions=frozenset(known), age=patient.age), False


def newest_findings(patient):
    """Return {factor: the newest `RiskFinding`} of the clinicians."""
    found = {}
    rows = RiskFinding.objects.of(patient).select_related("found_by").order_by("-found_at", "-pk")
    for row in rows[:MOST_FINDINGS]:
        found.setdefault(row.factor, row)
    return found


@transaction.atomic
def note_finding(patient, *, factor, answer, by, note=""):
    """Keep what a clinician found about one risk factor and return the row; the newest counts. Raises `NotAFactor`."""
    require(by, "health.add")
    if factor not in {row.slug for row in risks.read_factors()} or answer not in RiskFinding.Answer:
        raise NotAFactor(factor)
    row = RiskFinding.objects.create(
        patient=patient, factor=factor, answer=answer, note=note.strip()[:200], found_by=by
    )
    record("risk.noted", row, by=by, patient=patient, factor=factor, answer=answer)
    return row


@transaction.atomic
def give(patient, *, text, by, slug="", because=""):
    """Give the patient one thing to do and return the row; `slug` names the item of the list it comes from.

    Raises `NothingToDo`, `GivenAlready`, `TooMany`.
    """
    require(by, "self_care.change")
    text = text.strip()[:300]
    if not text:
        raise NothingToDo
    type(patient).objects.select_for_update(no_key=True, of=("self",)).get(pk=patient.pk)
    current = SelfCareItem.objects.of(patient).current()
    if slug and current.filter(slug=slug).exists():
        raise GivenAlready
    if current.count() >= MOST_CURRENT:
        raise TooMany
    row = _insert(patient, slug=slug, text=text, because=because.strip()[:200], given_by=by)
    record("self_care.given", row, by=by, patient=patient, item=slug)
    return row


def _insert(patient, **fields):
    """Write the row; on SQLite nothing is locked above, so the database says when somebody was quicker."""
    try:
        with transaction.atomic():
            return SelfCareItem.objects.create(patient=patient, **fields)
    except IntegrityError as error:
        raise GivenAlready from error


@transaction.atomic
def end(item, *, by):
    """End one item: it leaves the portal and stays readable in the chart. Raises `AlreadyEnded`."""
    require(by, "self_care.change")
    row = SelfCareItem.objects.select_for_update(no_key=True, of=("self",)).get(pk=item.pk)
    if row.ended_at is not None:
        raise AlreadyEnded
    row.ended_at, row.ended_by = timezone.now(), by
    row.save(update_fields=["ended_at", "ended_by"])
    record("self_care.ended", row, by=by, patient=row.patient_id)
    return row
