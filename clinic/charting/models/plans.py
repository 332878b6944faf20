"""What is planned, what was examined, and what was decided about imaging: all before hands are laid on."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.charting.models.episodes import ChartQuerySet, Episode, VisitPartQuerySet
from clinic.charting.models.findings import Side
from clinic.charting.models.tables import Level, TreatmentKind
from clinic.charting.models.visits import Visit
from clinic.database.frozen import Frozen
from patients.models import Patient


class CarePlanQuerySet(ChartQuerySet):
    def current(self):
        return self.filter(ended_at=None)


class CarePlan(models.Model):
    """The conservative plan of one complaint: what is aimed at, the treatments meant for it, and its two clocks.

    The clocks run from `started_on`: a review on day 28 and a decision on day 42 (mechanical low back pain that lasts
    longer than 4 to 6 weeks may justify tests; facts S8). Without recorded improvement nothing goes on in silence.
    """

    class EndedBecause(models.TextChoices):
        GOALS_MET = "goals_met", _("What was aimed at is reached")
        PLATEAU = "plateau", _("Stable: no further gain is expected")
        REFERRED = "referred", _("Passed on to somebody else")
        SELF = "self", _("The patient wishes it")
        NON_ATTENDANCE = "non_attendance", _("The patient stayed away")
        WORSE = "worse", _("It got worse")
        SAFETY = "safety", _("It is not safe any more")
        CHANGED = "changed", _("Another plan follows")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="care_plans", verbose_name=_("patient"))
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="care_plans", verbose_name=_("episode"))
    aim = models.CharField(_("what is aimed at"), max_length=300, blank=True)
    started_on = models.DateField(_("starts on"), null=True, blank=True)
    planned_visits = models.PositiveSmallIntegerField(_("planned visits"), null=True, blank=True)
    first_check_on = models.DateField(_("first check on"), null=True, blank=True)  # 2 to 4 weeks after the start
    is_maintenance = models.BooleanField(_("maintenance"), default=False)  # stable: no active-care modifier
    is_held = models.BooleanField(_("on hold"), default=False)
    stop_rule = models.CharField(_("when it stops"), max_length=300, blank=True)
    home_tasks = models.CharField(_("at home"), max_length=300, blank=True)
    agreed_at = models.DateTimeField(_("agreed at"), null=True, blank=True)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    agreed_words = models.CharField(_("agreed with"), max_length=200, blank=True)  # who agreed, in words
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(_("safety checked at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ended_because = models.CharField(_("why it ended"), max_length=14, choices=EndedBecause, blank=True)
    ended_note = models.CharField(_("in words"), max_length=300, blank=True)

    objects = CarePlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("care plan")
        verbose_name_plural = _("care plans")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["episode"], condition=Q(ended_at=None), name="episode_has_one_current_plan"
            ),
            models.CheckConstraint(
                name="care_plan_is_ended_by_somebody",
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
            models.CheckConstraint(
                name="care_plan_is_agreed_by_somebody",
                condition=Q(agreed_at=None, agreed_by=None) | Q(agreed_at__isnull=False, agreed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="care_plan_has_1_to_60_visits",
                condition=Q(planned_visits=None) | Q(planned_visits__gte=1, planned_visits__lte=60),
            ),
            models.CheckConstraint(
                name="first_check_comes_after_the_start",
                condition=Q(first_check_on=None) | Q(first_check_on__gt=F("started_on")),
            ),
        ]

    def __str__(self):
        return f"{self.episode}, {timezone.localtime(self.made_at):%Y-%m-%d}"


class PlanPartQuerySet(ChartQuerySet):
    owner = "plan__patient"


class PlanGoal(models.Model):
    """What the patient wants to be able to do again, with the number that shows it: from, to, by when."""

    class Measure(models.TextChoices):
        ACTIVITY = "psfs", _("Own activity, 0 unable to 10 as before")
        PAIN = "nrs_pain", _("Pain, 0 to 10")
        SPASMS = "spasms", _("Spasms a week")
        ROLAND_MORRIS = "rmdq", _("Roland-Morris, 0 to 24")
        MINUTES = "minutes", _("Minutes")
        DEGREES = "degrees", _("Degrees")

    plan = models.ForeignKey(CarePlan, models.CASCADE, related_name="goals")
    what = models.CharField(_("activity"), max_length=120)
    measure = models.CharField(_("measure"), max_length=10, choices=Measure, default=Measure.ACTIVITY)
    start = models.DecimalField(_("at the start"), max_digits=6, decimal_places=1)
    target = models.DecimalField(_("target"), max_digits=6, decimal_places=1)
    target_on = models.DateField(_("by"), null=True, blank=True)
    now = models.DecimalField(_("now"), max_digits=6, decimal_places=1, null=True, blank=True)
    now_at = models.DateTimeField(null=True, blank=True)
    reached_at = models.DateTimeField(null=True, blank=True)
    missed_because = models.CharField(_("why it was not reached"), max_length=300, blank=True)

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="goal_names_an_activity", condition=~Q(what="")),
            models.CheckConstraint(name="goal_differs_from_its_start", condition=~Q(target=F("start"))),
        ]

    def __str__(self):
        return f"{self.what}: {self.start} → {self.target}"


class PlanPhase(models.Model):
    """A stretch of a plan (relief, restore, prevent) with how often and how long."""

    class Name(models.TextChoices):
        RELIEF = "relief", _("Relief")
        RESTORE = "restore", _("Restore")
        PREVENT = "prevent", _("Prevent")

    plan = models.ForeignKey(CarePlan, models.CASCADE, related_name="phases")
    name = models.CharField(_("phase"), max_length=7, choices=Name)
    visits = models.PositiveSmallIntegerField(_("visits"))  # in all, in this phase
    weeks = models.PositiveSmallIntegerField(_("weeks"))
    order = models.PositiveSmallIntegerField(default=1)

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "name"], name="plan_has_a_phase_once"),
            models.CheckConstraint(name="phase_has_visits", condition=Q(visits__gte=1, visits__lte=60)),
            models.CheckConstraint(name="phase_lasts_1_to_26_weeks", condition=Q(weeks__gte=1, weeks__lte=26)),
        ]

    def __str__(self):
        return f"{self.get_name_display()}: {self.visits} / {self.weeks} w"


class PlanEvent(models.Model):
    """What is to be done at the n-th kept visit of a plan, or on a day: whichever comes first."""

    class Kind(models.TextChoices):
        CHECK = "check", _("First check")
        RE_EXAM = "re_exam", _("Re-examination")
        REVIEW = "review", _("Review, day 28")
        DECISION = "decision", _("Decision, day 42")
        OUTCOME = "outcome", _("Questionnaire")
        OTHER = "other", _("Other")

    plan = models.ForeignKey(CarePlan, models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=8, choices=Kind)
    words = models.CharField(_("in words"), max_length=120, blank=True)
    at_visit = models.PositiveSmallIntegerField(_("at visit"), null=True, blank=True)
    due_on = models.DateField(_("at the latest on"), null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("planned event")
        verbose_name_plural = _("planned events")
        ordering = ["due_on", "at_visit", "pk"]
        constraints = [
            models.CheckConstraint(
                name="plan_event_has_a_time", condition=Q(at_visit__isnull=False) | Q(due_on__isnull=False)
            ),
            models.CheckConstraint(
                name="plan_event_is_done_by_somebody",
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.due_on or ''}".strip()


class PlanDecision(models.Model):
    """What was decided about a plan at a review, with what had improved by then; a later decision is a new row."""

    class Decision(models.TextChoices):
        CONTINUE = "continue", _("Continue")
        MODIFY = "modify", _("Modify")
        REFER = "refer", _("Refer")
        IMAGE = "image", _("Image")
        HOLD = "hold", _("Hold")
        DISCHARGE = "discharge", _("Discharge")
        MAINTENANCE = "maintenance", _("Maintenance")

    class Progress(models.TextChoices):
        IMPROVED = "improved", _("Improved")
        PLATEAU = "plateau", _("No further gain")
        WORSE = "worse", _("Worse")
        UNCLEAR = "unclear", _("Not enough measured")

    plan = models.ForeignKey(CarePlan, models.PROTECT, related_name="decisions")
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="plan_decisions")
    decision = models.CharField(_("decision"), max_length=11, choices=Decision)
    because = models.CharField(_("reason"), max_length=300, blank=True)
    progress = models.CharField(_("progress"), max_length=8, choices=Progress)
    measured = models.JSONField(default=list, blank=True)  # [{measure, start, now, change, counts}] at that time
    day = models.PositiveSmallIntegerField(_("day of the plan"))
    decided_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision on a plan")
        verbose_name_plural = _("decisions on plans")
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="plan_goes_on_without_improvement_only_with_a_reason",
                condition=~Q(decision="continue") | Q(progress="improved") | ~Q(because=""),
            ),
            models.CheckConstraint(
                name="decision_that_changes_care_has_a_reason",
                condition=Q(decision="continue") | ~Q(because=""),
            ),
            Frozen(name="plan_decision_is_append_only"),
        ]

    def __str__(self):
        return f"{self.get_decision_display()}, {self.get_progress_display()}"


class PlannedTreatmentQuerySet(ChartQuerySet):
    owner = "plan__patient"

    def current(self):
        return self.filter(ended_at=None, plan__ended_at=None)


class PlannedTreatment(models.Model):
    """One treatment of a plan with what the safety rules said when it was planned, and what they say since."""

    plan = models.ForeignKey(CarePlan, models.CASCADE, related_name="treatments")
    kind = models.ForeignKey(TreatmentKind, models.PROTECT, related_name="+", verbose_name=_("treatment"))
    regions = models.JSONField(_("regions"), default=list, blank=True)
    side = models.CharField(_("side"), max_length=1, choices=Side, blank=True)
    parameters = models.JSONField(_("settings"), default=dict, blank=True)
    strictest = models.CharField(max_length=1, choices=Level, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    rules_version = models.CharField(max_length=40, blank=True)
    override_reason = models.CharField(_("reason to plan it all the same"), max_length=300, blank=True)
    overridden_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    planned_at = models.DateTimeField(default=timezone.now)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    since_strictest = models.CharField(_("strictest since then"), max_length=1, choices=Level, blank=True)
    since_warnings = models.JSONField(_("new warnings"), default=list, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = PlannedTreatmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("planned treatment")
        verbose_name_plural = _("planned treatments")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="absolute_contraindication_is_never_planned", condition=~Q(strictest="A")),
            models.CheckConstraint(
                name="relative_contraindication_in_a_plan_has_a_reason",
                condition=~Q(strictest="R") | (~Q(override_reason="") & Q(overridden_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="warning_in_a_plan_names_its_rules", condition=Q(strictest="") | ~Q(rules_version="")
            ),
        ]

    def __str__(self):
        return f"{self.kind} {', '.join(self.regions)}".strip()


class Examination(models.Model):
    """One part of the examination at a visit and what it showed. Some parts are mandatory after trauma (facts S4-2)."""

    class Part(models.TextChoices):
        NEUROLOGICAL = "neuro", _("Neurological")
        MUSCULAR = "muscular", _("Muscles and joints")
        BLOOD_PRESSURE = "bp", _("Blood pressure")
        CRANIAL_NERVES = "cranial_nerves", _("Cranial nerves")
        ABDOMINAL = "abdomen", _("Abdominal palpation")
        OTHER = "other", _("Other")

    class Result(models.TextChoices):
        NORMAL = "normal", _("Nothing unusual")
        ABNORMAL = "abnormal", _("Something found")

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="examinations")
    part = models.CharField(_("part"), max_length=14, choices=Part)  # the words of the red-flag table
    result = models.CharField(_("result"), max_length=8, choices=Result)
    note = models.CharField(_("what was found"), max_length=300, blank=True)
    done_at = models.DateTimeField(default=timezone.now)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("examination")
        verbose_name_plural = _("examinations")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "part"], name="part_is_examined_once_a_visit"),
            models.CheckConstraint(
                name="abnormal_examination_says_what", condition=~Q(result="abnormal") | ~Q(note="")
            ),
            Frozen(name="examination_of_signed_visit", since="signed_at", parent="visit"),
        ]

    def __str__(self):
        return f"{self.get_part_display()}: {self.get_result_display()}"


class ImagingQuerySet(ChartQuerySet):
    owner = "episode__patient"


class ImagingDecision(models.Model):
    """What was decided about imaging for one complaint, why and by whom; a later decision is a new row."""

    class Decision(models.TextChoices):
        NOT_NEEDED = "not_needed", _("Not needed")
        SEEN = "seen", _("Images at hand and read")
        ORDERED = "ordered", _("Ordered, no thrust until read")
        REFERRED = "referred", _("Left to the physician referred to")

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="imaging_decisions")
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="imaging_decisions")
    decision = models.CharField(_("decision"), max_length=10, choices=Decision)
    because = models.CharField(_("reason"), max_length=300)
    decided_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ImagingQuerySet.as_manager()

    class Meta:
        verbose_name = _("imaging decision")
        verbose_name_plural = _("imaging decisions")
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="imaging_decision_has_a_reason", condition=~Q(because="")),
            Frozen(name="imaging_decision_is_append_only"),
        ]

    def __str__(self):
        return f"{self.episode}: {self.get_decision_display()}"
