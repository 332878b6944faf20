"""The visit note, and what happens to it after it was signed."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.charting.models.episodes import ChartQuerySet, Episode, VisitPartQuerySet
from clinic.database.frozen import Frozen
from clinic.outcomes.models import CheckIn
from clinic.scheduling.models import Appointment, Practitioner, VisitKind
from patients.models import Patient


class VisitQuerySet(ChartQuerySet):
    def for_own(self, user):
        """A patient sees signed visits that a clinician released, unless they turned out to be entered in error."""
        released = super().for_own(user).exclude(signed_at=None).filter(marks__kind=VisitMark.Kind.RELEASED)
        return released.valid().distinct()

    def valid(self):
        """Without those that were entered in error."""
        wrong = VisitMark.objects.filter(visit=OuterRef("pk"), kind=VisitMark.Kind.ENTERED_IN_ERROR)
        return self.exclude(Exists(wrong))

    def with_errors_named(self):
        """Each with `is_in_error`: was it entered in error? In the same query."""
        wrong = VisitMark.objects.filter(visit=OuterRef("pk"), kind=VisitMark.Kind.ENTERED_IN_ERROR)
        return self.annotate(is_in_error=Exists(wrong))

    def signed(self):
        return self.exclude(signed_at=None)

    def unsigned(self):
        return self.filter(signed_at=None)


class Visit(models.Model):
    """One visit in S, O, A, P. Edited under a version, then signed; a signed note never changes."""

    class Change(models.TextChoices):
        BETTER = "better", _("Better")
        SAME = "same", _("Same")
        WORSE = "worse", _("Worse")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="visits", verbose_name=_("patient"))
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="visits", verbose_name=_("episode"))
    appointment = models.OneToOneField(Appointment, models.PROTECT, null=True, blank=True, related_name="visit")
    practitioner = models.ForeignKey(
        Practitioner, models.PROTECT, related_name="visits", verbose_name=_("practitioner")
    )
    purpose = models.CharField(
        _("kind"), max_length=12, choices=VisitKind.Purpose, default=VisitKind.Purpose.SUBSEQUENT
    )
    visited_at = models.DateTimeField(_("visited at"), default=timezone.now)
    subjective = models.TextField(_("subjective"), blank=True)
    objective = models.TextField(_("objective"), blank=True)
    assessment = models.TextField(_("assessment"), blank=True)
    plan = models.TextField(_("plan"), blank=True)
    change = models.CharField(_("since last visit"), max_length=6, choices=Change, blank=True)
    pain = models.PositiveSmallIntegerField(_("pain 0 to 10"), null=True, blank=True)
    spare_movement = models.CharField(_("movement to spare"), max_length=120, blank=True)
    spare_until = models.DateField(_("until"), null=True, blank=True)
    home_care = models.CharField(_("home care"), max_length=300, blank=True)
    check_in = models.ForeignKey(  # the patient's own words that the practitioner took over as today's
        CheckIn, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted check-in")
    )
    alike_because = models.CharField(_("why the note is like the last ones"), max_length=300, blank=True)
    codes = models.JSONField(_("services chosen"), default=list, blank=True)  # [{key, units, modifiers, because}]
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(null=True, blank=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    signature = models.CharField(_("signed by"), max_length=160, blank=True)  # name and credentials at that time
    document = models.TextField(blank=True)  # canonical JSON of the whole note
    sha256 = models.CharField(max_length=64, blank=True)
    rules_version = models.CharField(_("safety rules"), max_length=40, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit note")
        verbose_name_plural = _("visit notes")
        ordering = ["-visited_at", "-pk"]
        indexes = [
            models.Index(fields=["patient", "-visited_at"], name="visit_by_patient"),
            models.Index(fields=["practitioner", "visited_at"], name="visit_unsigned", condition=Q(signed_at=None)),
        ]
        constraints = [
            models.CheckConstraint(name="visit_pain_is_0_to_10", condition=Q(pain=None) | Q(pain__lte=10)),
            models.CheckConstraint(
                name="visit_is_signed_whole",
                condition=Q(signed_at=None, signed_by=None, sha256="", document="", signature="")
                | (
                    Q(signed_at__isnull=False, signed_by__isnull=False)
                    & ~Q(sha256="")
                    & ~Q(document="")
                    & ~Q(signature="")
                    & ~Q(rules_version="")
                ),
            ),
            Frozen(name="signed_visit_never_changes", since="signed_at"),
        ]

    def __str__(self):
        return f"{self.patient}, {timezone.localtime(self.visited_at):%Y-%m-%d}"

    def get_absolute_url(self):
        return reverse("admin:charting_visit_change", args=[self.pk])

    @property
    def is_signed(self):
        return self.signed_at is not None


class VisitMark(models.Model):
    """What happened to a note: entered in error, co-signed, released to the patient. Never taken back, only added."""

    class Kind(models.TextChoices):
        ENTERED_IN_ERROR = "entered_in_error", _("Entered in error")
        CO_SIGNED = "co_signed", _("Co-signed")
        RELEASED = "released", _("Released to the patient")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="marks")
    kind = models.CharField(max_length=16, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    summary = models.TextField(_("summary in plain words"), blank=True)  # what the patient reads after a release

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "kind"], name="visit_is_marked_once_a_kind"),
            models.CheckConstraint(
                name="entered_in_error_has_a_reason", condition=~Q(kind="entered_in_error") | ~Q(reason="")
            ),
            Frozen(name="visit_mark_is_append_only"),
        ]

    def __str__(self):
        return f"{self.visit}: {self.get_kind_display()}"


class Addendum(models.Model):
    """A correction or addition to a signed note: labelled, dated by the server, with its author; the note stays."""

    class Kind(models.TextChoices):
        LATE_ENTRY = "late_entry", _("Late entry")
        CORRECTION = "correction", _("Correction")
        ADDITION = "addition", _("Addition")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="addenda")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    text = models.TextField(_("text"))
    written_at = models.DateTimeField(default=timezone.now)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signature = models.CharField(max_length=160)

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("addendum")
        verbose_name_plural = _("addenda")
        ordering = ["written_at", "pk"]
        constraints = [Frozen(name="addendum_is_append_only")]

    def __str__(self):
        return f"{self.get_kind_display()} {self.written_at:%Y-%m-%d}"
