"""Around the person: notes that are not clinical, and what somebody can do for themselves."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.models.owned import HealthQuerySet, OwnedQuerySet
from patients.models.people import Patient


class StickyNoteQuerySet(OwnedQuerySet):
    staff_right = "patient.view"

    def for_own(self, user):
        """Nobody's own: these are notes among colleagues."""
        return self.none()

    def up(self):
        """Not taken down and not run out."""
        today = timezone.localdate()
        return self.filter(Q(until=None) | Q(until__gte=today), taken_down_at=None)


class StickyNote(models.Model):
    """A note for everybody who meets the patient: parking, a nickname, "prefers the quiet room". Nothing clinical."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="sticky_notes", verbose_name=_("patient"))
    text = models.CharField(_("note"), max_length=240)
    until = models.DateField(_("shown until"), null=True, blank=True)
    put_up_at = models.DateTimeField(_("put up at"), default=timezone.now)
    put_up_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    taken_down_at = models.DateTimeField(_("taken down at"), null=True, blank=True)
    taken_down_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = StickyNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("sticky note")
        verbose_name_plural = _("sticky notes")
        ordering = ["put_up_at", "pk"]
        constraints = [
            models.CheckConstraint(name="sticky_note_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="sticky_note_is_taken_down_by_somebody",
                condition=Q(taken_down_at=None, taken_down_by=None)
                | Q(taken_down_at__isnull=False, taken_down_by__isnull=False),
            ),
        ]

    def __str__(self):
        return self.text


class RiskFinding(models.Model):
    """What a clinician says about one risk factor for spasms (a slug of `data/risk_factors.csv`); the newest counts."""

    class Answer(models.TextChoices):
        PRESENT = "present", _("Present")
        ABSENT = "absent", _("Not present")
        UNCLEAR = "unclear", _("Not clear")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="risk_findings", verbose_name=_("patient"))
    factor = models.SlugField(_("risk factor"), max_length=40)
    answer = models.CharField(_("found"), max_length=8, choices=Answer)
    note = models.CharField(_("note"), max_length=200, blank=True)
    found_at = models.DateTimeField(_("found at"), default=timezone.now)
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = HealthQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding about a risk factor")
        verbose_name_plural = _("findings about risk factors")
        ordering = ["-found_at", "-pk"]
        indexes = [models.Index(fields=["patient", "factor", "-found_at"], name="risk_finding_by_factor")]
        constraints = [
            models.CheckConstraint(
                name="risk_finding_answer_is_known", condition=Q(answer__in=["present", "absent", "unclear"])
            ),
        ]

    def __str__(self):
        return f"{self.factor}: {self.get_answer_display()}"


class SelfCareQuerySet(HealthQuerySet):
    def current(self):
        return self.filter(ended_at=None)


class SelfCareItem(models.Model):
    """One thing the patient can do for themselves, given by a clinician, and why; the portal shows it until it ends."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="self_care", verbose_name=_("patient"))
    slug = models.SlugField(_("from the list"), max_length=40, blank=True)  # of data/self_care.csv; empty: own words
    text = models.CharField(_("what to do"), max_length=300)
    because = models.CharField(_("because"), max_length=200, blank=True)
    given_at = models.DateTimeField(_("given at"), default=timezone.now)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = SelfCareQuerySet.as_manager()

    class Meta:
        verbose_name = _("self-care item")
        verbose_name_plural = _("self-care items")
        ordering = ["given_at", "pk"]
        constraints = [
            models.CheckConstraint(name="self_care_says_something", condition=~Q(text="")),
            models.UniqueConstraint(
                fields=["patient", "slug"],
                condition=Q(ended_at=None) & ~Q(slug=""),
                name="self_care_is_given_once",
            ),
            models.CheckConstraint(
                name="self_care_is_ended_by_somebody",
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    def __str__(self):
        return self.text
