"""What a patient agreed to: each consent its own, in the words of a kept version, signed by name and by hand."""

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.database.frozen import Frozen
from patients.models.intake import Intake
from patients.models.owned import OwnedQuerySet
from patients.models.people import Patient


class ConsentText(models.Model):
    """One version of what is asked, in English and Spanish; the newest version of a kind is in force."""

    class Kind(models.TextChoices):
        TREATMENT = "treatment", _("Examination and treatment")
        MANIPULATION = "manipulation", _("Manipulation and its risks")
        PRIVACY = "privacy", _("Privacy notice")
        EMAIL = "email", _("Contact by e-mail")
        SMS = "sms", _("Contact by text message")

    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    version = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text"))
    title_es = models.CharField(_("title in Spanish"), max_length=120, blank=True)
    body_es = models.TextField(_("text in Spanish"), blank=True)
    source = models.CharField(_("source"), max_length=200)
    valid_months = models.PositiveSmallIntegerField(
        _("asked again after, in months"), null=True, blank=True, help_text=_("Empty: once is enough.")
    )
    is_required = models.BooleanField(_("is needed before hands-on care"), default=False)
    written_at = models.DateTimeField(_("written at"), default=timezone.now)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    because = models.CharField(_("reason for the new version"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="consent_text_version_is_unique"),
            models.CheckConstraint(
                name="consent_text_is_written_with_a_reason",
                condition=Q(written_by=None) | ~Q(because=""),
            ),
            Frozen(name="consent_text_is_append_only"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, v{self.version}"


class ConsentQuerySet(OwnedQuerySet):
    staff_right, proxy_scope = "consent.view", "forms"

    def newest(self):
        """The newest answer a person gave to each kind of text, at whichever record; a later no takes a yes back."""
        later = Consent.objects.filter(text__kind=OuterRef("text__kind"))
        later = later.filter(
            Q(signed_at__gt=OuterRef("signed_at")) | Q(signed_at=OuterRef("signed_at"), pk__gt=OuterRef("pk"))
        )
        return self.with_person().filter(~later.has_outer("person"))


class Consent(models.Model):
    """One answer to one consent text: agreed or not, by whom, signed how. Never changed: a withdrawal is a later no."""

    class SignedAs(models.TextChoices):
        PATIENT = "patient", _("the patient")
        GUARDIAN = "guardian", _("a parent or guardian")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="consents", verbose_name=_("patient"))
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="consents", verbose_name=_("text"))
    language = models.CharField(_("read in"), max_length=5, default="en")
    is_given = models.BooleanField(_("agreed"))
    signed_name = models.CharField(_("signed with the name"), max_length=120, blank=True)
    signed_as = models.CharField(_("signed by"), max_length=10, choices=SignedAs, default=SignedAs.PATIENT)
    relation = models.CharField(_("relation"), max_length=60, blank=True)
    drawing = models.JSONField(_("drawn signature"), default=list, blank=True)  # strokes of [x, y], 0 to 1000
    regions = models.JSONField(_("regions covered"), default=list, blank=True)
    explained_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    intake = models.ForeignKey(Intake, models.PROTECT, null=True, blank=True, related_name="consents")
    signed_at = models.DateTimeField(_("signed at"), default=timezone.now)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    because = models.CharField(_("reason"), max_length=300, blank=True)  # of a refusal or a withdrawal

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-signed_at", "-pk"]
        indexes = [models.Index(fields=["patient", "-signed_at"], name="consent_by_patient")]
        constraints = [
            models.CheckConstraint(
                name="consent_is_signed_with_a_name", condition=Q(is_given=False) | ~Q(signed_name="")
            ),
            models.CheckConstraint(
                name="guardian_consent_names_the_relation", condition=Q(signed_as="patient") | ~Q(relation="")
            ),
            Frozen(name="consent_is_append_only"),
        ]

    def __str__(self):
        return f"{self.text}: {self.signed_name}"
