"""The health history: opened by the clinic, filled in page by page, handed in once, read by a clinician."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from patients import red_flags, tasks
from patients.answer_meaning import age_on, condition_changes, safety_facts
from patients.models import Alert, Condition, Intake, IntakeReview, Patient, SafetyTerm
from patients.models.health import Source
from patients.questions import load

CERTAINTY = {"yes": Condition.Certainty.STATED, "unanswered": Condition.Certainty.OPEN}


class AlreadyHandedIn(Exception):
    """The intake was handed in; a change is a new version."""


class NotHandedIn(Exception):
    """An intake that is still being filled in cannot be reviewed."""


# Asked afresh each time: an old "no" to a red flag, an old consent or an old "this is true" must not stand unread.
NEVER_CARRIED = ("red_flags", "pregnancy", "systems", "consents")


def carried(answers):
    """Return the answers of an earlier intake that the next one may start from."""
    fresh = {question.key for topic in load().topics if topic.key in NEVER_CARRIED for question in topic.questions}
    return {key: value for key, value in answers.items() if key not in fresh}


@transaction.atomic
def open_intake(patient, *, by=None):
    """Return the patient's open intake, or begin the next version with the answers of the last one to start from."""
    patient = type(patient).objects.select_for_update(no_key=True, of=("self",)).get(pk=patient.pk)
    if waiting := Intake.objects.of(patient).filter(submitted_at=None).first():
        return waiting
    last = Intake.objects.of(patient).submitted().order_by("-version", "-pk").first()
    newest = Intake.objects.of(patient).aggregate(newest=Max("version"))["newest"] or 0
    return Intake.objects.create(
        patient=patient,
        version=newest + 1,
        questionnaire_version=str(load().version),
        requested_by=by,
        answers=carried(last.answers) if last else {},
    )


def _locked(intake):
    row = Intake.objects.select_for_update(no_key=True, of=("self",)).select_related("patient").get(pk=intake.pk)
    if row.submitted_at:
        raise AlreadyHandedIn
    return row


@transaction.atomic
def save_page(intake, *, page, answers, forget=(), done=True):
    """Keep the answers of one page and return the intake. Raises `AlreadyHandedIn`.

    `forget` names answers to questions that are no longer asked: left in place, an old yes would still count.
    `done=False` keeps what was given without ticking the page off.
    """
    row = _locked(intake)
    row.answers = {key: value for key, value in {**row.answers, **answers}.items() if key not in forget}
    row.pages_done = [*row.pages_done, page] if done and page not in row.pages_done else row.pages_done
    row.saved_at = timezone.now()
    row.save(update_fields=["answers", "pages_done", "saved_at"])
    return row


def person_facts(intake):
    """Return what the record adds to the answers when rules are read, as keywords for `safety_facts`.

    A record that does not say female or male leaves the sex to the answer.
    """
    patient = intake.patient
    return {
        "age": age_on(patient.birth_date, timezone.localdate()),
        "sex": "" if patient.sex == Patient.Sex.OTHER and intake.answers.get("sex") else patient.sex,
        "conditions": frozenset(Condition.objects.of(patient).counted().active().values_list("code", flat=True)),
        "visit_kind": "initial" if intake.version == 1 else "subsequent",
    }


def assess(intake):
    """Return what the red-flag table says to these answers (`red_flags.Assessment`)."""
    return red_flags.evaluate(safety_facts(intake.answers, **person_facts(intake)))


@transaction.atomic
def submit(intake, *, filled_by=Intake.FilledBy.PATIENT):
    """Hand in: freeze the answers, turn each yes into a coded condition, raise the red flags; return the assessment.

    Raises `AlreadyHandedIn`. The record is written with no actor: the holder of the link filled it in.
    """
    tasks.hold(intake.patient_id)
    row = _locked(intake)
    assessment = assess(row)
    row.submitted_at, row.filled_by = timezone.now(), filled_by
    row.save(update_fields=["submitted_at", "filled_by"])
    _note_conditions(row)
    raise_alerts(row.patient, assessment, intake=row)
    tasks.for_intake(row)
    record("intake.submitted", row, patient=row.patient, version=row.version, flags=len(assessment.fired))
    return assessment


def _note_conditions(intake):
    """Add what is new; a condition that stands already is not written twice."""
    known = set(Condition.objects.of(intake.patient).active().values_list("code", flat=True))
    labels = dict(SafetyTerm.objects.values_list("slug", "label"))
    Condition.objects.bulk_create(
        Condition(
            patient=intake.patient,
            code=answer.slug,
            label=labels.get(answer.slug, answer.slug),
            state=answer.state,
            source=Source.INTAKE,
            certainty=CERTAINTY[answer.certainty],
            external_id=f"intake-{intake.pk}-{answer.slug}",
        )
        for answer in condition_changes(intake.answers)
        if answer.slug not in known
    )


@transaction.atomic
def raise_alerts(patient, assessment, *, intake=None, again=False, now=None):
    """Write one open alert for each red flag that fired, and open the tasks they ask for.

    One that stands already is raised again, to be seen anew, when it is worse than it was; with `again` in any case.
    """
    tasks.hold(patient.pk)
    fired = {one.flag.id: one for one in assessment.fired}
    for alert in Alert.objects.of(patient).open().filter(flag__in=fired):
        if again or _is_worse(fired[alert.flag], alert):
            _raise_again(alert, fired[alert.flag], now or timezone.now())
    for alert in write_alerts(patient, assessment, intake=intake):
        tasks.for_alert(alert)


def _is_worse(fired, alert):
    rank = red_flags.LEVELS.index
    return rank(fired.level) > rank(alert.level) or not set(fired.blocks_treatments) <= set(alert.blocks_treatments)


def _raise_again(alert, fired, now):
    alert.level = max(alert.level, fired.level, key=red_flags.LEVELS.index)
    alert.blocks_treatments = sorted({*alert.blocks_treatments, *fired.blocks_treatments})
    alert.raised_at, alert.acknowledged_at, alert.acknowledged_by = now, None, None
    alert.save(update_fields=["level", "blocks_treatments", "raised_at", "acknowledged_at", "acknowledged_by"])
    tasks.for_alert(alert)
    record("alert.raised_again", alert, patient=alert.patient_id)


def write_alerts(patient, assessment, *, intake=None):
    """Write the alerts alone and return them."""
    standing = set(Alert.objects.of(patient).open().values_list("flag", flat=True))
    return Alert.objects.bulk_create(
        Alert(
            patient=patient,
            intake=intake,
            flag=fired.flag.id,
            level=fired.level,
            points_to=fired.flag.points_to,
            staff_action=fired.flag.staff_action,
            blocks_treatments=sorted(fired.blocks_treatments),
        )
        for fired in assessment.fired
        if fired.flag.id not in standing
    )


@transaction.atomic
def review(intake, *, by, note=""):
    """Note that a clinician has read this version, and return the review. Raises `NotHandedIn`."""
    require(by, "intake.review")
    if not Intake.objects.submitted().filter(pk=intake.pk).exists():
        raise NotHandedIn
    tasks.hold(intake.patient_id)
    done = IntakeReview.objects.create(intake=intake, by=by, note=note)
    tasks.intake_read(intake, by=by, note=note)
    record("intake.reviewed", intake, by=by, patient=intake.patient_id)
    return done


@transaction.atomic
def stamp(intake, *, by, note=""):
    """Review this version, once a day and person; with a note always. Returns the review, or None for the second press.

    Raises `NotHandedIn`.
    """
    tasks.hold(intake.patient_id)  # two presses at once: the second sees the first
    last = IntakeReview.objects.filter(intake=intake, by=by).order_by("-at").first()
    if not note and last and timezone.localdate(last.at) == timezone.localdate():
        return None
    return review(intake, by=by, note=note)


@transaction.atomic
def acknowledge(alert, *, by):
    """Note by name and time that somebody has seen this alert; a second acknowledgement changes nothing."""
    require(by, "alert.acknowledge")
    tasks.hold(alert.patient_id)
    row = Alert.objects.select_for_update(no_key=True, of=("self",)).get(pk=alert.pk)
    if row.acknowledged_at is None:
        row.acknowledged_at, row.acknowledged_by = timezone.now(), by
        row.save(update_fields=["acknowledged_at", "acknowledged_by"])
        record("alert.acknowledged", row, by=by, patient=row.patient_id)
    return row


@transaction.atomic
def end_alert(alert, *, because, by):
    """End an alert with the clinician's reason; until then it holds treatments back. The first reason stands."""
    require(by, "health.change")
    tasks.hold(alert.patient_id)
    row = Alert.objects.select_for_update(no_key=True, of=("self",)).get(pk=alert.pk)
    if row.ended_at is not None:
        return row
    row.ended_at, row.ended_by, row.ended_because = timezone.now(), by, because.strip()[:300]
    row.save(update_fields=["ended_at", "ended_by", "ended_because"])
    tasks.alert_ended(row, by=by)
    record("alert.ended", row, by=by, patient=row.patient_id)
    return row
