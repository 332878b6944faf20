"""What happened around a visit: adverse events with their follow-up, and letters to other doors with their answers."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.charting.models.episodes import ChartQuerySet, Episode
from clinic.charting.models.tables import TreatmentKind
from clinic.charting.models.visits import Visit
from patients.models import Document, Patient


class AdverseEventQuerySet(ChartQuerySet):
    def open(self):
        return self.filter(closed_at=None)


class AdverseEvent(models.Model):
    """Something unwanted after a treatment: who noticed it when, how bad it was, what was done, how it ended."""

    class Severity(models.TextChoices):
        MILD = "mild", _("Mild: soreness or tiredness, gone in two days")
        MODERATE = "moderate", _("Moderate: keeps from daily life, or lasts longer")
        SEVERE = "severe", _("Severe: needs medical care")

    class Outcome(models.TextChoices):
        GONE = "gone", _("Gone")
        BETTER = "better", _("Better, not gone")
        LASTING = "lasting", _("Lasting")
        REFERRED = "referred", _("Passed on to medical care")
        UNRELATED = "unrelated", _("Found to have another cause")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="adverse_events", verbose_name=_("patient"))
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="adverse_events", verbose_name=_("after the visit")
    )
    kind = models.ForeignKey(
        TreatmentKind, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("treatment")
    )
    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    what = models.CharField(_("what happened"), max_length=400)
    began_on = models.DateField(_("began on"))
    action = models.CharField(_("what was done"), max_length=400, blank=True)
    follow_up_on = models.DateField(_("follow up on"), null=True, blank=True)
    reported_at = models.DateTimeField(_("reported at"), default=timezone.now)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    outcome = models.CharField(_("how it ended"), max_length=9, choices=Outcome, blank=True)
    outcome_note = models.CharField(_("in words"), max_length=400, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = AdverseEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("adverse event")
        verbose_name_plural = _("adverse events")
        ordering = ["-reported_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="adverse_event_says_what_happened", condition=~Q(what="")),
            models.CheckConstraint(
                name="adverse_event_is_closed_whole",
                condition=Q(closed_at=None, closed_by=None, outcome="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="")),
            ),
            models.CheckConstraint(
                name="adverse_event_is_followed_up_after_it_began",
                condition=Q(follow_up_on=None) | Q(follow_up_on__gte=F("began_on")),
            ),
        ]

    def __str__(self):
        return f"{self.get_severity_display()}: {self.what}"

    @property
    def severity_word(self):
        """The severity in one word, without what it means."""
        return str(self.get_severity_display()).split(":")[0]


class ReferralQuerySet(ChartQuerySet):
    def open(self):
        """Sent or written, and not closed."""
        return self.filter(closed_at=None)


class Referral(models.Model):
    """A letter that asks somebody else for something (an opinion, an image), and what came back."""

    class Kind(models.TextChoices):
        REFERRAL = "referral", _("Referral letter")
        IMAGING = "imaging", _("Imaging request")

    class Urgency(models.TextChoices):
        TODAY = "today", _("Today")
        SOON = "soon", _("Within two weeks")
        ROUTINE = "routine", _("Routine")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="referrals", verbose_name=_("patient"))
    episode = models.ForeignKey(
        Episode, models.PROTECT, null=True, blank=True, related_name="referrals", verbose_name=_("complaint")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.REFERRAL)
    addressee = models.CharField(_("to"), max_length=160)
    address = models.CharField(_("address"), max_length=300, blank=True)
    urgency = models.CharField(_("urgency"), max_length=7, choices=Urgency, default=Urgency.ROUTINE)
    question = models.CharField(_("what is asked"), max_length=600)
    body = models.TextField(_("letter"), blank=True)
    written_at = models.DateTimeField(_("written at"), default=timezone.now)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signature = models.CharField(max_length=160, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    sent_how = models.CharField(_("sent by"), max_length=60, blank=True)  # post, fax, handed to the patient
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answer = models.CharField(_("what came back"), max_length=600, blank=True)
    report = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("report filed")
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    closed_because = models.CharField(_("closed because"), max_length=300, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering = ["-written_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="referral_asks_something", condition=~Q(addressee="") & ~Q(question="")),
            models.CheckConstraint(
                name="referral_is_sent_by_somebody",
                condition=Q(sent_at=None, sent_by=None) | Q(sent_at__isnull=False, sent_by__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_is_answered_after_it_was_sent",
                condition=Q(answered_at=None) | Q(sent_at__isnull=False, answered_at__gte=F("sent_at")),
            ),
            models.CheckConstraint(
                name="referral_is_closed_whole",
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.addressee}"
